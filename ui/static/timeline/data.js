// Row data for the timeline: asks for windows three screens wide at a power-of-two resolution and keeps the latest few of
// each row, so that panning and zooming draw from what is here while better data is on its way.

import { fetchWindow } from '../model/window.js';
import { quiet } from '../state/store.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../model/types.js').RowData} RowData */
/** @typedef {{t0:number, t1:number}} Span */

/**
 * Data of one row for [t0, t1); texture pixels are `res` ns wide. `until` is how far the recording went when it was read.
 * @typedef {{t0:number, t1:number, res:number, until:number, data:RowData}} Entry
 */

/** Rows in one request: 20 textures of three screens fit the 256 KB of an answer. */
const CHUNK = 20;
const ENTRIES_PER_ROW = 4;
const MAX_ROWS = 600;

/**
 * @param {Store} store
 * @param {() => void} changed  called when there is something new to draw
 */
export function createData(store, changed) {
  /** @type {Map<string, Entry[]>} */
  let cache = new Map();
  /** @type {{window:Span, width:number, keys:string[]}} */
  let wanted = { window: { t0: 0, t1: 1 }, width: 1, keys: [] };
  let running = false;

  const duration = () => store.get('model')?.duration ?? 0;

  /**
   * @param {string} key
   * @param {number} res
   * @param {Span} w
   */
  function fresh(key, res, w) {
    const end = Math.min(w.t1, duration());
    const begin = Math.max(0, w.t0);
    return (cache.get(key) ?? []).some((e) => e.res <= res && e.res >= res / 4 && e.t0 <= begin && e.t1 >= end && e.until >= end);
  }

  async function pump() {
    if (running || !store.get('model')) return;
    running = true;
    try {
      for (;;) {
        const { window: w, width, keys } = wanted;
        if (w.t0 >= duration() || w.t1 <= 0) return; // beside the recording, on a ruler that it shares
        const ask = fetchWindow(w, width, duration());
        const missing = keys.filter((k) => !fresh(k, ask.res, w)).slice(0, CHUNK);
        if (missing.length === 0) return;
        const mine = cache;
        const until = duration();
        const rows = await quiet(store.request('window', { t0: ask.t0, t1: ask.t1, px: ask.px, rows: missing }));
        if (!rows) return;
        if (mine === cache) keep(missing, rows, ask, until);
        changed();
      }
    } finally {
      running = false;
    }
  }

  /**
   * @param {string[]} keys
   * @param {Map<number, RowData>} rows
   * @param {{t0:number, t1:number, res:number}} ask
   * @param {number} until
   */
  function keep(keys, rows, ask, until) {
    keys.forEach((key, i) => {
      const data = rows.get(i) ?? EMPTY;
      const list = (cache.get(key) ?? []).filter((e) => e.res !== ask.res || e.t0 !== ask.t0).slice(-ENTRIES_PER_ROW + 1);
      list.push({ t0: ask.t0, t1: ask.t1, res: ask.res, until, data });
      cache.delete(key); // the newest keys go last: the oldest are dropped first
      cache.set(key, list);
    });
    while (cache.size > MAX_ROWS) cache.delete(/** @type {string} */ (cache.keys().next().value));
  }

  return {
    /**
     * Says what is on screen; what is missing of it is fetched.
     * @param {Span} window
     * @param {number} width  pixels
     * @param {string[]} keys
     */
    want(window, width, keys) {
      wanted = { window, width, keys };
      pump();
    },
    /**
     * The best data there is for a row: the finest that covers the window, else what overlaps most.
     * @param {string} key
     * @param {Span} w
     * @returns {Entry|undefined}
     */
    pick(key, w) {
      /** @type {Entry|undefined} */
      let best;
      let score = 0;
      for (const e of cache.get(key) ?? []) {
        const covered = Math.min(e.t1, w.t1) - Math.max(e.t0, w.t0);
        const s = covered <= 0 ? 0 : covered / (w.t1 - w.t0) + 0.001 / e.res + e.until * 1e-22;
        if (s > score) [best, score] = [e, s];
      }
      return best;
    },
    clear() { cache = new Map(); },
    retry: pump,
  };
}

/** @type {RowData} */
const EMPTY = { enc: 'spans', start: new Float64Array(), end: new Float64Array(), info: new Uint32Array(), state: new Uint8Array() };

/**
 * Index of the first span that ends after t. Spans of a row do not overlap, so their ends ascend too.
 * @param {Float64Array} ends
 * @param {number} t
 */
export function firstAfter(ends, t) {
  let lo = 0;
  let hi = ends.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (/** @type {number} */ (ends[mid]) <= t) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}
