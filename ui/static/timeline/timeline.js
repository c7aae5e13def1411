// The timeline: two canvases, the rows' data and what the keys and the mouse do with them.

import { clampWindow, zoomWindow } from '../model/window.js';
import { el } from '../state/dom.js';
import { createArea } from './area.js';
import { createData } from './data.js';
import { drawNote, drawRows } from './draw.js';
import { describeFlag } from './flags.js';
import { createFlows } from './flows.js';
import { describe, hitTest } from './hit.js';
import { bindInput } from './input.js';
import { drawOverlay } from './overlay.js';
import { COLLAPSED, ONLY, layoutRows, visibleRows } from './rows.js';
import { showTooltip } from './tooltip.js';
import { RULER, createView, labelWidth, sizeCanvas } from './view.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('./hit.js').Hit} Hit */
/** @typedef {import('./rows.js').Row} Row */
/** @typedef {ReturnType<typeof mountTimeline>} Timeline */

/** Rows that the server has data for. */
const HAS_DATA = new Set(['proc', 'goroutine', 'channel', 'lock', 'system', 'role']);

/** Rows above and below the screen that are fetched too. */
const OVERSCAN = 80;

/**
 * @param {HTMLElement} host
 * @param {Store} store
 * @param {readonly string[]} [closed]  groups that are collapsed at first
 * @param {boolean} [alone]  no other timeline has the same ruler
 */
export function mountTimeline(host, store, closed = COLLAPSED, alone = false) {
  const base = el('canvas', { 'aria-hidden': 'true' });
  const over = el('canvas', { class: 'over', 'aria-hidden': 'true' });
  host.replaceChildren(base, over);
  const still = context(base);
  const moving = context(over);
  const t = createParts(host, store, closed, alone);

  function drawBase() {
    if (!t.ready()) return;
    sizeCanvas(base, t.width(), t.height());
    t.clampScroll();
    const size = { width: t.width(), height: t.height(), scroll: t.scroll, left: t.left() };
    const v = createView(store, still, size);
    const near = visibleRows(t.layout.rows, t.scroll - OVERSCAN, t.scroll + t.height() + OVERSCAN);
    const keys = [...new Set([...visibleRows(t.layout.rows, 0, t.layout.pinned), ...near].filter((r) => HAS_DATA.has(r.kind)).map((r) => r.key))];
    t.data.want(store.get('window'), t.width() - v.left, keys);
    drawRows(v, t.layout, t.data);
    if (t.layout.rows.length === 0) drawNote(v, 'Nothing has been recorded yet.');
    drawOver();
  }
  function drawOver() {
    if (!t.ready()) return;
    sizeCanvas(over, t.width(), t.height());
    const v = createView(store, moving, { width: t.width(), height: t.height(), scroll: t.scroll, left: t.left() });
    t.flows.want();
    drawOverlay(v, t.layout, t.flows, { totals: t.area.totals(), hoverX: t.hoverX });
  }
  t.redraw = () => store.frame.draw('timeline', drawBase);
  t.redrawOver = () => store.frame.draw('timeline-over', drawOver);
  subscribe(store, t);
  new ResizeObserver(() => t.relayout()).observe(host);
  bindInput(store, createTarget(host, store, t));
  return createActions(host, store, t);
}

/** @param {HTMLCanvasElement} canvas */
function context(canvas) {
  const ctx = canvas.getContext('2d');
  if (!ctx) throw new Error('this browser has no 2D canvas');
  return ctx;
}

/**
 * The timeline's own state; what others may see lies in the store.
 * @param {HTMLElement} host
 * @param {Store} store
 * @param {readonly string[]} closed
 * @param {boolean} alone
 */
function createParts(host, store, closed, alone) {
  const t = {
    layout: /** @type {import('./rows.js').Layout} */ ({ rows: [], height: 0, pinned: 0, labels: 0, byG: new Map(), byO: new Map() }),
    collapsed: new Set(closed),
    scroll: 0,
    hoverX: -1,
    redraw: () => {},
    redrawOver: () => {},
    width: () => host.clientWidth,
    height: () => host.clientHeight,
    // Two timelines on one ruler begin at the same place, whatever their names are.
    left: () => labelWidth(host.clientWidth, alone ? t.layout.labels : 0),
    ready: () => store.get('model') !== null && host.clientWidth > 0,
    data: createData(store, () => t.redraw()),
    area: createArea(store, () => t.redrawOver()),
    flows: createFlows(store, () => t.redrawOver()),
    relayout() {
      const model = store.get('model');
      if (model) t.layout = layoutRows(model, t.collapsed, t.height() - RULER, store.get('pins'), store.get('missing'), store.get('only'));
      t.redraw();
    },
    clampScroll() {
      t.scroll = Math.max(0, Math.min(t.scroll, t.layout.height - (t.height() - RULER)));
    },
    /** @param {string} group */
    toggle(group) {
      if (!t.collapsed.delete(group)) t.collapsed.add(group);
      t.relayout();
    },
    /** @param {Row} row */
    show(row) {
      // Rows lie below the pinned ones, which stay.
      const top = row.y < t.layout.pinned ? 0 : t.layout.pinned;
      if (row.y - top < t.scroll && row.y >= t.layout.pinned) t.scroll = row.y - top - 20;
      const room = t.height() - RULER;
      if (row.y + row.height > t.scroll + room) t.scroll = row.y + row.height - room + 20;
      t.redraw();
    },
  };
  return t;
}

/** @typedef {ReturnType<typeof createParts>} Parts */

/**
 * @param {Store} store
 * @param {Parts} t
 */
function subscribe(store, t) {
  store.subscribe((s) => s.recordingId, () => { t.data.clear(); t.scroll = 0; });
  store.subscribe((s) => [s.model, s.pins, s.missing, s.only], t.relayout);
  store.subscribe((s) => [s.window, s.colorsVersion, s.page, s.overview, s.marks, s.highlight, s.flags], () => t.redraw());
  store.subscribe((s) => [s.cursor, s.playing, s.area, s.pacing], () => t.redrawOver());
  store.subscribe((s) => s.connection, (c) => { if (c === 'open') t.redraw(); });
  store.subscribe((s) => s.selection, ({ kind, id }) => {
    const row = kind === 'goroutine' ? t.layout.byG.get(id) : kind === 'object' ? t.layout.byO.get(id) : undefined;
    if (row) t.show(row);
    t.redraw();
  });
  store.subscribe((s) => [s.area, s.connection, s.model?.events], () => t.area.update());
}

/**
 * @param {Store} store
 * @param {Parts} t
 */
function perPixel(store, t) {
  return (store.get('window').t1 - store.get('window').t0) / (t.width() - t.left());
}

/**
 * @param {HTMLElement} host
 * @param {Store} store
 * @param {Parts} t
 * @returns {import('./input.js').Target}
 */
function createTarget(host, store, t) {
  const timeAt = (/** @type {number} */ x) => store.get('window').t0 + (x - t.left()) * perPixel(store, t);
  return {
    host, timeAt,
    left: t.left,
    hit: (x, y) => hitTest({ x, y, left: t.left(), scroll: t.scroll, t: timeAt(x), px: perPixel(store, t) }, t.layout, t.data, store.get('window')),
    scrollBy(dy) {
      const before = t.scroll;
      t.scroll += dy;
      t.clampScroll();
      if (t.scroll !== before) t.redraw();
    },
    click: (hit) => click(store, t, hit),
    fit: (hit) => fit(store, hit),
    hover: (hit, ev) => hover(host, store, t, hit, ev),
  };
}

/**
 * @param {Store} store
 * @param {Parts} t
 * @param {Hit} hit
 */
function click(store, t, hit) {
  if (hit.zone === 'ruler') return;
  const row = hit.row;
  if (row?.key === ONLY) return store.set({ only: null });
  if (row?.kind === 'group' || row?.kind === 'more' || (row?.kind === 'role' && hit.zone === 'label')) return t.toggle(row.key);
  store.set({ area: null });
  if (!row) return store.select(null);
  if (row.kind === 'role') return store.set({ selection: { kind: 'goroutine', id: row.id }, highlight: { kind: 'goroutine', id: row.id } });
  if (row.kind === 'goroutine') return store.select('goroutine', row.id);
  if (row.kind === 'channel' || row.kind === 'lock') return store.select('object', row.id);
  if (row.kind === 'proc' && hit.span && hit.span.info > 0) store.select('goroutine', hit.span.info - 1);
}

/**
 * @param {Store} store
 * @param {Hit} hit
 */
function fit(store, hit) {
  if (hit.zone === 'ruler') return store.fitAll();
  if (hit.zone === 'lane' && hit.span) return fitTo(store, hit.span.start, hit.span.end);
  if (hit.row?.kind === 'goroutine') fitGoroutine(store, hit.row.id);
  else if (hit.row?.kind !== 'group') store.fitAll();
}

/**
 * @param {Store} store
 * @param {number} t0
 * @param {number} t1
 */
function fitTo(store, t0, t1) {
  const air = Math.max(500, (t1 - t0) * 0.1);
  const w = clampWindow({ t0: t0 - air, t1: t1 + air }, store.range());
  store.setWindow(w.t0, w.t1);
}

/**
 * @param {Store} store
 * @param {number} g
 */
function fitGoroutine(store, g) {
  const goroutine = store.goroutine(g);
  if (goroutine) fitTo(store, goroutine.created, goroutine.ended < 0 ? store.get('model')?.duration ?? 0 : goroutine.ended);
}

/**
 * @param {HTMLElement} host
 * @param {Store} store
 * @param {Parts} t
 * @param {Hit|null} hit
 * @param {PointerEvent|null} ev
 */
function hover(host, store, t, hit, ev) {
  const lane = hit !== null && (hit.zone === 'lane' || hit.zone === 'ruler');
  t.hoverX = lane && ev ? ev.clientX - host.getBoundingClientRect().left : -1;
  host.style.cursor = hit?.zone === 'ruler' ? 'ew-resize' : hit?.row?.kind === 'group' || hit?.row?.kind === 'more' || hit?.zone === 'label' ? 'pointer' : 'default';
  if (ev && hit && ev.pointerType !== 'touch') showTooltip(describeFlag(store, hit.t, perPixel(store, t)) ?? describe(store, hit), ev.clientX, ev.clientY);
  else showTooltip(null, 0, 0);
  const row = hit?.row;
  const kind = row?.kind === 'goroutine' ? 'goroutine' : row?.kind === 'channel' || row?.kind === 'lock' ? 'object' : null;
  const was = store.get('hover');
  if ((was?.kind ?? null) !== kind || was?.id !== row?.id) store.set({ hover: kind && row ? { kind, id: row.id } : null });
  t.redrawOver();
}

/**
 * What keys and commands do with the timeline.
 * @param {HTMLElement} host
 * @param {Store} store
 * @param {Parts} t
 */
function createActions(host, store, t) {
  return {
    /** @param {number} factor  below 1 zooms in, around the playhead when it is in view */
    zoom(factor) {
      const { t0, t1 } = store.get('window');
      const { time } = store.get('cursor');
      const at = time >= t0 && time <= t1 ? time : (t0 + t1) / 2;
      const w = zoomWindow({ t0, t1 }, at, factor, store.range());
      store.setWindow(w.t0, w.t1);
    },
    /** @param {number} share  of the window */
    pan(share) {
      const { t0, t1 } = store.get('window');
      store.setWindow(t0 + (t1 - t0) * share, t1 + (t1 - t0) * share);
    },
    /** @param {number} dir  1: down */
    moveTrack(dir) {
      const ofGoroutines = (/** @type {Row} */ r) => r.kind === 'goroutine' || (r.kind === 'role' && !r.open);
      const rows = t.layout.rows.filter((r) => ofGoroutines(r) || r.kind === 'channel' || r.kind === 'lock');
      const { kind, id } = store.get('selection');
      const now = rows.findIndex((r) => kind !== null && (kind === 'goroutine') === ofGoroutines(r) && (r.id === id || (r.members?.includes(id) ?? false)));
      const next = rows[now < 0 ? (dir > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(rows.length - 1, now + dir))];
      if (next) store.select(ofGoroutines(next) ? 'goroutine' : 'object', next.id);
    },
    centre() {
      const { t0, t1 } = store.get('window');
      const { time } = store.get('cursor');
      store.setWindow(time - (t1 - t0) / 2, time + (t1 - t0) / 2);
    },
    fitSelection() {
      const { kind, id } = store.get('selection');
      const area = store.get('area');
      if (area) fitTo(store, area.t0, area.t1);
      else if (kind === 'goroutine') fitGoroutine(store, id);
      else store.fitAll();
    },
    /** Collapses or opens the role or the group of the selection, or all goroutines when nothing is selected. */
    toggleGroup() {
      const { kind, id } = store.get('selection');
      const row = kind === 'goroutine' ? t.layout.byG.get(id) : kind === 'object' ? t.layout.byO.get(id) : undefined;
      t.toggle(row?.kind === 'role' ? row.key : row?.role ?? row?.group ?? 'goroutines');
    },
    hideTooltip: () => showTooltip(null, 0, 0),
    /** @param {number} x  in the page */
    timeAt: (x) => store.get('window').t0 + ((x - host.getBoundingClientRect().left - t.left()) * (store.get('window').t1 - store.get('window').t0)) / (t.width() - t.left()),
    /** @param {string} key  of a goroutine or an object */
    hasTrack: (key) => t.layout.rows.some((r) => r.key === key),
    rows: () => t.layout.rows,
    focus: () => host.focus(),
  };
}
