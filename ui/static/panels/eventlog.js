// The event log: every event in order, the one at the playhead highlighted and kept in view; a click goes there.
import { formatClock, formatCount } from '../model/time.js';
import { createEvents } from '../state/events.js';
import { el, fill } from '../state/dom.js';
import { emptyNote, hovering } from './parts.js';
import { createList } from './virtual.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../state/events.js').Events} Events */
/** @typedef {import('../model/types.js').EventRow} EventRow */
/** @typedef {{g: number, o: number, label: string, key: string}} Filter */

/** @param {Store} store @returns {Filter|null} what the selection limits the log to */
function selected(store) {
  const { kind, id } = store.get('selection');
  if (kind === 'goroutine') return { g: id, o: -1, label: store.gname(id), key: 'g' + id };
  if (kind === 'object') return { g: -1, o: id, label: store.oname(id), key: 'o' + id };
  return null;
}

/**
 * Rows of one goroutine or object, with their own numbering.
 * @param {Store} store
 * @param {Filter} filter
 */
function filteredLog(store, filter) {
  let total = 0;
  const events = createEvents(async (args) => {
    const answer = await store.request('events', { ...args, g: filter.g, o: filter.o });
    total = answer.total;
    return answer;
  }, () => total);
  const ready = store.request('events', { from: 0, n: 1, g: filter.g, o: filter.o }).then((answer) => { total = answer.total; }, () => {});
  return { events, ready, total: () => total };
}

/**
 * Place in a filtered log of the last row that is not after an event: binary search that fetches what it looks at.
 * @param {Events} events
 * @param {number} total
 * @param {number} event
 */
async function placeOf(events, total, event) {
  let lo = 0;
  let hi = total;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    await events.ensure(mid, mid);
    const row = events.row(mid);
    if (!row) return lo - 1;
    if (row.i <= event) lo = mid + 1; else hi = mid;
  }
  return lo - 1;
}

/** @param {Store} store */
export function createEventLog(store) {
  const only = el('input', { type: 'checkbox', onchange: () => update() });
  const onlyText = el('span', {});
  const onlyLabel = el('label', { class: 'check' }, only, onlyText);
  const count = el('span', { class: 'muted event-count tabular' });
  const body = el('div', { class: 'panel-fill' });
  const node = el('div', { class: 'panel-fill' }, el('div', { class: 'panel-bar' }, count, onlyLabel), body);
  /** @type {{key: string, log: ReturnType<typeof filteredLog>}|null} */
  let filtered = null;
  let here = -1;
  const rows = createEventRows(store);
  const log = () => filtered?.log.events ?? store.events;
  const total = () => filtered?.log.total() ?? store.get('model')?.events ?? 0;
  const list = createList({ rowHeight: 24, count: total, row: (i) => rows.get(log().row(i), i === here), label: 'Events', className: 'event-list', onRange: (first, last) => fetchRange(log, first, last, () => list.refresh()) });

  /** @returns {Promise<string>} whose events are shown, "" all */
  async function choose() {
    const filter = selected(store);
    onlyLabel.hidden = !filter;
    fill(onlyText, 'only ' + (filter?.label ?? ''));
    onlyLabel.title = onlyText.textContent ?? '';
    const wanted = only.checked ? filter : null;
    if ((filtered?.key ?? '') !== (wanted?.key ?? '')) filtered = wanted ? { key: wanted.key, log: filteredLog(store, wanted) } : null;
    await filtered?.log.ready;
    return wanted?.label ?? '';
  }
  async function update() {
    const of = await choose();
    if (total() === 0) {
      fill(count);
      fill(body, emptyNote('No events', of ? `${of} has no event.` : 'The trace holds no event of the program’s goroutines.'));
      return;
    }
    const mine = filtered;
    const cursor = Math.max(0, store.get('cursor').event);
    const place = filtered ? await placeOf(log(), total(), cursor) : cursor;
    if (mine !== filtered) return;
    const moved = here !== place || !list.node.isConnected;
    here = place;
    fill(count, `event ${formatCount(here)} of ${formatCount(total())}`);
    const fresh = !list.node.isConnected;
    if (fresh) fill(body, list.node);
    list.refresh();
    if (moved) list.reveal(Math.max(0, here), fresh);
  }
  return { node, update };
}

/**
 * Fetches the rows of a range that are missing, and then says so.
 * @param {() => Events} log
 * @param {number} first
 * @param {number} last
 * @param {() => void} arrived
 */
function fetchRange(log, first, last, arrived) {
  const from = log();
  for (let i = first; i <= last; i++) {
    if (from.row(i)) continue;
    from.ensure(first, last).then(() => { if (from === log() && from.row(i)) arrived(); });
    return;
  }
}

/** Rows kept for when they come into view again. */
const MOST_BUILT = 600;

/**
 * Builds the row of an event once: a fast replay scrolls over the same ones again and again.
 * @param {Store} store
 */
function createEventRows(store) {
  /** @type {Map<EventRow, HTMLElement>} */
  const built = new Map();
  return {
    /** @param {EventRow|undefined} e undefined: on its way @param {boolean} current @returns {HTMLElement} */
    get(e, current) {
      if (!e) return el('div', { class: 'event-row waiting' }, '…');
      let row = built.get(e);
      if (!row) {
        if (built.size > MOST_BUILT) built.clear();
        row = eventRow(store, e);
        built.set(e, row);
      }
      row.classList.toggle('current', current);
      if (current) row.setAttribute('aria-current', 'true'); else row.removeAttribute('aria-current');
      return row;
    },
  };
}

/**
 * @param {Store} store
 * @param {EventRow} e
 */
function eventRow(store, e) {
  const row = el('button', {
    type: 'button', class: 'event-row kind-' + family(e.kind), title: `${e.text}\nevent ${e.i}, ${e.kind}`,
    onclick: () => { store.set({ playing: false }); store.seekEvent(e.i); },
  }, el('span', { class: 'event-time' }, formatClock(e.t)), el('i', { class: 'event-mark' }), el('span', { class: 'grow' }, e.text));
  return e.g >= 0 ? hovering(store, row, 'goroutine', e.g) : row;
}

/**
 * Events of a kind share a mark.
 * @param {string} kind
 */
export function family(kind) {
  if (/^(send|recv|close|select|make)/.test(kind)) return 'channel';
  if (/^(r?lock|r?unlock|trylock|add|wait|cond|signal|broadcast|once)/.test(kind)) return 'lock';
  if (/^(spawn|end)/.test(kind)) return 'life';
  if (/^sys/.test(kind)) return 'io';
  if (/^(assist|range)/.test(kind)) return 'gc';
  return 'sched';
}
