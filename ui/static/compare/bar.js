// The top bar of a comparison: which two recordings, how each ended, Swap, the report.

import { formatDuration } from '../model/time.js';
import { el, fill } from '../state/dom.js';
import { menu } from '../shell/menu.js';
import { compareHash } from '../shell/scenarios.js';
import { NAMES } from './state.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../model/types.js').Model} Model */
/** @typedef {import('./state.js').State} State */

/**
 * @param {HTMLElement} host
 * @param {Store} main
 * @param {readonly [Store, Store]} stores
 * @param {State} state
 * @param {{openPalette:() => void, openHelp:() => void, swap:() => void}} commands
 */
export function mountBar(host, main, stores, state, commands) {
  const names = stores.map(() => el('span', { class: 'recording-name' }));
  const chips = stores.map(() => el('span', {}));
  const menus = stores.map((_, i) => {
    const button = el('button', { class: 'button', type: 'button', id: `choose-${NAMES[i]?.toLowerCase()}`, title: `Choose ${NAMES[i]}` },
      el('b', {}, NAMES[i]), names[i], el('span', { class: 'muted' }, '▾'));
    return menu(button, () => choices(main, state, i === 0 ? 0 : 1), { empty: 'No other recordings.' });
  });
  const report = el('a', { class: 'button', id: 'export-compare', title: 'The comparison as JSON, as of trace-viz compare --json' }, 'Export report');
  const button = (/** @type {string} */ id, /** @type {string} */ text, /** @type {string} */ title, /** @type {() => void} */ run) =>
    el('button', { class: 'button', type: 'button', id, title, onclick: run }, text);
  const details = button('details', 'Details', 'What is selected, in words (I)', () => state.set({ details: !state.get('details') }));
  host.replaceChildren(
    el('a', { class: 'brand', href: '#', title: 'All recordings' }, 'trace-viz'),
    .../** @type {HTMLElement[]} */ ([menus[0], el('span', { class: 'muted' }, 'against'), menus[1], ...chips]),
    el('div', { class: 'topbar-actions' }, button('swap', 'Swap', 'Swap A and B', commands.swap), report,
      details, button('compare-search', '⌕ /', 'Search and commands (/ or Ctrl+K)', commands.openPalette), button('compare-help', '?', 'Keys and colours (?)', commands.openHelp)));
  const apply = () => {
    if (main.get('page') !== 'compare') return;
    const [a, b] = state.get('ids');
    stores.forEach((store, i) => {
      const model = store.get('model');
      /** @type {HTMLElement} */ (names[i]).textContent = model ? title(stores, i) : state.get('ids')[i] ?? '';
      /** @type {HTMLElement} */ (names[i]).title = [model?.program, state.get('ids')[i]].filter(Boolean).join('\n');
      fill(/** @type {HTMLElement} */ (chips[i]), model ? verdict(model, NAMES[i] ?? '') : null);
    });
    report.href = `/api/compare?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`;
    report.download = `compare-${a}-${b}.json`;
    document.title = `${names.map((n) => n.textContent).join(' against ')} – trace-viz`;
  };
  for (const store of stores) store.subscribe((s) => s.model, () => store.frame.draw('compare-bar', apply));
  const pressed = () => {
    details.classList.toggle('on', state.get('details'));
    details.setAttribute('aria-pressed', String(state.get('details')));
  };
  state.subscribe((s) => s.ids, apply);
  state.subscribe((s) => s.details, pressed);
  pressed();
  main.subscribe((s) => s.page, apply);
}

/**
 * What a side is called: a bug and its fixed twin by what tells them apart, which would be cut off at the end of long names.
 * @param {readonly Store[]} stores
 * @param {number} i
 * @param {boolean} [short]  for twins, without the scenario that both are of
 */
function title(stores, i, short = false) {
  const [own, other] = [stores[i], stores[1 - i]].map((s) => s?.get('model')?.program ?? '');
  if (own === undefined || other === undefined) return '';
  const twin = own.endsWith('/fixed') ? own === `${other}/fixed` : other === `${own}/fixed`;
  const which = own.endsWith('/fixed') ? 'fixed' : 'buggy';
  if (twin) return short ? which : `${own.split('/')[0]} · ${which}`;
  return own.replace('/', ' · ');
}

/**
 * @param {Model} model
 * @param {string} name
 */
function verdict(model, name) {
  const worst = model.findings.find((f) => f.severity === 'error') ?? model.findings[0];
  if (model.live) return el('span', { class: 'chip live' }, `${name} recording`);
  if (worst) return el('span', { class: `chip ${worst.severity}`, title: worst.message }, `${name} ${worst.kind}${model.findings.length > 1 ? ` +${model.findings.length - 1}` : ''}`);
  if (model.outcome !== 'exit' && model.outcome !== '') return el('span', { class: 'chip error' }, `${name} ${model.outcome}`);
  return el('span', { class: `chip ${model.exit_code === 0 ? 'good' : 'error'}` }, model.exit_code === 0 ? `${name} no findings` : `${name} exit ${model.exit_code}`);
}

/**
 * The head of a side's timeline.
 * @param {readonly [Store, Store]} stores
 * @param {0|1} i
 * @param {boolean} active
 */
export function sideTitle(stores, i, active) {
  const store = stores[i];
  const model = store.get('model');
  const gone = model && store.get('connection') === 'gone' ? el('span', { class: 'chip error' }, 'the server is gone') : null;
  const quality = model && !model.live && !model.quality.complete ? el('span', { class: 'chip warning', title: model.quality.reason }, 'not complete') : null;
  const plain = model && !model.hooks ? el('span', { class: 'chip plain' }, 'runtime events only') : null;
  return [
    el('b', {}, NAMES[i] ?? ''), el('span', { class: 'side-name', title: model?.program ?? null }, model ? title(stores, i, true) : 'is loading …'), quality, plain, gone,
    active ? el('span', { class: 'muted side-keys' }, 'keys and transport are for this side; Tab changes') : null,
  ];
}

/**
 * @param {Store} main
 * @param {State} state
 * @param {0|1} side
 * @returns {import('../shell/menu.js').Item[]}
 */
function choices(main, state, side) {
  const ids = state.get('ids');
  return (main.get('recordings') ?? []).map((r) => ({
    label: r.program, note: `${r.live ? 'recording' : r.outcome} · ${formatDuration(r.wall_ns)}`, active: r.id === ids[side],
    href: side === 0 ? compareHash(r.id, ids[1]) : compareHash(ids[0], r.id),
  }));
}
