// The page without a recording: how to get one, and those that are there; also loading and errors.

import { formatCount } from '../model/time.js';
import { el, fill } from '../state/dom.js';
import { chooseFile } from './drop.js';
import { createRecordings } from './recordings.js';
import { createScenarios } from './scenarios.js';

/** @typedef {import('../state/store.js').Store} Store */

const WAYS = [
  {
    title: 'Run a scenario', command: 'trace-viz run producer-consumer',
    text: 'An exercise program with a concurrency bug. Watch it happen in slow motion; its fixed twin is producer-consumer/fixed.',
  },
  {
    title: 'Trace my program', command: 'trace-viz run ./cmd/server',
    text: 'Any Go package, directory or file, unchanged. It is built with hooks in a copy; your files are not touched.',
  },
  {
    title: 'Open a file', command: 'trace-viz open trace.out',
    text: 'A recording, or any Go execution trace that you already have.',
  },
];

/**
 * @param {HTMLElement} host
 * @param {Store} store
 * @param {() => void} retry
 */
export function mountHome(host, store, retry) {
  const waiting = createLoading();
  const recordings = createRecordings(store);
  const file = chooseFile(store);
  const scenarios = createScenarios(store);
  const list = home(scenarios.node, recordings, file);
  const apply = () => {
    switch (store.get('page')) {
      case 'home':
        void scenarios.ask();
        return host.firstChild === list ? undefined : fill(host, list); // what has the focus keeps it
      case 'error': return fill(host, error(store.get('error'), retry));
      case 'loading':
        waiting.update(store.get('recordingId'), store.get('loading'));
        // It stays while its numbers change: a press on Cancel must end where it began.
        return host.firstChild === waiting.node ? undefined : fill(host, waiting.node);
      default: return fill(host);
    }
  };
  store.subscribe((s) => [s.page, s.recordings, s.error, s.loading], apply);
  apply();
}

/**
 * @param {HTMLElement} scenarios
 * @param {HTMLElement} recordings
 * @param {HTMLElement} file
 */
function home(scenarios, recordings, file) {
  return el('div', { class: 'home-inner' },
    el('section', {},
      el('h1', {}, 'See what your goroutines really did'),
      el('p', {}, 'trace-viz records a Go program – spawns, channels, locks, cores – and replays it event by event. Start a scenario below, or a program of yours in a terminal:')),
    el('section', { class: 'ways' }, ...WAYS.map(way)),
    el('p', { class: 'drop-hint' }, 'Or drop a Go execution trace or a .tviz file anywhere on this page: ', file),
    scenarios, recordings);
}

/** @param {typeof WAYS[number]} w */
function way(w) {
  const copy = el('button', {
    class: 'button', type: 'button', 'aria-label': `Copy ${w.command}`, onclick: async () => {
      try {
        await navigator.clipboard.writeText(w.command);
        copy.textContent = 'Copied';
      } catch {
        copy.textContent = 'Press Ctrl+C';
        getSelection()?.selectAllChildren(code);
      }
    },
  }, 'Copy');
  const code = el('code', {}, w.command);
  return el('div', { class: 'way' }, el('h2', {}, w.title), el('p', {}, w.text), el('div', { class: 'command' }, code, copy));
}

function createLoading() {
  // Only this is told to screen readers: the numbers change five times a second.
  const what = el('p', { role: 'status' });
  const sweep = el('p', { class: 'progress' });
  const bar = el('progress', { class: 'progress-bar', 'aria-label': 'Read so far' });
  const numbers = el('p', { class: 'tabular' });
  const cancel = el('a', { class: 'button', href: '#' }, 'Cancel');
  const node = el('div', { class: 'message' }, el('h1', {}, 'Loading'), what, sweep, bar, numbers, el('p', {}, cancel));
  return {
    node,
    /**
     * @param {string} id
     * @param {import('../state/store.js').Values['loading']} far
     */
    update(id, far) {
      what.textContent = id ? `Reading ${id} …` : 'Asking the server …';
      const known = far !== null && far.total > 0;
      sweep.hidden = known;
      bar.hidden = !known;
      bar.max = known ? far.total : 1;
      bar.value = known ? far.read : 0;
      numbers.textContent = known ? loadingText(far) : '';
      cancel.hidden = id === '';
    },
  };
}

/**
 * @param {NonNullable<import('../state/store.js').Values['loading']>} far
 */
export function loadingText({ read, total, events, ms }) {
  const mb = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(1);
  const rate = ms > 0 ? `, ${formatCount(Math.round((events / ms) * 1000))} a second` : '';
  return `${mb(read)} of ${mb(total)} MB, ${formatCount(events)} events${rate}`;
}

/**
 * @param {{title:string, text:string, hint:string}|null} err
 * @param {() => void} retry
 */
function error(err, retry) {
  return el('div', { class: 'message', role: 'alert' },
    el('h1', {}, err?.title ?? 'Something went wrong'), el('pre', {}, err?.text ?? ''), el('p', {}, err?.hint ?? ''),
    el('p', {}, el('button', { class: 'button primary', type: 'button', onclick: retry }, 'Try again'), ' ',
      el('a', { class: 'button', href: '#' }, 'All recordings')));
}
