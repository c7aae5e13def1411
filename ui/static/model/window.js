// The visible window of the timeline: fitting, clamping, zooming. Pure; times in ns.

/** @typedef {{t0:number, t1:number}} Span */

/** Narrowest window, in ns: one nanosecond takes about a pixel then. */
export const MIN_WINDOW = 1000;

/** Air to the right of the end when the whole recording is shown, as a share. */
const AIR = 0.012;

/**
 * The window that shows all.
 * @param {number} duration
 * @returns {Span}
 */
export function fitWindow(duration) {
  return { t0: 0, t1: Math.max(MIN_WINDOW, duration * (1 + AIR)) };
}

/**
 * The window to begin with. A program that is stuck is watched for a while before that is proven, and nothing happens in that
 * time: where it is most of the recording, only its beginning is shown.
 * @param {number} duration
 * @param {number} stuck  ns from which on nothing happens any more; 0 if it does to the end
 * @returns {Span}
 */
export function firstWindow(duration, stuck) {
  if (stuck <= 0 || stuck > duration * QUIET) return fitWindow(duration);
  return clampWindow({ t0: 0, t1: stuck * AFTER }, duration);
}

/** Up to this share of the recording the part before the end of all events is small, and what is shown after it, as a share of it. */
const QUIET = 0.4;
const AFTER = 1.4;

/**
 * Keeps a window inside of where it may be and no narrower than MIN_WINDOW; its width stays where that is possible.
 * @param {Span} w
 * @param {number|Span} range  the recording's duration, or the longer ruler that it shares with another one
 * @returns {Span}
 */
export function clampWindow(w, range) {
  const all = typeof range === 'number' ? fitWindow(range) : range;
  const width = Math.min(Math.max(w.t1 - w.t0, MIN_WINDOW), all.t1 - all.t0);
  const mid = (w.t0 + w.t1) / 2;
  const t0 = Math.max(all.t0, Math.min(mid - width / 2, all.t1 - width));
  return { t0, t1: t0 + width };
}

/**
 * Zooms around a time: that time stays under the same pixel.
 * @param {Span} w
 * @param {number} at      ns
 * @param {number} factor  below 1 zooms in
 * @param {number|Span} range  as of clampWindow
 * @returns {Span}
 */
export function zoomWindow(w, at, factor, range) {
  const share = (at - w.t0) / (w.t1 - w.t0);
  const all = typeof range === 'number' ? fitWindow(range) : range;
  const width = Math.min(Math.max((w.t1 - w.t0) * factor, MIN_WINDOW), all.t1 - all.t0);
  return clampWindow({ t0: at - share * width, t1: at + (1 - share) * width }, all);
}

/**
 * What to ask the server for: three screens at a power-of-two resolution, aligned, so that panning and zooming a little
 * ask for nothing new.
 * @param {Span} w
 * @param {number} width     pixels of the screen
 * @param {number} duration
 * @returns {{t0:number, t1:number, px:number, res:number}}  res: ns a pixel
 */
export function fetchWindow(w, width, duration) {
  const res = 2 ** Math.floor(Math.log2(Math.max(1, (w.t1 - w.t0) / Math.max(1, width))));
  const screen = res * 2 ** Math.ceil(Math.log2(Math.max(1, (w.t1 - w.t0) / res)));
  const grid = screen / 2;
  const start = Math.max(0, (Math.floor(w.t0 / grid) - 1) * grid);
  const stop = Math.min(Math.ceil(duration), (Math.ceil(w.t1 / grid) + 1) * grid);
  const px = Math.max(1, Math.ceil((stop - start) / res));
  return { t0: start, t1: start + px * res, px, res };
}
