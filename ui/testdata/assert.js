// The few assertions that the tests need.

/**
 * @param {unknown} got
 * @param {unknown} want
 * @param {string} [what]
 */
export function equal(got, want, what = '') {
  const a = JSON.stringify(got);
  const b = JSON.stringify(want);
  if (a !== b) throw new Error(`${what ? `${what}: ` : ''}got ${a}, want ${b}`);
}

/**
 * @param {boolean} ok
 * @param {string} what
 */
export function check(ok, what) {
  if (!ok) throw new Error(what);
}

/**
 * @param {() => unknown} fn
 * @param {RegExp} message
 */
export function throws(fn, message) {
  try {
    fn();
  } catch (err) {
    if (message.test(String(err))) return;
    throw new Error(`got ${err}, want ${message}`);
  }
  throw new Error(`nothing was thrown, want ${message}`);
}

/**
 * Numbers between 0 and 1, the same in every run.
 * @param {number} seed
 */
export function random(seed) {
  let x = seed >>> 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}
