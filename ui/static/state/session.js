// Opening recordings: from the address to a model in the store, and following a live one.

import { defaultSpeed } from '../model/pacing.js';
import { clampWindow, fitWindow } from '../model/window.js';
import { parseFragment } from './fragment.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./store.js').Model} Model */

/** Live: the model is fetched again at most this often, in ms. */
const LIVE_REFETCH = 700;

/** An answer of the server that is an error, with its status. */
export class ServerError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * GET with the server's own words for what went wrong.
 * @param {string} url
 * @returns {Promise<any>}
 */
export async function fetchJSON(url) {
  const answer = await fetch(url, { headers: { Accept: 'application/json' } });
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text);
  let words = `${answer.status} ${answer.statusText}`;
  try {
    words = JSON.parse(text).error ?? words;
  } catch {
    // No JSON: the status has to do.
  }
  throw new ServerError(answer.status, words);
}

/**
 * @param {Store} store
 * @param {ReturnType<typeof import('../wire/client.js').createClient>} client
 * @param {() => void} syncNow
 */
export function createSession(store, client, syncNow) {
  let refetchAt = 0;

  async function openHome() {
    client.close();
    store.set({ playing: false, model: null, recordingId: '', stateAtCursor: null, change: null });
    try {
      const { recordings } = await fetchJSON('/api/recordings');
      store.set({ page: 'home', recordings, error: null });
    } catch (err) {
      fail(store, err);
    }
  }

  /** @param {string} id */
  async function open(id) {
    const view = parseFragment(location.hash);
    client.close();
    store.events.clear();
    store.set({ page: 'loading', recordingId: id, playing: false, model: null, stateAtCursor: null, change: null, overview: null, live: null, area: null });
    try {
      const model = /** @type {Model} */ (await fetchJSON(`/api/r/${encodeURIComponent(id)}/model`));
      show(model, view);
    } catch (err) {
      return fail(store, err);
    }
    client.open(`/api/r/${encodeURIComponent(id)}/ws`);
    syncNow();
    fetchJSON('/api/recordings').then(({ recordings }) => store.set({ recordings }), () => {});
  }

  /**
   * @param {Model} model
   * @param {ReturnType<typeof parseFragment>} view
   */
  function show(model, view) {
    const pacing = view.pacing ?? model.default_pacing;
    const last = Math.max(0, model.events - 1);
    store.set({
      page: 'recording', error: null, model, pacing, speed: view.speed || defaultSpeed(pacing, model.duration),
      window: view.window ? clampWindow(view.window, model.duration) : fitWindow(model.duration),
      cursor: view.cursor ? { event: Math.min(view.cursor.event, last), time: Math.min(view.cursor.time, model.duration) }
        : { event: model.events > 0 ? 0 : -1, time: 0 },
      selection: view.selection, marks: view.marks.filter((m) => m.event <= last), panel: view.panel, live: model.live ? { lag: 0, status: 'recording' } : null, follow: true,
    });
  }

  /**
   * @param {{duration:number, events:number, goroutines:number, lag:number, status:'recording'|'ended'}} push
   */
  function live(push) {
    const model = store.get('model');
    if (!model) return;
    const all = fitWindow(model.duration);
    const whole = store.get('window').t0 <= 0 && store.get('window').t1 >= all.t1 * 0.999;
    const ended = push.status === 'ended' && store.get('live')?.status !== 'ended';
    store.set({
      live: { lag: push.lag, status: push.status },
      model: { ...model, duration: Math.max(model.duration, push.duration), events: Math.max(model.events, push.events) },
    });
    if (whole && store.get('follow')) store.fitAll();
    const now = performance.now();
    if (ended || (push.goroutines !== model.goroutines.length && now > refetchAt)) {
      refetchAt = now + LIVE_REFETCH;
      refetch(store, whole);
    }
  }

  /** What the address says now; a fragment of the recording that is shown already is no reason to load it again. */
  function route() {
    const { recordingId } = parseFragment(location.hash);
    if (!recordingId) return openHome();
    if (recordingId !== store.get('recordingId') || store.get('page') === 'error') return open(recordingId);
    return Promise.resolve();
  }

  return { open, openHome, live, route };
}

/**
 * @param {Store} store
 * @param {boolean} whole  the whole recording was in view
 */
async function refetch(store, whole) {
  const id = store.get('recordingId');
  const release = store.frame.hold();
  try {
    const model = await store.fetchJSON('model');
    if (id !== store.get('recordingId')) return;
    store.set({ model, live: { lag: store.get('live')?.lag ?? 0, status: model.live ? 'recording' : 'ended' } });
    if (whole && store.get('follow')) store.fitAll();
  } catch {
    // The banner says when the server is gone; the next push tries again.
  } finally {
    release();
  }
}

/**
 * @param {Store} store
 * @param {unknown} err
 */
function fail(store, err) {
  const status = err instanceof ServerError ? err.status : 0;
  const text = err instanceof Error ? err.message : String(err);
  /** @type {Record<number, [string, string]>} */
  const known = {
    0: ['The trace-viz server does not answer', 'Is it still running? Start it again in the terminal and open the address that it prints.'],
    401: ['This page needs the address that trace-viz printed', 'Open the address from the terminal again: it holds a one-time token. Every start of trace-viz prints a new one.'],
    403: ['This page needs the address that trace-viz printed', 'Open the address from the terminal again: it holds a one-time token. Every start of trace-viz prints a new one.'],
    404: ['There is no such recording', 'It may have been removed. The list of recordings shows what is there.'],
  };
  const [title, hint] = known[status] ?? ['The recording cannot be shown', 'trace-viz report on the recording folder says more about it.'];
  store.set({ page: 'error', error: { title, text, hint } });
}
