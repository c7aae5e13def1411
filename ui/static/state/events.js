// Event rows, fetched in blocks when somebody needs them and kept: the replay clock needs times, the stage what happened,
// the panel the log. The page never holds all rows of a big recording: the oldest blocks are dropped.

/** @typedef {import('../model/types.js').EventRow} EventRow */

const BLOCK = 500;
const MAX_BLOCKS = 64;

/**
 * @typedef {object} Events
 * @property {(i:number) => EventRow|undefined} row   undefined: not here (yet)
 * @property {(i:number) => number|undefined} time    ns of event i
 * @property {(t:number) => number|undefined} at      last event at or before t, -1 before the first; undefined: not known
 * @property {(i0:number, i1:number) => Promise<void>} ensure  fetches what is missing of [i0, i1]; at most 20 blocks
 * @property {() => void} clear
 */

/**
 * @param {(args:{from:number, n:number, g:number, o:number}) => Promise<{total:number, rows:EventRow[]}>} fetch
 * @param {() => number} total  number of events of the recording
 * @returns {Events}
 */
export function createEvents(fetch, total) {
  /** @type {Map<number, EventRow[]>} */
  const blocks = new Map();
  /** @type {Map<number, Promise<void>>} */
  const pending = new Map();
  let generation = 0;

  /** @param {number} i */
  const row = (i) => (i < 0 ? undefined : blocks.get(Math.floor(i / BLOCK))?.[i % BLOCK]);

  /** @param {number} b */
  function need(b) {
    const have = blocks.get(b)?.length ?? 0;
    if (have >= Math.min(BLOCK, total() - b * BLOCK)) return undefined;
    return pending.get(b) ?? load(b, have);
  }

  /**
   * @param {number} b
   * @param {number} have
   */
  function load(b, have) {
    const mine = generation;
    const from = b * BLOCK + have;
    const promise = fetch({ from, n: Math.min(BLOCK - have, total() - from), g: -1, o: -1 }).then((answer) => {
      if (mine !== generation) return;
      const rows = (blocks.get(b) ?? []).slice(0, have).concat(answer.rows);
      blocks.delete(b);
      blocks.set(b, rows);
      if (blocks.size > MAX_BLOCKS) blocks.delete(/** @type {number} */ (blocks.keys().next().value));
    }, () => {}).finally(() => { pending.delete(b); });
    pending.set(b, promise);
    return promise;
  }

  return {
    row,
    time: (i) => row(i)?.t,
    at(t) {
      for (const [b, rows] of blocks) {
        const i = find(rows, t);
        if (i === -1) {
          if (b === 0) return -1;
          continue;
        }
        const index = b * BLOCK + i;
        // The last row of a block is the answer only when the next row is known to be later, or there is none.
        if (i < rows.length - 1 || index === total() - 1) return index;
        const after = row(index + 1);
        if (after && after.t > t) return index;
      }
      return undefined;
    },
    async ensure(i0, i1) {
      const first = Math.floor(Math.max(0, i0) / BLOCK);
      const last = Math.min(Math.floor(Math.max(0, Math.min(i1, total() - 1)) / BLOCK), first + 19);
      for (let b = first; b <= last; b++) await need(b);
    },
    clear() {
      generation++;
      blocks.clear();
      pending.clear();
    },
  };
}

/**
 * The last row with a time of at most t, -1 for none.
 * @param {EventRow[]} rows
 * @param {number} t
 */
function find(rows, t) {
  let lo = 0;
  let hi = rows.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (/** @type {EventRow} */ (rows[mid]).t <= t) lo = mid + 1;
    else hi = mid;
  }
  return lo - 1;
}
