// Colours for canvases: the CSS variables of app.css, resolved for the theme that is shown, and the textures that repeat
// a state's meaning without colour.

import { stateInfo } from '../model/states.js';

/**
 * @typedef {object} Colors
 * @property {(name:string) => string} get            a CSS variable's value: get('--text')
 * @property {(code:number) => string} state          fill of a state
 * @property {(code:number) => string} ink            text on a state's fill
 * @property {(n:number) => string} identity          one of the identity colours (which goroutine, not which state)
 * @property {(ctx:CanvasRenderingContext2D, kind:string, color:string, scale:number) => CanvasPattern|null} texture
 *   pattern of a kind of model/states.js, or null for 'solid' and 'half'; scale: device pixels a CSS pixel
 * @property {() => void} refresh                     reads the variables again, after the theme has changed
 */

/** Identity colours: --id-0 … --id-7 of app.css. */
export const IDENTITIES = 8;

/**
 * @param {() => CSSStyleDeclaration} style  computed style of the root element
 * @returns {Colors}
 */
export function createColors(style) {
  /** @type {Map<string, string>} */
  let values = new Map();
  /** @type {Map<string, CanvasPattern|null>} */
  let patterns = new Map();

  /** @param {string} name */
  const get = (name) => {
    let value = values.get(name);
    if (value === undefined) {
      value = style().getPropertyValue(name).trim() || '#888888';
      values.set(name, value);
    }
    return value;
  };
  return {
    get,
    state: (code) => get(stateInfo(code).css),
    ink: (code) => get(stateInfo(code).css.replace('--s-', '--ink-')),
    identity: (n) => get(`--id-${n % IDENTITIES}`),
    texture(ctx, kind, color, scale) {
      const key = `${kind} ${color} ${scale}`;
      let pattern = patterns.get(key);
      if (pattern === undefined) {
        pattern = makeTexture(ctx, kind, color, scale);
        patterns.set(key, pattern);
      }
      return pattern;
    },
    refresh() {
      values = new Map();
      patterns = new Map();
    },
  };
}

/** Side of a texture tile in CSS pixels. */
const TILE = 8;

/** @type {Record<string, (c: OffscreenCanvasRenderingContext2D) => void>} */
const STROKES = {
  dots(c) {
    for (const [x, y] of [[2, 2], [6, 6]]) {
      c.beginPath();
      c.arc(x ?? 0, y ?? 0, 0.9, 0, 7);
      c.fill();
    }
  },
  slash: (c) => diagonals(c, true, false),
  backslash: (c) => diagonals(c, false, true),
  cross: (c) => diagonals(c, true, true),
  hatch: (c) => { diagonals(c, true, true); line(c, 0, 0, TILE, 0); },
  forever(c) {
    c.lineWidth = 2.4;
    diagonals(c, true, false);
  },
  bars: (c) => line(c, 2, 0, 2, TILE),
  wave(c) {
    c.beginPath();
    c.moveTo(0, 5);
    c.quadraticCurveTo(2, 2, 4, 5);
    c.quadraticCurveTo(6, 8, 8, 5);
    c.stroke();
  },
};

/**
 * @param {OffscreenCanvasRenderingContext2D} c
 * @param {boolean} up
 * @param {boolean} down
 */
function diagonals(c, up, down) {
  for (const shift of [-TILE, 0, TILE]) {
    if (up) line(c, shift, TILE, shift + TILE, 0);
    if (down) line(c, shift, 0, shift + TILE, TILE);
  }
}

/**
 * @param {OffscreenCanvasRenderingContext2D} c
 * @param {number} x0
 * @param {number} y0
 * @param {number} x1
 * @param {number} y1
 */
function line(c, x0, y0, x1, y1) {
  c.beginPath();
  c.moveTo(x0, y0);
  c.lineTo(x1, y1);
  c.stroke();
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} kind
 * @param {string} color
 * @param {number} scale
 */
function makeTexture(ctx, kind, color, scale) {
  const draw = STROKES[kind];
  if (!draw) return null;
  const side = Math.max(4, Math.round(TILE * scale));
  const tile = new OffscreenCanvas(side, side);
  const c = tile.getContext('2d');
  if (!c) return null;
  c.scale(side / TILE, side / TILE);
  c.strokeStyle = color;
  c.fillStyle = color;
  c.lineWidth = 1;
  draw(c);
  const pattern = ctx.createPattern(tile, 'repeat');
  // A pattern is laid in device pixels: contexts are scaled, so it is scaled back.
  pattern?.setTransform(new DOMMatrix([1 / scale, 0, 0, 1 / scale, 0, 0]));
  return pattern;
}
