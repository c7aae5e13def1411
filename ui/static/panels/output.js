// What the program printed, with the times: lines after the playhead are dimmed, a click goes to when it was printed.
import { formatClock } from '../model/time.js';
import { el, fill } from '../state/dom.js';
import { emptyNote } from './parts.js';
import { createList } from './virtual.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {{t: number, stream: string, text: string}} Line */

/**
 * Number of lines that had been printed at a time.
 * @param {readonly Line[]} lines  in order
 * @param {number} t  ns
 */
export function printedAt(lines, t) {
  let lo = 0;
  let hi = lines.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (/** @type {Line} */ (lines[mid]).t <= t) lo = mid + 1; else hi = mid;
  }
  return lo;
}

/** Characters of a line that are shown: none that is to be read is longer. */
const LONGEST = 4000;

/** @param {string} text */
export function shortened(text) {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… and ${text.length - LONGEST} more characters`;
}

/** @param {Store} store */
export function createOutput(store) {
  const node = el('div', { class: 'panel-fill' });
  /** @type {Line[]} */
  let lines = [];
  let printed = 0;
  let why = 'Reading…';
  let from = '';
  const list = createList({ rowHeight: 20, count: () => lines.length, row, label: 'Output of the program', className: 'output-list' });

  /** @param {number} i */
  function row(i) {
    const line = /** @type {Line} */ (lines[i]);
    return el('button', { type: 'button', class: `output-row${i >= printed ? ' later' : ''}${line.stream === 'stderr' ? ' stderr' : ''}`, title: line.stream, onclick: () => { store.set({ playing: false }); store.seekTime(line.t).then(() => store.reveal(line.t)); } },
      el('span', { class: 'event-time' }, formatClock(line.t)), el('span', { class: 'output-text' }, shortened(line.text.replace(/\n$/, ''))));
  }
  async function load() {
    const model = store.get('model');
    // A live recording prints more with every event.
    const key = `${store.get('recordingId')} ${model?.live ? model.events : 'ended'}`;
    if (key === from) return;
    from = key;
    try {
      lines = (await store.fetchJSON('output')).lines;
      why = 'The program printed nothing, or its output was not kept: --keep-output keeps it (always on for scenarios).';
    } catch (err) {
      lines = [];
      why = err instanceof Error ? err.message : String(err);
    }
    if (key === from) update();
  }
  function update() {
    load();
    if (lines.length === 0) {
      fill(node, emptyNote('No output', why));
      return;
    }
    if (!list.node.isConnected) fill(node, list.node);
    const now = printedAt(lines, store.get('cursor').time);
    const moved = now !== printed;
    printed = now;
    list.refresh();
    if (moved) list.reveal(Math.max(0, printed - 1));
  }
  return { node, update };
}
