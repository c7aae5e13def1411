// One recording that can be looked at: its connection, its store, its clock and what opens it. A page has one, the
// comparison two.

import { createClient } from '../wire/client.js';
import { createEvents } from './events.js';
import { createReplay } from './replay.js';
import { createSession, fetchJSON } from './session.js';
import { createStore } from './store.js';
import { syncState } from './sync.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {ReturnType<typeof createViewer>} Viewer */

/**
 * @param {{frame:import('./frame.js').Frame, colors:import('./colors.js').Colors, reducedMotion:() => boolean}} shared
 */
export function createViewer({ frame, colors, reducedMotion }) {
  const client = createClient({
    connection: (connection) => store.set({ connection }),
    live: (push) => session.live(push),
    hold: () => frame.hold(),
  });
  /** @type {Store} */
  const store = createStore({
    request: client.request,
    fetchJSON: (path) => held(frame, fetchJSON(`/api/r/${encodeURIComponent(store.get('recordingId'))}/${path}`)),
    frame, colors, reducedMotion,
  });
  store.events = createEvents((args) => client.request('events', args), () => store.get('model')?.events ?? 0);
  createReplay(store);
  const session = createSession(store, client, syncState(store));
  return { store, client, session };
}

/**
 * Keeps the page from being idle until a promise is settled.
 * @template T
 * @param {import('./frame.js').Frame} frame
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function held(frame, promise) {
  const release = frame.hold();
  return promise.finally(release);
}
