// The table of what changed.

import { formatDuration, formatShare } from '../model/time.js';
import { el } from '../state/dom.js';

/** @typedef {import('./state.js').Result} Result */
/** @typedef {import('./state.js').Metric} Metric */

/** Times below this share of the longer run are left out: they are in the report. */
const LEAST = 0.001;
/** With one run of each, a change below this share of A is not called better or worse. */
const NOTABLE = 0.1;

/**
 * @param {Result|null} result
 * @param {readonly [import('./page.js').Side, import('./page.js').Side]} sides
 * @returns {Node[]}
 */
export function changedTable(result, sides) {
  const head = el('h3', { class: 'muted' }, 'What changed');
  if (!result) return [head, el('p', { class: 'muted' }, 'Comparing …')];
  const least = LEAST * Math.max(result.a.wall_ns, result.b.wall_ns);
  const told = result.metrics.filter((m) => m.name !== 'outcome' && Math.max(Math.abs(m.a), Math.abs(m.b)) > (m.unit === 'ns' ? least : 0));
  const rows = told.map((m) => row(m, result.runs));
  const table = el('table', { class: 'changed' },
    el('thead', {}, el('tr', {}, el('td', {}), el('th', { scope: 'col' }, 'A'), el('th', { scope: 'col' }, 'B'), el('th', { scope: 'col' }, 'B − A'))),
    el('tbody', {}, outcome(result, sides), ...rows));
  const noise = result.runs > 1 ? `Medians of ${result.runs} runs of each; what is not marked with * is within the noise (${result.test}).`
    : 'One run of each: how much is noise is not known. trace-viz compare --runs 10 tells.';
  return [head, table, el('p', { class: 'muted note' }, noise)];
}

/**
 * @param {Result} result
 * @param {readonly [import('./page.js').Side, import('./page.js').Side]} sides
 */
function outcome(result, sides) {
  const cell = (/** @type {'a'|'b'} */ side, /** @type {number} */ i) => {
    const r = result[side];
    const words = r.outcome === 'exit' ? `exit ${r.exit_code}` : `${r.outcome || 'unknown'}${r.exit_code ? `, exit ${r.exit_code}` : ''}`;
    const bad = r.outcome !== 'exit' || r.exit_code !== 0;
    const known = r.outcome !== '' && sides[i]?.store.get('model')?.outcome !== '';
    return el('td', { class: known ? (bad ? 'worse' : 'better') : null }, words);
  };
  return el('tr', {}, el('th', { scope: 'row' }, 'Outcome'), cell('a', 0), cell('b', 1), el('td', {}));
}

/**
 * @param {Metric} m
 * @param {number} runs
 */
function row(m, runs) {
  const up = m.b > m.a;
  const judged = m.worse !== '' && m.a !== m.b && (runs > 1 ? m.significant : m.unit === 'count' || Math.abs(m.b - m.a) >= NOTABLE * m.a);
  const look = !judged ? '' : (m.worse === 'up') === up ? 'worse' : 'better';
  const bounds = m.low !== null && m.high !== null ? ` (95 %: ${format(m, m.low)} to ${format(m, m.high)})` : '';
  const title = runs === 1 ? '' : `${m.significant ? 'significant' : 'within the noise'}${m.p !== null ? `, p = ${m.p.toPrecision(2)}` : ''}${bounds}`;
  return el('tr', { title: title || null }, el('th', { scope: 'row' }, `${m.label[0]?.toUpperCase()}${m.label.slice(1)}`),
    el('td', {}, format(m, m.a)), el('td', {}, format(m, m.b)), el('td', { class: look }, change(m) + (m.significant ? ' *' : '')));
}

/**
 * @param {Metric} m
 * @param {number} v
 */
function format(m, v) {
  if (m.unit === 'ns') return formatDuration(v);
  if (m.unit === 'ratio') return formatShare(v);
  const text = Number.isInteger(v) ? String(v) : v.toPrecision(3);
  return m.unit === 'per second' ? `${v >= 100 ? Math.round(v) : text}/s` : text;
}

/**
 * The change: of shares in points, of counts as a number, of everything else in percent of A.
 * @param {Metric} m
 */
export function change(m) {
  const d = m.b - m.a;
  const sign = (/** @type {string} */ text) => (d > 0 ? `+${text}` : `−${text}`);
  if (d === 0) return '=';
  if (m.unit === 'ratio') return sign(`${Math.round(Math.abs(d) * 100)} pt`);
  if (m.unit === 'count') return sign(String(Math.abs(d)));
  if (m.a === 0) return 'new';
  const share = Math.abs(d / m.a) * 100;
  return share < 0.5 ? '≈' : share >= 1000 ? `× ${Math.round(m.b / m.a)}` : sign(`${Math.round(share)} %`);
}
