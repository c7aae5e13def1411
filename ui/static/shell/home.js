// The page without a recording: how to get one, and those that are there; also loading and errors.

import { formatCount, formatDuration } from '../model/time.js';
import { el, fill } from '../state/dom.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../model/types.js').RecordingInfo} RecordingInfo */

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
  const apply = () => {
    switch (store.get('page')) {
      case 'home': return fill(host, home(store.get('recordings') ?? []));
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

/** @param {RecordingInfo[]} recordings */
function home(recordings) {
  return el('div', { class: 'home-inner' },
    el('section', {},
      el('h1', {}, 'See what your goroutines really did'),
      el('p', {}, 'trace-viz records a Go program – spawns, channels, locks, cores – and replays it event by event. Start in a terminal:')),
    el('section', { class: 'ways' }, ...WAYS.map(way)),
    el('section', {}, el('h2', {}, 'Recordings'),
      recordings.length > 0 ? table(recordings) : el('p', {}, 'None yet. They appear here when a run has been recorded.')));
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

/** @param {RecordingInfo[]} recordings */
function table(recordings) {
  const rows = recordings.map((r) => el('tr', {},
    el('td', {}, el('a', { href: `#v=1&r=${r.id}` }, r.program)),
    el('td', {}, r.live ? el('span', { class: 'chip plain' }, 'recording …') : outcome(r.outcome)),
    el('td', { class: 'tabular' }, formatDuration(r.wall_ns)),
    el('td', { class: 'muted' }, localTime(r.time))));
  return el('div', { class: 'table-scroll' }, el('table', { class: 'table' },
    el('thead', {}, el('tr', {}, ...['Program', 'Outcome', 'Wall time', 'Recorded'].map((h) => el('th', { scope: 'col' }, h)))),
    el('tbody', {}, ...rows)));
}

/** @param {string} outcome */
function outcome(outcome) {
  return el('span', { class: `chip ${outcome === 'exit' ? 'good' : outcome ? 'error' : 'plain'}` }, outcome || 'unknown');
}

/** @param {string} time  RFC 3339 */
function localTime(time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : date.toLocaleString();
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
