// The events of one source line around the playhead: what a click on a line shows.
import { formatClock } from '../model/time.js';
import { el, fill } from '../state/dom.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../model/types.js').EventRow} EventRow */

/** Events looked through on each side of the playhead, and shown at most. */
const REACH = 4000;
const MOST = 60;

/**
 * The rows of a place, nearest to the playhead first chosen, then in order.
 * @param {(i: number) => EventRow|undefined} row
 * @param {number} cursor
 * @param {number} total
 * @param {number} file
 * @param {number} line
 * @returns {EventRow[]}
 */
export function eventsOfLine(row, cursor, total, file, line) {
  /** @type {EventRow[]} */
  const out = [];
  for (let d = 0; d <= REACH && out.length < MOST; d++) {
    for (const i of d === 0 ? [cursor] : [cursor - d, cursor + d]) {
      const e = i >= 0 && i < total ? row(i) : undefined;
      if (e && e.file === file && e.line === line) out.push(e);
    }
  }
  return out.sort((a, b) => a.i - b.i);
}

/** @param {Store} store */
export function createLineEvents(store) {
  const title = el('h3', { class: 'grow' });
  const rows = el('div', { class: 'line-events-rows' });
  /** @type {import('../model/types.js').Place} */
  let place = { file: -1, line: 0 };
  const step = async (/** @type {number} */ dir) => {
    const moved = await store.step(dir, place);
    if (moved === false) store.say(`Nothing happens at this line ${dir > 0 ? 'after' : 'before'} the playhead.`);
    store.reveal(store.get('cursor').time);
    show(place.file, place.line);
  };
  const button = (/** @type {string} */ text, /** @type {string} */ hint, /** @type {number} */ dir) =>
    el('button', { type: 'button', class: 'button quiet', 'aria-label': hint, title: hint, onclick: () => step(dir) }, text);
  const close = el('button', { type: 'button', class: 'button quiet', 'aria-label': 'Close', onclick: () => hide() }, '×');
  const node = el('section', { class: 'line-events', hidden: true }, el('div', { class: 'panel-bar' }, title, button('‹', 'Previous event at this line', -1), button('›', 'Next event at this line', 1), close), rows);
  const hide = () => { node.hidden = true; };

  /** @param {number} file @param {number} line */
  async function show(file, line) {
    place = { file, line };
    const cursor = Math.max(0, store.get('cursor').event);
    const total = store.get('model')?.events ?? 0;
    await store.events.ensure(cursor - REACH, cursor + REACH);
    const found = eventsOfLine(store.events.row, cursor, total, file, line);
    const near = total > REACH ? ' near the playhead' : '';
    fill(title, `${store.get('model')?.files[file] ?? ''}:${line}: ${found.length === 0 ? 'no event' : found.length + (found.length === 1 ? ' event' : ' events')}${near}`);
    fill(rows, ...found.map((e) => el('button', {
      type: 'button', class: 'event-row' + (e.i === cursor ? ' current' : ''), onclick: () => { store.set({ playing: false }); store.seekEvent(e.i); },
    }, el('span', { class: 'event-time' }, formatClock(e.t)), el('span', { class: 'grow' }, e.text))));
    node.hidden = false;
  }
  return { node, show, hide };
}
