// A channel, lock, WaitGroup, Cond or Once in words, at the playhead.
import { formatClock, formatCount, formatDuration } from '../model/time.js';
import { el } from '../state/dom.js';
import { emptyNote, goroutineLink, link, siteLink, timeLink } from './parts.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../model/types.js').TracedObject} TracedObject */
/** @typedef {import('../model/types.js').ProgramState} ProgramState */

/**
 * @param {Store} store
 * @param {number} o
 * @returns {HTMLElement[]}
 */
export function describeObject(store, o) {
  const object = store.object(o);
  if (!object) return [emptyNote('Not found', 'The recording no longer names this object.')];
  const head = el('header', { class: 'selection-head' }, el('h2', {}, object.name || object.kind), el('span', { class: 'muted' }, object.type || object.kind), el('span', { class: 'grow' }), link('Clear', () => store.select(null)));
  const list = el('dl', { class: 'facts-list' });
  /** @param {string} name @param {(Node|string)[]} value */
  const add = (name, value) => { if (value.length) list.append(el('dt', {}, name), el('dd', {}, ...value)); };
  add('Kind', [object.kind + (object.kind === 'channel' && object.cap >= 0 ? `, ${object.cap === 0 ? 'unbuffered' : `capacity ${formatCount(object.cap)}`}` : '')]);
  const state = store.get('stateAtCursor');
  if (state) for (const [name, value] of now(store, object, state)) add(name, value);
  if (object.made) add(object.kind === 'channel' ? 'Made' : 'First used', [siteLink(store, object.made.file, object.made.line)]);
  if (object.closed >= 0) add('Closed', [timeLink(store, object.closed, formatClock(object.closed))]);
  add('In all', [`${formatCount(object.ops)} operations${object.held_ns > 0 ? `, held for ${formatDuration(object.held_ns)}` : ''}`]);
  add('Used by', users(store, o));
  const log = link('Its events', () => store.set({ panel: 'events' }));
  return [head, list, el('p', { class: 'finding-links' }, log)];
}

/**
 * @param {Store} store
 * @param {TracedObject} object
 * @param {ProgramState} state
 * @returns {[string, (Node|string)[]][]}
 */
function now(store, object, state) {
  const of = (/** @type {readonly {o: number}[]} */ rows) => rows.find((r) => r.o === object.o);
  const who = (/** @type {readonly number[]} */ list) => links(store, list);
  const chan = /** @type {ProgramState['chans'][number]|undefined} */ (of(state.chans));
  if (chan) {
    const elements = chan.buf.slice(0, 12).map((m) => `#${m.k}${m.v ? ' = ' + m.v : ''}`).join(', ');
    return [
      ['Holds', [chan.buf.length === 0 ? 'nothing' : elements + (chan.buf.length > 12 ? ` and ${chan.buf.length - 12} more` : '')]],
      ['Wait to send', who(chan.sendq)], ['Wait to receive', who(chan.recvq)], ['State', [chan.closed ? 'closed' : 'open']],
    ];
  }
  const lock = /** @type {ProgramState['locks'][number]|undefined} */ (of(state.locks));
  if (lock) return [['Held by', lock.holder >= 0 ? who([lock.holder]) : lock.readers.length ? who(lock.readers) : ['nobody']], ['Waiting', who(lock.queue)]];
  const wg = /** @type {ProgramState['wgs'][number]|undefined} */ (of(state.wgs));
  if (wg) return [['Counter', [formatCount(wg.counter)]], ['Waiting', who(wg.waiters)]];
  const cond = /** @type {ProgramState['conds'][number]|undefined} */ (of(state.conds));
  if (cond) return [['Waiting', who(cond.waiters)]];
  const once = /** @type {ProgramState['onces'][number]|undefined} */ (of(state.onces));
  if (once) return [['State', [once.done ? 'done' : once.runner >= 0 ? 'running' : 'not run yet']], ['Run by', once.runner >= 0 ? who([once.runner]) : []]];
  return [['State', ['not there at the playhead']]];
}

/**
 * @param {Store} store
 * @param {readonly number[]} list
 * @returns {(Node|string)[]}
 */
function links(store, list) {
  const out = list.slice(0, 12).flatMap((g, i) => (i > 0 ? [', ', goroutineLink(store, g)] : [goroutineLink(store, g)]));
  return list.length > 12 ? [...out, ` and ${list.length - 12} more`] : out;
}

/**
 * @param {Store} store
 * @param {number} o
 * @returns {(Node|string)[]}
 */
function users(store, o) {
  const edges = store.get('model')?.edges.filter((e) => e.o === o) ?? [];
  return edges.slice(0, 20).flatMap((e, i) => {
    const ops = Object.entries(e.ops).map(([op, n]) => `${op} × ${formatCount(n)}`).join(', ');
    return [...(i > 0 ? [el('br')] : []), goroutineLink(store, e.g), el('span', { class: 'muted' }, ' ' + ops)];
  });
}
