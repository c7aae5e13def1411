// Names inside of circles and boxes: smaller, in two lines or in fewer words, before anything of them is cut.

import { setFont, write } from './paint.js';

/** @typedef {import('./paint.js').Brush} Brush */

/** Smallest size of a name, px; below `COMFORT` two lines are better than one. */
const SMALLEST = 8;
const COMFORT = 9.5;

/** From this radius on there is room for two lines. */
const ROOMY = 15;

/**
 * Where a name can go on in a second line: after a word, or before a capital letter inside of one. The break nearest to the middle.
 * @param {string} name
 * @returns {[string, string]|null}
 */
export function halves(name) {
  /** @type {number[]} */
  const breaks = [];
  for (const m of name.matchAll(/\s|(?<=\p{Ll})(?=\p{Lu})|(?<=_)/gu)) if (m.index > 0) breaks.push(m.index);
  const best = breaks.sort((a, b) => Math.abs(a - name.length / 2) - Math.abs(b - name.length / 2))[0];
  return best === undefined ? null : [name.slice(0, best).trimEnd(), name.slice(best).trimStart()];
}

/**
 * @param {Brush} b
 * @param {string} name
 * @param {{x:number, y:number, r:number, most:number}} room  middle and radius of the circle; most: width of a name that is wider all the same
 * @param {{color:string, behind:string|undefined}} look  behind: colour behind the text
 */
export function drawName(b, name, { x, y, r, most }, { color, behind }) {
  const size = fitSize(b, [name], 2 * r);
  const parts = size < COMFORT && r >= ROOMY ? halves(name) : null;
  const second = parts ? fitSize(b, parts, 2 * Math.sqrt(r * r - COMFORT * COMFORT)) : 0;
  const halo = behind ?? (measured(b, name, size) > 2 * r + 1 ? b.panel : undefined);
  if (!parts || second < size || measured(b, longer(parts), second) > most) return void write(b.ctx, name, x, y, most, { size, color, bold: true, halo });
  parts.forEach((text, i) => write(b.ctx, text, x, y + (i - 0.5) * (second + 1.5), most, { size: second, color, bold: true, halo: behind }));
}

/**
 * A group's name with the number of its goroutines below it, in the smallest circles.
 * @param {Brush} b
 * @param {string} name
 * @param {string} number
 * @param {{x:number, y:number, most:number}} room
 * @param {string} color
 */
export function drawGroupName(b, name, number, { x, y, most }, color) {
  const look = { size: SMALLEST, color, bold: true, halo: b.panel };
  const half = (SMALLEST + 1.5) / 2;
  write(b.ctx, name, x, y - half, most, look);
  write(b.ctx, number, x, y + half, most, look);
}

/** @param {[string, string]} parts */
const longer = ([a, b]) => (a.length > b.length ? a : b);

/**
 * @param {Brush} b
 * @param {string} text
 * @param {number} size
 */
function measured(b, text, size) {
  setFont(b.ctx, size, true);
  return b.ctx.measureText(text).width;
}

/**
 * The size at which all of the texts fit.
 * @param {Brush} b
 * @param {readonly string[]} texts
 * @param {number} room
 */
function fitSize(b, texts, room) {
  for (let size = b.layout.level.inner; size > SMALLEST; size -= 0.5) {
    if (texts.every((text) => measured(b, text, size) <= room)) return size;
  }
  return SMALLEST;
}

/**
 * What a lock says of its holder, in fewer words where there is no room for all.
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} text
 * @param {number} room
 * @param {number} size
 */
export function fitting(ctx, text, room, size) {
  setFont(ctx, size, false);
  return ctx.measureText(text).width <= room ? text : text.replace(/^(held|read) by /, 'by ');
}
