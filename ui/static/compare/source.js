// The diff of the sources, with the time that each side spent at each line.

import { formatDuration } from '../model/time.js';
import { el, fill } from '../state/dom.js';
import { tokenize } from '../panels/golang.js';

/** @typedef {{line:number, running_ns:number, blocked_ns:number, hits:number}} Heat */
/** @typedef {{kind:'same'|'changed'|'gone'|'new', a:number, b:number, text_a:string, text_b:string, heat_a:Heat|null, heat_b:Heat|null}} Row */
/** @typedef {{a:string, b:string, changes:number, rows:Row[]}} File */

/** Lines around a change that are shown in the short form. */
const AROUND = 2;
/** Rows of one file at most. */
const MOST = 4000;

/**
 * @param {readonly [import('./page.js').Side, import('./page.js').Side]} sides
 * @param {import('./state.js').State} state
 * @param {(what:string) => Promise<any>} ask
 * @param {boolean} brief  only what changed, without times
 */
export function createSourceDiff(sides, state, ask, brief) {
  const title = el('h3', { class: 'muted' }, 'Source');
  const choose = el('select', { class: 'select', 'aria-label': 'File', hidden: true, onchange: () => draw() });
  const code = el('div', { class: 'diff', role: 'table', 'aria-label': 'Difference of the sources', tabindex: '0' });
  const node = el('section', { class: brief ? 'top-part' : 'top-part top-source', 'aria-label': brief ? 'Changes of the source' : 'Source of both sides' }, el('div', { class: 'top-line' }, title, choose), code);
  /** @type {File[]} */
  let files = [];
  let shown = '';

  async function load() {
    const key = state.get('ids').join();
    if (!state.get('result') || state.get('top') !== (brief ? 'summary' : 'source') || key === shown) return;
    shown = key;
    try {
      files = (await ask('source')).files;
    } catch (err) {
      files = [];
      fill(code, el('p', { class: 'muted' }, err instanceof Error ? err.message : String(err)));
      return;
    }
    if (key !== shown) return;
    fill(choose, ...files.map((f, i) => el('option', { value: i }, `${f.a || f.b}${f.changes ? `, ${f.changes} changed` : ''}`)));
    choose.hidden = files.length < 2;
    open();
  }
  function draw() {
    const file = files[Number(choose.value) || 0];
    title.textContent = file ? `Source: ${nameOf(file)}, ${file.changes === 1 ? '1 change' : `${file.changes} changes`}` : 'Source';
    if (!file || file.rows.length === 0) {
      fill(code, el('p', { class: 'muted' }, file ? 'The text of this file is not there on both sides.' : 'No source was recorded on both sides.'));
      return;
    }
    if (brief && file.changes === 0) return fill(code, el('p', { class: 'muted' }, 'The sources are the same.'));
    fill(code, ...lines(file, brief));
    code.scrollTop = 0;
    // What a comment says comes first in most files, and is not the change.
    if (brief) into(code, [...code.children].find((row) => row.matches('.gone, .new') && !row.querySelector('code > :first-child')?.matches('.tok-comment')));
    const { side, path, line: n } = wanted ?? { side: 'a', path: '', line: 0 };
    if (path === '' || file[side] !== path) return;
    wanted = null;
    const asked = [...code.children].find((row) => row.matches(`[data-${side}="${n}"]`));
    asked?.classList.add('asked');
    into(code, asked);
  }
  /** A place that somebody wants to see. @type {{side:'a'|'b', path:string, line:number}|null} */
  let wanted = null;

  /** Shows the file that is wanted. */
  function open() {
    const n = files.findIndex((f) => wanted && f[wanted.side] === wanted.path);
    if (n >= 0) choose.value = String(n);
    draw();
  }

  /** @param {0|1} i @param {{file:number, line:number}|null} place */
  function show(i, place) {
    const path = place && sides[i].store.get('model')?.files[place.file];
    if (!path || !place) return;
    const side = i === 0 ? 'a' : 'b';
    wanted = { side, path, line: place.line };
    state.set({ top: 'source', folded: false });
    if (files.length > 0) open();
  }
  if (!brief) for (const i of /** @type {const} */ ([0, 1])) sides[i].store.subscribe((s) => s.source, (place) => { show(i, place); });
  state.subscribe((s) => [s.result, s.top], load);
  return { node };
}

/**
 * Brings a row into view.
 * @param {HTMLElement} list
 * @param {Element|undefined} row
 */
function into(list, row) {
  if (!(row instanceof HTMLElement)) return;
  const top = row.offsetTop - list.offsetTop;
  if (top > list.clientHeight / 2) list.scrollTop = top - 2 * row.offsetHeight;
}

/** @param {File} f */
const nameOf = (f) => (f.a === f.b || !f.b ? f.a : !f.a ? f.b : `${f.a} → ${f.b}`);

/**
 * @param {File} file
 * @param {boolean} brief
 */
function lines(file, brief) {
  const rows = file.rows.slice(0, MOST);
  const near = new Set(rows.flatMap((r, i) => (r.kind === 'same' ? [] : [...Array(2 * AROUND + 1).keys()].map((k) => i + k - AROUND))));
  const most = Math.max(1, ...rows.flatMap((r) => [sum(r.heat_a), sum(r.heat_b)]));
  /** @type {HTMLElement[]} */
  const out = [];
  let gap = false;
  /** The lines of a change that are gone come before the new ones. @type {Row[]} */
  let came = [];
  const flush = () => { out.push(...came.map((r) => line(r, { brief, most }))); came = []; };
  rows.forEach((r, i) => {
    if (r.kind === 'same') flush();
    if (brief && !near.has(i)) {
      if (!gap && out.length > 0) out.push(el('div', { class: 'diff-gap', role: 'row' }, el('span', { role: 'cell' }, '…')));
      gap = true;
      return;
    }
    gap = false;
    if (r.kind === 'changed' || r.kind === 'new') came.push({ ...r, kind: 'new', a: 0, heat_a: null });
    if (r.kind !== 'new') out.push(line(r.kind === 'changed' ? { ...r, kind: 'gone', b: 0, heat_b: null } : r, { brief, most }));
  });
  flush();
  return out;
}

/** @param {Heat|null} h */
const sum = (h) => (h ? h.running_ns + h.blocked_ns : 0);

/**
 * @param {Row} r
 * @param {{brief:boolean, most:number}} of
 */
function line(r, { brief, most }) {
  const sign = { same: ' ', changed: ' ', gone: '−', new: '+' }[r.kind];
  const text = r.kind === 'gone' ? r.text_a : r.kind === 'new' ? r.text_b : r.text_a;
  const code = el('code', { role: 'cell' }, ...(tokenize(text)[0] ?? []).map((t) => (t.kind === 'text' ? t.text : el('span', { class: `tok-${t.kind}` }, t.text))));
  const mark = el('span', { class: 'diff-sign', role: 'cell', 'aria-label': { same: 'same', changed: 'same', gone: 'only in A', new: 'only in B' }[r.kind] }, sign);
  const number = (/** @type {number} */ n) => el('span', { class: 'line-no', role: 'cell' }, n > 0 ? String(n) : '');
  if (brief) return el('div', { class: `diff-row ${r.kind}`, role: 'row' }, mark, code);
  return el('div', { class: `diff-row ${r.kind}`, role: 'row', 'data-a': r.a, 'data-b': r.b }, number(r.a), time(r.heat_a, most), number(r.b), time(r.heat_b, most), mark, code);
}

/**
 * @param {Heat|null} h
 * @param {number} most
 */
function time(h, most) {
  const bar = el('span', { class: 'diff-heat' });
  bar.style.width = `${Math.round((100 * sum(h)) / most)}%`;
  const title = h ? `${formatDuration(h.running_ns)} running, ${formatDuration(h.blocked_ns)} blocked, ${h.hits} events` : '';
  return el('span', { class: 'diff-time', role: 'cell', title: title || null }, bar, h && sum(h) > 0 ? formatDuration(sum(h)) : '');
}
