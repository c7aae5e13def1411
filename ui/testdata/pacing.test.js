import { EVENT_SPEEDS, advance, animationMs, defaultSpeed, foldGap, isFolded, nextSpeed, round125, typicalGap } from '/static/model/pacing.js';
import { stopEvents } from '/static/model/stops.js';
import { check, equal, random } from '/testdata/assert.js';

/** Times with bursts of equal times and long gaps. @param {number} seed */
function times(seed) {
  const rnd = random(seed);
  const out = [0];
  while (out.length < 300) {
    const r = rnd();
    out.push(/** @type {number} */ (out[out.length - 1]) + (r < 0.2 ? 0 : r < 0.95 ? Math.floor(rnd() * 1000) : 1_000_000));
  }
  return out;
}

const PACINGS = /** @type {const} */ (['event', 'compressed', 'real']);

/**
 * Plays to the end in frames of random length and returns every cursor.
 * @param {number[]} at
 * @param {'event'|'compressed'|'real'} pacing
 * @param {number} stop
 * @param {number} longest  ms of a frame
 */
function play(at, pacing, stop, longest) {
  const rnd = random(longest);
  const last = at.length - 1;
  const end = /** @type {number} */ (at[last]) + 5000;
  const speed = pacing === 'event' ? 50 : end / 20;
  const run = { pacing, speed, typical: typicalGap(end, at.length), last, end, stop };
  let cursor = { event: 0, time: 0, credit: 0 };
  const seen = [cursor];
  for (let i = 0; i < 100_000; i++) {
    const next = advance(cursor, 1 + rnd() * longest, run, (k) => at[k]);
    cursor = { event: next.event, time: next.time, credit: next.credit };
    seen.push(cursor);
    if (cursor.event >= Math.min(stop, last) && (pacing === 'event' || cursor.event >= stop || cursor.time >= end)) return seen;
  }
  throw new Error(`${pacing}: it never ends, at event ${cursor.event}`);
}

export function testTheEventIsAlwaysTheOneAtTheTime() {
  for (const pacing of PACINGS) {
    for (const longest of [2, 30, 400]) {
      const at = times(longest);
      for (const c of play(at, pacing, Infinity, longest)) {
        check(/** @type {number} */ (at[c.event]) <= c.time, `${pacing}: event ${c.event} has not happened at ${c.time}`);
        const next = at[c.event + 1];
        check(next === undefined || next >= c.time, `${pacing}: event ${c.event + 1} was left out at ${c.time}`);
      }
    }
  }
}

export function testTimeNeverGoesBack() {
  for (const pacing of PACINGS) {
    const seen = play(times(7), pacing, Infinity, 100);
    seen.reduce((a, b) => {
      check(b.time >= a.time && b.event >= a.event, `${pacing}: ${JSON.stringify(a)} then ${JSON.stringify(b)}`);
      return b;
    });
  }
}

export function testALateFrameNeverOverrunsAStop() {
  for (const pacing of PACINGS) {
    for (const longest of [5, 4000]) {
      const seen = play(times(3), pacing, 137, longest);
      equal(seen[seen.length - 1]?.event, 137, `${pacing}, frames of up to ${longest} ms`);
    }
  }
}

export function testByEventTakesTheSameTimeWhateverTheFrames() {
  const at = times(9);
  const run = { pacing: /** @type {const} */ ('event'), speed: 10, typical: 1, last: 299, end: 1e9, stop: Infinity };
  for (const ms of [1, 7, 16.7, 90, 450]) {
    let cursor = { event: 0, time: 0, credit: 0 };
    for (let spent = 0; spent + ms <= 4000; spent += ms) cursor = advance(cursor, ms, run, (k) => at[k]);
    check(Math.abs(cursor.event - 40) <= Math.ceil(ms / 100), `frames of ${ms} ms: event ${cursor.event} after 4 s`);
  }
}

export function testWithoutTimesItWaits() {
  for (const pacing of PACINGS) {
    const run = { pacing, speed: 1e6, typical: 10, last: 9, end: 100, stop: Infinity };
    const to = advance({ event: 3, time: 30, credit: 0 }, 16, run, (k) => (k <= 3 ? k * 10 : undefined));
    equal([to.event, to.time, to.starved], [3, 30, true], pacing);
  }
}

export function testFolding() {
  check(foldGap(10, 100) === 10 && foldGap(100, 100) === 100, 'short gaps keep their length');
  let before = 0;
  for (let gap = 1; gap < 1e12; gap *= 1.7) {
    const folded = foldGap(gap, 100);
    check(folded > before && folded <= gap, `gap ${gap}: ${folded}`);
    before = folded;
  }
  check(foldGap(1e9, 1e3) < 16e3, 'a second among microseconds is a few steps');
  check(!isFolded(300, 100) && isFolded(500, 100), 'marks only where it is much');
}

export function testSpeedsGoUpAndDown() {
  for (const pacing of PACINGS) {
    let speed = defaultSpeed(pacing, 1.82e9);
    const up = [speed];
    for (let i = 0; i < 60; i++) up.push((speed = nextSpeed(pacing, speed, 1)));
    const top = speed;
    for (let i = 0; i < 120; i++) speed = nextSpeed(pacing, speed, -1);
    check(speed > 0 && speed < top, `${pacing}: ${speed} to ${top}`);
    if (pacing !== 'event') check(up.every((s) => s === round125(s)), `not 1-2-5: ${up}`);
  }
  equal([EVENT_SPEEDS[0], EVENT_SPEEDS.at(-1)], [0.5, 1000]);
  equal(defaultSpeed('event', 5), 4);
}

export function testAnimationIsDecoration() {
  equal(animationMs(Infinity, true), 0, 'reduced motion');
  equal(animationMs(40, false), 0, '25 events a second');
  check(animationMs(250, false) <= 150 && animationMs(250, false) >= 120, '4 events a second');
  check(animationMs(Infinity, false) <= 250, 'by hand');
  for (let dwell = 50; dwell < 1000; dwell += 10) check(animationMs(dwell, false) <= 0.6 * dwell, `dwell ${dwell}`);
}

export function testStopsAtFindings() {
  const finding = (/** @type {number[]} */ events, /** @type {number} */ time_ns) => /** @type {any} */ ({ events, time_ns });
  const at = (/** @type {number} */ t) => (t < 1000 ? t / 10 : undefined);
  equal(stopEvents([finding([3, 9], 0), finding([], 50), finding([9], 0), finding([], 5000)], [{ event: 7 }], at), [5, 7, 9]);
}
