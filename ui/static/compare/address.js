// The URL fragment of a comparison: both recordings, and of each side what the fragment of a recording holds. Pure but for
// keepAddress.
//
//   #v=1&compare=<recording A>,<recording B>&link=0&align=start|divergence|mark&scale=time|fit&d=<divergence>&side=a|b&top=<part>&fold=1&details=1
//   &A=<fragment of the recording, escaped>&B=<the same>

import { formatFragment, parseFragment } from '../state/fragment.js';

/** @typedef {import('../state/fragment.js').View} View */
/** @typedef {'start'|'divergence'|'mark'} Align */
/** @typedef {'time'|'fit'} Scale */
/** @typedef {'summary'|'stages'|'source'|'findings'|'divergences'|'flame'|'pairs'} Top */

/**
 * @typedef {object} CompareView
 * @property {[string, string]} ids
 * @property {[View, View]} views
 * @property {boolean} linked
 * @property {Align} align
 * @property {Scale} scale
 * @property {number} divergence  the current one, -1 for none
 * @property {0|1} active
 * @property {Top} top
 * @property {boolean} folded
 * @property {boolean} details
 */

/** @type {readonly Align[]} */
export const ALIGNS = Object.freeze(['start', 'divergence', 'mark']);
/** @type {readonly Scale[]} */
export const SCALES = Object.freeze(['time', 'fit']);
/** @type {readonly Top[]} */
export const TOPS = Object.freeze(['summary', 'stages', 'divergences', 'findings', 'source', 'flame', 'pairs']);

/** What the fragments of both sides need not say again. */
const SHARED = /^v=1&r=[^&]*&?/;

/**
 * Reads a fragment; null when it is not one of a comparison. What is missing or broken is left at its default.
 * @param {string} fragment  with or without #
 * @returns {CompareView|null}
 */
export function parseCompare(fragment) {
  const q = new URLSearchParams(fragment.replace(/^#/, ''));
  if ((q.get('v') ?? '1') !== '1') return null;
  const [a = '', b = '', ...more] = (q.get('compare') ?? '').split(',');
  const views = /** @type {[View, View]} */ ([a, b].map((id, i) => parseFragment(`v=1&r=${id}&${q.get('AB'[i] ?? '') ?? ''}`)));
  if (more.length > 0 || views.some((view) => view.recordingId === '')) return null;
  const d = q.get('d') ?? '';
  return {
    ids: [views[0].recordingId, views[1].recordingId], views,
    linked: q.get('link') !== '0',
    align: ALIGNS.find((x) => x === q.get('align')) ?? 'start',
    scale: SCALES.find((x) => x === q.get('scale')) ?? 'time',
    divergence: /^\d{1,3}$/.test(d) ? Number(d) : -1,
    active: q.get('side') === 'b' ? 1 : 0,
    top: TOPS.find((x) => x === q.get('top')) ?? 'summary',
    folded: q.get('fold') === '1',
    details: q.get('details') === '1',
  };
}

/**
 * @param {CompareView} view
 * @returns {string}  without #
 */
export function formatCompare(view) {
  const parts = ['v=1', `compare=${view.ids.join(',')}`];
  if (!view.linked) parts.push('link=0');
  if (view.align !== 'start') parts.push(`align=${view.align}`);
  if (view.scale !== 'time') parts.push(`scale=${view.scale}`);
  if (view.divergence >= 0) parts.push(`d=${view.divergence}`);
  if (view.active === 1) parts.push('side=b');
  if (view.top !== 'summary') parts.push(`top=${view.top}`);
  if (view.folded) parts.push('fold=1');
  if (view.details) parts.push('details=1');
  view.views.forEach((v, i) => {
    const text = formatFragment(v).replace(SHARED, '');
    if (text) parts.push(`${'AB'[i]}=${encodeURIComponent(text)}`);
  });
  return parts.join('&');
}
