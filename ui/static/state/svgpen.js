// What a canvas draws, as SVG: while a pen is put to a 2D context, every call draws as always and leaves the same shape in an
// SVG group. Nothing that draws needs to know of it.

const NS = 'http://www.w3.org/2000/svg';

/** Elements are made in a document that nobody looks at: images in it are not loaded, which the page's policy would refuse. */
const sheets = document.implementation.createDocument(NS, 'svg', null);

/** @typedef {{tile:OffscreenCanvas|HTMLCanvasElement, id:string}} Tile */
/** @typedef {{defs:SVGElement, tiles:Map<CanvasPattern, Tile>, count:number}} Sheet  shared by all pens of one picture */

/**
 * An element with attributes; numbers are rounded to hundredths.
 * @param {string} name
 * @param {Record<string, string|number|null>} attributes
 * @returns {SVGElement}
 */
export function svg(name, attributes) {
  const node = /** @type {SVGElement} */ (sheets.createElementNS(NS, name));
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null) node.setAttribute(key, typeof value === 'number' ? String(round(value)) : value);
  }
  return node;
}

/** @param {number} n */
const round = (n) => Math.round(n * 100) / 100;

/** Text that XML can hold: no control characters, no half of a pair. @param {string} text */
export const xmlText = (text) => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd');

/** @returns {Sheet} */
export function createSheet() {
  return { defs: svg('defs', {}), tiles: new Map(), count: 0 };
}

/** A Path2D that can say what it is. Put in the place of window.Path2D while pens write. */
export class KnownPath extends Path2D {
  /** Path data. @type {string} */
  d = '';

  /** @param {KnownPath|string} [from] */
  constructor(from) {
    super(from);
    if (from instanceof KnownPath) this.d = from.d;
  }
}

/** What both a context and a path can do to a path, as SVG path data. @type {Record<string, (...a:any[]) => string>} */
const STEPS = {
  moveTo: (x, y) => `M${round(x)} ${round(y)}`,
  lineTo: (x, y) => `L${round(x)} ${round(y)}`,
  quadraticCurveTo: (a, b, x, y) => `Q${[a, b, x, y].map(round).join(' ')}`,
  bezierCurveTo: (a, b, c, d, x, y) => `C${[a, b, c, d, x, y].map(round).join(' ')}`,
  rect: box,
  closePath: () => 'z',
  arc, roundRect,
};
for (const [name, step] of Object.entries(STEPS)) {
  const own = /** @type {any} */ (Path2D.prototype)[name];
  Object.defineProperty(KnownPath.prototype, name, { value: /** @this {KnownPath} @param {any[]} a */ function (...a) {
    this.d += step(...a);
    own.apply(this, a);
  } });
}

/** @param {number} x @param {number} y @param {number} w @param {number} h */
function box(x, y, w, h) {
  return `M${round(x)} ${round(y)}h${round(w)}v${round(h)}h${round(-w)}z`;
}

/** @param {number} x @param {number} y @param {number} r @param {number} from @param {number} to @param {boolean} [back] */
function arc(x, y, r, from, to, back = false) {
  const at = (/** @type {number} */ angle) => `${round(x + r * Math.cos(angle))} ${round(y + r * Math.sin(angle))}`;
  if (Math.abs(to - from) >= 2 * Math.PI - 1e-6) return `M${at(from)}A${round(r)} ${round(r)} 0 1 1 ${at(from + Math.PI)}A${round(r)} ${round(r)} 0 1 1 ${at(from)}`;
  const turn = (((back ? from - to : to - from) % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI);
  return `M${at(from)}A${round(r)} ${round(r)} 0 ${turn > Math.PI ? 1 : 0} ${back ? 0 : 1} ${at(to)}`;
}

/** @param {number} x @param {number} y @param {number} w @param {number} h @param {number|number[]} [radius] */
function roundRect(x, y, w, h, radius = 0) {
  const list = Array.isArray(radius) ? radius : [radius];
  const pick = (/** @type {number} */ i) => Math.max(0, Math.min(list[i] ?? list[i % 2] ?? list[0] ?? 0, w / 2, h / 2));
  const [a, b, c, d] = [pick(0), pick(1), pick(2), pick(3)];
  return `M${round(x + a)} ${round(y)}H${round(x + w - b)}a${round(b)} ${round(b)} 0 0 1 ${round(b)} ${round(b)}V${round(y + h - c)}a${round(c)} ${round(c)} 0 0 1 ${round(-c)} ${round(c)}`
    + `H${round(x + d)}a${round(d)} ${round(d)} 0 0 1 ${round(-d)} ${round(-d)}V${round(y + a)}a${round(a)} ${round(a)} 0 0 1 ${round(a)} ${round(-a)}z`;
}

/**
 * Puts a pen to a context.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Sheet} sheet
 * @returns {() => SVGElement} takes the pen away; gives the group of what was drawn, in device pixels
 */
export function putPen(ctx, sheet) {
  const root = svg('g', {});
  /** @type {{at:SVGElement, d:string, saved:SVGElement[]}} */
  const pen = { at: root, d: '', saved: [] };
  const pathOf = (/** @type {unknown} */ path) => (path instanceof KnownPath ? path.d : pen.d);
  const add = (/** @type {SVGElement} */ node) => { pen.at.append(node); };
  /** @type {Record<string, (...a:any[]) => void>} */
  const heard = {
    beginPath: () => { pen.d = ''; },
    save: () => pen.saved.push(pen.at),
    restore: () => { pen.at = pen.saved.pop() ?? root; },
    clip: (path) => { pen.at = clipped(ctx, sheet, pen.at, pathOf(path)); },
    fill: (path) => add(shape(ctx, sheet, pathOf(path), true)),
    stroke: (path) => add(shape(ctx, sheet, pathOf(path), false)),
    fillRect: (x, y, w, h) => add(shape(ctx, sheet, box(x, y, w, h), true)),
    strokeRect: (x, y, w, h) => add(shape(ctx, sheet, box(x, y, w, h), false)),
    clearRect: () => root.replaceChildren(), // pictures are cleared as a whole, before anything else
    fillText: (text, x, y) => add(words(ctx, sheet, String(text), x, y, true)),
    strokeText: (text, x, y) => add(words(ctx, sheet, String(text), x, y, false)),
  };
  for (const [name, step] of Object.entries(STEPS)) heard[name] = (/** @type {any[]} */ ...a) => { pen.d += step(...a); };
  const proto = /** @type {any} */ (CanvasRenderingContext2D.prototype);
  const target = /** @type {any} */ (ctx);
  for (const [name, hear] of Object.entries(heard)) {
    target[name] = (/** @type {any[]} */ ...a) => { hear(...a); return proto[name].apply(ctx, a); };
  }
  target.createPattern = (/** @type {OffscreenCanvas} */ tile, /** @type {string} */ repeat) => {
    const pattern = proto.createPattern.call(ctx, tile, repeat);
    if (pattern) sheet.tiles.set(pattern, { tile, id: '' });
    return pattern;
  };
  return () => {
    for (const name of [...Object.keys(heard), 'createPattern']) delete target[name];
    return root;
  };
}

/** @param {CanvasRenderingContext2D} ctx */
function place(ctx) {
  const m = ctx.getTransform();
  return m.isIdentity ? null : `matrix(${[m.a, m.b, m.c, m.d, m.e, m.f].map(round).join(' ')})`;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Sheet} sheet
 * @param {SVGElement} at
 * @param {string} d
 */
function clipped(ctx, sheet, at, d) {
  const id = `c${sheet.count++}`;
  const clip = svg('clipPath', { id });
  clip.append(svg('path', { d, transform: place(ctx) }));
  sheet.defs.append(clip);
  const group = svg('g', { 'clip-path': `url(#${id})` });
  at.append(group);
  return group;
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Sheet} sheet
 * @param {string} d
 * @param {boolean} filled
 */
function shape(ctx, sheet, d, filled) {
  const base = { d, transform: place(ctx), opacity: ctx.globalAlpha < 1 ? ctx.globalAlpha : null };
  if (filled) return svg('path', { ...base, ...paint('fill', ctx.fillStyle, sheet) });
  const dash = ctx.getLineDash();
  return svg('path', {
    ...base, fill: 'none', ...paint('stroke', ctx.strokeStyle, sheet), 'stroke-width': ctx.lineWidth,
    'stroke-dasharray': dash.length > 0 ? dash.join(' ') : null, 'stroke-linecap': ctx.lineCap === 'butt' ? null : ctx.lineCap, 'stroke-linejoin': ctx.lineJoin === 'miter' ? null : ctx.lineJoin,
  });
}

/**
 * @param {'fill'|'stroke'} what
 * @param {string|CanvasGradient|CanvasPattern} style
 * @param {Sheet} sheet
 * @returns {Record<string, string|number|null>}
 */
function paint(what, style, sheet) {
  if (typeof style !== 'string') return { [what]: style instanceof CanvasPattern ? texture(style, sheet) : 'none' };
  const m = /^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/.exec(style);
  return m ? { [what]: `rgb(${m[1]}, ${m[2]}, ${m[3]})`, [`${what}-opacity`]: Number(m[4]) } : { [what]: style };
}

/**
 * @param {CanvasPattern} pattern
 * @param {Sheet} sheet
 */
function texture(pattern, sheet) {
  const known = sheet.tiles.get(pattern);
  if (!known) return 'none'; // made before the pen was put: the caller renews textures first
  if (known.id === '') {
    known.id = `t${sheet.count++}`;
    const side = known.tile.width / devicePixelRatio;
    const copy = document.createElement('canvas');
    copy.width = copy.height = known.tile.width;
    copy.getContext('2d')?.drawImage(known.tile, 0, 0);
    const node = svg('pattern', { id: known.id, patternUnits: 'userSpaceOnUse', width: side, height: side });
    node.append(svg('image', { href: copy.toDataURL(), width: side, height: side }));
    sheet.defs.append(node);
  }
  return `url(#${known.id})`;
}

/** @type {Record<string, string>} */
const ANCHORS = { center: 'middle', right: 'end', end: 'end' };

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Sheet} sheet
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {boolean} filled
 */
function words(ctx, sheet, text, x, y, filled) {
  const [, before = '', size = '12', family = 'sans-serif'] = /^(.*?)([\d.]+)px(?:\/\S+)?\s+(.+)$/.exec(ctx.font) ?? [];
  const weight = /\b(bold|[1-9]00)\b/.exec(before)?.[1] ?? null;
  const node = svg('text', {
    x, y: y - (ctx.textBaseline === 'alphabetic' ? 0 : ctx.measureText(text).alphabeticBaseline ?? -Number(size) * 0.35), transform: place(ctx),
    'font-family': family, 'font-size': Number(size), 'font-weight': weight, 'text-anchor': ANCHORS[ctx.textAlign] ?? null,
    opacity: ctx.globalAlpha < 1 ? ctx.globalAlpha : null, 'xml:space': 'preserve',
    ...(filled ? paint('fill', ctx.fillStyle, sheet) : { fill: 'none', ...paint('stroke', ctx.strokeStyle, sheet), 'stroke-width': ctx.lineWidth }),
  });
  node.textContent = xmlText(text);
  return node;
}
