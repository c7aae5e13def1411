// Drawing the lanes: spans of goroutines, cores and locks, one-pixel textures, and system ranges.

import { spanLabel } from '../model/labels.js';
import { FOREVER, State, stateInfo } from '../model/states.js';
import { logDraw, logging } from '../state/drawlog.js';
import { firstAfter } from './data.js';
import { textWidth } from './text.js';
import { crisp, xOf } from './view.js';

/** @typedef {import('./view.js').View} View */
/** @typedef {import('./rows.js').Row} Row */
/** @typedef {import('./data.js').Entry} Entry */
/** @typedef {import('../model/types.js').SpanRow} SpanRow */
/** @typedef {{x:number, y:number, w:number, h:number}} Box */

/** Textures start at this width; below it they would only be noise. */
const TEXTURE_FROM = 6;

/**
 * Visits the visible spans of a row. Spans that fall into the same device pixel as the one before are left out.
 * @param {View} v
 * @param {SpanRow} data
 * @param {(box:{x:number, w:number}, i:number) => void} fn
 */
function eachSpan(v, data, fn) {
  let last = -Infinity;
  const min = 1 / v.dpr;
  for (let i = firstAfter(data.end, v.t0); i < data.start.length; i++) {
    const start = /** @type {number} */ (data.start[i]);
    if (start >= v.t1) break;
    const x0 = Math.max(v.left, crisp(v, xOf(v, start)));
    const x1 = Math.min(v.width, crisp(v, xOf(v, /** @type {number} */ (data.end[i]))));
    if (x1 <= last) continue;
    const x = Math.max(x0, last);
    const w = Math.max(min, x1 - x);
    last = x + w;
    fn({ x, w }, i);
  }
}

/** @param {Row} row */
const barHeight = (row) => row.height - (row.height > 20 ? 6 : 4);

/**
 * @param {View} v
 * @param {Row} row
 * @param {Entry} entry
 * @param {number} y
 */
export function drawGoroutine(v, row, entry, y) {
  if (entry.data.enc === 'texture') return drawTexture(v, row, entry, y);
  if (entry.data.enc !== 'spans') return;
  const data = entry.data;
  const h = barHeight(row);
  const top = y + (row.height - h) / 2;
  const thin = new Thin();
  eachSpan(v, data, ({ x, w }, i) => {
    const code = data.state[i] ?? 0;
    if (w < THIN && !logging()) return thin.add(code, x, w);
    const label = spanLabel(code & 0x7f, v.store.object((data.info[i] ?? 0) - 1));
    const box = { x, y: top, w, h };
    if (code & FOREVER) drawForever(v, box, label);
    else drawState(v, code, box, label);
    if (logging()) logSpan(row, box, code, label);
  });
  thin.fill(v, top, h);
}

/** Spans narrower than this have no edge, texture or text: they are filled colour by colour, which is much faster. */
const THIN = 4;

class Thin {
  constructor() {
    /** @type {Map<number, number[]>} x and w of each span, by state */
    this.spans = new Map();
  }

  /**
   * @param {number} code
   * @param {number} x
   * @param {number} w
   */
  add(code, x, w) {
    const list = this.spans.get(code);
    if (list) list.push(x, w);
    else this.spans.set(code, [x, w]);
  }

  /**
   * @param {View} v
   * @param {number} y
   * @param {number} h
   */
  fill(v, y, h) {
    for (const [code, list] of this.spans) {
      const half = stateInfo(code).texture === 'half' && !(code & FOREVER);
      v.ctx.fillStyle = code & FOREVER ? v.colors.get('--finding') : v.colors.state(code);
      const top = half ? y + Math.round(h / 4) : y;
      const height = half ? Math.max(2, Math.round(h / 2)) : h;
      for (let i = 0; i < list.length; i += 2) {
        const w = list[i + 1] ?? 0;
        v.ctx.fillRect(list[i] ?? 0, top, w > 3 ? w - 1 : w, height);
      }
    }
  }
}

/**
 * @param {Row} row
 * @param {Box} box
 * @param {number} code
 * @param {string} label
 */
function logSpan(row, box, code, label) {
  logDraw('timeline', 'span', { row: row.key, x: box.x, w: box.w, state: code & 0x7f, forever: (code & FOREVER) !== 0, label });
}

/**
 * A span in a state's colour, its texture and, where it fits, its words.
 * @param {View} v
 * @param {number} code
 * @param {Box} box
 * @param {string} label
 */
export function drawState(v, code, box, label) {
  const info = stateInfo(code);
  const { ctx } = v;
  const half = info.texture === 'half';
  const h = half ? Math.max(2, Math.round(box.h / 2)) : box.h;
  const y = half ? box.y + Math.round((box.h - h) / 2) : box.y;
  const gap = box.w > 3 ? 1 : 0;
  const w = box.w - gap;
  ctx.fillStyle = v.colors.state(code);
  bar(ctx, box.x, y, w, h);
  if (code === State.runnable && w >= 4) edge(v, box.x, y, w, h, '--edge-runnable');
  if (half && w >= 4) edge(v, box.x, y, w, h, '--edge-sleep');
  if (w < TEXTURE_FROM) return;
  const texture = v.colors.texture(ctx, info.texture, v.colors.ink(code), v.dpr);
  if (texture) {
    ctx.globalAlpha = 0.2;
    ctx.fillStyle = texture;
    ctx.fillRect(box.x, y, w, h);
    ctx.globalAlpha = 1;
  }
  if (label && !half) spanText(v, { x: box.x, y, w, h }, label, v.colors.ink(code), v.colors.state(code));
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {number} x
 * @param {number} y
 * @param {number} w
 * @param {number} h
 */
export function bar(ctx, x, y, w, h) {
  if (w < 5) return ctx.fillRect(x, y, w, h);
  ctx.beginPath();
  ctx.roundRect(x, y, w, h, 2);
  ctx.fill();
}

/**
 * @param {View} v
 * @param {number} x
 * @param {number} y
 * @param {number} w
 * @param {number} h
 * @param {string} name
 */
function edge(v, x, y, w, h, name) {
  v.ctx.strokeStyle = v.colors.get(name);
  v.ctx.lineWidth = 1;
  v.ctx.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);
}

/**
 * Text in a span on a patch of its colour, so that textures do not run through letters.
 * @param {View} v
 * @param {Box} box
 * @param {string} text
 * @param {string} ink
 * @param {string} ground
 */
function spanText(v, box, text, ink, ground) {
  if (box.h < 12) return;
  v.ctx.font = v.mono;
  const width = textWidth(v.ctx, text);
  if (width + 12 > box.w) return;
  v.ctx.fillStyle = ground;
  v.ctx.fillRect(box.x + 3, box.y + 2, width + 6, box.h - 4);
  v.ctx.fillStyle = ink;
  v.ctx.fillText(text, box.x + 6, box.y + box.h / 2 + 0.5);
}

/**
 * A span that never ends: hatched in the colour of findings, and it says so.
 * @param {View} v
 * @param {Box} box
 * @param {string} label
 */
function drawForever(v, box, label) {
  const { ctx, colors } = v;
  const ground = colors.get('--finding-bg');
  ctx.fillStyle = ground;
  bar(ctx, box.x, box.y, box.w, box.h);
  const texture = colors.texture(ctx, 'forever', colors.get('--finding'), v.dpr);
  if (texture) {
    ctx.globalAlpha = 0.55;
    ctx.fillStyle = texture;
    ctx.fillRect(box.x, box.y, box.w, box.h);
    ctx.globalAlpha = 1;
  }
  ctx.fillStyle = colors.get('--finding');
  ctx.fillRect(box.x, box.y, 2, box.h);
  const text = label ? `${label} · forever` : 'forever';
  spanText(v, { ...box, x: box.x + 3, w: box.w - 3 }, text, colors.get('--finding-ink'), ground);
}

/**
 * A dense row: a state per pixel, fainter where the goroutine was not there or the pixel is mixed.
 * @param {View} v
 * @param {Row} row
 * @param {Entry} entry
 * @param {number} y
 */
function drawTexture(v, row, entry, y) {
  if (entry.data.enc !== 'texture') return;
  const { state, cover } = entry.data;
  const h = barHeight(row);
  const top = y + (row.height - h) / 2;
  const res = (entry.t1 - entry.t0) / state.length; // the server may answer with fewer pixels than were asked for
  const i0 = Math.max(0, Math.floor((v.t0 - entry.t0) / res));
  const i1 = Math.min(state.length, Math.ceil((v.t1 - entry.t0) / res));
  for (let i = i0; i < i1;) {
    const code = state[i] ?? 0;
    const shade = (cover[i] ?? 0) >> 5;
    let j = i + 1;
    while (j < i1 && state[j] === code && (cover[j] ?? 0) >> 5 === shade) j++;
    if (code !== State.none && (cover[i] ?? 0) > 0) {
      const x0 = Math.max(v.left, crisp(v, xOf(v, entry.t0 + i * res)));
      const x1 = crisp(v, xOf(v, entry.t0 + j * res));
      v.ctx.globalAlpha = 0.35 + (0.65 * shade) / 7;
      // A core's lane is coloured by goroutine, and too many to tell them apart have no colour.
      const own = row.kind === 'proc' && code === State.running ? v.colors.get('--faint') : v.colors.state(code);
      v.ctx.fillStyle = code & FOREVER ? v.colors.get('--finding') : own;
      v.ctx.fillRect(x0, top, x1 - x0, h);
    }
    i = j;
  }
  v.ctx.globalAlpha = 1;
  if (logging()) logDraw('timeline', 'texture', { row: row.key, px: i1 - i0 });
}

/**
 * A core's lane: who ran there, by the goroutine's identity colour.
 * @param {View} v
 * @param {Row} row
 * @param {Entry} entry
 * @param {number} y
 * @param {(g:number) => string} identity
 */
export function drawProc(v, row, entry, y, identity) {
  if (entry.data.enc === 'texture') return drawTexture(v, row, entry, y);
  if (entry.data.enc !== 'spans') return;
  const data = entry.data;
  eachSpan(v, data, ({ x, w }, i) => {
    const g = (data.info[i] ?? 0) - 1;
    const code = data.state[i] ?? 0;
    // What runs without a goroutine of the program is the runtime's work: it stays in the background.
    const ours = g >= 0 && v.store.goroutine(g) !== undefined;
    const color = ours ? identity(g) : code > State.running ? v.colors.state(code) : v.colors.get('--s-none');
    const box = { x, y: y + 3, w: w > 3 ? w - 1 : w, h: row.height - 6 };
    v.ctx.fillStyle = color;
    bar(v.ctx, box.x, box.y, box.w, box.h);
    if (ours && w > 24) spanText(v, box, v.store.gname(g), v.colors.get('--on-id'), color);
    if (logging()) logDraw('timeline', 'span', { row: row.key, x, w, state: code, g });
  });
}

/**
 * A lock's lane: bars of its holder, and above them a stripe for each goroutine that waits.
 * @param {View} v
 * @param {Row} row
 * @param {Entry} entry
 * @param {number} y
 * @param {(g:number) => string} identity
 */
export function drawLock(v, row, entry, y, identity) {
  if (entry.data.enc === 'texture') return drawTexture(v, row, entry, y);
  if (entry.data.enc !== 'spans') return;
  const data = entry.data;
  const h = 15;
  const top = y + row.height - h - 4;
  eachSpan(v, data, ({ x, w }, i) => {
    const g = (data.info[i] ?? 0) - 1;
    const queue = data.state[i] ?? 0;
    const width = w > 3 ? w - 1 : w;
    if (g >= 0) {
      const color = identity(g);
      v.ctx.fillStyle = color;
      bar(v.ctx, x, top, width, h);
      spanText(v, { x, y: top, w: width, h }, v.store.gname(g), v.colors.get('--on-id'), color);
    }
    v.ctx.fillStyle = v.colors.get('--s-lock');
    for (let q = 0; q < Math.min(queue, 4); q++) v.ctx.fillRect(x, top - 4 - q * 4, width, 3);
    if (logging()) logDraw('timeline', 'span', { row: row.key, x, w, holder: g, queue });
  });
}

/**
 * GC, syscalls, network: ranges in their state's colour.
 * @param {View} v
 * @param {Row} row
 * @param {Entry} entry
 * @param {number} y
 */
export function drawSystem(v, row, entry, y) {
  if (entry.data.enc === 'texture') return drawTexture(v, row, entry, y);
  if (entry.data.enc !== 'spans') return;
  const data = entry.data;
  const fallback = { gc: State.gc, syscalls: State.syscall, network: State.io }[row.key] ?? State.none;
  eachSpan(v, data, ({ x, w }, i) => {
    drawState(v, data.state[i] || fallback, { x, y: y + 4, w, h: row.height - 8 }, '');
    if (logging()) logDraw('timeline', 'span', { row: row.key, x, w, state: data.state[i] });
  });
}
