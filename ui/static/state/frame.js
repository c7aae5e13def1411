// The frame scheduler: the page's only requestAnimationFrame loop. In a frame all animations advance first, then each
// requested drawing runs once. It also counts what is pending, so that a test can wait until nothing is.

/**
 * @typedef {object} Frame
 * @property {() => number} now  milliseconds of the injected clock
 * @property {(fn: (now:number) => boolean) => (() => void)} animate
 *   calls fn in every frame until it returns false; returns a function that ends it early
 * @property {(key:string, fn:() => void) => void} draw
 *   runs fn once in the next frame, after the animations; a later call with the same key replaces an earlier one
 * @property {() => (() => void)} hold  marks work as pending (a request, a timer); call the result when it is done
 * @property {() => Promise<void>} idle  resolves when no animation, drawing or held work is left
 * @property {() => boolean} busy
 * @property {() => {held:number, animations:number, drawings:string[]}} pending  what it waits for, for people
 */

/**
 * @param {{now:() => number, request:(fn:() => void) => void}} clock
 * @returns {Frame}
 */
export function createFrame(clock) {
  /** @type {Set<(now:number) => boolean>} */
  const animations = new Set();
  /** @type {Map<string, () => void>} */
  let drawings = new Map();
  /** @type {(() => void)[]} */
  let waiting = [];
  let held = 0;
  let requested = false;

  const busy = () => held > 0 || animations.size > 0 || drawings.size > 0;

  function request() {
    if (requested) return;
    requested = true;
    clock.request(tick);
  }

  function tick() {
    requested = false;
    const now = clock.now();
    for (const fn of [...animations]) {
      if (animations.has(fn) && !guarded(() => fn(now))) animations.delete(fn);
    }
    const run = drawings;
    drawings = new Map();
    for (const fn of run.values()) guarded(() => (fn(), true));
    if (animations.size > 0 || drawings.size > 0) request();
    settle();
  }

  // Idle is decided two frames later: what has just finished may be about to ask for more.
  function settle() {
    if (busy() || waiting.length === 0) return;
    clock.request(() => clock.request(() => {
      if (busy()) return;
      const done = waiting;
      waiting = [];
      for (const fn of done) fn();
    }));
  }

  return {
    now: clock.now,
    animate(fn) {
      animations.add(fn);
      request();
      return () => { animations.delete(fn); request(); };
    },
    draw(key, fn) {
      drawings.set(key, fn);
      request();
    },
    hold() {
      held++;
      let open = true;
      return () => {
        if (!open) return;
        open = false;
        held--;
        settle();
      };
    },
    idle() {
      return new Promise((resolve) => { waiting.push(resolve); settle(); });
    },
    busy,
    pending: () => ({ held, animations: animations.size, drawings: [...drawings.keys()] }),
  };
}

/**
 * One drawing that throws must not stop the others: the error is reported and the frame goes on.
 * @param {() => boolean} fn
 */
function guarded(fn) {
  try {
    return fn();
  } catch (err) {
    reportError(err);
    return false;
  }
}

/** The browser's clock. */
export const browserClock = {
  now: () => performance.now(),
  /** @param {() => void} fn */
  request: (fn) => { requestAnimationFrame(() => fn()); },
};
