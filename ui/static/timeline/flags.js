// What a comparison shows in a timeline: flags at divergences, and rows for what only the other recording has.

import { logDraw, logging } from '../state/drawlog.js';
import { textWidth } from './text.js';
import { RULER, crisp, fitText, xOf } from './view.js';

/** @typedef {import('./view.js').View} View */

/** Room that the text of a flag takes at most. */
const WIDEST = 340;

/** @param {View} v */
export function drawFlags(v) {
  const { ctx, colors } = v;
  for (const flag of v.store.get('flags')) {
    const x = crisp(v, xOf(v, flag.t));
    if (x < v.left || x > v.width) continue;
    ctx.strokeStyle = colors.get('--finding');
    ctx.lineWidth = flag.current ? 1.5 : 1;
    ctx.globalAlpha = flag.current ? 1 : 0.45;
    ctx.setLineDash([4, 3]);
    ctx.beginPath();
    ctx.moveTo(x, RULER - 10);
    ctx.lineTo(x, v.height);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.globalAlpha = 1;
    if (flag.current) drawWords(v, flag.text, x);
    if (logging()) logDraw('timeline', 'flag', { x, text: flag.text, current: flag.current });
  }
}

/** How far from a flag's line the pointer may be, in px. */
const NEAR = 4;

/**
 * What the tooltip says of the flag at a time, null if there is none.
 * @param {import('../state/store.js').Store} store
 * @param {number} t
 * @param {number} px  ns a pixel
 * @returns {{swatch:string, lines:string[]}|null}
 */
export function describeFlag(store, t, px) {
  const flag = store.get('flags').filter((f) => Math.abs(f.t - t) <= NEAR * px).sort((a, b) => Math.abs(a.t - t) - Math.abs(b.t - t))[0];
  return flag ? { swatch: '', lines: [flag.text, flag.what] } : null;
}

/**
 * Where the words of a flag lie.
 * @param {View} v
 * @param {string} text
 * @param {number} x
 */
function wordsBox(v, text, x) {
  v.ctx.font = `600 ${v.font}`;
  const w = Math.min(WIDEST, textWidth(v.ctx, text) + 14, v.width - v.left - 8);
  return { left: Math.max(v.left, Math.min(x, v.width - w)), w };
}

/**
 * Whether words of a flag take the place of something on the ruler.
 * @param {View} v
 * @param {number} x0
 * @param {number} x1
 */
export function underFlag(v, x0, x1) {
  const { font } = v.ctx;
  const under = v.store.get('flags').some((flag) => {
    const x = crisp(v, xOf(v, flag.t));
    if (!flag.current || x < v.left || x > v.width) return false;
    const { left, w } = wordsBox(v, flag.text, x);
    return x1 > left && x0 < left + w;
  });
  v.ctx.font = font;
  return under;
}

/**
 * @param {View} v
 * @param {string} text
 * @param {number} x
 */
function drawWords(v, text, x) {
  const { ctx, colors } = v;
  const { left, w } = wordsBox(v, text, x);
  ctx.fillStyle = colors.get('--finding-bg');
  ctx.strokeStyle = colors.get('--finding');
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.roundRect(left + 0.5, 3.5, w - 1, RULER - 7, 4);
  ctx.fill();
  ctx.stroke();
  ctx.fillStyle = colors.get('--finding-ink');
  fitText(v, text, left + 7, RULER / 2 + 0.5, w - 14);
}

/**
 * @param {View} v
 * @param {import('./rows.js').Row} row
 * @param {number} y
 */
export function drawMissing(v, row, y) {
  const { ctx, colors } = v;
  ctx.font = v.font;
  ctx.fillStyle = colors.get('--muted');
  fitText(v, row.label, 20, y + row.height / 2 + 0.5, v.left - 30);
  fitText(v, row.note, v.left + 6, y + row.height / 2 + 0.5, v.width - v.left - 20);
  ctx.strokeStyle = colors.get('--line');
  ctx.setLineDash([2, 4]);
  ctx.beginPath();
  const from = v.left + 12 + textWidth(ctx, row.note);
  ctx.moveTo(Math.min(from, v.width), y + row.height / 2 + 0.5);
  ctx.lineTo(v.width, y + row.height / 2 + 0.5);
  ctx.stroke();
  ctx.setLineDash([]);
  if (logging()) logDraw('timeline', 'missing', { row: row.key, text: row.label, y });
}
