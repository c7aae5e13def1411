// All goroutines in a list: what each does at the playhead, its life as a bar, how long it was blocked.
import { formatDuration, formatShare } from '../model/time.js';
import { State, stateInfo } from '../model/states.js';
import { el, fill } from '../state/dom.js';
import { dot, emptyNote, hovering } from './parts.js';
import { createList } from './virtual.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../model/types.js').Goroutine} Goroutine */
/** @typedef {import('../model/types.js').Model} Model */
/** @typedef {'suspicious'|'blocked'|'spawn'} Order */

/**
 * @param {Model} model
 * @param {Order} order
 * @returns {Goroutine[]} suspicious: those that findings name first (errors before warnings), then by blocked time
 */
export function sorted(model, order) {
  const list = [...model.goroutines];
  if (order === 'spawn') return list;
  const weight = { error: 4, warning: 2, info: 1 };
  /** @type {Map<number, number>} */
  const suspicion = new Map();
  if (order === 'suspicious') {
    for (const f of model.findings) {
      const w = weight[/** @type {keyof typeof weight} */ (f.severity)] ?? 1;
      for (const g of f.g) suspicion.set(g, (suspicion.get(g) ?? 0) + w);
    }
  }
  const place = new Map(list.map((g, i) => [g.g, i]));
  const of = (/** @type {Goroutine} */ g) => suspicion.get(g.g) ?? 0;
  return list.sort((a, b) => of(b) - of(a) || b.blocked - a.blocked || (place.get(a.g) ?? 0) - (place.get(b.g) ?? 0));
}

/**
 * @param {Goroutine} g
 * @param {number} duration
 * @returns {{left: number, width: number}} per cent of the run
 */
export function lifetime(g, duration) {
  const total = Math.max(1, duration);
  const left = (100 * Math.min(g.created, total)) / total;
  const end = g.ended < 0 ? total : Math.min(g.ended, total);
  return { left, width: Math.max(0.8, (100 * end) / total - left) };
}

/** @param {Store} store */
export function createGoroutines(store) {
  const order = el('select', { class: 'select', 'aria-label': 'Order', onchange: () => { top(); update(); } },
    ...[['suspicious', 'most suspicious'], ['blocked', 'blocked time'], ['spawn', 'spawn order']].map(([value, text]) => el('option', { value }, text ?? '')));
  const counts = el('span', { class: 'muted grow' });
  const body = el('div', { class: 'panel-fill' });
  const node = el('div', { class: 'panel-fill' }, el('div', { class: 'panel-bar' }, counts, el('label', { class: 'muted' }, 'by ', order)), body);
  /** @type {Goroutine[]} */
  let shown = [];
  /** @type {Map<number, import('../model/types.js').GoroutineState>} */
  let states = new Map();
  /** @type {Set<number>} */
  let suspects = new Set();
  const list = createList({ rowHeight: 46, count: () => shown.length, row: (i) => row(store, /** @type {Goroutine} */ (shown[i]), states, suspects), label: 'Goroutines', className: 'goroutine-list' });
  const top = () => { list.node.scrollTop = 0; };
  /** @type {unknown} */
  let key = null;

  function update() {
    const model = store.get('model');
    if (!model || model.goroutines.length === 0) {
      fill(counts);
      fill(body, emptyNote('No goroutines', model ? 'Nothing of the program was recorded: the trace holds no event of its goroutines.' : 'No recording is open.'));
      key = null;
      return;
    }
    if (key !== model || order.value !== order.dataset.shown) {
      shown = sorted(model, /** @type {Order} */ (order.value));
      suspects = new Set(model.findings.flatMap((f) => f.g));
      key = model;
      order.dataset.shown = order.value;
    }
    const state = store.get('stateAtCursor');
    states = new Map(state?.goroutines.map((g) => [g.g, g]));
    const left = model.goroutines_left_out ? `, ${model.goroutines_left_out} more not listed` : '';
    fill(counts, `${states.size} alive of ${model.goroutines.length}${left}`);
    if (!list.node.isConnected) fill(body, list.node);
    list.refresh();
  }
  return { node, update };
}

/**
 * @param {Store} store
 * @param {Goroutine} g
 * @param {Map<number, import('../model/types.js').GoroutineState>} states
 * @param {Set<number>} suspects
 */
function row(store, g, states, suspects) {
  const duration = store.get('model')?.duration ?? 0;
  const time = store.get('cursor').time;
  const state = states.get(g.g);
  const code = state ? state.s & 0x7f : g.ended >= 0 && g.ended <= time ? State.ended : g.created > time ? State.notYet : State.none;
  const words = state?.text || stateInfo(code).word;
  const life = lifetime(g, duration);
  const bar = el('i', { class: suspects.has(g.g) && g.ended < 0 ? 'life stuck' : 'life' });
  bar.style.left = life.left + '%';
  bar.style.width = life.width + '%';
  const now = el('i', { class: 'life-now' });
  now.style.left = (100 * time) / Math.max(1, duration) + '%';
  const alive = (g.ended < 0 ? duration : g.ended) - g.created;
  const chosen = store.get('selection').kind === 'goroutine' && store.get('selection').id === g.g;
  const node = el('button', { type: 'button', class: 'goroutine-row' + (chosen ? ' chosen' : ''), 'aria-current': chosen ? 'true' : null, onclick: () => store.select('goroutine', g.g), ondblclick: () => store.set({ panel: 'selection' }) },
    dot(code, state?.forever), el('span', { class: 'goroutine-name', title: g.name }, g.name), el('span', { class: 'goroutine-id' }, 'G' + g.id),
    el('span', { class: 'goroutine-text', title: words }, words + (state?.forever ? ' · forever' : '')),
    el('span', { class: 'lifeline', title: `${formatDuration(g.created)} – ${g.ended < 0 ? 'the end' : formatDuration(g.ended)}` }, bar, now),
    el('span', { class: 'goroutine-blocked', title: 'blocked' }, g.blocked > 0 ? `${formatDuration(g.blocked)} · ${formatShare(g.blocked / Math.max(1, alive))}` : 'never blocked'));
  return hovering(store, node, 'goroutine', g.g);
}
