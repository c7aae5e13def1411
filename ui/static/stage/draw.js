// Paints a scene on a canvas. It decides nothing: what stands where is the layout's, how it looks is the scene's.
import { State } from '../model/states.js';
import { logDraw } from '../state/drawlog.js';
import { readable } from './contrast.js';
import { drawEnd } from './drawend.js';
import { drawTube } from './drawtube.js';
import { pointAt } from './edges.js';
import { drawGroupName, drawName, fitting } from './label.js';
import { lineHeight } from './levels.js';
import { circle, cut, hatch, roundRect, setFont, stateColor, tint, write } from './paint.js';

/** @typedef {import('./layout.js').Layout} Layout */
/** @typedef {import('./layout.js').Placed} Placed */
/** @typedef {import('./edges.js').PlacedEdge} PlacedEdge */
/** @typedef {import('./scene.js').Scene} Scene */
/** @typedef {import('./scene.js').NodeView} NodeView */
/** @typedef {import('./scene.js').EdgeView} EdgeView */
/** @typedef {import('../state/colors.js').Colors} Colors */

/** @typedef {import('./paint.js').Brush} Brush */
/** @typedef {{id: string, edge: string, at: number, text: string, state: number, moving: boolean}} Bubble */

/**
 * @typedef {object} Picture
 * @property {Scene} scene
 * @property {Map<string, PlacedEdge>} edges
 * @property {Bubble[]} bubbles
 * @property {string} title
 * @property {Set<string>} selected  ids of nodes
 * @property {Set<string>} hovered
 */

/**
 * @param {CanvasRenderingContext2D} ctx  scaled to layout units
 * @param {Layout} layout
 * @param {Picture} picture
 * @param {Colors} colors
 * @param {number} pixel
 */
export function draw(ctx, layout, picture, colors, pixel) {
  const b = {
    ctx, colors, layout, pixel, page: colors.get('--page'), text: colors.get('--text'), muted: colors.get('--muted'),
    line: colors.get('--line'), panel: colors.get('--panel'), finding: colors.get('--finding'),
  };
  ctx.clearRect(0, 0, layout.width, layout.height);
  logDraw('stage', 'begin', { title: picture.title, level: layout.level.name, nodes: layout.nodes.size });
  const edges = [...picture.edges.values()].map((placed) => ({ placed, view: picture.scene.edges.get(edgeId(placed)) }));
  for (const { placed, view } of edges) if (view?.look === 'idle') drawIdle(b, placed, touched(placed, picture), picture);
  for (const { placed, view } of edges) if (view && view.look !== 'idle') drawEdge(b, placed, view, touched(placed, picture));
  for (const p of layout.nodes.values()) {
    const view = picture.scene.nodes.get(p.node.id);
    if (view) drawNode(b, p, view, picture);
  }
  for (const bubble of picture.bubbles) drawBubble(b, bubble, picture.edges.get(bubble.edge));
  ctx.globalAlpha = 1;
  write(ctx, picture.title, 14, 17, 196, { size: 12, color: b.muted, bold: true, align: 'left', halo: b.page });
}

/** Thickness of the ring of a group. */
const RING = 5;

/** @param {PlacedEdge} placed */
const edgeId = (placed) => placed.edge.from + '\n' + placed.edge.to;

/**
 * @param {PlacedEdge} placed
 * @param {Picture} picture
 */
function touched(placed, picture) {
  return [placed.edge.from, placed.edge.to].some((id) => picture.selected.has(id) || picture.hovered.has(id));
}

/**
 * @param {Brush} b
 * @param {PlacedEdge} placed
 * @param {boolean} near  an end is selected or under the pointer
 * @param {Picture} picture
 */
function drawIdle(b, placed, near, picture) {
  // A curve across other columns says little while nothing happens on it: it appears with the pointer.
  const quiet = placed.far || placed.crowded || placed.to.node.kind === 'waitgroup' || placed.to.node.kind === 'once';
  if (quiet && !near) return;
  const { ctx } = b;
  ctx.globalAlpha = near ? 0.95 : picture.scene.nodes.get(placed.from.node.id)?.faint ? 0.25 : 0.6;
  ctx.strokeStyle = near ? b.muted : b.colors.get('--faint');
  ctx.lineWidth = near ? 1.4 : 1;
  ctx.setLineDash([4, 5]);
  stroke(ctx, placed);
  ctx.setLineDash([]);
  if (placed.from.node.kind !== 'goroutine') arrow(b, placed, 'in', near ? b.muted : b.colors.get('--faint'));
  ctx.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} ctx @param {PlacedEdge} placed */
function stroke(ctx, { curve }) {
  ctx.beginPath();
  for (const [i, c] of curve.entries()) {
    if (i === 0) ctx.moveTo(c.x0, c.y0);
    ctx.bezierCurveTo(c.x1, c.y1, c.x2, c.y2, c.x3, c.y3);
  }
  ctx.stroke();
}

/**
 * @param {Brush} b
 * @param {PlacedEdge} placed
 * @param {EdgeView} view
 * @param {boolean} near
 */
function drawEdge(b, placed, view, near) {
  const { ctx } = b;
  const stuck = view.look === 'cycle' || view.look === 'forever';
  const color = stuck ? b.finding : stateColor(b, view.state);
  if (view.look === 'cycle') {
    ctx.globalAlpha = 0.25;
    ctx.strokeStyle = color;
    ctx.lineWidth = 8;
    stroke(ctx, placed);
  }
  // Dozens that wait for one object would hide the nodes that they pass; the object says how many wait.
  const light = placed.crowded && !near && (view.look === 'waiting' || view.look === 'forever');
  ctx.globalAlpha = light ? 0.3 : 1;
  ctx.strokeStyle = color;
  ctx.lineWidth = light ? 1.2 : stuck ? 2.2 : 1.8;
  if (view.look === 'forever') ctx.setLineDash([8, 4]);
  stroke(ctx, placed);
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
  if (placed.to.node.kind === 'channel' || view.look === 'cycle') arrow(b, placed, view.flow, color);
  logDraw('stage', 'edge', { from: placed.edge.from, to: placed.edge.to, look: view.look, state: view.state, flow: view.flow });
}

/**
 * @param {Brush} b
 * @param {PlacedEdge} placed
 * @param {'in'|'out'|'none'} flow
 * @param {string} color
 */
function arrow(b, placed, flow, color) {
  if (flow === 'none') return;
  const tip = flow === 'in' ? 1 : 0;
  const p = pointAt(placed.curve, tip);
  const q = pointAt(placed.curve, flow === 'in' ? 0.94 : 0.06);
  const angle = Math.atan2(p.y - q.y, p.x - q.x);
  const { ctx } = b;
  ctx.fillStyle = color;
  ctx.beginPath();
  ctx.moveTo(p.x, p.y);
  for (const turn of [2.65, -2.65]) ctx.lineTo(p.x + 7.5 * Math.cos(angle + turn), p.y + 7.5 * Math.sin(angle + turn));
  ctx.fill();
}

/**
 * @param {Brush} b
 * @param {Placed} p
 * @param {NodeView} view
 * @param {Picture} picture
 */
function drawNode(b, p, view, picture) {
  const { ctx } = b;
  const { scale } = b.layout;
  ctx.globalAlpha = view.faint ? 0.55 : 1;
  const mark = { selected: picture.selected.has(p.node.id), hovered: picture.hovered.has(p.node.id) };
  if (p.node.kind === 'goroutine') drawGoroutine(b, p, view, mark);
  else if (p.node.kind === 'channel') drawTube(b, p, view, mark);
  else drawBox(b, p, view, mark);
  ctx.globalAlpha = 1;
  logDraw('stage', 'node', {
    id: p.node.id, kind: p.node.kind, label: view.label, state: view.state, text: view.text, detail: view.detail, sub: view.sub, forever: view.forever,
    cycle: view.cycle, found: view.found, current: view.current, x: Math.round((p.body.x + p.body.w / 2) * scale), y: Math.round((p.body.y + p.body.h / 2) * scale), ...mark,
  });
}

/** @typedef {{selected: boolean, hovered: boolean}} Mark */

/**
 * @param {Brush} b
 * @param {Placed} p
 * @param {NodeView} view
 * @param {Mark} mark
 */
function drawGoroutine(b, p, view, mark) {
  const { ctx } = b;
  const r = p.body.w / 2;
  const x = p.body.x + r;
  const y = p.body.y + r;
  const width = r > 18 ? 3 : 2;
  const color = view.forever || view.cycle || view.found ? b.finding : stateColor(b, view.state);
  if (view.current || mark.selected || mark.hovered) halo(b, x, y, r, mark, color);
  circle(ctx, x, y, r - width / 2);
  ctx.fillStyle = b.panel;
  ctx.fill();
  if (view.forever) hatch(b);
  if (view.segments.length > 0) drawSegments(b, x, y, r, view);
  else {
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.setLineDash(view.state === State.notYet ? [3, 4] : []);
    circle(ctx, x, y, r - width / 2);
    ctx.stroke();
    ctx.setLineDash([]);
  }
  ctx.globalAlpha = textAlpha(view);
  // A part of a name is the name of another: "@3" for "@39". It is written whole, over the ring, or beside the circle.
  const label = missingName(b, p, view) === '' ? view.label : '';
  const inside = r - 1.5 - (view.segments.length > 0 ? RING : width);
  const room = { x, y, r: inside, most: labelRoom(p) };
  const look = { color: view.faint ? b.muted : b.text, behind: view.forever ? b.panel : undefined };
  // A number alone names nobody: where a group has no status that begins with its name, the name stands above the number.
  if (view.segments.length > 0 && p.status.w === 0) drawGroupName(b, view.node.title, label, room, look.color);
  else drawName(b, label, room, look);
  drawStatus(b, p, view, color);
}

/** What is not there (yet, or any more) is faint, its words less so: they must stay readable. */
const textAlpha = (/** @type {NodeView} */ view) => (view.faint ? 0.9 : 1);

/**
 * @param {Brush} b
 * @param {number} x
 * @param {number} y
 * @param {number} r
 * @param {Mark} mark
 * @param {string} color
 */
function halo(b, x, y, r, mark, color) {
  const { ctx } = b;
  ctx.save();
  ctx.strokeStyle = mark.selected ? b.colors.get('--focus') : mark.hovered ? b.muted : color;
  ctx.globalAlpha = mark.selected || mark.hovered ? 1 : 0.3;
  ctx.lineWidth = mark.selected || mark.hovered ? 2 : 5;
  circle(ctx, x, y, r + (mark.selected || mark.hovered ? 2.5 : 2));
  ctx.stroke();
  ctx.restore();
}

/**
 * The ring of a group: a piece for each state, as long as its share.
 * @param {Brush} b
 * @param {number} x
 * @param {number} y
 * @param {number} r
 * @param {NodeView} view
 */
function drawSegments(b, x, y, r, view) {
  const { ctx } = b;
  const total = view.node.members.length;
  let from = -Math.PI / 2;
  for (const s of view.segments) {
    const to = from + (2 * Math.PI * s.n) / total;
    ctx.beginPath();
    ctx.arc(x, y, r - RING / 2, from, to);
    ctx.strokeStyle = stateColor(b, s.state);
    ctx.globalAlpha = s.state === State.ended || s.state === State.notYet ? 0.4 : 1;
    ctx.lineWidth = RING;
    ctx.setLineDash(s.state === State.notYet ? [3, 4] : []); // as one goroutine that has not started
    ctx.stroke();
    from = to;
  }
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
  if (!view.forever && !view.cycle && !view.found) return;
  circle(ctx, x, y, r + 1);
  ctx.strokeStyle = b.finding;
  ctx.lineWidth = 1.6;
  ctx.stroke();
}

/**
 * @param {Brush} b
 * @param {Placed} p
 * @param {NodeView} view
 * @param {string} color
 */
function drawStatus(b, p, view, color) {
  const { level } = b.layout;
  if (p.status.w === 0 || view.text === '') return;
  const line = lineHeight(level.font);
  const x = p.align === 'left' ? p.status.x : p.status.x + p.status.w / 2;
  const tone = view.faint ? b.muted : readable(color, b.text, b.page);
  const look = { size: level.font, align: p.align, halo: b.page, color: tone };
  const lines = statusLines(b, view, missingName(b, p, view), p.status.w, Math.max(1, Math.round(p.status.h / line)));
  const top = p.align === 'left' ? p.status.y + (p.status.h - lines.length * line) / 2 : p.status.y;
  lines.forEach((text, i) => {
    const second = i > 0 && !view.forever;
    write(b.ctx, text, x, top + (i + 0.5) * line, p.status.w, { ...look, color: second ? b.muted : tone, bold: view.forever && i > 0 });
  });
}

/** Room for a name in a circle: with its status below it may stick out a little, for there is nothing else beside it. */
const labelRoom = (/** @type {Placed} */ p) => p.body.w + (p.align === 'left' ? -1 : 12);

/**
 * The name, where the circle beside the status is too small for it.
 * @param {Brush} b
 * @param {Placed} p
 * @param {NodeView} view
 */
function missingName(b, p, view) {
  if (p.align !== 'left') return '';
  setFont(b.ctx, 8, true);
  return b.ctx.measureText(view.label).width <= labelRoom(p) ? '' : view.label;
}

/**
 * Status in the lines that there are: on one line the detail joins when it fits.
 * @param {Brush} b
 * @param {NodeView} view
 * @param {string} name  begins the status, "" for none
 * @param {number} width
 * @param {number} lines
 * @returns {string[]}
 */
function statusLines(b, view, name, width, lines) {
  if (lines > 1) return (name === '' ? [view.text, view.detail] : [name, view.text]).filter((text) => text !== '');
  setFont(b.ctx, b.layout.level.font, false);
  const start = name === '' ? '' : name + ': ';
  const fits = (/** @type {string} */ text) => b.ctx.measureText(start + text).width <= width;
  const short = view.text.replace(/^blocked: /, '').replace(/^receive /, 'recv ').replace(/: [\d,]+ left$/, '');
  if (view.forever) {
    const rest = ' · forever';
    // Of a group the name is all that tells who it is; its ring and its colour say forever too.
    if (view.segments.length > 0 && !fits(short + rest)) return [start + short];
    return [start + (fits(short + rest) ? short + rest : cut(b.ctx, short, width - b.ctx.measureText(start + rest).width) + rest)];
  }
  const detail = view.detail.replace(/^waiting /, '');
  const shortest = short.replace('waiting for a core', 'runnable').replace('waits for ', '');
  const parts = view.segments.length > 0 ? [detail, detail.split(', ')[0] ?? ''] : [detail];
  const withDetail = detail === '' ? [] : parts.flatMap((part) => [`${view.text}, ${part}`, `${short}, ${part}`]);
  return [start + ([...withDetail, view.text, short, shortest].find(fits) ?? shortest)];
}

/**
 * A lock, WaitGroup, Cond or Once.
 * @param {Brush} b
 * @param {Placed} p
 * @param {NodeView} view
 * @param {Mark} mark
 */
function drawBox(b, p, view, mark) {
  const { ctx } = b;
  const { level } = b.layout;
  const busy = view.state !== State.none;
  const color = view.forever || view.cycle || view.found ? b.finding : busy ? stateColor(b, view.state) : b.line;
  roundRect(ctx, p.body, 7);
  ctx.fillStyle = b.panel;
  ctx.fill();
  if (view.forever) hatch(b);
  else if (busy) tint(b, color, 0.12);
  ctx.strokeStyle = mark.selected ? b.colors.get('--focus') : mark.hovered ? b.muted : color;
  ctx.lineWidth = busy || view.found || mark.selected ? 2 : 1.4;
  if (view.closed) ctx.setLineDash([5, 3]);
  ctx.stroke();
  ctx.setLineDash([]);
  if (p.node.kind === 'context' || p.node.kind === 'timer') drawEnd(b, p, view);
  const x = p.body.x + p.body.w / 2;
  const room = p.body.w - (p.node.kind === 'context' || p.node.kind === 'timer' ? 28 : 12);
  const two = p.body.h >= 2 * lineHeight(level.inner) && view.sub !== '';
  const y = p.body.y + p.body.h / 2;
  const gap = lineHeight(level.inner) / 2;
  const halo = view.forever ? b.panel : undefined;
  write(ctx, view.label, x, two ? y - gap : y, room, { size: level.inner, color: b.text, bold: true, halo });
  if (two) write(ctx, fitting(ctx, view.sub, room, level.inner - 0.5), x, y + gap, room, { size: level.inner - 0.5, color: readable(b.muted, b.text, b.panel), halo });
  drawStatus(b, p, view.forever ? { ...view, detail: 'forever' } : view, busy ? color : b.muted);
}

/**
 * @param {Brush} b
 * @param {Bubble} bubble
 * @param {PlacedEdge|undefined} placed
 */
function drawBubble(b, bubble, placed) {
  if (!placed) return;
  const { ctx } = b;
  const { x, y } = pointAt(placed.curve, bubble.at);
  const size = Math.max(8.5, b.layout.level.inner - 1.5);
  setFont(ctx, size, true);
  const r = bubble.text === '' ? 5 : Math.max(size * 0.95, ctx.measureText(bubble.text).width / 2 + 3.5);
  circle(ctx, x, y, r);
  ctx.fillStyle = b.colors.state(bubble.state);
  ctx.fill();
  ctx.strokeStyle = b.page;
  ctx.lineWidth = 1.5;
  ctx.stroke();
  write(ctx, bubble.text, x, y + 0.5, 2 * r, { size, bold: true, color: b.colors.ink(bubble.state) });
  logDraw('stage', bubble.moving ? 'message' : 'bubble', { id: bubble.id, text: bubble.text, at: bubble.at, x: Math.round(x), y: Math.round(y) });
}
