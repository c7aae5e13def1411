import { createEvents } from '/static/state/events.js';
import { createFrame } from '/static/state/frame.js';
import { createReplay } from '/static/state/replay.js';
import { createStore } from '/static/state/store.js';
import { syncState } from '/static/state/sync.js';
import { check, equal, random } from '/testdata/assert.js';

/** A clock that moves when it is told to. */
function handClock() {
  let now = 0;
  /** @type {(() => void)[]} */
  let queue = [];
  return {
    now: () => now,
    request: (/** @type {() => void} */ fn) => { queue.push(fn); },
    /** @param {number} ms */
    frame(ms) {
      now += ms;
      const run = queue;
      queue = [];
      for (const fn of run) fn();
    },
  };
}

const settle = () => new Promise((resolve) => { setTimeout(resolve, 0); });

/**
 * A page without a page: a program of n events whose state is a function of the event.
 * @param {number} n
 */
function page(n) {
  const clock = handClock();
  const frame = createFrame(clock);
  const rnd = random(n);
  let t = 0;
  const rows = Array.from({ length: n }, (_, i) => ({ i, t: (t += rnd() < 0.3 ? 0 : Math.floor(rnd() * 1000)), kind: 'send', g: i % 3, other: -1, o: 0, file: 0, line: 1, k: i, v: '', text: '' }));
  const asked = /** @type {string[]} */ ([]);
  /** @param {string} op @param {any} [args] @returns {Promise<any>} */
  const request = async (op, args) => {
    asked.push(op);
    await settle();
    if (op === 'state') return { event: args.event, t: rows[args.event]?.t, goroutines: [], digest: args.event * 31 };
    if (op === 'events') return { total: n, rows: rows.slice(args.from, args.from + args.n) };
    if (op === 'locate') return { event: rows.findLastIndex((r) => r.t <= args.t), t: args.t };
    if (op === 'step') {
      for (let i = args.event + args.dir; i >= 0 && i < n; i += args.dir) if (args.g < 0 || rows[i]?.g === args.g) return { event: i, t: rows[i]?.t };
      return { event: -1, t: 0 };
    }
    throw new Error(`op ${op}`);
  };
  const store = createStore({ request, fetchJSON: request, frame, colors: /** @type {any} */ ({}), reducedMotion: () => false });
  store.events = createEvents((args) => request('events', args), () => n);
  const model = /** @type {any} */ ({ duration: t + 1000, events: n, findings: [], goroutines: [], objects: [] });
  syncState(store);
  createReplay(store);
  store.set({ model, cursor: { event: 0, time: 0 }, connection: 'open' });
  return { store, clock, rows, asked };
}

/** @param {{store:ReturnType<typeof page>['store'], clock:ReturnType<typeof handClock>}} p */
async function idle(p) {
  let done = false;
  p.store.frame.idle().then(() => { done = true; });
  for (let i = 0; !done; i++) {
    check(i < 5000, `never idle: ${JSON.stringify(p.store.frame.pending())}`);
    await settle();
    p.clock.frame(16);
  }
}

export function testSubscribersHearOnlyChanges() {
  const { store } = page(5);
  /** @type {unknown[]} */
  const heard = [];
  const off = store.subscribe((s) => s.panel, (now, was) => heard.push([was, now]));
  const offList = store.subscribe((s) => [s.panel, s.loop], (now) => heard.push(now));
  store.set({ panel: 'source' });
  store.set({ panel: 'events' });
  off();
  offList();
  store.set({ panel: 'findings' });
  equal(heard, [['source', 'events'], ['events', false]]);
}

export async function testThePictureDependsOnTheCursorAlone() {
  const played = page(400);
  const sought = page(400);
  played.store.set({ playing: true, speed: 100 });
  const rnd = random(8);
  for (const stop of [60, 61, 200, 399]) {
    while (played.store.get('cursor').event < stop && played.store.get('playing')) {
      await settle();
      played.clock.frame(rnd() < 0.1 ? 200 : 16);
    }
    const { cursor } = played.store.values();
    played.store.set({ playing: false });
    await idle(played);
    sought.store.seekEvent(Math.floor(rnd() * 400));
    sought.store.seekEvent(cursor.event);
    await idle(sought);
    equal(sought.store.get('cursor'), cursor, 'cursor');
    equal(sought.store.get('stateAtCursor'), played.store.get('stateAtCursor'), `state at ${cursor.event}`);
    equal(played.store.get('stateAtCursor')?.event, cursor.event, 'the state is the cursor\'s');
    played.store.set({ playing: true });
  }
}

export async function testSeekingATimeFindsItsEvent() {
  const p = page(700);
  const rnd = random(6);
  for (let i = 0; i < 20; i++) {
    const t = Math.floor(rnd() * /** @type {any} */ (p.store.get('model')).duration);
    await p.store.seekTime(t);
    await idle(p);
    equal(p.store.get('cursor'), { event: p.rows.findLastIndex((r) => r.t <= t), time: t });
  }
}

export async function testStepChangesExactlyOneEvent() {
  const p = page(50);
  for (let i = 1; i < 50; i++) {
    await p.store.step(1);
    equal(p.store.get('cursor'), { event: i, time: p.rows[i]?.t }, `step ${i}`);
  }
  await p.store.step(1);
  equal(p.store.get('cursor').event, 49, 'it ends at the last');
  await p.store.step(-1, { g: 0 });
  equal(p.store.get('cursor').event, 48, 'of goroutine 0 only');
  await p.store.step(-1, { g: 0 });
  equal(p.store.get('cursor').event, 45);
}

export async function testAnimationsGetTheEventsBetween() {
  const p = page(100);
  await idle(p);
  await p.store.step(1);
  await idle(p);
  equal(p.store.get('change')?.events.map((/** @type {any} */ r) => r.i), [1]);
  await p.store.step(-1);
  await idle(p);
  equal(p.store.get('change')?.events, [], 'nothing moves backwards');
  p.store.seekEvent(90);
  await idle(p);
  equal(p.store.get('change')?.events, [], 'nothing moves on a leap');
}

export async function testReplayPausesAtAFinding() {
  const p = page(100);
  const findings = [{ id: 0, time_ns: 0, events: [42] }];
  p.store.set({ model: /** @type {any} */ ({ ...p.store.get('model'), findings }), playing: true, speed: 1000 });
  for (let i = 0; p.store.get('playing'); i++) {
    check(i < 500, 'it never pauses');
    await settle();
    p.clock.frame(100);
  }
  equal(p.store.get('cursor').event, 42);
}

export async function testEventRowsAreFetchedOnce() {
  const p = page(1200);
  await p.store.events.ensure(0, 1199);
  const before = p.asked.length;
  await Promise.all([p.store.events.ensure(0, 1199), p.store.events.ensure(300, 800)]);
  equal(p.asked.length, before);
  equal([0, 499, 500, 1199].map((i) => p.store.events.row(i)?.i), [0, 499, 500, 1199]);
  equal(p.store.events.row(-1), undefined);
}

export function testAnimationsComeBeforeDrawings() {
  const clock = handClock();
  const frame = createFrame(clock);
  /** @type {string[]} */
  const order = [];
  frame.draw('a', () => order.push('old drawing'));
  frame.draw('a', () => order.push('drawing'));
  let left = 2;
  frame.animate(() => { order.push('animation'); return --left > 0; });
  clock.frame(16);
  clock.frame(16);
  equal(order, ['animation', 'drawing', 'animation']);
  equal(frame.busy(), false);
}

export async function testIdleWaitsForHeldWork() {
  const clock = handClock();
  const frame = createFrame(clock);
  const release = frame.hold();
  let idleNow = false;
  frame.idle().then(() => { idleNow = true; });
  for (let i = 0; i < 5; i++) { clock.frame(16); await settle(); }
  equal(idleNow, false);
  release();
  release();
  for (let i = 0; i < 5; i++) { clock.frame(16); await settle(); }
  equal(idleNow, true);
}
