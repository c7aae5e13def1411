// Mouse, pen and touch on the timeline. Wheel scrolls rows, Ctrl+wheel zooms at the pointer, drag selects an area,
// Shift+drag (or touch) pans, drag on the ruler moves the playhead, click selects, double click fits.

import { zoomWindow } from '../model/window.js';
import { RULER } from './view.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('./hit.js').Hit} Hit */

/**
 * What the input needs to know of the timeline.
 * @typedef {object} Target
 * @property {HTMLElement} host
 * @property {(x:number) => number} timeAt
 * @property {() => number} left
 * @property {(x:number, y:number) => Hit} hit
 * @property {(dy:number) => void} scrollBy
 * @property {(hit:Hit) => void} click
 * @property {(hit:Hit) => void} fit
 * @property {(hit:Hit|null, ev:PointerEvent|null) => void} hover
 */

/** Movement below this is a click, in pixels. */
const CLICK = 4;

/**
 * @param {Store} store
 * @param {Target} target
 */
export function bindInput(store, target) {
  const { host } = target;
  /** @type {((x:number, y:number) => void)|null} */
  let drag = null;

  /** @param {{clientX:number, clientY:number}} ev */
  const at = (ev) => {
    const box = host.getBoundingClientRect();
    return { x: ev.clientX - box.left, y: ev.clientY - box.top };
  };

  host.addEventListener('pointerdown', (ev) => {
    if (ev.button > 1) return;
    const { x, y } = at(ev);
    const start = startDrag(store, target, ev, x, y);
    if (!start) return;
    drag = start;
    try {
      host.setPointerCapture(ev.pointerId);
    } catch {
      // The pointer is gone already (a synthetic event): the drag ends with the next pointerup.
    }
  });
  host.addEventListener('pointermove', (ev) => {
    const { x, y } = at(ev);
    if (drag) drag(x, y);
    else target.hover(target.hit(x, y), ev);
  });
  const end = () => { drag = null; };
  host.addEventListener('pointerup', end);
  host.addEventListener('pointercancel', end);
  host.addEventListener('pointerleave', () => target.hover(null, null));
  host.addEventListener('click', (ev) => {
    const { x, y } = at(ev);
    if (moved(host, x, y)) return;
    target.click(target.hit(x, y));
  });
  host.addEventListener('dblclick', (ev) => {
    const { x, y } = at(ev);
    target.fit(target.hit(x, y));
  });
  host.addEventListener('wheel', (ev) => wheel(store, target, ev, at(ev).x), { passive: false });
}

/** Where the last press began, to tell a click from the end of a drag. @type {WeakMap<HTMLElement, {x:number, y:number}>} */
const pressed = new WeakMap();

/**
 * @param {HTMLElement} host
 * @param {number} x
 * @param {number} y
 */
function moved(host, x, y) {
  const from = pressed.get(host);
  return from !== undefined && Math.hypot(x - from.x, y - from.y) > CLICK;
}

/**
 * @param {Store} store
 * @param {Target} target
 * @param {PointerEvent} ev
 * @param {number} x
 * @param {number} y
 * @returns {((x:number, y:number) => void)|null}
 */
function startDrag(store, target, ev, x, y) {
  pressed.set(target.host, { x, y });
  if (x < target.left()) return null;
  if (y < RULER) {
    store.set({ playing: false });
    store.seekTime(target.timeAt(x));
    return (x1) => { store.seekTime(target.timeAt(x1)); };
  }
  if (ev.shiftKey || ev.button === 1 || ev.pointerType === 'touch') return panFrom(store, target, x, y);
  const from = target.timeAt(x);
  return (x1) => {
    if (Math.abs(x1 - x) <= CLICK && store.get('area') === null) return;
    const to = target.timeAt(Math.max(target.left(), x1));
    store.set({ area: { t0: Math.max(0, Math.min(from, to)), t1: Math.max(from, to) } });
  };
}

/**
 * @param {Store} store
 * @param {Target} target
 * @param {number} x
 * @param {number} y
 */
function panFrom(store, target, x, y) {
  const { t0, t1 } = store.get('window');
  const perPixel = (t1 - t0) / (target.host.clientWidth - target.left());
  let before = y;
  return (/** @type {number} */ x1, /** @type {number} */ y1) => {
    store.setWindow(t0 - (x1 - x) * perPixel, t1 - (x1 - x) * perPixel);
    target.scrollBy(before - y1);
    before = y1;
  };
}

/**
 * @param {Store} store
 * @param {Target} target
 * @param {WheelEvent} ev
 * @param {number} x
 */
function wheel(store, target, ev, x) {
  ev.preventDefault();
  const unit = ev.deltaMode === 1 ? 16 : ev.deltaMode === 2 ? 400 : 1;
  const { t0, t1 } = store.get('window');
  if (ev.ctrlKey || ev.metaKey) {
    const factor = Math.exp(Math.max(-120, Math.min(120, ev.deltaY * unit)) * 0.004);
    const at = target.timeAt(Math.max(target.left(), x));
    const w = zoomWindow({ t0, t1 }, at, factor, store.range());
    return store.setWindow(w.t0, w.t1);
  }
  const sideways = ev.shiftKey && ev.deltaX === 0 ? ev.deltaY : ev.deltaX;
  if (Math.abs(sideways) > 0 && (ev.shiftKey || Math.abs(ev.deltaX) > Math.abs(ev.deltaY))) {
    const perPixel = (t1 - t0) / (target.host.clientWidth - target.left());
    const by = sideways * unit * perPixel;
    return store.setWindow(t0 + by, t1 + by);
  }
  target.scrollBy(ev.deltaY * unit);
}
