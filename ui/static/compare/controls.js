// How the two sides hang together, in the transport bar: alignment, scale, link.

import { el } from '../state/dom.js';
import { ALIGNS, SCALES } from './address.js';

/** @typedef {import('./state.js').State} State */

/** @type {Record<import('./address.js').Align, string>} */
const ALIGN_WORDS = { start: 'align: start', divergence: 'align: divergence', mark: 'align: first mark' };
/** @type {Record<import('./address.js').Scale, string>} */
const SCALE_WORDS = { time: 'scale: same time', fit: 'scale: each fits' };

/**
 * @param {HTMLElement} host  the transport bar
 * @param {State} state
 */
export function mountControls(host, state) {
  const align = list('align', 'Which moments lie under one another', ALIGNS, ALIGN_WORDS, (v) => state.set({ align: v }));
  const scale = list('scale', 'One ruler for both, or each its own', SCALES, SCALE_WORDS, (v) => state.set({ scale: v }));
  const link = el('button', { class: 'button', type: 'button', id: 'link', title: 'One cursor for both sides, or one each (C)', onclick: () => state.set({ linked: !state.get('linked') }) });
  host.querySelector('.overview')?.before(el('div', { class: 'pace' }, align, scale, link));
  const apply = () => {
    align.value = state.get('align');
    scale.value = state.get('scale');
    link.textContent = state.get('linked') ? 'linked' : 'unlinked';
    link.setAttribute('aria-pressed', String(state.get('linked')));
    link.setAttribute('aria-label', 'Linked cursors');
    link.classList.toggle('on', state.get('linked'));
  };
  state.subscribe((s) => [s.align, s.scale, s.linked], apply);
  apply();
}

/**
 * @template {string} T
 * @param {string} id
 * @param {string} label
 * @param {readonly T[]} values
 * @param {Record<T, string>} words
 * @param {(v:T) => void} set
 */
function list(id, label, values, words, set) {
  const node = el('select', { class: 'select', id, title: label, 'aria-label': label }, ...values.map((v) => el('option', { value: v }, words[v])));
  node.addEventListener('change', () => {
    const chosen = values.find((v) => v === node.value);
    if (chosen) set(chosen);
    if (!node.matches(':focus-visible')) node.blur();
  });
  return node;
}
