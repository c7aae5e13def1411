// Paints a channel: a tube with one slot per element, newest on the left, and the waiting goroutines at both ends.
import { State } from '../model/states.js';
import { formatCount } from '../model/time.js';
import { logDraw } from '../state/drawlog.js';
import { readable } from './contrast.js';
import { chipsShown } from './layout.js';
import { chipHeight, chipWidth, lineHeight } from './levels.js';
import { hatch, roundRect, setFont, stateColor, tint, write } from './paint.js';

/** @typedef {import('./paint.js').Brush} Brush */
/** @typedef {import('./draw.js').Mark} Mark */
/** @typedef {import('./layout.js').Placed} Placed */
/** @typedef {import('./layout.js').Rect} Rect */
/** @typedef {import('./scene.js').NodeView} NodeView */

/**
 * @param {Brush} b
 * @param {Placed} p
 * @param {NodeView} view
 * @param {Mark} mark
 */
export function drawTube(b, p, view, mark) {
  const { level } = b.layout;
  const color = view.forever || view.found ? b.finding : stateColor(b, view.state === State.none ? State.send : view.state);
  const alpha = b.ctx.globalAlpha;
  b.ctx.globalAlpha = Math.max(alpha, 0.9);
  setFont(b.ctx, level.font, true);
  const title = [view.title, view.title.replace(/ (<-)?chan.*?(?=, cap|$)/, ''), view.label].find((text) => b.ctx.measureText(text).width <= p.title.w) ?? view.label;
  write(b.ctx, title, p.title.x + p.title.w / 2, p.title.y + p.title.h / 2, p.title.w, { size: level.font, color: b.text, bold: true, halo: b.page });
  b.ctx.globalAlpha = alpha;
  if (p.slots.length > 0) drawSlots(b, p, view, color);
  else drawGate(b, p, view, color);
  if (view.closed) drawClosed(b, p);
  if (mark.selected || mark.hovered) outline(b, p, mark);
  drawQueue(b, p, view.sendq, -1, view.forever);
  drawQueue(b, p, view.recvq, 1, view.forever);
  b.ctx.globalAlpha = Math.max(alpha, 0.9);
  if (p.status.w === 0) return;
  const tone = view.forever ? readable(b.finding, b.text, b.page) : b.muted;
  const text = view.forever ? view.text + ' · forever' : view.text;
  write(b.ctx, text, p.status.x + p.status.w / 2, p.status.y + lineHeight(level.font) / 2, p.status.w, { size: level.font, color: tone, halo: b.page });
}

/**
 * @param {Brush} b
 * @param {Placed} p
 * @param {NodeView} view
 * @param {string} color
 */
function drawSlots(b, p, view, color) {
  const { slots } = p;
  const filled = view.slots;
  const plain = p.more > 0 ? slots.slice(1) : slots;
  plain.forEach((rect, i) => {
    // The outlet is the last slot: the elements stand against it.
    const element = filled[filled.length - plain.length + i] ?? null;
    drawSlot(b, rect, element, color, view.node.id, i);
  });
  const first = slots[0];
  if (p.more > 0 && first) {
    const over = Math.max(0, filled.length - plain.length);
    const element = { text: '+' + formatCount(over > 0 ? over : p.more), note: over > 0 ? 'more' : 'slots' };
    drawSlot(b, first, over > 0 ? element : null, color, view.node.id, -1);
    if (over === 0) slotText(b, first, element, b.muted);
  }
}

/**
 * @param {Brush} b
 * @param {Rect} rect
 * @param {{text: string, note: string}|null} element
 * @param {string} color
 * @param {string} id
 * @param {number} i
 */
function drawSlot(b, rect, element, color, id, i) {
  const { ctx } = b;
  const inner = { x: rect.x + 0.75, y: rect.y + 0.75, w: rect.w - 1.5, h: rect.h - 1.5 };
  roundRect(ctx, inner, rect.w > 30 ? 6 : 3);
  ctx.fillStyle = b.panel;
  ctx.fill();
  if (element) tint(b, color, 0.16);
  ctx.strokeStyle = element ? color : b.line;
  ctx.lineWidth = 1.4;
  ctx.stroke();
  if (element) slotText(b, rect, element, b.text);
  logDraw('stage', 'slot', { id, slot: i, text: element?.text ?? '' });
}

/**
 * @param {Brush} b
 * @param {Rect} rect
 * @param {{text: string, note: string}} element
 * @param {string} color
 */
function slotText(b, rect, element, color) {
  const { level } = b.layout;
  const x = rect.x + rect.w / 2;
  const y = rect.y + rect.h / 2;
  const two = element.note !== '' && rect.h >= 2.4 * level.inner;
  write(b.ctx, element.text, x, two ? y - level.inner * 0.55 : y, rect.w - 3, { size: level.inner, color });
  if (two) write(b.ctx, element.note, x, y + level.inner * 0.75, rect.w - 6, { size: level.inner - 2, color: b.muted });
}

/**
 * An unbuffered channel: a door in which both must stand at once.
 * @param {Brush} b
 * @param {Placed} p
 * @param {NodeView} view
 * @param {string} color
 */
function drawGate(b, p, view, color) {
  const { ctx } = b;
  const waits = view.sendq.length + view.recvq.length > 0;
  roundRect(ctx, p.body, 5);
  ctx.fillStyle = b.panel;
  ctx.fill();
  if (view.forever) hatch(b);
  else if (waits) tint(b, color, 0.16);
  ctx.strokeStyle = waits ? color : b.colors.get('--faint');
  ctx.lineWidth = 1.6;
  ctx.stroke();
  const x = p.body.x + p.body.w / 2;
  ctx.setLineDash([3, 3]);
  ctx.beginPath();
  ctx.moveTo(x, p.body.y + 4);
  ctx.lineTo(x, p.body.y + p.body.h - 4);
  ctx.stroke();
  ctx.setLineDash([]);
  logDraw('stage', 'gate', { id: view.node.id, waits });
}

/** A bar before the inlet: nothing can be sent any more. */
function drawClosed(/** @type {Brush} */ b, /** @type {Placed} */ p) {
  const { ctx } = b;
  ctx.strokeStyle = b.text;
  ctx.lineWidth = 3;
  ctx.lineCap = 'round';
  ctx.beginPath();
  ctx.moveTo(p.body.x - 4, p.body.y + 2);
  ctx.lineTo(p.body.x - 4, p.body.y + p.body.h - 2);
  ctx.stroke();
  ctx.lineCap = 'butt';
}

/**
 * @param {Brush} b
 * @param {Placed} p
 * @param {Mark} mark
 */
function outline(b, p, mark) {
  roundRect(b.ctx, { x: p.body.x - 4, y: p.body.y - 4, w: p.body.w + 8, h: p.body.h + 8 }, 9);
  b.ctx.strokeStyle = mark.selected ? b.colors.get('--focus') : b.muted;
  b.ctx.lineWidth = mark.selected ? 2 : 1;
  b.ctx.stroke();
}

/**
 * The goroutines that wait at one end, first in the queue on top.
 * @param {Brush} b
 * @param {Placed} p
 * @param {string[]} queue
 * @param {number} side  -1 inlet, 1 outlet
 * @param {boolean} forever
 */
function drawQueue(b, p, queue, side, forever) {
  if (queue.length === 0) return;
  const { ctx } = b;
  const { level } = b.layout;
  const w = chipWidth(level);
  const h = chipHeight(level);
  const room = chipsShown(p, level);
  const shown = queue.length > room ? [...queue.slice(0, room - 1), '+' + (queue.length - room + 1)] : queue;
  const x = side < 0 ? p.body.x - w - 5 : p.body.x + p.body.w + 5;
  let y = p.body.y + p.body.h / 2 - (shown.length * (h + 1) - 1) / 2;
  for (const name of shown) {
    roundRect(ctx, { x, y, w, h }, h / 2);
    ctx.fillStyle = forever ? b.finding : b.colors.state(State.send);
    ctx.fill();
    ctx.strokeStyle = b.page;
    ctx.lineWidth = 1.5;
    ctx.stroke();
    const size = Math.max(8, level.inner - 2.5);
    setFont(ctx, size, true);
    const text = ctx.measureText(name).width <= w - 3 ? name : name.replace(/^#/, '');
    write(ctx, text, x + w / 2, y + h / 2 + 0.5, w - 3, { size, bold: true, color: forever ? b.page : b.colors.ink(State.send) });
    y += h + 1;
  }
  logDraw('stage', 'queue', { id: p.node.id, side, names: queue });
}
