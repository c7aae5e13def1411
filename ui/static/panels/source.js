// The real source, in step with the playhead: a pin for each goroutine on its line, heat in the gutter, and the most
// important finding below.
import { el, fill } from '../state/dom.js';
import { createRows, loaded, widthOf } from './code.js';
import { findingCard, ranked } from './findings.js';
import { createLineEvents } from './lineevents.js';
import { parseSite } from './linkify.js';
import { emptyNote } from './parts.js';
import { pins, placeAt, withText } from './sourcemodel.js';
import { createList } from './virtual.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('./code.js').Loaded} Loaded */

/** Height of a line, px. */
const ROW = 20;

/** @param {Store} store */
export function createSource(store) {
  const code = createCode(store);
  const chooser = el('select', { class: 'select', 'aria-label': 'File', onchange: () => { setFollow(false); store.openSource(Number(chooser.value), 1); } });
  const follow = el('button', { type: 'button', class: 'button quiet', title: FOLLOW, onclick: () => { setFollow(!following); store.set({ source: null }); update(); } }, 'Follow');
  const bar = el('div', { class: 'panel-bar' }, chooser, el('span', { class: 'grow' }), follow);
  const pinned = el('div', { class: 'source-finding' });
  const node = el('div', { class: 'panel-fill' }, bar, code.node, code.events, pinned);
  let following = true;
  /** @type {unknown} */
  let model = null;
  let shownFiles = '';
  /** @type {{file: number, line: number}|null} */
  let opened = null;

  /** @param {boolean} on */
  function setFollow(on) {
    following = on;
    follow.setAttribute('aria-pressed', String(on));
  }
  function remodel() {
    model = store.get('model');
    const first = ranked(store.get('model')?.findings ?? [])[0];
    pinned.hidden = !first;
    fill(pinned, first ? findingCard(store, first, false) : null);
    // A live recording gets a new model every second: its files stay as they are until it ends.
    const files = withText(store.get('model'));
    const key = [store.get('recordingId'), store.get('model')?.live, ...files].join(' ');
    if (key === shownFiles) return;
    fill(chooser, ...files.map((i) => el('option', { value: i }, store.get('model')?.files[i])));
    code.reset();
    shownFiles = key;
  }
  function update() {
    if (store.get('model') !== model) remodel();
    bar.hidden = withText(store.get('model')).length === 0;
    if (bar.hidden) {
      fill(code.node, emptyNote('No source', NO_SOURCE));
      return;
    }
    const asked = store.get('source');
    const target = asked ?? (following ? standing(store) : null) ?? { file: Math.max(0, code.file()), line: 0 };
    code.show(target, asked !== null, asked !== null && asked !== opened);
    chooser.value = String(code.wanted());
    opened = asked;
  }
  setFollow(true);
  // A step of the replay takes the panel back to where the program is.
  store.subscribe((s) => s.cursor.event, () => { if (following && store.get('source')) store.set({ source: null }); });
  return { node, update };
}

const FOLLOW = 'Keep the line of the selected goroutine, or of the current event, in view';
const NO_SOURCE = 'This recording has no source files: trace-viz run keeps them. A plain Go trace only names places in them.';

/** @param {Store} store */
function standing(store) {
  const { kind, id } = store.get('selection');
  const at = placeAt(store.get('stateAtCursor'), kind === 'goroutine' ? id : -1);
  return at && withText(store.get('model')).includes(at.file) ? at : null;
}

/**
 * The files that were read, and what stands in the way of the others.
 * @param {Store} store
 * @param {(file: number) => void} ready
 */
function createFiles(store, ready) {
  /** @type {Map<number, Loaded|string>} string: why it can't be shown */
  const files = new Map();
  /** @param {number} file */
  async function load(file) {
    files.set(file, 'Reading the file…');
    try {
      files.set(file, loaded(await store.fetchJSON(`source?file=${file}`)));
    } catch (err) {
      files.set(file, err instanceof Error ? err.message : String(err));
    }
    ready(file);
  }
  return {
    clear: () => files.clear(),
    /** @param {number} file @returns {Loaded|string} */
    get(file) {
      if (!files.has(file)) load(file);
      return files.get(file) ?? '';
    },
  };
}

/** @param {Store} store */
function createCode(store) {
  let file = -1;
  let target = { file: -1, line: 0, asked: false };
  const fallback = () => Math.max(0, file);
  let rows = createRows(store, null);
  const node = el('div', { class: 'source-body' });
  const events = createLineEvents(store);
  const files = createFiles(store, (read) => { if (read === target.file) present(true); });
  const list = createList({ rowHeight: ROW, count: () => rows.count, row: (i) => rows.row(i + 1, target.line), className: 'code', label: 'Source' });
  list.node.addEventListener('click', (ev) => {
    const on = /** @type {HTMLElement} */ (ev.target);
    const row = /** @type {HTMLElement|null} */ (on.closest('.code-row'));
    const pin = /** @type {HTMLElement|null} */ (on.closest('.pin'));
    if (pin?.dataset.g) store.select('goroutine', Number(pin.dataset.g));
    else if (row?.dataset.line) events.show(file, Number(row.dataset.line));
  });

  /** @param {boolean} jump */
  function present(jump) {
    let content = files.get(target.file);
    if (typeof content === 'string' && !target.asked && target.file !== fallback()) {
      // The program stands in code whose source was not recorded (the standard library): the last file stays in view.
      target = { file: fallback(), line: 0, asked: false };
      content = files.get(target.file);
    }
    if (typeof content === 'string') {
      file = -1;
      fill(node, emptyNote('Source not shown', content));
      return;
    }
    if (file !== target.file || !list.node.isConnected) {
      file = target.file;
      rows = createRows(store, content);
      list.node.style.setProperty('--longest', `${content.lines.reduce((most, l) => Math.max(most, widthOf(l)), 0)}ch`);
      fill(node, list.node);
      events.hide();
    }
    rows.place(pins(store.get('stateAtCursor'), file), sites(store, file));
    list.refresh();
    if (target.line > 0) list.reveal(target.line - 1, jump);
  }
  return {
    node,
    events: events.node,
    file: () => file,
    wanted: () => target.file,
    reset() {
      files.clear();
      file = -1;
    },
    /** @param {{file: number, line: number}} to @param {boolean} asked  a person wants this place @param {boolean} jump */
    show(to, asked, jump) {
      target = { ...to, asked };
      present(jump);
    },
  };
}

/**
 * Lines that findings name.
 * @param {Store} store
 * @param {number} file
 */
function sites(store, file) {
  const model = store.get('model');
  const all = model?.findings.flatMap((f) => f.sites.map((s) => parseSite(s, model.files))) ?? [];
  return new Set(all.flatMap((p) => (p && p.file === file ? [p.line] : [])));
}
