// Pacing: how fast the replay clock runs over the recording. Pure; times in nanoseconds, dwell in milliseconds.

/** @typedef {import('./types.js').Pacing} Pacing */

/** @type {readonly Pacing[]} */
export const PACINGS = Object.freeze(['event', 'compressed', 'real']);

/** Events a second that `by event` offers. */
export const EVENT_SPEEDS = Object.freeze([0.5, 1, 2, 4, 10, 20, 50, 100, 200, 500, 1000]);

/** Longest animation, as a share of the time that an event stays on screen, and in milliseconds. */
const MAX_SHARE = 0.6;
const MAX_MS = 200;

/** @type {Record<Pacing, string>} */
export const PACING_WORDS = { event: 'by event', compressed: 'compressed', real: 'real time' };

/**
 * Speed at which a recording starts: 4 events a second; for the clocks about a minute for the whole, as a 1-2-5 step.
 * @param {Pacing} pacing
 * @param {number} duration  ns
 */
export function defaultSpeed(pacing, duration) {
  if (pacing === 'event') return 4;
  const perSecond = duration / (pacing === 'real' ? 30 : 60);
  return round125(Math.max(1000, perSecond));
}

/**
 * The nearest lower 1-2-5 number.
 * @param {number} x
 */
export function round125(x) {
  const base = 10 ** Math.floor(Math.log10(x) + 1e-9);
  const m = x / base;
  return (m >= 5 - 1e-9 ? 5 : m >= 2 - 1e-9 ? 2 : 1) * base;
}

/**
 * The next speed up or down. Clocks go in 1-2-5 steps from 1 µs to 10 s a second.
 * @param {Pacing} pacing
 * @param {number} speed
 * @param {number} dir  1 or -1
 */
export function nextSpeed(pacing, speed, dir) {
  if (pacing === 'event') {
    const list = dir > 0 ? EVENT_SPEEDS.filter((s) => s > speed) : EVENT_SPEEDS.filter((s) => s < speed);
    return (dir > 0 ? list[0] : list[list.length - 1]) ?? speed;
  }
  const m = round125(speed);
  const lead = Math.round(m / 10 ** Math.floor(Math.log10(m) + 1e-9));
  const factor = dir > 0 ? (lead === 2 ? 2.5 : 2) : (lead === 5 ? 2.5 : 2);
  return Math.min(1e10, Math.max(1e3, dir > 0 ? m * factor : m / factor));
}

/**
 * Milliseconds that an animation between two events may take: none above 20 events a second or when motion is unwanted.
 * @param {number} dwell    ms until the next event comes, Infinity when stepping by hand
 * @param {boolean} reduced
 */
export function animationMs(dwell, reduced) {
  if (reduced || dwell < 50) return 0;
  return Math.min(MAX_MS, dwell * MAX_SHARE);
}

/**
 * The folded clock: gaps up to `typical` keep their length, longer ones grow with the logarithm only, so that a pause
 * of a second among microseconds costs a few steps and is still seen to be long.
 * @param {number} gap
 * @param {number} typical  the gap from which folding begins, more than 0
 */
export function foldGap(gap, typical) {
  return gap <= typical ? gap : typical * (1 + Math.log(gap / typical));
}

/**
 * Where folding begins: four times the mean gap.
 * @param {number} duration
 * @param {number} events
 */
export function typicalGap(duration, events) {
  return Math.max(1, (4 * duration) / Math.max(1, events));
}

/**
 * Whether a gap is so long that the ruler shows a fold.
 * @param {number} gap
 * @param {number} typical
 */
export const isFolded = (gap, typical) => gap > typical * 4;

/**
 * @typedef {object} Advance
 * @property {number} event    the last event that has happened
 * @property {number} time     ns
 * @property {number} credit   what is left over: events (by event) or folded ns (compressed)
 * @property {boolean} starved the time of the next event is not known yet
 */

/**
 * Moves a cursor on by `ms` of wall time. It never jumps over an event without counting it: a late frame moves by
 * many, and `stop` (the event to pause at) is never overrun.
 * @param {{event:number, time:number, credit:number}} from
 * @param {number} ms
 * @param {{pacing:Pacing, speed:number, typical:number, last:number, end:number, stop:number}} run
 *   last: index of the last event; end: ns of the end; stop: event to stop at, Infinity for none
 * @param {(i:number) => number|undefined} timeOf
 * @returns {Advance}
 */
export function advance(from, ms, run, timeOf) {
  if (run.pacing === 'event') return advanceByEvent(from, ms, run, timeOf);
  let { event, time, credit } = from;
  credit += (ms / 1000) * run.speed;
  for (;;) {
    const next = event < run.last ? timeOf(event + 1) : run.end;
    if (next === undefined) return { event, time, credit: 0, starved: true };
    const cost = run.pacing === 'real' ? next - time : foldRest(event, time, next, run.typical, timeOf);
    if (credit < cost) {
      const gap = next - time;
      const moved = cost > 0 ? time + gap * (credit / cost) : time;
      return { event, time: moved, credit: 0, starved: false };
    }
    credit -= Math.max(0, cost);
    time = Math.max(time, next);
    if (event >= run.last) return { event, time, credit: 0, starved: false };
    event++;
    if (event >= run.stop) return { event, time, credit: 0, starved: false };
  }
}

/** @type {typeof advance} */
function advanceByEvent(from, ms, run, timeOf) {
  const due = from.credit + (ms / 1000) * run.speed;
  const whole = Math.floor(due + 1e-9);
  const event = Math.min(from.event + whole, run.last, run.stop);
  if (event === from.event) return { event, time: from.time, credit: due - whole, starved: false };
  const time = timeOf(event);
  if (time === undefined) return { event: from.event, time: from.time, credit: Math.min(due, 1), starved: true };
  return { event, time, credit: Math.max(0, due - whole), starved: false };
}

/**
 * What is left of a folded gap at `time`, which lies inside of it.
 * @param {number} event
 * @param {number} time
 * @param {number} next
 * @param {number} typical
 * @param {(i:number) => number|undefined} timeOf
 */
function foldRest(event, time, next, typical, timeOf) {
  const start = event >= 0 ? timeOf(event) ?? time : 0;
  const gap = next - start;
  if (gap <= 0) return 0;
  return foldGap(gap, typical) * ((next - time) / gap);
}
