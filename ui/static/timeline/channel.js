// A channel's lane: its level as a step area, who waits at its ends, and where it was closed.

import { logDraw, logging } from '../state/drawlog.js';
import { xOf } from './view.js';
import { textWidth } from './text.js';

/** @typedef {import('./view.js').View} View */
/** @typedef {import('./rows.js').Row} Row */
/** @typedef {import('./data.js').Entry} Entry */
/** @typedef {import('../model/types.js').LevelRow} LevelRow */

/**
 * @param {View} v
 * @param {Row} row
 * @param {Entry} entry
 * @param {number} y
 */
export function drawChannel(v, row, entry, y) {
  if (entry.data.enc !== 'level') return;
  const object = v.store.object(row.id);
  const data = entry.data;
  const cap = object?.cap ?? 0;
  const first = Math.max(0, firstStep(data.t, v.t0) - 1);
  const most = Math.max(1, cap > 0 ? cap : maxLevel(data, first, v.t1));
  const base = y + row.height - 7;
  const unit = (row.height - 15) / most;
  const stop = lifeEnd(v);
  if (cap !== 0) drawArea(v, data, first, { base, unit, stop });
  drawQueues(v, data, first, { base, top: y + 3, stop, middle: cap === 0 ? y + row.height / 2 : -1 });
  if (object && object.closed >= 0) drawClose(v, object.closed, `close(${object.name})`, y, row.height);
  if (logging()) logDraw('timeline', 'level', { row: row.key, steps: data.t.length, max: most });
}

/**
 * Right edge: nothing is known after the end of the recording.
 * @param {View} v
 */
function lifeEnd(v) {
  return Math.min(v.width, xOf(v, v.store.get('model')?.duration ?? v.t1));
}

/**
 * Index of the first step after t.
 * @param {Float64Array} times
 * @param {number} t
 */
function firstStep(times, t) {
  let lo = 0;
  let hi = times.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (/** @type {number} */ (times[mid]) <= t) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/**
 * @param {LevelRow} data
 * @param {number} first
 * @param {number} t1
 */
function maxLevel(data, first, t1) {
  let max = 0;
  for (let i = first; i < data.t.length && /** @type {number} */ (data.t[i]) < t1; i++) max = Math.max(max, data.level[i] ?? 0);
  return max;
}

/**
 * @param {View} v
 * @param {LevelRow} data
 * @param {number} first
 * @param {{base:number, unit:number, stop:number}} at
 */
function drawArea(v, data, first, { base, unit, stop }) {
  const { ctx } = v;
  const line = new Path2D();
  let x = Math.max(v.left, xOf(v, data.t[first] ?? v.t0));
  const start = x;
  let height = base - (data.level[first] ?? 0) * unit;
  line.moveTo(x, height);
  for (let i = first + 1; i < data.t.length; i++) {
    const t = /** @type {number} */ (data.t[i]);
    if (t >= v.t1) break;
    x = xOf(v, t);
    line.lineTo(x, height);
    height = base - (data.level[i] ?? 0) * unit;
    line.lineTo(x, height);
  }
  line.lineTo(stop, height);
  const area = new Path2D(line);
  area.lineTo(stop, base);
  area.lineTo(start, base);
  area.closePath();
  ctx.save();
  ctx.beginPath();
  ctx.rect(v.left, 0, v.width, v.height);
  ctx.clip();
  ctx.globalAlpha = 0.24;
  ctx.fillStyle = v.colors.get('--s-channel');
  ctx.fill(area);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = v.colors.get('--s-channel');
  ctx.lineWidth = 1.25;
  ctx.stroke(line);
  ctx.restore();
}

/**
 * Waiting senders as a stripe above the level, waiting receivers below it; an unbuffered channel has only these, around
 * its middle. The stripe grows with the queue.
 * @param {View} v
 * @param {LevelRow} data
 * @param {number} first
 * @param {{base:number, top:number, stop:number, middle:number}} at
 */
function drawQueues(v, data, first, { base, top, stop, middle }) {
  const { ctx } = v;
  if (middle >= 0) {
    ctx.fillStyle = v.colors.get('--line');
    ctx.fillRect(v.left, middle, Math.max(0, stop - v.left), 1);
  }
  for (let i = first; i < data.t.length; i++) {
    const t = /** @type {number} */ (data.t[i]);
    if (t >= v.t1) break;
    const x0 = Math.max(v.left, xOf(v, t));
    const x1 = Math.min(stop, i + 1 < data.t.length ? xOf(v, /** @type {number} */ (data.t[i + 1])) : stop);
    const send = Math.min(4, data.sendq[i] ?? 0);
    const recv = Math.min(4, data.recvq[i] ?? 0);
    const w = Math.max(0.5, x1 - x0);
    if (send > 0) {
      ctx.fillStyle = v.colors.get('--s-channel');
      const size = middle >= 0 ? send * 4 : 1 + send;
      ctx.fillRect(x0, middle >= 0 ? middle - size : top, w, size);
    }
    if (recv > 0) {
      ctx.fillStyle = v.colors.get('--faint');
      const size = middle >= 0 ? recv * 4 : recv;
      ctx.fillRect(x0, middle >= 0 ? middle + 1 : base + 2, w, size);
    }
  }
}

/**
 * @param {View} v
 * @param {number} t
 * @param {string} text
 * @param {number} y
 * @param {number} height
 */
function drawClose(v, t, text, y, height) {
  if (t < v.t0 || t > v.t1) return;
  const { ctx } = v;
  const x = Math.round(xOf(v, t)) + 0.5;
  ctx.strokeStyle = v.colors.get('--text');
  ctx.lineWidth = 1;
  ctx.setLineDash([3, 2]);
  ctx.beginPath();
  ctx.moveTo(x, y + 4);
  ctx.lineTo(x, y + height - 6);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.font = v.mono;
  const width = textWidth(ctx, text);
  ctx.fillStyle = v.colors.get('--muted');
  ctx.fillText(text, x + 5 + width > v.width ? x - 5 - width : x + 5, y + 11);
  if (logging()) logDraw('timeline', 'close', { x, text });
}
