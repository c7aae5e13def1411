// What moves above the still picture: what has not happened yet is dimmed, arrows, the dragged area, folds of the clock,
// the hover line and the playhead.

import { isFolded, typicalGap } from '../model/pacing.js';
import { logDraw, logging } from '../state/drawlog.js';
import { drawArea } from './area.js';
import { drawFlows } from './flows.js';
import { RULER, crisp, xOf } from './view.js';

/** @typedef {import('./view.js').View} View */

/** How far what lies after the playhead fades. */
const DIM = 0.45;

/**
 * @param {View} v
 * @param {import('./rows.js').Layout} layout
 * @param {import('./flows.js').Flows} flows
 * @param {{totals:import('./area.js').Totals|null, hoverX:number}} extra  hoverX: -1 for none
 */
export function drawOverlay(v, layout, flows, extra) {
  logDraw('playhead', 'begin', {});
  drawDim(v);
  if (v.store.get('pacing') === 'compressed') drawFolds(v);
  drawArea(v, extra.totals, RULER + layout.pinned);
  drawFlows(v, layout, flows.list());
  if (extra.hoverX >= v.left) {
    v.ctx.fillStyle = v.colors.get('--faint');
    v.ctx.globalAlpha = 0.6;
    v.ctx.fillRect(crisp(v, extra.hoverX), RULER, 1, v.height);
    v.ctx.globalAlpha = 1;
  }
  drawPlayhead(v);
}

/**
 * Dimmed while replaying: not before one has begun, so that a recording just opened is shown in full.
 * @param {View} v
 */
function drawDim(v) {
  const { time, event } = v.store.get('cursor');
  if (event <= 0 && !v.store.get('playing')) return;
  const x = Math.max(v.left, xOf(v, time));
  if (x >= v.width) return;
  v.ctx.globalAlpha = DIM;
  v.ctx.fillStyle = v.colors.get('--dim');
  v.ctx.fillRect(x, RULER, v.width - x, v.height);
  v.ctx.globalAlpha = 1;
}

/** @param {View} v */
function drawPlayhead(v) {
  const { ctx, colors } = v;
  const x = crisp(v, xOf(v, v.store.get('cursor').time));
  if (x < v.left - 1 || x > v.width + 1) return;
  ctx.fillStyle = colors.get('--page');
  ctx.globalAlpha = 0.5;
  ctx.fillRect(x - 1.5, RULER, 4, v.height);
  ctx.globalAlpha = 1;
  ctx.fillStyle = colors.get('--playhead');
  ctx.fillRect(x - 0.5, 6, 2, v.height);
  ctx.beginPath();
  ctx.moveTo(x - 5.5, 2);
  ctx.lineTo(x + 6.5, 2);
  ctx.lineTo(x + 6.5, 10);
  ctx.lineTo(x + 0.5, 16);
  ctx.lineTo(x - 5.5, 10);
  ctx.closePath();
  ctx.fill();
  if (logging()) logDraw('playhead', 'line', { x, time: v.store.get('cursor').time });
}

/**
 * Folds of the compressed clock: a notch in the ruler where a long gap passes quickly. Only gaps between events that are
 * loaded are known.
 * @param {View} v
 */
function drawFolds(v) {
  const model = v.store.get('model');
  if (!model) return;
  const typical = typicalGap(model.duration, model.events);
  const first = v.store.events.at(v.t0) ?? -1;
  v.ctx.strokeStyle = v.colors.get('--warning');
  v.ctx.lineWidth = 1.25;
  let before = v.store.events.time(Math.max(0, first));
  for (let i = Math.max(0, first) + 1; before !== undefined && before < v.t1; i++) {
    const time = v.store.events.time(i) ?? (i >= model.events ? model.duration : undefined);
    if (time === undefined) break;
    if (isFolded(time - before, typical)) drawFold(v, xOf(v, before), xOf(v, time));
    if (i >= model.events) break;
    before = time;
  }
}

/**
 * @param {View} v
 * @param {number} x0
 * @param {number} x1
 */
function drawFold(v, x0, x1) {
  const from = Math.max(v.left, x0 + 2);
  const to = Math.min(v.width, x1 - 2);
  if (to - from < 6) return;
  const { ctx } = v;
  ctx.beginPath();
  ctx.moveTo(from, RULER - 3);
  for (let x = from, up = true; x < to; x += 4, up = !up) ctx.lineTo(x, RULER - (up ? 5 : 1));
  ctx.stroke();
  if (logging()) logDraw('playhead', 'fold', { x0: from, x1: to });
}
