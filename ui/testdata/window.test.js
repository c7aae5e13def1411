import { MIN_WINDOW, clampWindow, fetchWindow, fitWindow, zoomWindow } from '/static/model/window.js';
import { check, equal, random } from '/testdata/assert.js';

const DURATION = 1_820_000_000;

export function testClampKeepsTheWidth() {
  equal(clampWindow({ t0: -500, t1: 9500 }, DURATION), { t0: 0, t1: 10_000 });
  const right = clampWindow({ t0: DURATION, t1: DURATION + 1e6 }, DURATION);
  check(right.t1 <= fitWindow(DURATION).t1 && Math.abs(right.t1 - right.t0 - 1e6) < 1, JSON.stringify(right));
  equal(clampWindow({ t0: 5, t1: 5 }, DURATION).t1 - clampWindow({ t0: 5, t1: 5 }, DURATION).t0, MIN_WINDOW);
  equal(clampWindow({ t0: -1e15, t1: 1e15 }, DURATION), fitWindow(DURATION));
}

export function testZoomKeepsTheTimeUnderThePointer() {
  const rnd = random(5);
  for (let i = 0; i < 500; i++) {
    const t0 = rnd() * DURATION * 0.5;
    const w = { t0, t1: t0 + 1e4 + rnd() * DURATION * 0.2 };
    const at = w.t0 + rnd() * (w.t1 - w.t0);
    const z = zoomWindow(w, at, 0.3 + rnd() * 0.7, DURATION);
    const share = (/** @type {{t0:number, t1:number}} */ x) => (at - x.t0) / (x.t1 - x.t0);
    check(Math.abs(share(w) - share(z)) < 1e-6, `${share(w)} became ${share(z)}`);
  }
}

export function testFetchCoversTheWindowAtAPowerOfTwo() {
  const rnd = random(11);
  for (let i = 0; i < 500; i++) {
    const t0 = rnd() * DURATION;
    const w = clampWindow({ t0, t1: t0 + 10 ** (3 + rnd() * 6) }, DURATION);
    const px = 300 + Math.floor(rnd() * 1500);
    const f = fetchWindow(w, px, DURATION);
    check(Number.isInteger(Math.log2(f.res)), `res ${f.res}`);
    check(f.res <= Math.max(1, (w.t1 - w.t0) / px), 'coarser than the screen');
    check(f.t0 <= w.t0 && f.t1 >= Math.min(w.t1, DURATION), `${JSON.stringify(f)} does not cover ${JSON.stringify(w)}`);
    check(f.t1 === f.t0 + f.px * f.res && Number.isInteger(f.t0) && Number.isInteger(f.t1), JSON.stringify(f));
    check(f.px <= px * 16 + 2, `${f.px} pixels for ${px}`);
  }
}

export function testPanningALittleAsksForNothingNew() {
  const w = { t0: 5e8, t1: 6e8 };
  equal(fetchWindow({ t0: w.t0 + 1e5, t1: w.t1 + 1e5 }, 1000, DURATION), fetchWindow(w, 1000, DURATION));
}
