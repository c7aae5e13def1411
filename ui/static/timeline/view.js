// What every drawing function of the timeline gets: the context, the geometry and the colours of one picture.

import { textWidth } from './text.js';

/** @typedef {import('../state/store.js').Store} Store */

/** Height of the ruler. */
export const RULER = 24;

/**
 * @typedef {object} View
 * @property {CanvasRenderingContext2D} ctx
 * @property {Store} store
 * @property {import('../state/colors.js').Colors} colors
 * @property {number} width     of the canvas, CSS pixels
 * @property {number} height
 * @property {number} dpr
 * @property {number} left      where lanes begin; labels are left of it
 * @property {number} t0
 * @property {number} t1
 * @property {number} scale     pixels a ns
 * @property {number} scroll    rows are moved up by this
 * @property {string} mono      font of texts in spans
 * @property {string} font
 */

/** Widest labels, as a share of the timeline. */
const LABELS = 0.19;

/**
 * Width of the labels: narrower on narrow timelines, wider for long names where there is room.
 * @param {number} width
 * @param {number} [want]  what they would take
 */
export function labelWidth(width, want = 0) {
  if (width < 420) return 104;
  if (width < 700) return 140;
  const least = width < 1000 ? 172 : 190;
  return Math.round(Math.max(least, Math.min(want, width * LABELS)));
}

/**
 * @param {Store} store
 * @param {CanvasRenderingContext2D} ctx
 * @param {{width:number, height:number, scroll:number, left:number}} size
 * @returns {View}
 */
export function createView(store, ctx, size) {
  const { t0, t1 } = store.get('window');
  const dpr = window.devicePixelRatio || 1;
  ctx.setTransform(dpr, 0, 0, dpr, 0, 0);
  ctx.clearRect(0, 0, size.width, size.height);
  ctx.textBaseline = 'middle';
  return {
    ctx, store, colors: store.colors, ...size, dpr, t0, t1, scale: (size.width - size.left) / (t1 - t0),
    mono: `11px ${store.colors.get('--mono')}`, font: `12px ${store.colors.get('--font')}`,
  };
}

/**
 * @param {View} v
 * @param {number} t
 */
export const xOf = (v, t) => v.left + (t - v.t0) * v.scale;

/**
 * @param {View} v
 * @param {number} x
 */
export const timeAt = (v, x) => v.t0 + (x - v.left) / v.scale;

/**
 * Draws a text cut to a width with an ellipsis; returns the width taken. A short last word stays: in `consume #12` it is
 * what tells the goroutines apart.
 * @param {View} v
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {number} max
 */
export function fitText(v, text, x, y, max) {
  const full = textWidth(v.ctx, text);
  if (full <= max) {
    v.ctx.fillText(text, x, y);
    return full;
  }
  const tail = /[ @#][^ @#]{0,5}$/.exec(text)?.[0] ?? '';
  const cut = (/** @type {number} */ n) => `${text.slice(0, n)}…${tail}`;
  let lo = 0;
  let hi = text.length - tail.length;
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if (textWidth(v.ctx, cut(mid)) <= max) lo = mid;
    else hi = mid - 1;
  }
  if (lo === 0) return 0;
  v.ctx.fillText(cut(lo), x, y);
  return max;
}

/**
 * Makes a canvas as large as its host in device pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function sizeCanvas(canvas, width, height) {
  const dpr = window.devicePixelRatio || 1;
  const w = Math.max(1, Math.round(width * dpr));
  const h = Math.max(1, Math.round(height * dpr));
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
}

/**
 * Whole device pixels look crisp.
 * @param {View} v
 * @param {number} x
 */
export const crisp = (v, x) => Math.round(x * v.dpr) / v.dpr;
