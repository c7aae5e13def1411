// The upper part of a comparison: what changed, both stages, divergences, findings, sources, flame graphs, pairs; one is shown.

import { el, fill } from '../state/dom.js';
import { fetchJSON } from '../state/session.js';
import { held } from '../state/viewer.js';
import { TOPS } from './address.js';
import { createBars } from './bars.js';
import { changedTable } from './changed.js';
import { createFlameDiff } from './flame.js';
import { divergenceList, findingSets, pairTable } from './lists.js';
import { createSourceDiff } from './source.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('./state.js').State} State */
/** @typedef {import('./address.js').Top} Top */

/** @type {Record<Top, string>} */
const WORDS = { summary: 'What changed', stages: 'Stages', divergences: 'Divergences', findings: 'Findings', source: 'Source', flame: 'Flame graphs', pairs: 'Pairs' };

/**
 * @param {Store} main
 * @param {import('../state/frame.js').Frame} frame
 * @param {readonly [import('./page.js').Side, import('./page.js').Side]} sides
 * @param {State} state
 * @param {import('./divergences.js').Divergences} divergences
 */
export function mountTops(main, frame, sides, state, divergences) {
  /** GET below /api/compare for the two recordings. @param {string} what @returns {Promise<any>} */
  const ask = (what, more = '') => {
    const [a, b] = state.get('ids');
    return held(frame, fetchJSON(`/api/compare/${what}?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}${more}`));
  };
  const notes = el('div', { class: 'banner warning', id: 'compare-notes', role: 'status', hidden: true });
  const tabs = createTabs(state);
  const body = el('div', { class: 'tops-body', id: 'tops-body', role: 'tabpanel', tabindex: '0' });
  const bars = createBars(main, state, ask);
  const brief = createSourceDiff(sides, state, ask, true);
  const changed = el('section', { class: 'top-part', 'aria-label': 'What changed', tabindex: '0' });
  const parts = {
    summary: el('div', { class: 'summary' }, changed, bars.node, brief.node),
    stages: el('div', { class: 'stages' }, ...sides.map((s) => s.stage)),
    divergences: el('div', { class: 'top-scroll' }),
    findings: el('div', { class: 'top-scroll' }),
    source: createSourceDiff(sides, state, ask, false).node,
    flame: createFlameDiff(main, state, ask).node,
    pairs: el('div', { class: 'top-scroll' }),
  };
  fill(body, ...Object.values(parts));
  const fold = el('button', {
    class: 'button quiet', type: 'button', id: 'fold', title: 'Fold this part, or open it (O)', 'aria-label': 'Upper part', 'aria-controls': 'tops-body',
    onclick: () => state.set({ folded: !state.get('folded') }),
  });
  const node = el('section', { class: 'tops', 'aria-label': 'Comparison' }, el('div', { class: 'tops-head' }, tabs.node, fold), body);
  const show = () => {
    for (const top of TOPS) parts[top].hidden = state.get('top') !== top;
    body.setAttribute('aria-labelledby', `top-${state.get('top')}`);
    const folded = state.get('folded');
    body.hidden = folded;
    node.classList.toggle('folded', folded);
    fold.textContent = folded ? '▾' : '▴';
    fold.setAttribute('aria-expanded', String(!folded));
  };
  const tell = () => frame.draw('compare-tops', () => {
    const { result, error } = state.values();
    notes.hidden = !error && !(result && result.notes.length > 0);
    fill(notes, el('span', {}, error ? `The two can't be compared: ${error}` : (result?.notes ?? []).map((n) => `${n[0]?.toUpperCase()}${n.slice(1)}.`).join(' ')));
    fill(changed, ...changedTable(result, sides));
    fill(parts.divergences, ...divergenceList(state, divergences));
    fill(parts.findings, ...findingSets(state, sides));
    fill(parts.pairs, ...pairTable(state, sides));
    tabs.count(result);
  });
  state.subscribe((s) => [s.top, s.folded], show);
  state.subscribe((s) => [s.result, s.error, s.divergence], tell);
  show();
  return [notes, node];
}

/** @param {State} state */
function createTabs(state) {
  const buttons = TOPS.map((top) => el('button', {
    class: 'tab', type: 'button', role: 'tab', id: `top-${top}`, 'aria-controls': 'tops-body', onclick: () => state.set({ top, folded: false }),
  }, WORDS[top]));
  const node = el('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Parts of the comparison', onkeydown: move }, ...buttons);

  /** @param {KeyboardEvent} ev */
  function move(ev) {
    const dir = { ArrowRight: 1, ArrowLeft: -1 }[ev.key];
    if (dir === undefined) return;
    ev.preventDefault();
    const to = TOPS[(TOPS.indexOf(state.get('top')) + dir + TOPS.length) % TOPS.length];
    if (to) state.set({ top: to, folded: false });
    buttons[TOPS.indexOf(state.get('top'))]?.focus();
  }
  const apply = () => TOPS.forEach((top, i) => {
    const on = state.get('top') === top;
    buttons[i]?.setAttribute('aria-selected', String(on));
    buttons[i]?.setAttribute('tabindex', on ? '0' : '-1');
  });
  state.subscribe((s) => s.top, apply);
  apply();
  return {
    node,
    /** @param {import('./state.js').Result|null} result */
    count(result) {
      const n = { divergences: result?.divergences.length, findings: result ? result.findings.only_a.length + result.findings.only_b.length + result.findings.both.length : undefined };
      for (const top of /** @type {const} */ (['divergences', 'findings'])) {
        const button = buttons[TOPS.indexOf(top)];
        if (button) fill(button, n[top] === undefined ? WORDS[top] : `${WORDS[top]} ${n[top]}`);
      }
    },
  };
}
