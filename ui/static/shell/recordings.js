// The list of recordings: search, open, rename, delete with undo.

import { formatDuration } from '../model/time.js';
import { el, fill } from '../state/dom.js';
import { post, relist } from '../state/post.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../model/types.js').RecordingInfo} RecordingInfo */

/** Rows that are shown; more are found by the search. */
const MOST = 200;

/**
 * @param {Store} store
 */
export function createRecordings(store) {
  const search = el('input', { type: 'search', class: 'recordings-search', placeholder: 'Search recordings', 'aria-label': 'Search recordings', oninput: () => update() });
  const word = el('p', { class: 'recordings-word', role: 'status', hidden: true });
  const body = el('div', {});
  const node = el('section', { class: 'recordings' }, el('div', { class: 'recordings-head' }, el('h2', {}, 'Recordings'), search), word, body);
  let editing = '';

  /** @param {...(Node|string)} parts */
  const say = (...parts) => { word.hidden = parts.length === 0; fill(word, ...parts); };
  /** @param {() => Promise<void>} work */
  async function change(work) {
    const release = store.frame.hold();
    try {
      await work();
      await relist(store);
    } catch (err) {
      say(err instanceof Error ? err.message : String(err));
    } finally {
      release();
    }
  }
  /** @param {RecordingInfo} r */
  const remove = (r) => change(async () => {
    const { undo } = await post(`/api/r/${encodeURIComponent(r.id)}/delete`, {});
    const back = () => change(async () => { await post('/api/restore', { undo }); say(); });
    say(`${r.title || r.program} was deleted. `, el('button', { type: 'button', class: 'button', id: 'undo-delete', onclick: back }, 'Undo'), ' It can be brought back for a day.');
  });
  /** @param {RecordingInfo} r @param {string} title */
  const rename = (r, title) => change(async () => {
    editing = '';
    await post(`/api/r/${encodeURIComponent(r.id)}/rename`, { title });
    say();
  });
  /** @param {string} id */
  const edit = (id) => {
    editing = id;
    update();
    body.querySelector('input')?.select();
    if (id === '') search.focus();
  };

  function update() {
    const all = store.get('recordings') ?? [];
    const found = matching(all, search.value);
    search.hidden = all.length < 2;
    if (all.length === 0) return fill(body, el('p', {}, 'None yet. They appear here when a run has been recorded.'));
    if (found.length === 0) return fill(body, el('p', {}, 'No recording has that in its name, outcome or time.'));
    fill(body, table(found.slice(0, MOST), (r) => name(r, r.id === editing, rename, edit), (r) => actions(r, edit, remove)),
      found.length > MOST ? el('p', { class: 'muted' }, `${found.length - MOST} more: search for them.`) : null);
  }
  store.subscribe((s) => s.recordings, update);
  store.subscribe((s) => s.page, (page) => { if (page !== 'home') say(); });
  update();
  return node;
}

/**
 * The recordings whose name, outcome or time has all words of the query.
 * @param {RecordingInfo[]} all
 * @param {string} query
 */
export function matching(all, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((r) => {
    const text = `${r.title} ${r.program} ${r.outcome} ${r.id} ${localTime(r.time)}`.toLowerCase();
    return words.every((w) => text.includes(w));
  });
}

/**
 * @param {RecordingInfo} r
 * @param {boolean} editing
 * @param {(r: RecordingInfo, title: string) => void} rename
 * @param {(id: string) => void} edit
 */
function name(r, editing, rename, edit) {
  if (!editing) {
    const link = el('a', { href: `#v=1&r=${r.id}`, title: r.id }, r.title || r.program || r.id);
    return r.title ? el('span', {}, link, el('span', { class: 'muted recordings-program' }, ` ${r.program}`)) : link;
  }
  const input = el('input', { type: 'text', maxlength: 120, value: r.title || r.program, 'aria-label': 'Title of the recording', onkeydown: (/** @type {KeyboardEvent} */ ev) => {
    if (ev.key === 'Enter') rename(r, input.value === r.program ? '' : input.value);
    else if (ev.key === 'Escape') edit('');
  } });
  return el('span', { class: 'recordings-edit' }, input, el('button', { type: 'button', class: 'button', onclick: () => rename(r, input.value === r.program ? '' : input.value) }, 'Save'));
}

/**
 * @param {RecordingInfo} r
 * @param {(id: string) => void} edit
 * @param {(r: RecordingInfo) => void} remove
 */
function actions(r, edit, remove) {
  if (!r.own) return null;
  const what = r.title || r.program;
  return el('span', { class: 'recordings-actions' },
    el('button', { type: 'button', class: 'button quiet', 'aria-label': `Rename ${what}`, onclick: () => edit(r.id) }, 'Rename'),
    el('button', { type: 'button', class: 'button quiet', 'aria-label': `Delete ${what}`, onclick: () => remove(r) }, 'Delete'));
}

/**
 * @param {RecordingInfo[]} recordings
 * @param {(r: RecordingInfo) => Node} title
 * @param {(r: RecordingInfo) => Node|null} acts
 */
function table(recordings, title, acts) {
  const rows = recordings.map((r) => el('tr', {},
    el('td', {}, title(r)),
    el('td', {}, r.live ? el('span', { class: 'chip plain' }, 'recording …') : outcome(r.outcome)),
    el('td', { class: 'tabular' }, r.wall_ns > 0 ? formatDuration(r.wall_ns) : '–'),
    el('td', { class: 'muted' }, localTime(r.time)),
    el('td', {}, acts(r))));
  const heads = ['Program', 'Outcome', 'Wall time', 'Recorded'].map((h) => el('th', { scope: 'col' }, h));
  return el('div', { class: 'table-scroll', tabindex: '0', role: 'group', 'aria-label': 'List of recordings' }, el('table', { class: 'table' },
    el('thead', {}, el('tr', {}, ...heads, el('td', {}))), el('tbody', {}, ...rows)));
}

/** @param {string} outcome */
function outcome(outcome) {
  return el('span', { class: `chip ${outcome === 'exit' ? 'good' : outcome ? 'error' : 'plain'}` }, outcome || 'unknown');
}

/** @param {string} time  RFC 3339 */
function localTime(time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : date.toLocaleString();
}
