// Keeps the program's state in step with the cursor: one request at a time, then another if the cursor has moved on. What
// arrives late is shown all the same (the picture lags, it does not freeze); once idle the state is the cursor's.

import { quiet } from './store.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('../model/types.js').ProgramState} ProgramState */
/** @typedef {import('../model/types.js').EventRow} EventRow */

/** Above this many events between two shown states nothing is animated. */
const MAX_BETWEEN = 20;

/** How far ahead event rows are fetched while the cursor moves. */
const AHEAD = 400;

/**
 * @param {Store} store
 */
export function syncState(store) {
  let running = false;

  async function run() {
    if (running) return;
    running = true;
    const release = store.frame.hold();
    try {
      for (;;) {
        const { event } = store.get('cursor');
        if (!store.get('model') || (event < 0 && store.get('model')?.events === 0)) break;
        const id = store.get('recordingId');
        const shown = store.get('stateAtCursor');
        if (shown && shown.event === Math.max(0, event) && store.get('connection') === 'open') break;
        const next = await quiet(store.request('state', { event: Math.max(0, event) }));
        if (!next) break;
        await store.events.ensure(Math.max(0, event - 1), Math.max(0, event));
        if (id === store.get('recordingId')) publish(store, next);
      }
    } finally {
      running = false;
      release();
    }
    prefetch(store);
  }

  store.subscribe((s) => s.cursor.event, run);
  store.subscribe((s) => s.connection, (c) => { if (c === 'open') run(); });
  return run;
}

/**
 * @param {Store} store
 * @param {ProgramState} next
 */
function publish(store, next) {
  const prev = store.get('stateAtCursor');
  store.set({ stateAtCursor: next, change: { prev, next, events: between(store, prev, next) } });
}

/**
 * @param {Store} store
 * @param {ProgramState|null} prev
 * @param {ProgramState} next
 * @returns {EventRow[]}
 */
function between(store, prev, next) {
  if (!prev || next.event <= prev.event || next.event - prev.event > MAX_BETWEEN) return [];
  /** @type {EventRow[]} */
  const rows = [];
  for (let i = prev.event + 1; i <= next.event; i++) {
    const row = store.events.row(i);
    if (!row) return [];
    rows.push(row);
  }
  return rows;
}

/** @param {Store} store */
function prefetch(store) {
  const { event } = store.get('cursor');
  if (store.events.row(event + AHEAD) === undefined) store.events.ensure(event, event + AHEAD);
}
