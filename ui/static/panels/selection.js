// What is selected, in words: for a goroutine its state and since when, why it is blocked, who woke it, its stack and who
// spawned it; for an object who holds it and who waits. With nothing selected, the goroutine of the event at the playhead.
import { Superseded } from '../wire/client.js';
import { formatClock, formatCount, formatDuration } from '../model/time.js';
import { stateInfo } from '../model/states.js';
import { el, fill } from '../state/dom.js';
import { describeObject } from './object.js';
import { findingCard } from './findings.js';
import { dot, emptyNote, goroutineLink, link, objectLink, rich, siteLink } from './parts.js';
import { withText } from './sourcemodel.js';

/** @typedef {import('../state/store.js').Store} Store */

/**
 * Answer of the op "selection".
 * @typedef {import('../model/types.js').GoroutineState & {
 *   why: string[], woken_by: {g: number, event: number, file: number, line: number}|null,
 *   stack: {func: string, file: string, line: number}[], ancestry: number[], next: import('../model/types.js').EventRow[]}} Answer
 */

/** @param {Store} store */
export function createSelection(store) {
  const node = el('div', { class: 'panel-scroll selection' });
  let asked = '';

  /** @param {number} g @param {boolean} automatic */
  async function goroutine(g, automatic) {
    const event = Math.max(0, store.get('cursor').event);
    const key = `${store.get('recordingId')} ${g} ${event} ${automatic} ${store.get('model')?.events} ${store.get('highlight')?.id} ${store.get('only')?.id}`;
    if (key === asked) return;
    asked = key;
    try {
      const answer = /** @type {Answer} */ (await store.request('selection', { event, g }));
      if (key === asked) fill(node, ...goroutineView(store, answer, automatic));
    } catch (err) {
      if (err instanceof Superseded) { if (key === asked) asked = ''; return; }
      if (key === asked) fill(node, emptyNote(store.gname(g), err instanceof Error ? err.message : String(err)));
    }
  }

  function update() {
    const { kind, id } = store.get('selection');
    if (kind === 'goroutine') { goroutine(id, false); return; }
    asked = '';
    if (kind === 'object') { fill(node, ...describeObject(store, id)); return; }
    if (kind === 'finding') {
      const f = store.get('model')?.findings.find((x) => x.id === id);
      if (f) { fill(node, findingCard(store, f, true)); return; }
    }
    const current = store.get('stateAtCursor')?.current;
    if (current && current.g >= 0) goroutine(current.g, true);
    else fill(node, emptyNote('Nothing selected', 'Click a goroutine, channel or lock on the stage or the timeline.'));
  }
  return { node, update };
}

/**
 * @param {Store} store
 * @param {Answer} a
 * @param {boolean} automatic
 * @returns {HTMLElement[]}
 */
function goroutineView(store, a, automatic) {
  const g = store.goroutine(a.g);
  const head = el('header', { class: 'selection-head' },
    el('h2', {}, store.gname(a.g)), el('span', { class: 'muted' }, g ? `G${g.id}${g.process > 1 ? `, process ${g.process}` : ''}` : ''), el('span', { class: 'grow' }),
    automatic ? link('Select', () => store.select('goroutine', a.g), 'Stay with this goroutine while the replay goes on') : link('Clear', () => store.select(null)));
  const out = [head];
  if (automatic) out.push(el('p', { class: 'muted selection-note' }, 'Nothing is selected: this is the goroutine of the event at the playhead.'));
  out.push(facts(store, a), views(store, a.g));
  if (a.why.length) out.push(section(a.forever ? 'Why it waits forever' : 'Why it waits', el('ol', { class: 'why' }, ...a.why.map((w) => el('li', {}, ...rich(store, w))))));
  out.push(section('What it does next', next(store, a)));
  out.push(section('Stack', stack(store, a.stack)));
  out.push(section('Spawned by', ancestry(store, a)));
  return out;
}

/**
 * Its next events; a click goes there.
 * @param {Store} store
 * @param {Answer} a
 */
function next(store, a) {
  if (a.next.length === 0) return el('p', { class: 'muted' }, a.forever ? 'Nothing: it waits like this until the recording ends.' : 'Nothing more is recorded of it.');
  return el('div', {}, ...a.next.map((e) => el('button', {
    type: 'button', class: 'event-row', title: e.text, onclick: () => { store.set({ playing: false }); store.seekEvent(e.i); },
  }, el('span', { class: 'event-time' }, formatClock(e.t)), el('span', { class: 'grow' }, e.text))));
}

/**
 * Narrows what is shown to what has to do with the selection.
 * @param {Store} store
 * @param {number} g
 */
function views(store, g) {
  const { highlight, only, model } = store.values();
  const lit = highlight?.kind === 'branch' && highlight.id === g;
  const alone = only?.kind === 'goroutine' && only.id === g;
  const parent = model?.goroutines.some((x) => x.parent === g);
  return el('p', { class: 'finding-links' },
    ...(parent ? [link(lit ? 'Highlight nothing' : 'Highlight branch', () => store.set({ highlight: lit ? null : { kind: 'branch', id: g } }), 'It, whom it spawned, and whom they spawned'), ' · '] : []),
    link(alone ? 'Show everything' : 'Only what it interacts with', () => store.set({ only: alone ? null : { kind: 'goroutine', id: g } }), 'Rows of the goroutines, channels and locks that it has to do with'));
}

/**
 * What a goroutine wants of the object that it waits for.
 * @type {Record<string, string>}
 */
const OP_WORDS = { send: 'To send to', recv: 'To receive from', lock: 'To lock', rlock: 'To read-lock', wait: 'Waits for', cond: 'Waits on' };

/**
 * @param {Store} store
 * @param {Answer} a
 */
function facts(store, a) {
  const list = el('dl', { class: 'facts-list' });
  /** @param {string} name @param {...(Node|string)} value */
  const add = (name, ...value) => list.append(el('dt', {}, name), el('dd', {}, ...value));
  const time = store.get('cursor').time;
  const code = a.s & 0x7f;
  add('State', dot(code, a.forever), a.text || stateInfo(code).word, ...(a.forever ? [el('b', { class: 'forever-word' }, ' forever')] : []));
  if (a.since >= 0 && a.since <= time) {
    const since = link(formatClock(a.since), () => { store.set({ playing: false }); store.seekEvent(a.since_event); });
    add('Since', since, ` · for ${formatDuration(time - a.since)}`);
  }
  if (a.file >= 0 && a.line > 0) add('At', siteLink(store, a.file, a.line));
  if (a.o >= 0) add(OP_WORDS[a.op] ?? 'On', objectLink(store, a.o));
  if (a.held.length) add('Holds', ...a.held.flatMap((o, i) => (i > 0 ? [', ', objectLink(store, o)] : [objectLink(store, o)])));
  if (a.woken_by) {
    const by = a.woken_by;
    const where = link('event ' + formatCount(by.event), () => { store.set({ playing: false }); store.seekEvent(by.event); });
    const place = by.file >= 0 && by.line > 0 ? [' at ', siteLink(store, by.file, by.line)] : [];
    add('Woken by', by.g >= 0 ? goroutineLink(store, by.g) : 'the runtime', ...place, ', ', where);
  }
  const g = store.goroutine(a.g);
  if (g) add('In all', `running ${formatDuration(g.running)}, blocked ${formatDuration(g.blocked)}`);
  return list;
}

/** @param {string} title @param {Node} content */
const section = (title, content) => el('section', { class: 'selection-section' }, el('h3', {}, title), content);

/**
 * The user's frames first; those of the runtime and the standard library fold away.
 * @param {Store} store
 * @param {Answer['stack']} frames
 */
function stack(store, frames) {
  const all = store.get('model')?.files ?? [];
  const files = withText(store.get('model')).map((i) => all[i]);
  if (frames.length === 0) return el('p', { class: 'muted' }, 'No stack was recorded with this event.');
  const own = frames.filter((f) => files.includes(f.file));
  const rest = frames.filter((f) => !files.includes(f.file));
  const item = (/** @type {Answer['stack'][number]} */ f) => {
    const file = all.indexOf(f.file);
    return el('li', {}, el('span', { class: 'frame-func' }, f.func), file >= 0 ? siteLink(store, file, f.line) : el('span', { class: 'muted' }, f.file ? `${f.file}:${f.line}` : ''));
  };
  const list = el('ul', { class: 'stack' }, ...own.map(item));
  if (rest.length === 0) return list;
  const more = el('details', { open: own.length === 0 }, el('summary', {}, `${rest.length} of the runtime and the standard library`), el('ul', { class: 'stack' }, ...rest.map(item)));
  return el('div', {}, list, more);
}

/**
 * @param {Store} store
 * @param {Answer} a
 */
function ancestry(store, a) {
  const g = store.goroutine(a.g);
  const box = el('p', {});
  if (a.ancestry.length === 0) return fill(box, 'It was there from the start.'), box;
  const at = g?.spawn ? [' at ', siteLink(store, g.spawn.file, g.spawn.line)] : [];
  a.ancestry.forEach((p, i) => box.append(...(i > 0 ? [' ← '] : []), goroutineLink(store, p), ...(i === 0 ? at : [])));
  return box;
}
