import { Frame, decodeFrame, decodeJSON, decodeLive, decodeWindow } from '/static/wire/decode.js';
import { check, equal, random, throws } from '/testdata/assert.js';

/**
 * Bytes from numbers by width, each column padded to 8 bytes as the server does.
 * @param {...[('u8'|'u32'|'f64'), number[]]} columns
 */
function bytes(...columns) {
  /** @type {number[]} */
  const out = [];
  for (const [type, values] of columns) {
    const array = { u8: Uint8Array, u32: Uint32Array, f64: Float64Array }[type].from(values);
    out.push(...new Uint8Array(array.buffer));
    while (out.length % 8 !== 0) out.push(0);
  }
  return new Uint8Array(out).buffer;
}

const SPANS = () => bytes(['u32', [1, 0, 2, 0, 2, 0]], ['f64', [1, 10]], ['f64', [10, 30]], ['u32', [0, 5]], ['u8', [1, 0x84]]);

export function testSpans() {
  const row = decodeWindow(new DataView(SPANS())).get(2);
  check(row?.enc === 'spans', 'enc');
  if (row?.enc !== 'spans') return;
  equal([[...row.start], [...row.end], [...row.info], [...row.state]], [[1, 10], [10, 30], [0, 5], [1, 0x84]]);
}

export function testTextureAndLevel() {
  const texture = bytes(['u32', [1, 0, 0, 1, 3, 0]], ['u8', [1, 2, 3]], ['u8', [255, 0, 9]]);
  const a = decodeWindow(new DataView(texture)).get(0);
  equal(a?.enc === 'texture' && [[...a.state], [...a.cover]], [[1, 2, 3], [255, 0, 9]]);
  const level = bytes(['u32', [1, 0, 0, 2, 1, 0]], ['f64', [7]], ['u32', [3]], ['u32', [1]], ['u32', [0]]);
  const b = decodeWindow(new DataView(level)).get(0);
  equal(b?.enc === 'level' && [[...b.t], [...b.level], [...b.sendq], [...b.recvq]], [[7], [3], [1], [0]]);
}

export function testEveryCutIsAnErrorWithAPlace() {
  const whole = SPANS();
  for (let n = 0; n < whole.byteLength - 7; n++) throws(() => decodeWindow(new DataView(whole.slice(0, n))), /at byte \d+: want \d+ bytes, \d+ are left/);
}

export function testHugeCountsAreRefusedAtOnce() {
  throws(() => decodeWindow(new DataView(bytes(['u32', [1, 0, 0, 0, 0xffffffff, 0]]))), /bytes/);
  throws(() => decodeWindow(new DataView(bytes(['u32', [0xffffffff, 0]]))), /row 0/);
  throws(() => decodeWindow(new DataView(bytes(['u32', [1, 0, 0, 9, 0, 0]]))), /encoding 9/);
}

export function testNoiseNeverHangs() {
  const rnd = random(99);
  let failed = 0;
  for (let i = 0; i < 2000; i++) {
    const noise = Uint8Array.from({ length: Math.floor(rnd() * 200) }, () => Math.floor(rnd() * (i % 2 ? 4 : 256)));
    try {
      decodeWindow(new DataView(noise.buffer));
    } catch (err) {
      check(err instanceof Error && !(err instanceof RangeError), `a raw ${err}`);
      failed++;
    }
  }
  check(failed > 1000, `only ${failed} of 2000 were refused`);
}

export function testFrames() {
  const head = new Uint8Array([7, 0, 0, 0, Frame.json, 1, 0, 0, ...new TextEncoder().encode('{"a":"ä"}')]);
  const f = decodeFrame(head.buffer);
  equal([f.id, f.type, decodeJSON(f.payload)], [7, 2, { a: 'ä' }]);
  throws(() => decodeFrame(new ArrayBuffer(3)), /3 bytes/);
  throws(() => decodeFrame(new Uint8Array([0, 0, 0, 0, 2, 9, 0, 0]).buffer), /version 9/);
}

export function testLive() {
  const push = bytes(['f64', [5e9]], ['u32', [12, 3]], ['f64', [40]], ['u8', [1]]);
  equal(decodeLive(new DataView(push)), { duration: 5e9, events: 12, goroutines: 3, lag: 40, status: 'ended' });
  throws(() => decodeLive(new DataView(push.slice(0, 24))), /live push/);
  const reading = bytes(['f64', [5e9]], ['u32', [12, 3]], ['f64', [0.25]], ['u8', [2]]);
  equal(decodeLive(new DataView(reading)), { duration: 5e9, events: 12, goroutines: 3, lag: 0.25, status: 'reading' });
}

export function testTextKeepsItsDirection() {
  // What reads "main.go" on the screen must be that: an override in a name would turn what follows it.
  const text = new TextEncoder().encode(JSON.stringify({ '\u202Eog.niam': ['a\u2066b', 'עברית', 'c\u200F'] }));
  equal(decodeJSON(new DataView(text.buffer)), { '\uFFFDog.niam': ['a\uFFFDb', 'עברית', 'c\uFFFD'] });
}
