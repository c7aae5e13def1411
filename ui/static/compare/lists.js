// Lists of a comparison: divergences, findings that came and went, pairs.

import { formatClock, formatShare, plural } from '../model/time.js';
import { el } from '../state/dom.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {import('../model/types.js').Finding} Finding */
/** @typedef {readonly [import('./page.js').Side, import('./page.js').Side]} Sides */

/** Rows of one list at most. */
const MOST = 400;

/**
 * @param {State} state
 * @param {import('./divergences.js').Divergences} divergences
 * @returns {Node[]}
 */
export function divergenceList(state, divergences) {
  const { result, divergence } = state.values();
  if (!result) return [];
  if (result.divergences.length === 0) return [el('p', { class: 'muted' }, 'There is no divergence: what is paired does the same on both sides.')];
  const at = (/** @type {number} */ event, /** @type {number} */ ns) => (event < 0 ? 'never' : formatClock(ns));
  const rows = result.divergences.map((d, i) => el('tr', { class: i === divergence ? 'current' : null },
    el('td', {}, el('button', { class: 'link', type: 'button', onclick: () => divergences.jump(i) }, `${i + 1}. ${d.what}`)),
    el('td', {}, d.role), el('td', { class: 'number' }, at(d.a_event, d.a_ns)), el('td', { class: 'mono' }, d.a_site), el('td', { class: 'number' }, at(d.b_event, d.b_ns)), el('td', { class: 'mono' }, d.b_site)));
  const left = result.divergences_left_out;
  return [table('Divergences', ['What', 'Role', 'in A', '', 'in B', ''], rows), left > 0 ? el('p', { class: 'muted' }, `${left} more are left out.`) : el('span', {})];
}

/**
 * @param {State} state
 * @param {Sides} sides
 * @returns {Node[]}
 */
export function findingSets(state, sides) {
  const sets = state.get('result')?.findings;
  if (!sets) return [];
  const part = (/** @type {string} */ title, /** @type {Finding[]} */ list, /** @type {0|1} */ side, /** @type {string} */ none) => el('section', { class: 'top-part' }, el('h3', { class: 'muted' }, `${title}: ${list.length}`),
    ...(list.length === 0 ? [el('p', { class: 'muted' }, none)] : list.slice(0, MOST).map((f) => finding(state, sides, f, side))));
  return [el('div', { class: 'finding-sets' },
    part('Gone, only in A', sets.only_a, 0, 'No finding of A is missing in B.'), part('New, only in B', sets.only_b, 1, 'B has no finding that A has not.'), part('In both', sets.both, 0, 'They have none in common.'))];
}

/**
 * @param {State} state
 * @param {Sides} sides
 * @param {Finding} f
 * @param {0|1} side
 */
function finding(state, sides, f, side) {
  const jump = () => {
    state.set({ active: side });
    const { store } = sides[side];
    const known = store.get('model')?.findings.find((x) => x.kind === f.kind && x.time_ns === f.time_ns && x.message === f.message);
    if (known) store.jumpToFinding(known.id);
  };
  return el('div', { class: 'compare-finding' }, el('span', { class: `chip ${f.severity}` }, f.kind), el('button', { class: 'link', type: 'button', onclick: jump }, f.message));
}

/**
 * @param {State} state
 * @param {Sides} sides
 * @returns {Node[]}
 */
export function pairTable(state, sides) {
  const result = state.get('result');
  if (!result) return [];
  const pick = (/** @type {0|1} */ side, /** @type {'goroutine'|'object'} */ kind, /** @type {number} */ id, /** @type {string} */ name) =>
    el('button', { class: 'link', type: 'button', onclick: () => { state.set({ active: side }); sides[side].store.select(kind, id); } }, name);
  const none = () => el('span', { class: 'muted' }, 'missing');
  const cells = (/** @type {(Node|string)[]} */ ...list) => el('tr', {}, ...list.map((c) => el('td', {}, c)));
  const sure = (/** @type {number} */ confidence, /** @type {boolean} */ renamed) => `${formatShare(confidence)}${renamed ? ', renamed' : ''}`;
  const rows = [
    ...result.pairs.map((p) => cells('goroutine', p.role, pick(0, 'goroutine', p.a.g, p.a.name), pick(1, 'goroutine', p.b.g, p.b.name), sure(p.confidence, p.renamed))),
    ...result.only_a.map((g) => cells('goroutine', '', pick(0, 'goroutine', g.g, g.name), none(), '')),
    ...result.only_b.map((g) => cells('goroutine', '', none(), pick(1, 'goroutine', g.g, g.name), '')),
    ...result.objects.map((o) => cells(o.kind, o.name, o.a ? pick(0, 'object', o.a.o, o.a.name || o.kind) : none(), o.b ? pick(1, 'object', o.b.o, o.b.name || o.kind) : none(), o.a && o.b ? sure(o.confidence, o.renamed) : '')),
  ];
  const { a, b, paired, confidence } = result.pairing;
  const left = result.pairing.left_out + result.pairing.objects_left_out + Math.max(0, rows.length - MOST);
  return [
    el('p', {}, `${paired} of ${a} and ${plural(b, 'goroutine')} are paired, by spawn site and order; ${formatShare(confidence)} sure on average.${left > 0 ? ` ${left} rows are left out; the report has them.` : ''}`),
    table('Pairs', ['', 'Role', 'A', 'B', 'Sure'], rows.slice(0, MOST)),
  ];
}

/**
 * @param {string} caption
 * @param {string[]} head
 * @param {HTMLElement[]} rows
 */
function table(caption, head, rows) {
  return el('table', { class: 'panel-table compare-table' }, el('caption', { class: 'visually-hidden' }, caption),
    el('thead', {}, el('tr', {}, ...head.map((h) => (h ? el('th', { scope: 'col' }, h) : el('td', {}))))), el('tbody', {}, ...rows));
}
