// The timeline as a table, for screen readers and the keyboard: what every goroutine does at the playhead and what is in
// every channel and lock. Rows select; the playhead stays where it is.

import { stateInfo } from '../model/states.js';
import { formatClock, formatDuration } from '../model/time.js';
import { el } from '../state/dom.js';
import { show } from './palette.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../timeline/timeline.js').Timeline} Timeline */

/**
 * @param {Store} store
 * @param {Timeline} timeline
 */
export function openTwin(store, timeline) {
  const state = store.get('stateAtCursor');
  const dialog = el('dialog', { class: 'twin', id: 'twin', 'aria-label': 'The timeline as a table' });
  const close = el('button', { class: 'button', type: 'button', onclick: () => dialog.close() }, 'Close');
  dialog.append(el('div', { class: 'help-head' }, el('h2', {}, `The program at ${formatClock(store.get('cursor').time)}`), close));
  if (!state) dialog.append(el('p', {}, 'Nothing has been loaded yet.'));
  else dialog.append(goroutines(store, state, dialog), objects(store, state, dialog));
  dialog.addEventListener('close', () => timeline.focus());
  show(dialog);
}

/**
 * @param {Store} store
 * @param {import('../model/types.js').ProgramState} state
 * @param {HTMLDialogElement} dialog
 */
function goroutines(store, state, dialog) {
  const rows = state.goroutines.map((g) => [
    link(store.gname(g.g), () => { dialog.close(); store.select('goroutine', g.g); }),
    g.text || stateInfo(g.s).word, formatDuration(state.t - g.since), g.forever ? 'yes' : '',
    g.held.map((o) => store.oname(o)).join(', '),
  ]);
  return table('Goroutines', ['Goroutine', 'State', 'For', 'Forever', 'Holds'], rows);
}

/**
 * @param {Store} store
 * @param {import('../model/types.js').ProgramState} state
 * @param {HTMLDialogElement} dialog
 */
function objects(store, state, dialog) {
  const names = (/** @type {number[]} */ gs) => gs.map((g) => store.gname(g)).join(', ');
  const pick = (/** @type {number} */ o) => link(store.oname(o), () => { dialog.close(); store.select('object', o); });
  const rows = [
    ...state.chans.map((c) => [
      pick(c.o), `${c.buf.length} in it${c.closed ? ', closed' : ''}`,
      [c.sendq.length ? `sending: ${names(c.sendq)}` : '', c.recvq.length ? `receiving: ${names(c.recvq)}` : ''].filter(Boolean).join('; '),
    ]),
    ...state.locks.map((l) => [pick(l.o), l.holder >= 0 ? `held by ${store.gname(l.holder)}` : l.readers.length ? `read by ${names(l.readers)}` : 'free', names(l.queue)]),
    ...state.wgs.map((w) => [pick(w.o), `counter ${w.counter}`, names(w.waiters)]),
  ];
  return table('Channels, locks, WaitGroups', ['Object', 'State', 'Waiting'], rows);
}

/**
 * @param {string} text
 * @param {() => void} run
 */
function link(text, run) {
  return el('button', { class: 'button quiet', type: 'button', onclick: run }, text);
}

/**
 * @param {string} caption
 * @param {string[]} head
 * @param {(string|Node)[][]} rows
 */
function table(caption, head, rows) {
  return el('table', { class: 'table' }, el('caption', { class: 'visually-hidden' }, caption),
    el('thead', {}, el('tr', {}, ...head.map((h) => el('th', { scope: 'col' }, h)))),
    el('tbody', {}, ...rows.map((cells) => el('tr', {}, ...cells.map((c) => el('td', {}, c))))));
}
