// What lies under the pointer.

import { spanLabel } from '../model/labels.js';
import { FOREVER, stateInfo } from '../model/states.js';
import { formatClock, formatDuration } from '../model/time.js';
import { firstAfter } from './data.js';
import { rowAt } from './rows.js';
import { RULER } from './view.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('./rows.js').Row} Row */

/**
 * @typedef {object} Hit
 * @property {'ruler'|'label'|'lane'|'none'} zone
 * @property {Row|undefined} row
 * @property {number} t
 * @property {{start:number, end:number, state:number, info:number}|null} span
 * @property {{level:number, sendq:number, recvq:number}|null} level
 */

/**
 * @param {{x:number, y:number, left:number, scroll:number, t:number, px:number}} at  px: ns a pixel
 * @param {import('./rows.js').Layout} layout
 * @param {ReturnType<typeof import('./data.js').createData>} data
 * @param {{t0:number, t1:number}} window
 * @returns {Hit}
 */
export function hitTest(at, layout, data, window) {
  /** @type {Hit} */
  const hit = { zone: 'none', row: undefined, t: at.t, span: null, level: null };
  if (at.y < RULER) return { ...hit, zone: at.x >= at.left ? 'ruler' : 'none' };
  const y = at.y - RULER;
  hit.row = rowAt(layout.rows, y < layout.pinned ? y : y + at.scroll);
  if (!hit.row) return { ...hit, zone: at.x >= at.left ? 'lane' : 'none' };
  if (at.x < at.left || hit.row.kind === 'group') return { ...hit, zone: 'label' };
  const entry = data.pick(hit.row.key, window);
  if (entry?.data.enc === 'spans') hit.span = spanAt(entry.data, at.t, at.px * 2);
  if (entry?.data.enc === 'level') hit.level = levelAt(entry.data, at.t);
  return { ...hit, zone: 'lane' };
}

/**
 * The span at a time, or one that is at most `slack` ns away: thin spans must be easy to hit.
 * @param {import('../model/types.js').SpanRow} data
 * @param {number} t
 * @param {number} slack
 */
function spanAt(data, t, slack) {
  const i = firstAfter(data.end, t);
  for (const k of [i, i - 1]) {
    const start = data.start[k];
    const end = data.end[k];
    if (start === undefined || end === undefined) continue;
    if (start <= t + (k === i ? slack : 0) && end >= t - slack) {
      return { start, end, state: data.state[k] ?? 0, info: data.info[k] ?? 0 };
    }
  }
  return null;
}

/**
 * @param {import('../model/types.js').LevelRow} data
 * @param {number} t
 */
function levelAt(data, t) {
  const i = firstAfter(data.t, t) - 1;
  if (i < 0) return null;
  return { level: data.level[i] ?? 0, sendq: data.sendq[i] ?? 0, recvq: data.recvq[i] ?? 0 };
}

/**
 * The lines of the tooltip; the first is the title.
 * @param {Store} store
 * @param {Hit} hit
 * @returns {{swatch:string, lines:string[]}|null}
 */
export function describe(store, hit) {
  const row = hit.row;
  if (!row || hit.zone !== 'lane') return null;
  if (row.kind === 'channel' && hit.level) return { swatch: 'send', lines: channelLines(store, row, hit.level) };
  if (row.wait) return { swatch: 'running', lines: [`${row.note} ${row.label.slice(2)}`, row.wait, 'Click the name to see each of them.'] };
  if (!hit.span) return null;
  const { start, end, state, info } = hit.span;
  const forever = row.kind === 'goroutine' && (state & FOREVER) !== 0;
  const when = `${formatDuration(end - start)}${forever ? ' until the end' : ''} · from ${formatClock(start)}`;
  if (row.kind === 'lock') {
    const who = info > 0 ? `held by ${store.gname(info - 1)}` : 'free';
    return { swatch: 'lock', lines: [row.label, who, ...(state > 0 ? [`${state} waiting`] : []), when] };
  }
  if (row.kind === 'proc') {
    const who = info > 0 ? store.goroutine(info - 1)?.name ?? 'runtime or a goroutine that is not shown' : stateInfo(state).word;
    return { swatch: stateInfo(state).name, lines: [row.label, who, when] };
  }
  const words = spanLabel(state & 0x7f, store.object(info - 1));
  const info2 = stateInfo(state);
  const doing = words ? `${info2.word.startsWith('blocked') ? 'blocked: ' : ''}${words}` : info2.word;
  return { swatch: info2.name, lines: [row.label, doing + (forever ? ', forever' : ''), when] };
}

/**
 * @param {Store} store
 * @param {Row} row
 * @param {{level:number, sendq:number, recvq:number}} l
 */
function channelLines(store, row, l) {
  const object = store.object(row.id);
  const cap = object?.cap ?? -1;
  const lines = [`${row.label} ${object?.type ?? ''}`.trim()];
  if (cap > 0) lines.push(`${l.level} of ${cap} in it${l.level === cap ? ': full' : l.level === 0 ? ': empty' : ''}`);
  else lines.push(cap === 0 ? 'unbuffered' : `${l.level} ${object?.kind === 'pipe' ? 'bytes ' : ''}in it`);
  if (l.sendq > 0) lines.push(`${l.sendq} waiting to send`);
  if (l.recvq > 0) lines.push(`${l.recvq} waiting to receive`);
  return lines;
}
