// One file of source as rows: number, heat, pins, coloured code.
import { formatDuration, plural } from '../model/time.js';
import { stateInfo } from '../model/states.js';
import { el, fill } from '../state/dom.js';
import { shortNames } from '../stage/names.js';
import { tokenize } from './golang.js';
import { heat } from './sourcemodel.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('./golang.js').Token} Token */
/** @typedef {import('./sourcemodel.js').Pin} Pin */
/** @typedef {import('./sourcemodel.js').LineTime} LineTime */

/**
 * @typedef {object} Loaded  a file as it is shown
 * @property {string} path
 * @property {Token[][]} lines
 * @property {Map<number, LineTime>} times
 * @property {Map<number, {running: number, blocked: number}>} heat
 */

/** Pins drawn on one line before the rest is counted. */
const MOST_PINS = 3;

/** Columns of a line with tabs of 4. */
export const widthOf = (/** @type {Token[]} */ line) => line.reduce((n, t) => n + t.text.length + 3 * (t.text.split('\t').length - 1), 0);

/** Characters of a line that are shown. Generated code and embedded data have lines that no browser lays out in time. */
const LONGEST = 2000;

/** @param {string} text */
const cutLines = (text) => text.split('\n').map((l) => (l.length <= LONGEST ? l : `${l.slice(0, LONGEST)} … ${l.length - LONGEST} more characters`)).join('\n');

/**
 * @param {{path: string, text: string, lines: LineTime[]}} answer
 * @returns {Loaded}
 */
export function loaded(answer) {
  return { path: answer.path, lines: tokenize(cutLines(answer.text)), times: new Map(answer.lines.map((l) => [l.line, l])), heat: heat(answer.lines) };
}

/**
 * The rows of a file. The code of a row is built once; pins and marks change with the playhead.
 * @param {Store} store
 * @param {Loaded|null} content
 */
export function createRows(store, content) {
  /** @type {Map<number, {node: HTMLElement, pins: HTMLElement, key: string}>} */
  const built = new Map();
  /** @type {Map<number, string>} */
  let short = new Map();
  /** @type {unknown} */
  let named = null;
  /** @type {Map<number, Pin[]>} */
  let standing = new Map();
  /** @type {Set<number>} */
  let found = new Set();

  /** @param {number} line */
  function build(line) {
    const pinCell = el('span', { class: 'pins' });
    const code = el('code', {}, ...(content?.lines[line - 1] ?? []).map((t) => (t.kind === 'text' ? t.text : el('span', { class: 'tok-' + t.kind }, t.text))));
    const node = el('div', { class: 'code-row', 'data-line': line, title: timesInWords(content?.times.get(line)) }, heatBar(content?.heat.get(line)), el('span', { class: 'line-no' }, String(line)), pinCell, code);
    const row = { node, pins: pinCell, key: '' };
    built.set(line, row);
    return row;
  }
  return {
    count: content?.lines.length ?? 0,
    /** @param {Map<number, Pin[]>} where @param {Set<number>} findings */
    place(where, findings) {
      standing = where;
      found = findings;
      if (named === store.get('model')) return;
      // A live recording has new goroutines.
      named = store.get('model');
      short = shortNames(store.get('model')?.goroutines ?? []);
      for (const row of built.values()) row.key = '';
    },
    /** @param {number} line @param {number} current */
    row(line, current) {
      const row = built.get(line) ?? build(line);
      const here = standing.get(line) ?? [];
      const key = here.map((p) => `${p.g} ${p.s} ${p.forever}`).join();
      if (key !== row.key) fill(row.pins, ...pinNodes(here, short, store));
      row.key = key;
      row.node.classList.toggle('here', here.length > 0);
      row.node.classList.toggle('current', line === current);
      row.node.classList.toggle('found', found.has(line));
      return row.node;
    },
  };
}

/**
 * @param {Pin[]} here
 * @param {Map<number, string>} short
 * @param {Store} store
 */
function pinNodes(here, short, store) {
  const many = here.length > MOST_PINS;
  const shown = many ? here.slice(0, 1) : here;
  const nodes = shown.map((p) => {
    const info = stateInfo(p.s);
    const name = store.gname(p.g);
    // Beside its code the number alone is clear, and three of them fit.
    const text = (short.get(p.g) ?? name).replace(/^#/, '');
    return el('span', { class: `pin pin-${info.name}${p.forever ? ' pin-forever' : ''}`, 'data-g': p.g, title: `${name}: ${info.word}${p.forever ? ', forever' : ''}` }, text);
  });
  if (many) nodes.push(el('span', { class: 'pin pin-more', title: here.map((p) => store.gname(p.g)).slice(0, 40).join(', ') }, '+' + (here.length - shown.length)));
  return nodes;
}

/** @param {{running: number, blocked: number}|undefined} share */
function heatBar(share) {
  const node = el('span', { class: 'heat', 'aria-hidden': 'true' });
  if (!share) return node;
  for (const kind of /** @type {const} */ (['running', 'blocked'])) {
    const part = el('i', { class: 'heat-' + kind });
    part.style.width = `${(100 * share[kind]).toFixed(1)}%`;
    node.append(part);
  }
  return node;
}

/** @param {LineTime|undefined} time */
function timesInWords(time) {
  if (!time || time.hits + time.running_ns + time.blocked_ns === 0) return undefined;
  const parts = [plural(time.hits, 'event')];
  if (time.running_ns > 0) parts.push(formatDuration(time.running_ns) + ' running');
  if (time.blocked_ns > 0) parts.push(formatDuration(time.blocked_ns) + ' blocked');
  return parts.join(', ');
}
