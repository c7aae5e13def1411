// The curves between goroutines and objects. Pure geometry on a layout: like the layout it does not depend on the playhead.

import { chipWidth } from './levels.js';

/** @typedef {import('./layout.js').Layout} Layout */
/** @typedef {import('./layout.js').Placed} Placed */
/** @typedef {import('./topology.js').StageEdge} StageEdge */

/**
 * A cubic curve: its ends and their handles.
 * @typedef {{x0: number, y0: number, x1: number, y1: number, x2: number, y2: number, x3: number, y3: number}} Cubic
 *
 * @typedef {object} PlacedEdge
 * @property {StageEdge} edge
 * @property {Placed} from    the goroutine
 * @property {Placed} to      the object
 * @property {Cubic[]} curve  from the goroutine to the object; three pieces when it goes around other columns
 * @property {boolean} far    it passes other columns: drawn only when something happens on it
 * @property {boolean} crowded  it runs behind other goroutines of its own column: drawn lightly
 */

/** Distance of two curves at the side of an object. */
const PORT = 9;

/**
 * @param {readonly StageEdge[]} edges
 * @param {Layout} l
 * @returns {Map<string, PlacedEdge>} by edgeKey
 */
export function placeEdges(edges, l) {
  /** @type {Map<string, {edge: StageEdge, from: Placed, to: Placed, side: number}[]>} */
  const ports = new Map();
  for (const edge of edges) {
    const from = l.nodes.get(edge.from);
    const to = l.nodes.get(edge.to);
    if (!from || !to) continue;
    const side = sideOf(from, to);
    const key = to.node.id + ' ' + side;
    const list = ports.get(key);
    const item = { edge, from, to, side };
    if (list) list.push(item); else ports.set(key, [item]);
  }
  /** @type {Map<string, PlacedEdge>} */
  const out = new Map();
  for (const list of ports.values()) {
    list.sort((a, b) => middle(a.from).y - middle(b.from).y);
    list.forEach((item, i) => {
      const step = Math.min(PORT, (item.to.body.h * 0.7) / Math.max(1, list.length - 1));
      const dy = (i - (list.length - 1) / 2) * step;
      out.set(edgeKey(item.edge.from, item.edge.to), connect(item, dy, l));
    });
  }
  return out;
}

/** How far from its place a message at rest may move along its curve, and the steps in which that is tried. */
const LEEWAY = 0.4;
const NUDGE = 0.04;

/** Half of the room that a message takes. */
export const bubbleRoom = (/** @type {Layout} */ l) => l.level.inner + 1;

/**
 * Where a message rests on an edge: at the place nearest to the wanted one where it lies on no words and no node.
 * @param {PlacedEdge} placed
 * @param {Layout} l
 * @param {number} at  wanted, 0 at the goroutine and 1 at the object
 * @returns {number} -1 if there is no such place
 */
export function restAt(placed, l, at) {
  const r = bubbleRoom(l);
  const ends = chipWidth(l.level) + 7; // beside a channel its queues may stand
  const wide = (/** @type {Placed} */ p) => (p.node.kind === 'channel' ? { ...p.body, x: p.body.x - ends, w: p.body.w + 2 * ends } : p.body);
  const taken = [...l.nodes.values()].flatMap((p) => [wide(p), p.title, p.status].filter((box) => box.w > 0));
  for (let off = 0; off <= LEEWAY; off += NUDGE) {
    for (const t of off === 0 ? [at] : [at - off, at + off]) {
      if (t < 0.05 || t > 0.95) continue;
      const q = pointAt(placed.curve, t);
      if (!taken.some((box) => q.x > box.x - r && q.x < box.x + box.w + r && q.y > box.y - r && q.y < box.y + box.h + r)) return t;
    }
  }
  return -1;
}

/**
 * The edge between two nodes that are in no list of uses.
 * @param {string} key  edgeKey
 * @param {Layout} l
 * @returns {PlacedEdge|null}
 */
export function placeEdge(key, l) {
  const [a = '', b = ''] = key.split('\n');
  const from = l.nodes.get(a);
  const to = l.nodes.get(b);
  if (!from || !to) return null;
  const edge = { from: a, to: b, sends: false, receives: false, waits: false, uses: 0 };
  return connect({ edge, from, to, side: sideOf(from, to) }, 0, l);
}

/** Key of the edge between two nodes. */
export const edgeKey = (/** @type {string} */ from, /** @type {string} */ to) => from + '\n' + to;

/** @param {Placed} p */
export const middle = (p) => ({ x: p.body.x + p.body.w / 2, y: p.body.y + p.body.h / 2 });

/**
 * The side of the object at which a goroutine's curve ends: -1 left, 1 right.
 * @param {Placed} from
 * @param {Placed} to
 */
function sideOf(from, to) {
  // In one column the curve bows to the left, where it crosses nothing.
  return beside(from, to) || middle(to).x > middle(from).x ? -1 : 1;
}

/**
 * Whether the two stand over one another.
 * @param {Placed} from
 * @param {Placed} to
 */
function beside(from, to) {
  return from.column === to.column && Math.abs(middle(to).x - middle(from).x) <= Math.max(to.body.w, from.body.w);
}

/**
 * @param {{edge: StageEdge, from: Placed, to: Placed, side: number}} item
 * @param {number} dy
 * @param {Layout} l
 * @returns {PlacedEdge}
 */
function connect({ edge, from, to, side }, dy, l) {
  const direct = cubic(from, to, side, dy, l);
  const hits = behind(direct, from, to, l);
  const far = Math.abs(from.column - to.column) > 1;
  const others = hits.filter((p) => p.column !== from.column);
  const curve = others.length > 0 && from.band === to.band ? around(direct, from, to, l) : [direct];
  return { edge, from, to, curve, far, crowded: hits.some((p) => p.column === from.column) };
}

/**
 * @param {Placed} from
 * @param {Placed} to
 * @param {number} side
 * @param {number} dy
 * @param {Layout} l
 * @returns {Cubic}
 */
function cubic(from, to, side, dy, l) {
  const g = middle(from);
  const o = middle(to);
  const off = to.node.kind === 'channel' ? 7 : 3;
  const x3 = side < 0 ? to.body.x - off : to.body.x + to.body.w + off;
  const y3 = o.y + dy;
  // The curve leaves the circle towards its end, and its handles keep it level at both ends.
  const out = beside(from, to) || o.x < g.x ? -1 : 1;
  const x0 = g.x + out * ((from.node.kind === 'goroutine' ? l.level.r : from.body.w / 2) + 2);
  const reach = Math.max(22, Math.abs(x3 - x0) * 0.5);
  const lift = Math.max(-l.level.r * 0.3, Math.min(l.level.r * 0.3, (y3 - g.y) * 0.1));
  // A bow at the left edge stays on the stage.
  return { x0, y0: g.y + lift, x1: Math.max(3, x0 + out * reach), y1: g.y + lift, x2: Math.max(3, x3 + side * reach), y2: y3, x3, y3 };
}

/** Points at which a curve is tested against the nodes. */
const SAMPLES = 24;

/**
 * The nodes behind which a curve would run.
 * @param {Cubic} c
 * @param {Placed} from
 * @param {Placed} to
 * @param {Layout} l
 * @returns {Placed[]}
 */
function behind(c, from, to, l) {
  const points = Array.from({ length: SAMPLES }, (_, i) => pointAt([c], (i + 0.5) / SAMPLES));
  return [...l.nodes.values()].filter((p) => p !== from && p !== to && points.some((q) => (
    q.x > p.body.x - 4 && q.x < p.body.x + p.body.w + 4 && q.y > p.body.y - 3 && q.y < p.body.y + p.body.h + 3)));
}

/**
 * A way over or under everything that stands between the two, whichever is nearer.
 * @param {Cubic} c
 * @param {Placed} from
 * @param {Placed} to
 * @param {Layout} l
 * @returns {Cubic[]}
 */
function around(c, from, to, l) {
  const left = Math.min(c.x0, c.x3);
  const right = Math.max(c.x0, c.x3);
  const between = [...l.nodes.values()].filter((p) => p !== from && p !== to && p.band === from.band && p.body.x < right && p.body.x + p.body.w > left);
  const over = Math.max(5, Math.min(...between.map((p) => p.box.y)) - 6);
  const under = Math.min(l.height - 5, Math.max(...between.map((p) => p.box.y + p.box.h)) + 6);
  const mean = (c.y0 + c.y3) / 2;
  const y = mean - over < under - mean ? over : under;
  const dir = Math.sign(c.x3 - c.x0);
  const climb = Math.min(120, Math.abs(c.x3 - c.x0) / 3);
  const x1 = c.x0 + dir * climb;
  const x2 = c.x3 - dir * climb;
  const half = dir * climb * 0.5;
  return [
    { x0: c.x0, y0: c.y0, x1: c.x0 + half, y1: c.y0, x2: x1 - half, y2: y, x3: x1, y3: y },
    { x0: x1, y0: y, x1: x1 + (x2 - x1) / 3, y1: y, x2: x2 - (x2 - x1) / 3, y2: y, x3: x2, y3: y },
    { x0: x2, y0: y, x1: x2 + half, y1: y, x2: c.x3 - half, y2: c.y3, x3: c.x3, y3: c.y3 },
  ];
}

/**
 * A point of a curve.
 * @param {readonly Cubic[]} curve
 * @param {number} t  0 at the goroutine, 1 at the object
 */
export function pointAt(curve, t) {
  const at = Math.min(curve.length - 1, Math.floor(t * curve.length));
  const c = /** @type {Cubic} */ (curve[at]);
  const v = t * curve.length - at;
  const u = 1 - v;
  const a = u * u * u;
  const b = 3 * u * u * v;
  const d = 3 * u * v * v;
  const e = v * v * v;
  return { x: a * c.x0 + b * c.x1 + d * c.x2 + e * c.x3, y: a * c.y0 + b * c.y1 + d * c.y2 + e * c.y3 };
}
