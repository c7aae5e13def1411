// The whole run in one strip: states over time, findings, the visible window as a brush and the playhead.

import { clampWindow } from '../model/window.js';
import { el } from '../state/dom.js';
import { logDraw, logging } from '../state/drawlog.js';
import { quiet } from '../state/store.js';
import { drawStack } from '../timeline/density.js';
import { sizeCanvas } from '../timeline/view.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../model/types.js').Overview} Overview */

/** Width of a column of states, in CSS pixels. */
const COLUMN = 2;

/**
 * @param {HTMLElement} host
 * @param {Store} store
 */
export function mountOverview(host, store) {
  const canvas = el('canvas', { 'aria-hidden': 'true' });
  host.append(canvas);
  const ctx = canvas.getContext('2d');
  if (!ctx) return;
  let asked = '';
  let turn = 0;

  async function ask() {
    const model = store.get('model');
    if (!model || host.clientWidth === 0) return;
    const px = Math.max(1, Math.floor(host.clientWidth / COLUMN));
    const key = `${store.get('recordingId')} ${px} ${model.duration}`;
    if (key === asked && store.get('overview')) return;
    asked = key;
    const mine = ++turn; // an older question that was answered by a newer one must not undo it
    const answer = await quiet(store.request('overview', { px }));
    if (mine !== turn) return;
    if (answer) store.set({ overview: answer });
    else asked = '';
  }
  const redraw = () => store.frame.draw('overview', () => {
    if (!store.get('model') || host.clientWidth === 0) return;
    sizeCanvas(canvas, host.clientWidth, host.clientHeight);
    drawOverview(ctx, store, store.get('overview'), host.clientWidth, host.clientHeight);
  });
  store.subscribe((s) => s.recordingId, () => { asked = ''; turn++; });
  store.subscribe((s) => [s.model, s.page, s.connection], () => { ask(); redraw(); });
  store.subscribe((s) => [s.cursor, s.window, s.colorsVersion, s.overview], redraw);
  new ResizeObserver(() => { ask(); redraw(); }).observe(host);
  bindBrush(host, store);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Store} store
 * @param {Overview|null} data
 * @param {number} width
 * @param {number} height
 */
function drawOverview(ctx, store, data, width, height) {
  const { colors } = store;
  const dpr = window.devicePixelRatio || 1;
  ctx.setTransform(dpr, 0, 0, dpr, 0, 0);
  ctx.fillStyle = colors.get('--page');
  ctx.fillRect(0, 0, width, height);
  logDraw('overview', 'begin', { width });
  if (data) drawStack(ctx, store, data, { x: 0, w: width, y: 10, h: height - 11 });
  const duration = Math.max(1, store.get('model')?.duration ?? 1);
  const { t0, t1 } = store.get('window');
  const x0 = Math.max(0, (t0 / duration) * width);
  const x1 = Math.min(width, (t1 / duration) * width);
  ctx.globalAlpha = 0.55;
  ctx.fillStyle = colors.get('--page');
  ctx.fillRect(0, 0, x0, height);
  ctx.fillRect(x1, 0, width - x1, height);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = colors.get('--brush');
  ctx.globalAlpha = 0.75;
  ctx.lineWidth = 1;
  ctx.strokeRect(x0 + 0.5, 0.5, Math.max(2, x1 - x0 - 1), height - 1);
  ctx.globalAlpha = 1;
  for (const f of store.get('model')?.findings ?? []) drawTick(ctx, colors.get('--finding'), (f.time_ns / duration) * width);
  const x = Math.round((store.get('cursor').time / duration) * width);
  ctx.fillStyle = colors.get('--page');
  ctx.fillRect(x - 2, 0, 5, height);
  ctx.fillStyle = colors.get('--playhead');
  ctx.fillRect(x - 0.5, 0, 2, height);
  if (logging()) logDraw('overview', 'playhead', { x, x0, x1 });
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} color
 * @param {number} x
 */
function drawTick(ctx, color, x) {
  ctx.fillStyle = color;
  ctx.beginPath();
  ctx.moveTo(x - 5, 0);
  ctx.lineTo(x + 5, 0);
  ctx.lineTo(x, 8);
  ctx.fill();
}

/**
 * A press moves the playhead; dragging an edge of the brush resizes the window; Shift+drag draws a new window.
 * @param {HTMLElement} host
 * @param {Store} store
 */
function bindBrush(host, store) {
  /** @type {((x:number) => void)|null} */
  let drag = null;
  const timeOf = (/** @type {number} */ x) => (x / host.clientWidth) * (store.get('model')?.duration ?? 0);
  host.addEventListener('pointerdown', (ev) => {
    const x = ev.clientX - host.getBoundingClientRect().left;
    drag = grab(host, store, x, timeOf, ev.shiftKey);
    host.setPointerCapture(ev.pointerId);
    drag(x);
  });
  host.addEventListener('pointermove', (ev) => drag?.(ev.clientX - host.getBoundingClientRect().left));
  const end = () => { drag = null; };
  host.addEventListener('pointerup', end);
  host.addEventListener('pointercancel', end);
}

/**
 * @param {HTMLElement} host
 * @param {Store} store
 * @param {number} x
 * @param {(x:number) => number} timeOf
 * @param {boolean} shift
 * @returns {(x:number) => void}
 */
function grab(host, store, x, timeOf, shift) {
  const w = store.get('window');
  const duration = store.get('model')?.duration ?? 1;
  const px = (/** @type {number} */ t) => (t / duration) * host.clientWidth;
  const whole = w.t0 <= 0 && w.t1 >= duration;
  if (shift) return (x1) => setWindow(store, Math.min(timeOf(x), timeOf(x1)), Math.max(timeOf(x), timeOf(x1)));
  if (!whole && Math.abs(x - px(w.t0)) < 5) return (x1) => setWindow(store, Math.min(timeOf(x1), w.t1), w.t1);
  if (!whole && Math.abs(x - px(w.t1)) < 5) return (x1) => setWindow(store, w.t0, Math.max(timeOf(x1), w.t0));
  store.set({ playing: false });
  return (x1) => {
    store.seekTime(timeOf(x1));
    store.reveal(store.get('cursor').time);
  };
}

/**
 * @param {Store} store
 * @param {number} t0
 * @param {number} t1
 */
function setWindow(store, t0, t1) {
  const w = clampWindow({ t0, t1 }, store.range());
  store.setWindow(w.t0, w.t1);
}
