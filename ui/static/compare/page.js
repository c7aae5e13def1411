// The comparison: two recordings one under the other. Each side is what the page of a recording is made of, on a store of
// its own; what is here is what lies between the two.

import { byId, el, fill } from '../state/dom.js';
import { fetchJSON } from '../state/session.js';
import { createViewer, held } from '../state/viewer.js';
import { mountAnnouncer } from '../shell/announce.js';
import { mountContextMenu } from '../shell/context.js';
import { bindKeys } from '../shell/keys.js';
import { mountNotice } from '../shell/notice.js';
import { mountStage } from '../stage/stage.js';
import { mountTimeline } from '../timeline/timeline.js';
import { mountTransport } from '../transport/transport.js';
import { createActive } from './active.js';
import { formatCompare } from './address.js';
import { mountBar, sideTitle } from './bar.js';
import { createCompareCommands } from './commands.js';
import { createDetails } from './details.js';
import { mountControls } from './controls.js';
import { createDivergences } from './divergences.js';
import { createLink } from './link.js';
import { NAMES, createState } from './state.js';
import { mountTops } from './tops.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../state/viewer.js').Viewer} Viewer */
/** @typedef {import('./address.js').CompareView} CompareView */
/** @typedef {import('./state.js').State} State */
/** @typedef {ReturnType<typeof import('../timeline/timeline.js').mountTimeline>} Timeline */

/**
 * What a side is.
 * @typedef {Viewer & {name:'A'|'B', timeline:Timeline, host:HTMLElement, stage:HTMLElement}} Side
 */

/** Groups of the timelines that are collapsed at first: two of them have less room. */
const COLLAPSED = Object.freeze(['cores', 'system', 'missing']);

/**
 * @param {Store} main  the page's own store: theme, list of recordings, which page is shown
 * @param {{frame:import('../state/frame.js').Frame, colors:import('../state/colors.js').Colors, reducedMotion:() => boolean}} shared
 */
export function createCompare(main, shared) {
  const state = createState();
  const sides = /** @type {[Side, Side]} */ (NAMES.map((name) => createSide(name, main, shared)));
  const stores = /** @type {[Store, Store]} */ (sides.map((s) => s.store));
  const link = createLink(stores, state);
  const divergences = createDivergences(stores, state);
  const active = createActive(stores, () => state.get('active'));
  state.subscribe((s) => s.active, (now, was) => {
    takeOver(stores, now, was);
    active.switched();
  });
  const commands = createCompareCommands(sides, state, divergences, active.store);
  mountBar(byId('compare-bar'), main, stores, state, commands);
  fill(byId('compare'), ...mountTops(main, shared.frame, sides, state, divergences), el('div', { class: 'runs' }, el('div', { class: 'sides' }, ...mountSides(sides, state)), createDetails(sides, state)));
  mountTransport(byId('compare-transport'), active.store);
  mountControls(byId('compare-transport'), state);
  mountNotice(byId('notice'), active.store);
  mountAnnouncer(byId('announce'), active.store);
  for (const side of sides) mountContextMenu(side.store, side.timeline, { stage: side.stage, timeline: side.host });
  bindKeys(commands, () => main.get('page') === 'compare');
  pairSelections(stores, state);
  markMissing(stores, state);
  keepAddress(main, stores, state);
  const opener = createOpener(main, shared.frame, sides, state, link);
  return { state, a: stores[0], b: stores[1], active: active.store, ...opener };
}

/**
 * @param {'A'|'B'} name
 * @param {Store} main
 * @param {Parameters<typeof createCompare>[1]} shared
 * @returns {Side}
 */
function createSide(name, main, shared) {
  // Drawings are told apart by their names: those of both sides must be.
  const frame = { ...shared.frame, draw: (/** @type {string} */ key, /** @type {() => void} */ fn) => shared.frame.draw(`${name} ${key}`, fn) };
  const viewer = createViewer({ ...shared, frame });
  const { store } = viewer;
  const id = name.toLowerCase();
  const host = el('section', { class: 'timeline', id: `timeline-${id}`, 'aria-label': `Timeline of ${name}`, tabindex: '0' });
  const stage = el('section', { class: 'stage', id: `stage-${id}`, 'aria-label': `Stage of ${name}` });
  const timeline = mountTimeline(host, store, COLLAPSED);
  mountStage(stage, store);
  const look = () => store.set({ theme: main.get('theme'), colorsVersion: main.get('colorsVersion') });
  main.subscribe((s) => [s.theme, s.colorsVersion], look);
  look();
  store.subscribe((s) => s.theme, (theme) => main.set({ theme }));
  return { ...viewer, name, timeline, host, stage };
}

/**
 * Who plays when a person changes sides.
 * @param {readonly [Store, Store]} stores
 * @param {0|1} now
 * @param {0|1} was
 */
function takeOver(stores, now, was) {
  if (!stores[was].get('playing')) return;
  stores[was].set({ playing: false });
  stores[now].set({ playing: true });
}

/**
 * @param {readonly [Side, Side]} sides
 * @param {State} state
 */
function mountSides(sides, state) {
  return sides.map((side, i) => {
    const head = el('h2', { class: 'side-head' });
    const error = el('div', { class: 'message', role: 'alert', hidden: true });
    const node = el('div', { class: `side side-${side.name.toLowerCase()}` }, head, side.host, error);
    const choose = () => state.set({ active: i === 0 ? 0 : 1 });
    node.addEventListener('pointerdown', choose, true);
    node.addEventListener('focusin', choose);
    side.stage.addEventListener('pointerdown', choose, true);
    const apply = () => {
      const failed = side.store.get('error');
      side.host.hidden = failed !== null;
      error.hidden = failed === null;
      fill(error, el('h3', {}, failed?.title ?? ''), el('pre', {}, failed?.text ?? ''), el('p', {}, failed?.hint ?? ''));
      node.classList.toggle('active', state.get('active') === i);
      fill(head, ...sideTitle([sides[0].store, sides[1].store], i === 0 ? 0 : 1, state.get('active') === i));
    };
    side.store.subscribe((s) => [s.error, s.model, s.page, s.connection], () => side.store.frame.draw('side', apply));
    sides[i === 0 ? 1 : 0].store.subscribe((s) => s.model, () => side.store.frame.draw('side', apply)); // the names depend on both
    state.subscribe((s) => s.active, apply);
    apply();
    return node;
  });
}

/**
 * Opens what the address says.
 * @param {Store} main
 * @param {import('../state/frame.js').Frame} frame
 * @param {readonly [Side, Side]} sides
 * @param {State} state
 * @param {import('./link.js').Link} link
 */
function createOpener(main, frame, sides, state, link) {
  let asked = 0;

  async function compare() {
    const mine = ++asked;
    const [a, b] = state.get('ids');
    try {
      const result = await held(frame, fetchJSON(`/api/compare?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`));
      if (mine === asked) state.set({ result, error: '' });
    } catch (err) {
      if (mine === asked) state.set({ result: null, error: err instanceof Error ? err.message : String(err) });
    }
  }
  // What is live now is compared again when it has ended.
  for (const { store } of sides) store.subscribe((s) => s.live?.status === 'ended', (ended) => { if (ended && state.get('ids')[0]) compare(); });

  /** @param {CompareView} view */
  async function open(view) {
    const { ids, views, ...rest } = view;
    if (main.get('page') === 'compare' && same(state, ids)) return;
    main.set({ page: 'compare', recordingId: '', error: null });
    state.set({ ids, ...rest, result: null, error: '', opened: false });
    for (const { store } of sides) store.set({ error: null, extent: null, flags: [], missing: [] });
    await Promise.all([compare(), ...sides.map((s, i) => s.session.open(ids[i] ?? '', /** @type {import('../state/fragment.js').View} */ (views[i])))]);
    if (same(state, ids)) link.begin(views.map((v) => v.window));
    fetchJSON('/api/recordings').then(({ recordings }) => main.set({ recordings }), () => {});
  }
  function leave() {
    asked++;
    state.set({ ids: ['', ''], result: null, error: '', opened: false });
    for (const s of sides) s.session.leave();
  }
  return { open, leave };
}

/**
 * @param {State} state
 * @param {[string, string]} ids
 */
function same(state, ids) {
  const [a, b] = state.get('ids');
  return a === ids[0] && b === ids[1];
}

/**
 * While linked, a selected goroutine, channel or lock is selected on the other side too.
 * @param {readonly [Store, Store]} stores
 * @param {State} state
 */
function pairSelections(stores, state) {
  let busy = false;
  stores.forEach((store, i) => store.subscribe((s) => s.selection, ({ kind, id }) => {
    const result = state.get('result');
    if (busy || !result || !state.get('linked') || kind === 'finding') return;
    const [mine, other] = i === 0 ? /** @type {const} */ (['a', 'b']) : /** @type {const} */ (['b', 'a']);
    const partner = kind === 'goroutine' ? result.pairs.find((p) => p[mine].g === id)?.[other].g
      : kind === 'object' ? result.objects.find((o) => o[mine]?.o === id)?.[other]?.o : undefined;
    busy = true;
    stores[i === 0 ? 1 : 0].select(partner === undefined ? null : kind, partner ?? -1);
    busy = false;
  }));
}

/** Rows of this kind at most: a list of hundreds is in the pairs. */
const MOST_MISSING = 12;

/**
 * Rows for what only the other side has.
 * @param {readonly [Store, Store]} stores
 * @param {State} state
 */
function markMissing(stores, state) {
  const apply = () => {
    const result = state.get('result');
    if (!result) return;
    stores.forEach((store, i) => {
      const plain = store.get('model')?.hooks === false;
      const gone = i === 0 ? result.only_b : result.only_a;
      const things = result.objects.filter((o) => (i === 0 ? o.a : o.b) === null);
      const here = NAMES[i] ?? '';
      const note = plain ? `missing: ${here} is a plain trace, which has no channels and locks` : `not in ${here}`;
      const rows = [
        ...gone.map((g) => ({ key: `missing g${g.g}`, label: g.name, note: `not in ${here}` })),
        ...things.map((o) => ({ key: `missing o${(o.a ?? o.b)?.o}`, label: `${o.kind} ${o.name}`, note })),
      ];
      const more = rows.length - MOST_MISSING;
      store.set({ missing: more <= 0 ? rows : [...rows.slice(0, MOST_MISSING), { key: 'missing more', label: `${more} more`, note: 'all are listed under Pairs' }] });
    });
  };
  state.subscribe((s) => s.result, apply);
  stores.forEach((s) => s.subscribe((v) => v.model?.hooks, apply));
}

/** Browsers refuse to change the address more often than this, in ms. */
const ADDRESS_WAIT = 400;

/**
 * @param {Store} main
 * @param {readonly [Store, Store]} stores
 * @param {State} state
 */
function keepAddress(main, stores, state) {
  let timer = 0;
  const write = () => {
    timer = 0;
    if (main.get('page') !== 'compare' || stores.some((s) => s.get('model') === null)) return;
    const { ids, linked, align, scale, divergence, active, top, folded, details } = state.values();
    const views = /** @type {CompareView['views']} */ (/** @type {unknown} */ (stores.map((s) => s.values())));
    const text = formatCompare({ ids, views, linked, align, scale, divergence, active, top, folded, details });
    if (`#${text}` !== location.hash) history.replaceState(null, '', `${location.pathname}#${text}`);
  };
  const later = () => { if (timer === 0) timer = window.setTimeout(write, ADDRESS_WAIT); };
  for (const store of stores) store.subscribe((s) => [s.cursor, s.window, s.area, s.selection, s.marks, s.pins, s.highlight, s.only, s.pacing, s.speed, s.model], later);
  state.subscribe((s) => [s.ids, s.linked, s.align, s.scale, s.divergence, s.active, s.top, s.folded, s.details], later);
}
