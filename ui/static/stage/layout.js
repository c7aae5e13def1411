// Where everything stands on the stage. Pure: topology and size in, places out; the state at the playhead has no part in
// it, so nothing moves while replaying. The promise, held by tests: no two nodes overlap, their texts included, and all of
// them lie inside the stage.
import { columns } from './columns.js';
import { LEVELS, chipHeight, extent, lineHeight, slotGap, slotsOf } from './levels.js';

/** @typedef {import('./topology.js').StageNode} StageNode */
/** @typedef {import('./topology.js').Topology} Topology */
/** @typedef {import('./levels.js').Level} Level */
/** @typedef {{x:number, y:number, w:number, h:number}} Rect */

/**
 * @typedef {object} Placed
 * @property {StageNode} node
 * @property {Rect} box     everything of the node, texts included
 * @property {Rect} body    the circle's square, the tube's slots or the box
 * @property {Rect} title   above a tube; empty (w 0) for others
 * @property {Rect} status  below or beside the body; empty when the level has none
 * @property {'center'|'left'} align  of the status
 * @property {Rect[]} slots  of a channel, the outlet (next to be received) last; empty for a gate
 * @property {number} more   slots that the first slot's cell stands for; 0: none
 * @property {number} column
 * @property {number} band   rows of columns, when there are more columns than fit beside each other
 *
 * @typedef {object} Layout
 * @property {number} width
 * @property {number} height
 * @property {Level} level
 * @property {number} scale  the picture is drawn this much smaller (1 unless even the smallest level has no room)
 * @property {Map<string, Placed>} nodes
 */

/** Room for the stage's title in its upper left corner. */
const TITLE = { w: 210, h: 26 };
const MARGIN = 7;

/** Columns are not drawn further apart than this, so that a small program stays together on a wide screen. */
const MOST_GAP = 150;

/**
 * @param {Topology} topo
 * @param {number} width   css px
 * @param {number} height  css px
 * @returns {Layout}
 */
export function layout(topo, width, height) {
  const cols = columns(topo);
  for (let scale = 1; scale > 0.2; scale *= 0.88) {
    const w = width / scale;
    const h = height / scale;
    const placed = fitted(cols, w, h) ?? (scale < 0.9 ? shelves(cols, w, h) : null);
    if (placed) return { ...placed, width: w, height: h, scale };
  }
  // A stage of a few pixels: lay out for a usual size and draw it small rather than not at all.
  const w = 640;
  const h = 360;
  const placed = fitted(cols, w, h) ?? shelves(cols, w, h) ?? { nodes: new Map(), level: smallest() };
  return { ...placed, width: w, height: h, scale: Math.min(width / w, height / h) };
}

/** @returns {Level} */
function smallest() {
  return /** @type {Level} */ (LEVELS[LEVELS.length - 1]);
}

/**
 * @typedef {{nodes: Map<string, Placed>, level: Level}} Fit
 */

/**
 * The largest level that fits; columns stay whole if they can, and are broken into sub-columns and bands only then.
 * @param {StageNode[][]} cols
 * @param {number} w
 * @param {number} h
 * @returns {Fit|null}
 */
function fitted(cols, w, h) {
  for (const wrap of [false, true]) {
    // The two smallest levels show few words: breaking columns is better than that.
    for (const level of wrap ? LEVELS : LEVELS.slice(0, 4)) {
      const most = wrap && cols.length > 5 ? Math.min(5, Math.ceil(cols.length / 3)) : 1;
      for (let bands = 1; bands <= most; bands++) {
        const nodes = pack(cols, level, w, h, bands, wrap);
        if (nodes) return { nodes, level };
      }
    }
  }
  return null;
}

/**
 * @param {StageNode[][]} cols
 * @param {Level} level
 * @param {number} w
 * @param {number} h
 * @param {number} bands   rows of columns
 * @param {boolean} wrap   columns may be broken into sub-columns
 * @returns {Map<string, Placed>|null} null when there is no room
 */
function pack(cols, level, w, h, bands, wrap) {
  const bandH = (h - 2 * MARGIN) / bands;
  /** @type {Map<string, Placed>} */
  const nodes = new Map();
  const per = Math.ceil(cols.length / bands);
  for (let b = 0; b < bands; b++) {
    const part = cols.slice(b * per, (b + 1) * per);
    if (part.length === 0) continue;
    const broken = part.map((col) => breakColumn(col, level, bandH - (bands > 1 ? 6 : 0)));
    if (broken.some((subs) => subs === null || (!wrap && subs.length > 1))) return null;
    const area = { x: MARGIN, y: MARGIN + b * bandH, w: w - 2 * MARGIN, h: bandH };
    if (!placeBand(/** @type {StageNode[][][]} */ (broken), level, area, b * per, nodes)) return null;
    for (const n of part.flat()) /** @type {Placed} */ (nodes.get(n.id)).band = b;
  }
  return nodes;
}

/**
 * Splits a column into sub-columns of about equal length that are not higher than h.
 * @param {StageNode[]} col
 * @param {Level} level
 * @param {number} h
 * @returns {StageNode[][]|null} null when one node alone is too high
 */
function breakColumn(col, level, h) {
  const greedy = fill(col, level, h);
  if (!greedy || greedy.length < 2) return greedy;
  // The same number of sub-columns with less in each looks tidier than full ones and a rest.
  const total = col.reduce((sum, n) => sum + extent(n, level).h + level.gapY, 0);
  const even = fill(col, level, Math.min(h, total / greedy.length + level.gapY));
  return even && even.length === greedy.length ? even : greedy;
}

/**
 * @param {StageNode[]} col
 * @param {Level} level
 * @param {number} h
 * @returns {StageNode[][]|null}
 */
function fill(col, level, h) {
  /** @type {StageNode[][]} */
  const subs = [];
  /** @type {StageNode[]} */
  let sub = [];
  let used = 0;
  for (const n of col) {
    const need = extent(n, level).h;
    if (need > h) return null;
    if (sub.length > 0 && used + level.gapY + need > h) {
      subs.push(sub);
      sub = [];
      used = 0;
    }
    used += (sub.length > 0 ? level.gapY : 0) + need;
    sub.push(n);
  }
  subs.push(sub);
  return subs;
}

/**
 * Places the columns of one band from left to right.
 * @param {StageNode[][][]} broken  columns, each in sub-columns
 * @param {Level} level
 * @param {Rect} area
 * @param {number} first   number of the first column
 * @param {Map<string, Placed>} nodes  filled
 * @returns {boolean} whether they fit
 */
function placeBand(broken, level, area, first, nodes) {
  const inner = 6;
  const widths = broken.map((subs) => subs.map((sub) => Math.max(...sub.map((n) => extent(n, level).w))));
  const used = widths.reduce((sum, subs) => sum + subs.reduce((a, b) => a + b, 0) + inner * (subs.length - 1), 0);
  const gaps = broken.length - 1;
  if (used + gaps * level.gapX > area.w) return false;
  const gap = gaps > 0 ? Math.min(MOST_GAP, (area.w - used) / (gaps + 0.6)) : 0;
  const spread = Math.max(gaps > 0 ? level.gapX : 0, gap);
  let x = area.x + Math.max(0, (area.w - used - spread * gaps) / 2);
  for (const [c, subs] of broken.entries()) {
    for (const [s, sub] of subs.entries()) {
      const w = widths[c]?.[s] ?? 0;
      const down = x < TITLE.w ? Math.max(0, TITLE.h - area.y) : 0;
      if (!placeColumn(sub, level, { x, y: area.y + down, w, h: area.h - down }, first + c, nodes)) return false;
      x += w + (s < subs.length - 1 ? inner : spread);
    }
  }
  if (broken.every((subs) => subs.length === 1)) widenTexts(broken.flat(2), nodes, Math.min(spread - 12, (area.w - used - spread * gaps)));
  return true;
}

/** Room that a status text takes from the space between columns, at most. */
const MOST_EXTRA = 56;

/**
 * Gives texts the space between columns that is left over; what each column takes keeps them apart.
 * @param {StageNode[]} part
 * @param {Map<string, Placed>} nodes
 * @param {number} free  px between two columns, and on both sides of all together
 */
function widenTexts(part, nodes, free) {
  const extra = Math.floor(Math.min(MOST_EXTRA, free));
  if (extra <= 0) return;
  for (const n of part) {
    const p = nodes.get(n.id);
    if (!p || p.align === 'left') continue;
    for (const r of [p.box, p.title, p.status]) {
      if (r.w === 0) continue;
      r.x -= extra / 2;
      r.w += extra;
    }
  }
}

/**
 * Spreads the nodes of a column over its height, with the middles of circles and tubes around the stage's axis.
 * @param {StageNode[]} col
 * @param {Level} level
 * @param {Rect} area
 * @param {number} column
 * @param {Map<string, Placed>} nodes  filled
 * @returns {boolean} whether it fits
 */
function placeColumn(col, level, area, column, nodes) {
  const sizes = col.map((n) => extent(n, level));
  const need = sizes.reduce((sum, s) => sum + s.h, 0);
  const free = area.h - need;
  const gap = col.length > 1 ? Math.max(level.gapY, Math.min(free / (col.length + 0.4), level.r * 1.4)) : 0;
  const total = need + gap * (col.length - 1);
  if (total > area.h) return false;
  let y = 0;
  const anchors = sizes.map((s) => {
    const at = y + s.anchor;
    y += s.h + gap;
    return at;
  });
  const mean = (Math.min(...anchors) + Math.max(...anchors)) / 2;
  const axis = area.h * 0.48;
  let top = area.y + Math.max(0, Math.min(axis - mean, area.h - total));
  col.forEach((n, i) => {
    const size = sizes[i] ?? { w: 0, h: 0, anchor: 0 };
    const x = area.x + (area.w - size.w) / 2;
    nodes.set(n.id, place(n, level, { x, y: top, w: size.w, h: size.h }, column));
    top += size.h + gap;
  });
  return true;
}

/**
 * @param {StageNode} node
 * @param {Level} level
 * @param {Rect} box
 * @param {number} column
 * @returns {Placed}
 */
function place(node, level, box, column) {
  const line = lineHeight(level.font);
  const none = { x: box.x, y: box.y, w: 0, h: 0 };
  const base = { node, box, title: none, status: none, slots: /** @type {Rect[]} */ ([]), more: 0, column, band: 0, align: /** @type {'center'|'left'} */ ('center') };
  if (node.kind === 'goroutine') {
    const d = 2 * level.r;
    if (level.side) {
      const body = { x: box.x + 2, y: box.y + (box.h - d) / 2, w: d, h: d };
      const h = level.lines * line;
      return { ...base, body, align: 'left', status: { x: body.x + d + 7, y: box.y + (box.h - h) / 2, w: level.labelW, h } };
    }
    const body = { x: box.x + (box.w - d) / 2, y: box.y + 2, w: d, h: d };
    const status = level.lines ? { x: box.x, y: body.y + d + 5, w: box.w, h: level.lines * line } : none;
    return { ...base, body, status };
  }
  if (node.kind === 'channel') return placeTube(node, level, box, base, line);
  const h = box.h - (level.quiet ? 0 : 3 + line);
  const scale = node.kind === 'lock' || node.kind === 'waitgroup' ? 1 : 0.86;
  const w = Math.round(level.boxW * scale);
  const body = { x: box.x + (box.w - w) / 2, y: box.y, w, h };
  const status = level.quiet ? none : { x: box.x, y: box.y + h + 3, w: box.w, h: line };
  return { ...base, body, status };
}

/**
 * @param {StageNode} node
 * @param {Level} level
 * @param {Rect} box
 * @param {Omit<Placed, 'body'>} base
 * @param {number} line
 * @returns {Placed}
 */
function placeTube(node, level, box, base, line) {
  const { shown, more, width } = slotsOf(node.cap, level);
  const gap = slotGap(level);
  const body = { x: box.x + (box.w - width) / 2, y: box.y + line + 4, w: width, h: level.slotH };
  const cells = shown + (more > 0 ? 1 : 0);
  const slots = Array.from({ length: cells }, (_, i) => ({ x: body.x + i * (level.slotW + gap), y: body.y, w: level.slotW, h: level.slotH }));
  const title = { x: box.x, y: box.y, w: box.w, h: line };
  const status = level.quiet ? base.status : { x: box.x, y: body.y + body.h + 4, w: box.w, h: line };
  return { ...base, body, slots, more, title, status };
}

/**
 * The last resort: everything in reading order, row by row, at the smallest level.
 * @param {StageNode[][]} cols
 * @param {number} w
 * @param {number} h
 * @returns {Fit|null}
 */
function shelves(cols, w, h) {
  const level = smallest();
  /** @type {Map<string, Placed>} */
  const nodes = new Map();
  let x = MARGIN;
  let y = TITLE.h;
  let high = 0;
  for (const [column, col] of cols.entries()) {
    for (const n of col) {
      const size = extent(n, level);
      if (size.w > w - 2 * MARGIN) return null;
      if (x + size.w > w - MARGIN) {
        x = MARGIN;
        y += high + level.gapY;
        high = 0;
      }
      if (y + size.h > h - MARGIN) return null;
      nodes.set(n.id, place(n, level, { x, y, w: size.w, h: size.h }, column));
      x += size.w + level.gapX;
      high = Math.max(high, size.h);
    }
  }
  // Few of them would hang below the title with nothing under them.
  const down = Math.max(0, (h - MARGIN - (y + high)) / 2);
  for (const p of nodes.values()) for (const r of new Set([p.box, p.body, p.title, p.status, ...p.slots])) r.y += down;
  return { nodes, level };
}

/** Chips of waiting goroutines that fit at one end of a tube. */
export function chipsShown(/** @type {Placed} */ p, /** @type {Level} */ level) {
  return Math.max(1, Math.floor((p.body.h + 2) / (chipHeight(level) + 1)));
}

/**
 * The node under a point.
 * @param {Layout} l
 * @param {number} x  css px on the stage
 * @param {number} y
 * @returns {Placed|null}
 */
export function hit(l, x, y) {
  const px = x / l.scale;
  const py = y / l.scale;
  for (const p of l.nodes.values()) {
    if (px >= p.box.x && px < p.box.x + p.box.w && py >= p.box.y && py < p.box.y + p.box.h) return p;
  }
  return null;
}
