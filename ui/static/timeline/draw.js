// The still picture: ruler, groups, labels and lanes. What moves with the playhead or the pointer is drawn above it
// (overlay.js), so that replaying does not draw the rows again.

import { rulerTicks } from '../model/time.js';
import { logDraw, logging } from '../state/drawlog.js';
import { drawChannel } from './channel.js';
import { drawStack } from './density.js';
import { drawFlags, drawMissing, underFlag } from './flags.js';
import { together } from '../model/highlight.js';
import { drawGoroutine, drawLock, drawProc, drawSystem } from './spans.js';
import { visibleRows } from './rows.js';
import { textWidth } from './text.js';
import { RULER, crisp, fitText, xOf } from './view.js';

/** @typedef {import('./view.js').View} View */
/** @typedef {import('./rows.js').Row} Row */
/** @typedef {import('./rows.js').Layout} Layout */

/**
 * @param {View} v
 * @param {Layout} layout
 * @param {ReturnType<typeof import('./data.js').createData>} data
 */
export function drawRows(v, layout, data) {
  logDraw('timeline', 'begin', { t0: v.t0, t1: v.t1 });
  v.ctx.fillStyle = v.colors.get('--page');
  v.ctx.fillRect(0, 0, v.width, v.height);
  const shown = visibleRows(layout.rows, v.scroll, v.scroll + v.height - RULER);
  const ticks = rulerTicks(v.t0, v.t1, v.width - v.left);
  drawGrid(v, ticks);
  v.ctx.save();
  v.ctx.beginPath();
  v.ctx.rect(0, RULER, v.width, v.height - RULER);
  v.ctx.clip();
  const common = together(v.store.get('model'), v.store.get('highlight'));
  const draw = (/** @type {Row} */ row, /** @type {number} */ y) => {
    if (row.kind === 'group') drawGroup(v, row, y);
    else drawRow(v, row, y, data);
    if (common && row.kind !== 'group' && !isCommon(common, row)) fade(v, row, y);
  };
  for (const row of shown) if (row.y >= layout.pinned) draw(row, RULER + row.y - v.scroll);
  if (layout.pinned > 0) drawPinned(v, layout, draw);
  v.ctx.restore();
  drawRuler(v, ticks);
  drawScrollbar(v, layout.height);
}

/**
 * Pinned rows stay at the top, over those that scroll below them.
 * @param {View} v
 * @param {Layout} layout
 * @param {(row:Row, y:number) => void} draw
 */
function drawPinned(v, layout, draw) {
  v.ctx.fillStyle = v.colors.get('--page');
  v.ctx.fillRect(0, RULER, v.width, layout.pinned);
  for (const row of visibleRows(layout.rows, 0, layout.pinned)) draw(row, RULER + row.y);
  v.ctx.fillStyle = v.colors.get('--faint');
  v.ctx.fillRect(0, RULER + layout.pinned - 1, v.width, 1);
}

/**
 * @param {import('../model/highlight.js').Together} common
 * @param {Row} row
 */
function isCommon(common, row) {
  if (row.kind === 'goroutine' || row.kind === 'role') return common.gs.has(row.id);
  if (row.kind === 'channel' || row.kind === 'lock') return common.os.has(row.id);
  return row.kind === 'proc' || row.kind === 'system';
}

/** How far rows fade that have nothing to do with what is highlighted. */
const FADE = 0.72;

/**
 * @param {View} v
 * @param {Row} row
 * @param {number} y
 */
function fade(v, row, y) {
  v.ctx.globalAlpha = FADE;
  v.ctx.fillStyle = v.colors.get('--page');
  v.ctx.fillRect(0, y, v.width, row.height);
  v.ctx.globalAlpha = 1;
  if (logging()) logDraw('timeline', 'fade', { row: row.key, y });
}

/** Identity colours: main has the quiet slate, the others follow one another. */
const MAIN_COLOR = 7;

/**
 * The colour that tells goroutines apart where the state's colour does not.
 * @param {View} v
 * @returns {(g:number) => string}
 */
export function identities(v) {
  return (g) => v.colors.identity(g === 0 ? MAIN_COLOR : (g - 1) % MAIN_COLOR);
}

/**
 * @param {View} v
 * @param {Row} row
 * @param {number} y
 * @param {ReturnType<typeof import('./data.js').createData>} data
 */
function drawRow(v, row, y, data) {
  const selected = isSelected(v, row);
  if (selected) {
    v.ctx.fillStyle = v.colors.get('--row-selected');
    v.ctx.fillRect(0, y, v.width, row.height);
  }
  if (row.kind === 'density') drawDensity(v, row, y);
  if (row.kind === 'more') return drawMore(v, row, y);
  if (row.kind === 'missing') return drawMissing(v, row, y);
  const entry = data.pick(row.key, { t0: v.t0, t1: v.t1 });
  const identity = identities(v);
  if (entry) {
    v.ctx.save();
    v.ctx.beginPath();
    v.ctx.rect(v.left, y, v.width - v.left, row.height);
    v.ctx.clip();
    if (row.kind === 'goroutine' || row.kind === 'role') drawGoroutine(v, row, entry, y);
    else if (row.kind === 'proc') drawProc(v, row, entry, y, identity);
    else if (row.kind === 'channel') drawChannel(v, row, entry, y);
    else if (row.kind === 'lock') drawLock(v, row, entry, y, identity);
    else drawSystem(v, row, entry, y);
    v.ctx.restore();
  }
  drawLabel(v, row, y, selected, identity);
}

/**
 * @param {View} v
 * @param {Row} row
 * @param {number} y
 */
function drawDensity(v, row, y) {
  const { overview, model } = v.store.values();
  if (!overview || !model) return;
  v.ctx.save();
  v.ctx.beginPath();
  v.ctx.rect(v.left, y, v.width - v.left, row.height);
  v.ctx.clip();
  drawStack(v.ctx, v.store, overview, { x: xOf(v, 0), w: model.duration * v.scale, y: y + 2, h: row.height - 4 });
  v.ctx.restore();
  if (logging()) logDraw('timeline', 'density', { row: row.key, y });
}

/**
 * @param {View} v
 * @param {Row} row
 * @param {number} y
 */
function drawMore(v, row, y) {
  v.ctx.font = v.font;
  v.ctx.fillStyle = v.colors.get('--link');
  v.ctx.fillText(row.label, 20, y + row.height / 2 + 0.5);
  if (logging()) logDraw('timeline', 'more', { row: row.key, text: row.label, y });
}

/**
 * @param {View} v
 * @param {Row} row
 */
export function isSelected(v, row) {
  const { kind, id } = v.store.get('selection');
  if (kind === 'goroutine') return row.kind === 'goroutine' ? row.id === id : row.members?.includes(id) ?? false;
  if (kind === 'object') return (row.kind === 'channel' || row.kind === 'lock') && row.id === id;
  return false;
}

/**
 * @param {View} v
 * @param {Row} row
 * @param {number} y
 * @param {boolean} selected
 * @param {(g:number) => string} identity
 */
function drawLabel(v, row, y, selected, identity) {
  const { ctx, colors } = v;
  const second = row.wait && v.left >= 120 ? row.wait : '';
  const middle = y + row.height / 2 + 0.5 - (second ? 7 : 0);
  if (row.kind === 'goroutine') {
    ctx.fillStyle = identity(row.id);
    ctx.fillRect(selected ? 3 : 8, y + 6, 3, row.height - 12);
  }
  if (selected) {
    ctx.fillStyle = colors.get('--focus');
    ctx.fillRect(0, y, 2, row.height);
  }
  const indent = Math.min(row.indent, 4) * 10;
  const x = 20 + indent;
  ctx.font = v.font;
  ctx.textAlign = 'right';
  ctx.fillStyle = colors.get('--muted');
  const note = row.note && v.left >= 120 ? row.note : '';
  if (note) ctx.fillText(note, v.left - 10, middle);
  ctx.textAlign = 'left';
  ctx.fillStyle = colors.get(row.kind === 'system' ? '--muted' : '--text');
  fitText(v, row.label, x, middle, v.left - 18 - x - (note ? textWidth(ctx, note) : 0));
  if (second) {
    ctx.fillStyle = colors.get('--muted');
    fitText(v, second, x + 13, middle + 15, v.left - 24 - x);
  }
  if (indent > 0) {
    ctx.fillStyle = colors.get('--line');
    ctx.fillRect(x - 9, y, 1, row.height / 2);
    ctx.fillRect(x - 9, y + row.height / 2, 6, 1);
  }
  if (logging()) logDraw('timeline', 'label', { row: row.key, text: row.label, note: row.note, y });
}

/**
 * @param {View} v
 * @param {Row} row
 * @param {number} y
 */
function drawGroup(v, row, y) {
  const { ctx, colors } = v;
  const middle = y + row.height / 2 + 0.5;
  ctx.fillStyle = colors.get('--group');
  ctx.fillRect(0, y, v.width, row.height - 1);
  ctx.fillStyle = colors.get('--muted');
  ctx.beginPath();
  if (row.open) {
    ctx.moveTo(8, middle - 2.5);
    ctx.lineTo(15, middle - 2.5);
    ctx.lineTo(11.5, middle + 2.5);
  } else {
    ctx.moveTo(9.5, middle - 3.5);
    ctx.lineTo(14.5, middle);
    ctx.lineTo(9.5, middle + 3.5);
  }
  ctx.fill();
  ctx.font = `600 ${v.font}`;
  ctx.fillStyle = colors.get('--muted');
  ctx.fillText(row.label, 20, middle);
  if (!row.open && row.note) {
    ctx.font = v.font;
    ctx.fillText(row.note, Math.max(v.left + 6, 30 + textWidth(ctx, row.label)), middle);
  }
  if (logging()) logDraw('timeline', 'group', { id: row.key, open: row.open, text: row.label, y });
}

/**
 * @param {View} v
 * @param {ReturnType<typeof rulerTicks>} ruler
 */
function drawGrid(v, ruler) {
  v.ctx.fillStyle = v.colors.get('--grid');
  for (const tick of ruler.ticks) {
    const x = crisp(v, xOf(v, tick.t));
    if (x >= v.left) v.ctx.fillRect(x, RULER, 1, v.height);
  }
}

/**
 * @param {View} v
 * @param {ReturnType<typeof rulerTicks>} ruler
 */
function drawRuler(v, ruler) {
  const { ctx, colors } = v;
  ctx.fillStyle = colors.get('--page');
  ctx.fillRect(0, 0, v.width, RULER);
  ctx.font = v.font;
  for (const tick of ruler.ticks) {
    const x = crisp(v, xOf(v, tick.t));
    if (x < v.left - 1) continue;
    ctx.fillStyle = colors.get('--line');
    ctx.fillRect(x, 5, 1, RULER - 5);
    const end = x + textWidth(ctx, tick.label) + 6;
    if (end > v.width || underFlag(v, x, end)) continue;
    ctx.fillStyle = colors.get('--muted');
    ctx.fillText(tick.label, x + 5, 11);
    if (logging()) logDraw('timeline', 'tick', { x, text: tick.label });
  }
  ctx.fillStyle = colors.get('--line');
  ctx.fillRect(0, RULER - 1, v.width, 1);
  drawFindings(v);
  drawMarks(v);
  drawFlags(v);
}

/** @param {View} v */
function drawFindings(v) {
  v.ctx.fillStyle = v.colors.get('--finding');
  for (const f of v.store.get('model')?.findings ?? []) {
    const x = xOf(v, f.time_ns);
    if (x < v.left || x > v.width) continue;
    v.ctx.beginPath();
    v.ctx.moveTo(x - 5, RULER - 8);
    v.ctx.lineTo(x + 5, RULER - 8);
    v.ctx.lineTo(x, RULER - 1);
    v.ctx.fill();
    if (logging()) logDraw('timeline', 'finding', { x, id: f.id });
  }
}

/**
 * Bookmarks: small flags on the ruler with a line through the rows.
 * @param {View} v
 */
function drawMarks(v) {
  v.ctx.fillStyle = v.colors.get('--focus');
  for (const mark of v.store.get('marks')) {
    const x = crisp(v, xOf(v, mark.time));
    if (x < v.left || x > v.width) continue;
    v.ctx.fillRect(x, RULER - 12, 1, v.height);
    v.ctx.beginPath();
    v.ctx.moveTo(x, RULER - 12);
    v.ctx.lineTo(x + 8, RULER - 8.5);
    v.ctx.lineTo(x, RULER - 5);
    v.ctx.fill();
    if (logging()) logDraw('timeline', 'mark', { x, event: mark.event });
  }
}

/**
 * A thin bar at the right shows that there is more, and where one is.
 * @param {View} v
 * @param {number} total
 */
function drawScrollbar(v, total) {
  const room = v.height - RULER;
  if (total <= room) return;
  const size = Math.max(24, (room * room) / total);
  const y = RULER + ((room - size) * v.scroll) / (total - room);
  v.ctx.globalAlpha = 0.5;
  v.ctx.fillStyle = v.colors.get('--faint');
  v.ctx.beginPath();
  v.ctx.roundRect(v.width - 7, y + 2, 5, size - 4, 2.5);
  v.ctx.fill();
  v.ctx.globalAlpha = 1;
}

/**
 * A line for people whose recording has no hooks, or nothing yet.
 * @param {View} v
 * @param {string} text
 */
export function drawNote(v, text) {
  v.ctx.font = v.font;
  v.ctx.fillStyle = v.colors.get('--muted');
  v.ctx.fillText(text, 20, RULER + 24);
}
