// Small drawing tools of the stage: texts that are cut to their room, with a halo so that a curve behind them does not hurt.

import { State } from '../model/states.js';

const SANS = '"Inter", system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif';

/**
 * @typedef {object} Brush
 * @property {CanvasRenderingContext2D} ctx  in layout units
 * @property {import('../state/colors.js').Colors} colors
 * @property {import('./layout.js').Layout} layout
 * @property {number} pixel   device pixels a layout unit, for textures
 * @property {string} page
 * @property {string} text
 * @property {string} muted
 * @property {string} line
 * @property {string} panel
 * @property {string} finding
 */

/**
 * @typedef {object} TextLook
 * @property {number} size
 * @property {string} color
 * @property {boolean} [bold]
 * @property {'left'|'center'} [align]
 * @property {string} [halo]  colour behind the text
 */

/** @type {Map<string, string>} */
const cuts = new Map();
const MOST_CUTS = 4000;

/**
 * The text, or as much of it as fits with an ellipsis.
 * @param {CanvasRenderingContext2D} ctx  with the font set
 * @param {string} text
 * @param {number} width
 */
export function cut(ctx, text, width) {
  const key = `${ctx.font}\n${Math.round(width)}\n${text}`;
  let out = cuts.get(key);
  if (out !== undefined) return out;
  out = text;
  if (ctx.measureText(text).width > width) {
    let lo = 0;
    let hi = text.length;
    while (lo < hi) {
      const mid = (lo + hi + 1) >> 1;
      if (ctx.measureText(text.slice(0, mid) + '…').width <= width) lo = mid; else hi = mid - 1;
    }
    out = lo > 0 ? text.slice(0, lo).trimEnd() + '…' : '';
  }
  if (cuts.size > MOST_CUTS) cuts.clear();
  cuts.set(key, out);
  return out;
}

/**
 * Draws one line of text, vertically centred on y.
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} text
 * @param {number} x      left edge, or the middle when centred
 * @param {number} y
 * @param {number} width  room
 * @param {TextLook} look
 * @returns {string} what was drawn
 */
export function write(ctx, text, x, y, width, look) {
  setFont(ctx, look.size, look.bold ?? false);
  const shown = cut(ctx, text, width);
  if (shown === '') return '';
  ctx.textAlign = look.align ?? 'center';
  ctx.textBaseline = 'middle';
  if (look.halo) {
    ctx.strokeStyle = look.halo;
    ctx.lineWidth = 4;
    ctx.lineJoin = 'round';
    ctx.strokeText(shown, x, y);
  }
  ctx.fillStyle = look.color;
  ctx.fillText(shown, x, y);
  return shown;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} size
 * @param {boolean} bold
 */
export function setFont(ctx, size, bold) {
  ctx.font = `${bold ? '600 ' : ''}${size}px ${SANS}`;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {import('./layout.js').Rect} r
 * @param {number} radius
 */
export function roundRect(ctx, r, radius) {
  ctx.beginPath();
  ctx.roundRect(r.x, r.y, r.w, r.h, radius);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} x
 * @param {number} y
 * @param {number} r
 */
export function circle(ctx, x, y, r) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
}

/**
 * The fill of a state, or what stands for it where the fill would not be seen on the page.
 * @param {Brush} b
 * @param {number} code
 */
export function stateColor(b, code) {
  if (code === State.sleep) return b.colors.get('--edge-sleep');
  if (code === State.none || code === State.ended || code === State.notYet) return b.colors.get('--faint');
  return b.colors.state(code);
}

/** Hatches the current path: blocked for ever. */
export function hatch(/** @type {Brush} */ b) {
  const pattern = b.colors.texture(b.ctx, 'forever', b.finding, b.pixel);
  if (!pattern) return;
  b.ctx.save();
  b.ctx.globalAlpha = 0.35;
  b.ctx.fillStyle = pattern;
  b.ctx.fill();
  b.ctx.restore();
}

/**
 * Fills the current path lightly.
 * @param {Brush} b
 * @param {string} color
 * @param {number} alpha
 */
export function tint(b, color, alpha) {
  b.ctx.save();
  b.ctx.globalAlpha *= alpha;
  b.ctx.fillStyle = color;
  b.ctx.fill();
  b.ctx.restore();
}
