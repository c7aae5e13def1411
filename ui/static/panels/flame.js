// The wall-clock flame graph: where goroutines spent their time, waiting included. Click zooms, the search marks.
import { formatDuration, formatShare } from '../model/time.js';
import { el, fill } from '../state/dom.js';
import { logDraw } from '../state/drawlog.js';
import { boxes, matched, packageOf, parents, topFunctions } from './flamelayout.js';
import { cut } from '../stage/paint.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('./flamelayout.js').FlameNode} FlameNode */
/** @typedef {import('./flamelayout.js').Box} Box */

const ROW = 18;

/**
 * What a graph of another kind has in the place of the usual colours, words and table.
 * @typedef {object} Look
 * @property {(n:FlameNode, colors:import('../state/colors.js').Colors) => {color:string, alpha:number, ink:string}} fill
 * @property {(n:FlameNode) => string} words
 * @property {(root:FlameNode, zoom:(n:FlameNode) => void) => HTMLElement} table
 */

/**
 * @param {Store} store
 * @param {{unit: string, total: number, root: FlameNode}} answer
 * @param {string} label  what the graph is of, for who can't see it
 * @param {Look|null} [look]
 * @returns {{node: HTMLElement, draw: () => void}}
 */
export function createFlame(store, answer, label, look = null) {
  const up = parents(answer.root);
  const canvas = el('canvas', { class: 'flame-canvas', role: 'img', 'aria-label': `${label}; the table below has the same functions` });
  const search = el('input', { type: 'search', class: 'flame-search', placeholder: 'Search functions', 'aria-label': 'Search functions', oninput: () => draw() });
  const hits = el('span', { class: 'muted grow' });
  const reset = el('button', { type: 'button', class: 'button', onclick: () => zoom(answer.root) }, 'All');
  const tip = el('div', { class: 'tooltip', hidden: true });
  const node = el('div', { class: 'flame' }, el('div', { class: 'panel-bar' }, search, hits, reset), canvas, (look?.table ?? table)(answer.root, (n) => zoom(n)), tip);
  let zoomed = answer.root;
  let laid = boxes(zoomed, up);

  /** @param {FlameNode} n */
  function zoom(n) {
    zoomed = n;
    laid = boxes(zoomed, up);
    draw();
  }
  function draw() {
    const width = canvas.parentElement?.clientWidth ?? 0;
    if (width === 0) return;
    const text = search.value.trim().toLowerCase();
    fill(hits, text ? `${formatShare(matched(answer.root, text) / Math.max(1, answer.root.value))} of the time` : '');
    reset.disabled = zoomed === answer.root;
    store.frame.draw(`flame: ${label}`, () => paint(canvas, laid, { width, text, store, look }));
  }
  /** @param {MouseEvent} ev */
  const under = (ev) => {
    const rect = canvas.getBoundingClientRect();
    const depth = Math.floor((ev.clientY - rect.top) / ROW);
    const x = (ev.clientX - rect.left) / rect.width;
    return laid.find((b) => b.depth === depth && x >= b.x && x < b.x + b.w);
  };
  canvas.addEventListener('click', (ev) => { const b = under(ev); if (b) zoom(b.node); });
  canvas.addEventListener('pointermove', (ev) => showTip(tip, under(ev), ev, answer.root.value, look));
  canvas.addEventListener('pointerleave', () => { tip.hidden = true; });
  new ResizeObserver(draw).observe(node);
  store.subscribe((s) => s.colorsVersion, draw);
  return { node, draw };
}

/**
 * @param {HTMLElement} tip
 * @param {Box|undefined} box
 * @param {MouseEvent} ev
 * @param {number} total
 * @param {Look|null} look
 */
function showTip(tip, box, ev, total, look) {
  tip.hidden = !box;
  if (!box) return;
  const own = box.node.value - box.node.children.reduce((a, c) => a + c.value, 0);
  if (look) fill(tip, el('b', {}, box.node.name), el('br'), look.words(box.node));
  else fill(tip, el('b', {}, box.node.name), el('br'), `${formatDuration(box.node.value)} (${formatShare(box.node.value / Math.max(1, total))})`, own > 0 ? `, itself ${formatDuration(own)}` : '');
  tip.style.left = Math.max(8, Math.min(ev.clientX + 12, innerWidth - 372)) + 'px';
  tip.style.top = Math.min(ev.clientY + 14, innerHeight - 70) + 'px';
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Box[]} laid
 * @param {{width:number, text:string, store:Store, look:Look|null}} how  text: searched for, "" nothing
 */
function paint(canvas, laid, { width, text, store, look }) {
  const ctx = canvas.getContext('2d');
  if (!ctx) return;
  const height = ROW * (1 + Math.max(0, ...laid.map((b) => b.depth)));
  canvas.style.height = height + 'px';
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  ctx.scale(devicePixelRatio, devicePixelRatio);
  ctx.font = '11.5px ' + getComputedStyle(document.body).fontFamily;
  ctx.textBaseline = 'middle';
  const { colors } = store;
  const focus = colors.get('--focus');
  logDraw('flame', 'begin', { boxes: laid.length });
  /** @type {Map<string, number>} */
  const packages = new Map();
  for (const b of laid) {
    const x = b.x * width;
    const w = Math.max(0.5, b.w * width - 1);
    const found = text !== '' && b.node.name.toLowerCase().includes(text);
    const pkg = packageOf(b.node.name);
    if (!packages.has(pkg)) packages.set(pkg, packages.size);
    const special = look?.fill(b.node, colors);
    ctx.globalAlpha = (text !== '' && !found ? 0.3 : 0.92) * (special?.alpha ?? 1);
    ctx.fillStyle = special ? special.color : b.parent ? colors.identity(packages.get(pkg) ?? 0) : colors.get('--pressed');
    ctx.fillRect(x, b.depth * ROW, w, ROW - 1);
    ctx.globalAlpha = 1;
    if (found) {
      ctx.strokeStyle = focus;
      ctx.lineWidth = 2;
      ctx.strokeRect(x + 1, b.depth * ROW + 1, Math.max(0, w - 2), ROW - 3);
    }
    if (w < 24) continue;
    ctx.fillStyle = special ? special.ink : b.parent ? colors.get('--on-id') : colors.get('--text');
    ctx.fillText(cut(ctx, b.node.name, w - 8), x + 4, b.depth * ROW + ROW / 2);
    logDraw('flame', 'box', { name: b.node.name, depth: b.depth, x: Math.round(x), w: Math.round(w) });
  }
}

/**
 * The functions with most time of their own: the graph in words, and its way in for the keyboard.
 * @param {FlameNode} root
 * @param {(n: FlameNode) => void} zoom
 */
function table(root, zoom) {
  const rows = topFunctions(root, 12).map((f) => el('tr', {},
    el('td', {}, el('button', { type: 'button', class: 'link', onclick: () => zoom(f.node) }, f.name)),
    el('td', { class: 'number' }, formatDuration(f.self)), el('td', { class: 'number' }, formatDuration(f.total))));
  return el('table', { class: 'panel-table' }, el('caption', { class: 'visually-hidden' }, 'Functions by their own wall-clock time'),
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Function'), el('th', { scope: 'col', class: 'number' }, 'itself'), el('th', { scope: 'col', class: 'number' }, 'with callees'))), el('tbody', {}, ...rows));
}
