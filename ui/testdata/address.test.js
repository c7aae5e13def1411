import { ALIGNS, SCALES, TOPS, formatCompare, parseCompare } from '/static/compare/address.js';
import { parseFragment } from '/static/state/fragment.js';
import { equal, random } from '/testdata/assert.js';

export function testRoundTripOfAComparison() {
  const rnd = random(7);
  for (let i = 0; i < 200; i++) {
    const side = (/** @type {string} */ id) => ({
      ...parseFragment(`r=${id}`), cursor: { event: Math.floor(rnd() * 1e6), time: Math.floor(rnd() * 1e12) }, window: { t0: Math.floor(rnd() * 1e9), t1: 1e9 + Math.floor(rnd() * 1e9) },
      selection: i % 3 ? { kind: /** @type {const} */ ('goroutine'), id: i } : { kind: null, id: -1 }, marks: Array.from({ length: i % 4 }, (_, k) => ({ event: k, time: k * 1000 })),
    });
    const view = {
      ids: /** @type {[string, string]} */ ([`a-${i}`, `b.out-${i}`]), views: /** @type {any} */ ([side(`a-${i}`), side(`b.out-${i}`)]),
      linked: i % 2 === 0, align: ALIGNS[i % ALIGNS.length] ?? 'start', scale: SCALES[i % SCALES.length] ?? 'time', divergence: (i % 5) - 1,
      active: /** @type {0|1} */ (i % 2), top: TOPS[i % TOPS.length] ?? 'summary', folded: i % 3 === 0, details: i % 5 === 0,
    };
    equal(parseCompare(`#${formatCompare(view)}`), view);
  }
}

export function testOtherFragmentsAreNoComparison() {
  for (const text of ['', '#v=1&r=abc', '#v=2&compare=a,b', '#v=1&compare=a', '#v=1&compare=,b', '#v=1&compare=a,b,c', '#v=1&compare=..%2Fa,b', '#v=1&compare=%3Cb%3E,b']) equal(parseCompare(text), null, text);
}

export function testBrokenPartsOfAComparisonAreDefaults() {
  const plain = parseCompare('#v=1&compare=a,b');
  equal(parseCompare('#v=1&compare=a,b&align=up&scale=x&d=-4&side=c&top=nope&link=2&fold=yes&details=&A=e%3Dx&B=%25'), plain);
}

export function testASideCanNotSmuggleAnotherRecordingIn() {
  equal(parseCompare('#v=1&compare=a,b&A=r%3Devil')?.ids, ['a', 'b']);
}
