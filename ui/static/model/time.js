// Times and numbers in words. Pure; times in whole nanoseconds.

const UNITS = /** @type {const} */ ([['s', 1e9], ['ms', 1e6], ['µs', 1e3], ['ns', 1]]);

/**
 * A duration with three significant digits: "1.82 s", "12.4 ms", "3.1 µs".
 * @param {number} ns
 * @returns {string}
 */
export function formatDuration(ns) {
  if (!Number.isFinite(ns) || ns <= 0) return '0 s';
  for (const [unit, size] of UNITS) {
    // 999.6 µs would round to 1000 µs: it is a millisecond already.
    if (ns >= size * 0.9995 || size === 1) {
      const x = ns / size;
      const digits = unit === 'ns' ? 0 : x >= 99.95 ? 0 : x >= 9.995 ? 1 : 2;
      return `${trimZeros(x.toFixed(digits))} ${unit}`;
    }
  }
  return '0 s';
}

/** @param {string} text */
function trimZeros(text) {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/**
 * The clock of the transport: always the same number of places, so that nothing wobbles: "0.742 310 s".
 * @param {number} ns
 * @returns {string}
 */
export function formatClock(ns) {
  const us = Math.floor(Math.max(0, ns) / 1000);
  const seconds = Math.floor(us / 1e6);
  const fraction = String(us % 1e6).padStart(6, '0');
  return `${seconds}.${fraction.slice(0, 3)} ${fraction.slice(3)} s`;
}

/**
 * @param {number} n
 * @returns {string}  "1,288"
 */
export function formatCount(n) {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/**
 * "6 goroutines", "1 lock".
 * @param {number} n
 * @param {string} word
 */
export function plural(n, word) {
  return `${formatCount(n)} ${word}${n === 1 ? '' : 's'}`;
}

/**
 * Ruler marks: a 1-2-5 step so that labels have at least `room` pixels, and the labels all in one unit.
 * @param {number} t0
 * @param {number} t1
 * @param {number} width  pixels
 * @param {number} [room]
 * @returns {{step:number, ticks:{t:number, label:string}[]}}
 */
export function rulerTicks(t0, t1, width, room = 84) {
  const raw = Math.max(1, ((t1 - t0) * room) / Math.max(1, width));
  const base = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * base).find((s) => s >= raw - 1e-9) ?? base * 10;
  const [unit, size] = rulerUnit(t1);
  const digits = Math.max(step >= size ? (unit === 's' ? 1 : 0) : 0, Math.ceil(-Math.log10(step / size) - 1e-9), 0);
  const ticks = [];
  for (let k = Math.ceil(t0 / step - 1e-9); k * step <= t1; k++) {
    ticks.push({ t: k * step, label: `${((k * step) / size).toFixed(digits)} ${unit}` });
  }
  return { step, ticks };
}

/**
 * The unit in which the end of the window is at least 1.
 * @param {number} t1
 */
function rulerUnit(t1) {
  return UNITS.find(([, size]) => t1 >= size) ?? UNITS[3];
}

/**
 * What a speed means, in words: "4 events/s", "1 ms per second".
 * @param {import('./types.js').Pacing} pacing
 * @param {number} speed
 */
export function formatSpeed(pacing, speed) {
  if (pacing === 'event') return `${speed} event${speed === 1 ? '' : 's'}/s`;
  if (pacing === 'real' && speed === 1e9) return 'as it was';
  return `${formatDuration(speed)} per second`;
}

/**
 * A share as people read it: "41 %", "< 1 %".
 * @param {number} x  0..1
 */
export function formatShare(x) {
  if (x > 0 && x < 0.01) return '< 1 %';
  return `${Math.round(x * 100)} %`;
}
