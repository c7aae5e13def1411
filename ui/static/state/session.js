// Opening recordings: from the address to a model in the store, and following a live one.

import { defaultSpeed } from '../model/pacing.js';
import { clampWindow, firstWindow, fitWindow } from '../model/window.js';
import { parseJSON } from '../wire/decode.js';
import { parseFragment } from './fragment.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./store.js').Model} Model */
/** @typedef {ReturnType<typeof parseFragment>} View */

/** Live: the model is fetched again this often in ms: soon when there are new goroutines, else when its sums are old. */
const LIVE_REFETCH = 700;
const LIVE_OLD = 2500;

/** A run that goes on for longer than this, in ns, is followed: short ones are over before, and are replayed from the beginning. */
const FOLLOWED_FROM = 2e9;

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
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function fetchJSON(url, signal) {
  const answer = await fetch(url, { headers: { Accept: 'application/json' }, signal: signal ?? null });
  const text = await answer.text();
  if (answer.ok) return parseJSON(text);
  let words = `${answer.status} ${answer.statusText}`;
  try {
    words = parseJSON(text).error ?? words;
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
  let refetchedAt = performance.now();
  /** Of the model that is being waited for: whoever goes elsewhere does not wait for it. */
  let opening = new AbortController();
  /** The event to which the playhead was taken, NaN if it was put somewhere by the address. As long as it stays there, it follows a live run. */
  let followed = NaN;
  /** @type {{view:View, places:ReturnType<typeof placesOf>}|null} what the address asked for of a trace that is being read */
  let wanted = null;

  /** Leaves the recording that is shown. @param {Partial<import('./store.js').Values>} [to] */
  function leave(to = {}) {
    client.close();
    opening.abort();
    store.set({ playing: false, model: null, recordingId: '', stateAtCursor: null, change: null, ...to });
  }

  async function openHome() {
    leave();
    try {
      const { recordings } = await fetchJSON('/api/recordings');
      store.set({ page: 'home', recordings, error: null });
    } catch (err) {
      fail(store, err);
    }
  }

  /**
   * @param {string} id
   * @param {View} view  where to begin
   */
  async function open(id, view) {
    client.close();
    store.events.clear();
    store.set({ page: 'loading', recordingId: id, playing: false, model: null, stateAtCursor: null, change: null, overview: null, live: null, area: null });
    opening.abort();
    const mine = opening = new AbortController();
    const stop = watchLoading(store, id, mine.signal);
    try {
      const model = /** @type {Model} */ (await fetchJSON(`/api/r/${encodeURIComponent(id)}/model`, mine.signal));
      if (mine.signal.aborted) return;
      show(model, view);
    } catch (err) {
      return mine.signal.aborted ? undefined : fail(store, err);
    } finally {
      stop();
    }
    client.open(`/api/r/${encodeURIComponent(id)}/ws`);
    syncNow();
    settleCursor(store);
    fetchJSON('/api/recordings').then(({ recordings }) => store.set({ recordings }), () => {});
  }

  /**
   * @param {Model} model
   * @param {ReturnType<typeof parseFragment>} view
   */
  function show(model, view) {
    const pacing = view.pacing ?? model.default_pacing;
    const places = placesOf(model, view);
    store.set({
      page: 'recording', error: null, model, pacing, speed: view.speed || defaultSpeed(pacing, model.duration),
      ...places, selection: view.selection, panel: view.panel, pins: view.pins, highlight: view.highlight, only: view.only,
      live: model.live ? { lag: model.reading ? model.quality.read_percent / 100 : 0, status: status(model) } : null, follow: !(model.reading && view.window),
    });
    wanted = model.reading ? { view, places } : null;
    followed = view.cursor ? NaN : places.cursor.event;
  }

  /**
   * Takes the playhead along to the end of a live run. It stays behind when it was put elsewhere or the view shows a part, and comes
   * along again from the end.
   * @param {number} before  events that were known
   * @param {number} now
   * @param {number} duration  ns
   */
  function follow(before, now, duration) {
    const at = store.get('cursor').event;
    if (store.get('playing') || at !== followed && at < before - 1 || duration < FOLLOWED_FROM) return;
    followed = now - 1;
    store.seekEvent(followed);
  }

  /** A trace was read to its end: what the address asks for and was not there yet, unless it was changed in the meantime. */
  function arrive() {
    const model = store.get('model');
    if (!wanted || !model || model.reading) return;
    const { view, places } = wanted;
    wanted = null;
    const now = placesOf(model, view);
    if (view.window && store.get('window') === places.window) store.set({ window: now.window });
    if (view.cursor && store.get('cursor').event === places.cursor.event) store.set({ cursor: now.cursor });
    if (store.get('marks') === places.marks) store.set({ marks: now.marks });
    if (store.get('area') === places.area) store.set({ area: now.area });
    settleCursor(store);
  }

  /**
   * @param {{duration:number, events:number, goroutines:number, lag:number, status:import('./store.js').LiveStatus}} push
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
    if (whole && store.get('follow')) {
      store.fitAll();
      if (push.status !== 'reading' && !model.reading) follow(model.events, store.get('model')?.events ?? 0, push.duration);
    }
    const now = performance.now();
    if (ended || now > refetchedAt + (push.goroutines !== model.counts.goroutines ? LIVE_REFETCH : LIVE_OLD)) {
      refetchedAt = now;
      refetch(store, whole).then(arrive);
    }
  }

  /** What the address says now; a fragment of the recording that is shown already is no reason to load it again. */
  function route() {
    const { recordingId } = parseFragment(location.hash);
    if (!recordingId) return openHome();
    if (recordingId !== store.get('recordingId') || store.get('page') === 'error') return open(recordingId, parseFragment(location.hash));
    return Promise.resolve();
  }

  return { open, leave, live, route };
}

/**
 * @param {Model} model
 * @returns {import('./store.js').LiveStatus}
 */
function status(model) {
  if (model.reading) return 'reading';
  return model.live ? 'recording' : 'ended';
}

/**
 * Where to begin in a recording, as far as it goes.
 * @param {Model} model
 * @param {View} view
 */
function placesOf(model, view) {
  const last = Math.max(0, model.events - 1);
  return {
    window: view.window ? clampWindow(view.window, model.duration) : firstWindow(model.duration, stuckFrom(model)),
    cursor: view.cursor ? { event: Math.min(view.cursor.event, last), time: Math.min(view.cursor.time, model.duration) }
      : { event: model.events > 0 ? 0 : -1, time: 0 },
    marks: view.marks.filter((m) => m.event <= last),
    area: view.area && view.area.t0 < model.duration ? { t0: view.area.t0, t1: Math.min(view.area.t1, model.duration) } : null,
  };
}

/**
 * When the last goroutine of a deadlock blocked, in ns; 0 without a deadlock.
 * @param {Model} model
 */
function stuckFrom(model) {
  if (model.outcome !== 'deadlock' || model.live) return 0;
  return Math.max(0, ...model.findings.filter((f) => f.kind === 'deadlock').map((f) => f.time_ns));
}

/** While a recording is being read, the page asks this often how far it is, in ms. */
const LOADING = 200;

/**
 * @param {Store} store
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {() => void} ends it
 */
function watchLoading(store, id, signal) {
  const began = performance.now();
  const timer = window.setInterval(async () => {
    try {
      const p = await fetchJSON(`/api/r/${encodeURIComponent(id)}/progress`, signal);
      if (store.get('page') === 'loading') store.set({ loading: { read: p.read_bytes, total: p.total_bytes, events: p.events, ms: performance.now() - began } });
    } catch {
      // The request for the model says what is wrong.
    }
  }, LOADING);
  store.set({ loading: null });
  return () => clearInterval(timer);
}

/**
 * An address may name an event without its time, or with a time that is not the event's: the cursor is then put to the
 * nearest time at which that event was the last one.
 * @param {Store} store
 */
async function settleCursor(store) {
  const { cursor } = store.values();
  if (cursor.event < 0) return;
  await store.events.ensure(cursor.event, cursor.event + 1);
  const from = store.events.time(cursor.event);
  const to = store.events.time(cursor.event + 1) ?? store.get('model')?.duration ?? Infinity;
  if (from === undefined || store.get('cursor') !== cursor) return;
  const time = Math.max(from, Math.min(cursor.time, to));
  if (time !== cursor.time) store.set({ cursor: { event: cursor.event, time } });
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
    store.set({ model, live: { lag: store.get('live')?.lag ?? 0, status: status(model) } });
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
    422: ['This recording cannot be read', 'The file is damaged, or it is no Go execution trace. Record the program again, or choose another recording.'],
    404: ['There is no such recording', 'It may have been removed. The list of recordings shows what is there.'],
  };
  const [title, hint] = known[status] ?? ['The recording cannot be shown', 'trace-viz report on the recording folder says more about it.'];
  store.set({ page: 'error', error: { title, text, hint } });
}
