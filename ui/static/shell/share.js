// The view to take along: the stage and the timeline as PNG or SVG, and the address that shows the same again.

import { formatClock } from '../model/time.js';
import { KnownPath, createSheet, putPen, svg, xmlText } from '../state/svgpen.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {{canvas:HTMLCanvasElement, x:number, y:number, w:number, h:number}} Part */

/** Height of the line above the picture that says what it shows, and the space around its text; CSS px. */
const HEAD = 30;
const PAD = 12;

/** The canvases of the view with their places, from the top left corner of the view. @returns {{parts:Part[], w:number, h:number}} */
function view() {
  const all = /** @type {HTMLCanvasElement[]} */ ([...document.querySelectorAll('#stage canvas, #timeline canvas')]).filter((c) => c.clientWidth > 0 && c.clientHeight > 0);
  const boxes = all.map((canvas) => ({ canvas, box: canvas.getBoundingClientRect() }));
  const left = Math.min(...boxes.map((b) => b.box.left));
  const top = Math.min(...boxes.map((b) => b.box.top));
  return {
    parts: boxes.map(({ canvas, box }) => ({ canvas, x: box.left - left, y: box.top - top + HEAD, w: box.width, h: box.height })),
    w: Math.max(...boxes.map((b) => b.box.right)) - left, h: Math.max(...boxes.map((b) => b.box.bottom)) - top + HEAD,
  };
}

/** @param {Store} store */
function caption(store) {
  const { model, cursor } = store.values();
  return `${model?.program ?? ''} at ${formatClock(cursor.time)} · trace-viz`;
}

/** @param {Store} store */
const font = (store) => ({ family: getComputedStyle(document.body).fontFamily, ink: store.colors.get('--text'), page: store.colors.get('--page') });

/**
 * The view as an SVG document.
 * @param {Store} store
 * @returns {Promise<string>}
 */
export async function viewSVG(store) {
  const { parts, w, h } = view();
  const sheet = createSheet();
  const before = globalThis.Path2D;
  globalThis.Path2D = /** @type {any} */ (KnownPath);
  const pens = parts.map(({ canvas }) => { const ctx = canvas.getContext('2d'); return ctx ? putPen(ctx, sheet) : null; });
  try {
    store.colors.refresh(); // textures are made anew, so that the pens know them
    store.set({ colorsVersion: store.get('colorsVersion') + 1 });
    await store.frame.idle();
  } finally {
    globalThis.Path2D = before;
  }
  const { family, ink, page } = font(store);
  const root = svg('svg', { xmlns: 'http://www.w3.org/2000/svg', width: w, height: h, viewBox: `0 0 ${Math.ceil(w)} ${Math.ceil(h)}` });
  const title = svg('text', { x: PAD, y: 20, 'font-family': family, 'font-size': 13, 'font-weight': '600', fill: ink });
  title.textContent = xmlText(caption(store));
  root.append(sheet.defs, svg('rect', { width: w, height: h, fill: page }), title);
  parts.forEach((part, i) => {
    const drawn = pens[i]?.();
    if (!drawn) return;
    drawn.setAttribute('transform', `translate(${part.x} ${part.y}) scale(${part.w / part.canvas.width} ${part.h / part.canvas.height})`);
    root.append(drawn);
  });
  store.colors.refresh();
  store.set({ colorsVersion: store.get('colorsVersion') + 1 });
  return new XMLSerializer().serializeToString(root);
}

/**
 * The view as a PNG, in the pixels of the screen.
 * @param {Store} store
 * @returns {Promise<Blob>}
 */
export async function viewPNG(store) {
  await store.frame.idle();
  const { parts, w, h } = view();
  const out = document.createElement('canvas');
  out.width = Math.round(w * devicePixelRatio);
  out.height = Math.round(h * devicePixelRatio);
  const ctx = out.getContext('2d');
  if (!ctx) throw new Error('this browser has no 2D canvas');
  const { family, ink, page } = font(store);
  ctx.scale(devicePixelRatio, devicePixelRatio);
  ctx.fillStyle = page;
  ctx.fillRect(0, 0, w, h);
  ctx.fillStyle = ink;
  ctx.font = `600 13px ${family}`;
  ctx.fillText(caption(store), PAD, 20, w - 2 * PAD);
  for (const p of parts) ctx.drawImage(p.canvas, p.x, p.y, p.w, p.h);
  return new Promise((resolve, reject) => { out.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture is too large for this browser'))), 'image/png'); });
}

/**
 * Lets the browser save a file.
 * @param {Blob} blob
 * @param {string} name
 */
function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // a slow disk has begun to read it by then
}

/**
 * @param {Store} store
 * @param {'png'|'svg'} kind
 */
export async function savePicture(store, kind) {
  try {
    const blob = kind === 'png' ? await viewPNG(store) : new Blob([await viewSVG(store)], { type: 'image/svg+xml' });
    save(blob, `${store.get('recordingId')}.${kind}`);
    store.say(`Saved what is shown as ${kind.toUpperCase()}.`);
  } catch (err) {
    store.say(err instanceof Error ? err.message : String(err));
  }
}

/** @param {Store} store */
export async function copyLink(store) {
  try {
    await navigator.clipboard.writeText(location.href);
    store.say('Copied the address: it shows the same again, on this machine while trace-viz runs.');
  } catch {
    store.say('The browser does not let the page write to the clipboard: copy the address from its bar.');
  }
}
