import { formatClock, formatCount, formatDuration, formatShare, formatSpeed, plural, rulerTicks } from '/static/model/time.js';
import { check, equal } from '/testdata/assert.js';

export function testDurations() {
  const table = /** @type {[number, string][]} */ ([
    [0, '0 s'], [-5, '0 s'], [NaN, '0 s'], [1, '1 ns'], [999, '999 ns'], [1000, '1 µs'], [3100, '3.1 µs'], [12_400_000, '12.4 ms'],
    [999_600, '1 ms'], [318e6, '318 ms'], [1_820_000_000, '1.82 s'], [99.96e9, '100 s'], [4e12, '4000 s'],
  ]);
  for (const [ns, want] of table) equal(formatDuration(ns), want, String(ns));
}

export function testClockKeepsItsPlaces() {
  equal(formatClock(742_310_999), '0.742 310 s');
  equal(formatClock(0), '0.000 000 s');
  equal(formatClock(-1), '0.000 000 s');
  equal(formatClock(61_000_001_000), '61.000 001 s');
}

export function testCountsAndShares() {
  equal(formatCount(1288), '1,288');
  equal(formatCount(1234567), '1,234,567');
  equal(plural(1, 'lock'), '1 lock');
  equal(plural(2, 'lock'), '2 locks');
  equal([formatShare(0), formatShare(0.004), formatShare(0.38), formatShare(1)], ['0 %', '< 1 %', '38 %', '100 %']);
}

export function testSpeeds() {
  equal(formatSpeed('event', 4), '4 events/s');
  equal(formatSpeed('event', 1), '1 event/s');
  equal(formatSpeed('real', 1e6), '1 ms per second');
  equal(formatSpeed('real', 1e9), 'as it was');
}

export function testTicksAre125AndInTheWindow() {
  for (let exp = 2; exp < 12; exp++) {
    for (const m of [1, 1.7, 3.3, 7.9]) {
      for (const start of [0, 0.37]) {
        const width = m * 10 ** exp;
        const t0 = start * width;
        const { step, ticks } = rulerTicks(t0, t0 + width, 1000);
        const lead = step / 10 ** Math.floor(Math.log10(step) + 1e-9);
        check([1, 2, 5].some((x) => Math.abs(x - lead) < 1e-6), `step ${step}`);
        check(ticks.length >= 3 && ticks.length <= 13, `${ticks.length} ticks in ${width} ns`);
        check(ticks.every((t) => t.t >= t0 - 1e-6 * width && t.t <= t0 + width), 'outside of the window');
        check(new Set(ticks.map((t) => t.label)).size === ticks.length, `labels twice: ${ticks.map((t) => t.label)}`);
      }
    }
  }
}

export function testTickLabelsOfTheDrawing() {
  equal(rulerTicks(0, 1.83e9, 1000, 100).ticks.slice(0, 3).map((t) => t.label), ['0.0 s', '0.2 s', '0.4 s']);
}
