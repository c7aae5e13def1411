// The command palette: commands, goroutines, their functions, channels, locks, findings and files by name, and events by the
// values and messages in them.

import { formatClock } from '../model/time.js';

import { el, fill } from '../state/dom.js';
import { quiet } from '../state/store.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('./commands.js').Command} Command */
/** @typedef {{title:string, note:string, run:() => void}} Entry */

const MAX = 60;

/**
 * @param {Store} store
 * @param {Command[]} commands
 */
export function openPalette(store, commands) {
  const entries = [...things(store), ...commands.map((c) => ({ title: c.title, note: c.shown.join(' ') || c.group.toLowerCase(), run: c.run }))];
  const input = el('input', { type: 'text', placeholder: 'Goroutine, function, channel, lock, value, file, finding or command', 'aria-label': 'Search', autocomplete: 'off', spellcheck: 'false' });
  const list = el('div', { class: 'palette-list', role: 'listbox', 'aria-label': 'Results' });
  const dialog = el('dialog', { class: 'palette', id: 'palette' }, input, list);
  let shown = entries.slice(0, MAX);
  let at = 0;
  const choose = (/** @type {Entry|undefined} */ e) => {
    dialog.close();
    e?.run();
  };
  const draw = () => {
    fill(list, ...shown.map((e, i) => el('button', {
      class: `menu-item${i === at ? ' active' : ''}`, type: 'button', role: 'option', 'aria-selected': i === at ? 'true' : 'false', tabindex: '-1', title: e.title,
      onclick: () => choose(e),
    }, el('span', { class: 'grow' }, e.title), el('small', {}, e.note))));
    if (shown.length === 0) list.append(el('div', { class: 'menu-title' }, 'Nothing has that name.'));
    list.children[at]?.scrollIntoView({ block: 'nearest' });
  };
  input.addEventListener('input', () => {
    shown = rank(entries, input.value).slice(0, MAX);
    at = 0;
    draw();
    addValues(input.value);
  });
  const addValues = async (/** @type {string} */ query) => {
    const found = await values(store, query);
    if (found.length === 0 || input.value !== query || !dialog.open) return;
    // What has the name comes first; but a loose match of letters must not push a value out of the list.
    shown = [...shown.slice(0, MAX - found.length), ...found];
    draw();
  };
  dialog.addEventListener('keydown', (ev) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
    if (step !== undefined && shown.length > 0) at = (at + step + shown.length) % shown.length;
    else if (ev.key === 'Enter') choose(shown[at]);
    else return;
    ev.preventDefault();
    draw();
  });
  show(dialog);
  draw();
}

/** Events that a search shows at most. */
const MAX_VALUES = 12;

/**
 * Events that have a value or a message with a text in it; one who is chosen goes there.
 * @param {Store} store
 * @param {string} query
 * @returns {Promise<Entry[]>}
 */
async function values(store, query) {
  const text = query.trim();
  if (text === '' || text.length > 60 || store.get('page') !== 'recording') return [];
  const answer = await quiet(store.request('find', { text, max: MAX_VALUES }));
  /** @type {import('../model/types.js').EventRow[]} */
  const rows = answer?.rows ?? [];
  return rows.map((e) => ({
    title: e.v && !e.text.includes(e.v) ? `${e.text}: ${e.v}` : e.text, note: formatClock(e.t),
    run: async () => {
      store.set({ playing: false });
      if (e.g >= 0) store.select('goroutine', e.g);
      await store.seekEvent(e.i);
      store.reveal(store.get('cursor').time);
    },
  }));
}

/**
 * The functions that several goroutines run: chosen, all of them light up.
 * @param {Store} store
 * @param {import('../model/types.js').Model} model
 * @returns {Entry[]}
 */
function functions(store, model) {
  /** @type {Map<string, number[]>} */
  const roles = new Map();
  for (const g of model.goroutines) roles.set(g.role, [...(roles.get(g.role) ?? []).slice(0, 1), g.g]);
  return [...roles].filter(([role, gs]) => role !== '' && gs.length > 1).map(([role, [id = -1]]) => ({
    title: role, note: 'function of several goroutines', run: () => store.set({ selection: { kind: 'goroutine', id }, highlight: { kind: 'goroutine', id } }),
  }));
}

/**
 * Shows a dialog that goes away when closed or pressed beside.
 * @param {HTMLDialogElement} dialog
 */
export function show(dialog) {
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('pointerdown', (ev) => {
    if (ev.target !== dialog) return;
    const box = dialog.getBoundingClientRect();
    const inside = ev.clientX >= box.left && ev.clientX < box.right && ev.clientY >= box.top && ev.clientY < box.bottom;
    if (!inside) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}

/**
 * @param {Store} store
 * @returns {Entry[]}
 */
function things(store) {
  const model = store.get('model');
  if (!model) return [];
  return [
    ...model.findings.map((f) => ({ title: f.message, note: f.kind, run: () => { store.jumpToFinding(f.id); } })),
    ...model.goroutines.map((g) => ({ title: g.name, note: `goroutine ${g.id}`, run: () => store.select('goroutine', g.g) })),
    ...functions(store, model),
    ...model.objects.map((o) => ({ title: o.name, note: o.type || o.kind, run: () => store.select('object', o.o) })),
    ...model.files.map((file, i) => ({ title: file, note: 'source', run: () => store.openSource(i, 1) })),
  ];
}

/**
 * Entries that match, best first: at the start, at a word, anywhere, letters in order.
 * @template {{title:string, note:string}} T
 * @param {T[]} entries
 * @param {string} query
 * @returns {T[]}
 */
export function rank(entries, query) {
  const q = query.trim().toLowerCase();
  if (q === '') return entries;
  return entries.map((e, i) => ({ e, i, score: score(`${e.title} ${e.note}`.toLowerCase(), q) }))
    .filter((x) => x.score > 0).sort((a, b) => b.score - a.score || a.i - b.i).map((x) => x.e);
}

/**
 * @param {string} text
 * @param {string} q
 */
function score(text, q) {
  const at = text.indexOf(q);
  if (at === 0) return 4;
  if (at > 0) return /[\s/."#]/.test(text[at - 1] ?? '') ? 3 : 2;
  let from = 0;
  for (const letter of q) {
    from = text.indexOf(letter, from) + 1;
    if (from === 0) return 0;
  }
  return 1;
}
