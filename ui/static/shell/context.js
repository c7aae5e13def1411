// The menu of the right button on the stage and the timeline: what can be done with what is under the pointer.

import { formatClock } from '../model/time.js';
import { el, fill } from '../state/dom.js';
import { entry, move } from './menu.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../timeline/timeline.js').Timeline} Timeline */
/** @typedef {import('./menu.js').Item} Item */

/**
 * @param {Store} store
 * @param {Timeline} timeline
 * @param {{stage:HTMLElement, timeline:HTMLElement}} hosts
 */
export function mountContextMenu(store, timeline, hosts) {
  const list = el('div', { class: 'menu context-menu', id: 'context-menu', role: 'menu', hidden: true });
  document.body.append(list);
  /** @type {HTMLElement|null} */
  let before = null;
  const close = () => {
    if (list.hidden) return;
    list.hidden = true;
    before?.focus();
  };

  /** @param {MouseEvent} ev @param {Item[]} items */
  const open = (ev, items) => {
    ev.preventDefault();
    timeline.hideTooltip();
    before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    fill(list, ...items.map((item) => entry(item, close)));
    list.hidden = false;
    const { width, height } = list.getBoundingClientRect();
    list.style.left = `${Math.max(4, Math.min(ev.clientX, innerWidth - width - 4))}px`;
    list.style.top = `${Math.max(4, Math.min(ev.clientY, innerHeight - height - 4))}px`;
    /** @type {HTMLElement|null} */ (list.querySelector('.menu-item'))?.focus();
  };
  const usable = () => store.get('model') !== null;
  hosts.timeline.addEventListener('contextmenu', (ev) => {
    if (usable()) open(ev, [...itemsOf(store, timeline), ...placeItems(store, timeline.timeAt(ev.clientX)), ...viewItems(store)]);
  });
  hosts.stage.addEventListener('contextmenu', (ev) => {
    if (usable()) open(ev, [...itemsOf(store, timeline), ...viewItems(store)]);
  });
  document.addEventListener('pointerdown', (ev) => {
    if (!list.contains(/** @type {Node} */ (ev.target))) close();
  });
  list.addEventListener('keydown', (ev) => move(ev, list, close));
  addEventListener('blur', close);
  addEventListener('resize', close);
}

/**
 * What can be done with the goroutine, channel or lock under the pointer; with the selection where there is none.
 * @param {Store} store
 * @param {Timeline} timeline
 * @returns {Item[]}
 */
function itemsOf(store, timeline) {
  const { hover, selection, pins, highlight, only } = store.values();
  const what = hover && hover.kind !== 'finding' ? hover : selection;
  const { kind, id } = what;
  if (kind !== 'goroutine' && kind !== 'object') return [];
  const known = kind === 'goroutine' ? store.goroutine(id) : store.object(id);
  if (!known) return [];
  const name = kind === 'goroutine' ? store.gname(id) : store.oname(id);
  const lit = highlight?.kind === kind && highlight.id === id;
  const together = kind === 'goroutine' ? 'Highlight the same function' : 'Highlight who uses it';
  const items = [
    { label: `Show ${name}`, note: 'state, why, stack', run: () => store.set({ selection: { kind, id }, panel: 'selection' }) },
    { label: lit ? 'Highlight nothing' : together, note: 'H', run: () => store.set({ selection: { kind, id }, highlight: lit ? null : { kind, id } }) },
  ];
  const alone = only?.kind === kind && only.id === id;
  items.push({ label: alone ? 'Show everything' : `Only what ${kind === 'goroutine' ? 'it interacts with' : 'uses it'}`, note: 'on the timeline', run: () => store.set({ only: alone ? null : { kind, id } }) });
  if (timeline.hasTrack(known.key)) items.push({ label: pins.includes(known.key) ? 'Unpin the track' : 'Pin the track at the top', note: 'P', run: () => store.togglePin(known.key) });
  if (kind === 'goroutine') items.push({ label: 'Fit its life', note: 'F F', run: () => { store.select(kind, id); timeline.fitSelection(); } });
  return items;
}

/**
 * @param {Store} store
 * @param {number} t
 * @returns {Item[]}
 */
function placeItems(store, t) {
  const { area, model } = store.values();
  const items = [];
  if (t >= 0 && t <= (model?.duration ?? 0)) items.push({ label: `Playhead to ${formatClock(t)}`, run: () => { store.set({ playing: false }); store.seekTime(t); } });
  if (area) {
    items.push({ label: 'Zoom to the area', run: () => store.setWindow(area.t0, area.t1) }, { label: 'Drop the area', note: 'Esc', run: () => store.set({ area: null }) });
  }
  return items;
}

/**
 * @param {Store} store
 * @returns {Item[]}
 */
function viewItems(store) {
  const { cursor, marks } = store.values();
  const marked = marks.some((m) => m.event === cursor.event);
  return [
    { label: marked ? 'Unmark the event at the playhead' : 'Mark the event at the playhead', note: 'M', run: store.toggleMark },
    { label: 'Fit all', note: '0', run: store.fitAll },
  ];
}
