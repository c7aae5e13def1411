// The replay clock: turns frames into cursor moves. Named states live in the store (playing or not); what to show follows
// from the cursor alone. The clock is the frame scheduler's, so a test can drive it.

import { advance, typicalGap } from '../model/pacing.js';
import { stopEvents } from '../model/stops.js';

/** @typedef {import('./store.js').Store} Store */

/** A tab that was hidden or a machine that slept must not make the replay leap: longest frame, in ms. */
const MAX_FRAME = 250;

/**
 * @param {Store} store
 */
export function createReplay(store) {
  /** @type {(() => void)|null} */
  let cancel = null;
  let before = 0;
  let credit = 0;

  /** @param {number} now */
  function tick(now) {
    const model = store.get('model');
    if (!store.get('playing') || !model) return false;
    const ms = Math.min(MAX_FRAME, now - before);
    before = now;
    const cursor = store.get('cursor');
    const run = {
      pacing: store.get('pacing'), speed: store.get('speed'), typical: typicalGap(model.duration, model.events),
      last: model.events - 1, end: model.duration, stop: nextStop(store, cursor.event),
    };
    const to = advance({ ...cursor, credit }, ms, run, store.events.time);
    credit = to.credit;
    if (to.starved) {
      store.events.ensure(cursor.event, cursor.event + 1 + Math.ceil((run.pacing === 'event' ? run.speed : 500) * 2));
      return true;
    }
    if (to.event !== cursor.event || to.time !== cursor.time) {
      store.set({ cursor: { event: to.event, time: to.time } });
      follow(store, to.time);
    }
    return !ended(to, run);
  }

  /**
   * @param {{event:number, time:number}} to
   * @param {{pacing:string, last:number, end:number, stop:number}} run
   */
  function ended(to, run) {
    const area = store.get('area');
    if (area && to.time >= area.t1) {
      if (store.get('loop')) store.seekTime(area.t0);
      else stop();
      return !store.get('loop');
    }
    if (to.event >= run.stop) return stop();
    if (to.event >= run.last && (run.pacing === 'event' || to.time >= run.end)) {
      if (!store.get('loop')) return stop();
      store.seekEvent(0);
    }
    return false;
  }

  function stop() {
    store.set({ playing: false });
    return true;
  }

  store.subscribe((s) => s.playing, (playing) => {
    cancel?.();
    cancel = null;
    if (!playing) return;
    before = store.frame.now();
    // Pressing play moves at once: the first event does not wait for its dwell.
    credit = store.get('pacing') === 'event' ? 1 : 0;
    cancel = store.frame.animate(tick);
  });
}

/**
 * The next event to pause at: a finding's or a bookmark, after the cursor.
 * @param {Store} store
 * @param {number} event
 */
function nextStop(store, event) {
  const model = store.get('model');
  if (!model) return Infinity;
  const stops = stopEvents(model.findings, store.get('marks'), store.events.at);
  return stops.find((i) => i > event) ?? Infinity;
}

/**
 * Keeps the playhead in view: turns the page when it leaves on the right.
 * @param {Store} store
 * @param {number} time
 */
function follow(store, time) {
  const { t0, t1 } = store.get('window');
  const width = t1 - t0;
  if (time > t1 - width * 0.02 || time < t0) store.setWindow(time - width * 0.1, time + width * 0.9);
}
