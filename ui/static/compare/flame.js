// The wall-clock profiles of both sides as one flame graph: red is where B spends more of its time, blue where less.

import { formatShare } from '../model/time.js';
import { el, fill } from '../state/dom.js';
import { createFlame } from '../panels/flame.js';
import { emptyNote } from '../panels/parts.js';
import { topFunctions } from '../panels/flamelayout.js';

/** @typedef {{name:string, value:number, a:number, b:number, children:Node[]}} Node */
/** @typedef {{a:number, b:number, root:Node}} Answer */

/** Functions in the table. */
const MOST = 20;

/**
 * @param {import('../state/store.js').Store} main
 * @param {import('./state.js').State} state
 * @param {(what:string) => Promise<any>} ask
 */
export function createFlameDiff(main, state, ask) {
  const node = el('div', { class: 'top-scroll' });
  let shown = '';

  async function load() {
    const key = state.get('ids').join();
    if (!state.get('result') || state.get('top') !== 'flame' || key === shown) return;
    shown = key;
    const title = el('h3', { class: 'muted' }, 'Wall-clock time by function: red is more of B’s time than of A’s, blue less');
    try {
      /** @type {Answer} */
      const answer = await ask('flame');
      if (key !== shown) return;
      const shares = toShares(answer);
      const graph = createFlame(main, { unit: 'share', total: 1, root: shares }, 'Flame graph of both wall-clock profiles', look());
      fill(node, title, graph.node);
      graph.draw();
    } catch (err) {
      if (key === shown) fill(node, title, emptyNote('No flame graphs', err instanceof Error ? err.message : String(err)));
    }
  }
  state.subscribe((s) => [s.result, s.top], load);
  return { node };
}

/**
 * Runs of different length are compared by shares: each side's profile is 1.
 * @param {Answer} answer
 * @returns {Node}
 */
function toShares(answer) {
  const [ta, tb] = [Math.max(1, answer.root.a), Math.max(1, answer.root.b)];
  /** @param {Node} n @returns {Node} */
  const walk = (n) => ({ name: n.name, a: n.a / ta, b: n.b / tb, value: n.a / ta + n.b / tb, children: n.children.map(walk) });
  return walk(answer.root);
}

/** How far a function changed: -1 all gone, 1 all new. @param {Node} n */
const delta = (n) => (n.a + n.b > 0 ? (n.b - n.a) / (n.a + n.b) : 0);

/** @param {number} d */
const signed = (d) => `${d > 0 ? '+' : d < 0 ? '−' : ''}${Math.abs(d * 100).toFixed(1)} pt`;

/** @returns {import('../panels/flame.js').Look} */
function look() {
  return {
    fill: (node, colors) => {
      const d = delta(/** @type {Node} */ (node));
      return { color: Math.abs(d) < 0.02 ? colors.get('--pressed') : colors.get(d > 0 ? '--more' : '--less'), alpha: Math.abs(d) < 0.02 ? 1 : 0.18 + 0.5 * Math.abs(d), ink: colors.get('--text') };
    },
    words: (node) => {
      const n = /** @type {Node} */ (node);
      return `A ${formatShare(n.a)}, B ${formatShare(n.b)}, ${signed(n.b - n.a)}`;
    },
    table: (root, zoom) => functions(/** @type {Node} */ (root), zoom),
  };
}

/**
 * @param {Node} root
 * @param {(n: import('../panels/flamelayout.js').FlameNode) => void} zoom
 */
function functions(root, zoom) {
  const side = (/** @type {'a'|'b'} */ key) => {
    /** @param {Node} n @returns {Node} */
    const only = (n) => ({ ...n, value: n[key], children: n.children.map(only) });
    return new Map(topFunctions(only(root), Infinity).map((f) => [f.name, f.self]));
  };
  const [a, b] = [side('a'), side('b')];
  const rows = topFunctions(root, Infinity).map((f) => ({ ...f, a: a.get(f.name) ?? 0, b: b.get(f.name) ?? 0 }))
    .sort((x, y) => Math.abs(y.b - y.a) - Math.abs(x.b - x.a) || (x.name < y.name ? -1 : 1)).slice(0, MOST);
  return el('table', { class: 'panel-table compare-table' }, el('caption', { class: 'visually-hidden' }, 'Functions by how much their own share of the time changed'),
    el('thead', {}, el('tr', {}, ...['Function, itself', 'A', 'B', 'B − A'].map((h, i) => el('th', { scope: 'col', class: i > 0 ? 'number' : null }, h)))),
    el('tbody', {}, ...rows.map((f) => el('tr', {}, el('td', {}, el('button', { class: 'link', type: 'button', onclick: () => zoom(f.node) }, f.name)),
      ...[formatShare(f.a), formatShare(f.b), signed(f.b - f.a)].map((x) => el('td', { class: 'number' }, x))))));
}
