// Divergences: flags in both timelines, and going from one to the next.

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('./state.js').State} State */
/** @typedef {import('./state.js').Divergence} Divergence */
/** @typedef {ReturnType<typeof createDivergences>} Divergences */

/** Flags in one timeline at most: the current one, and those before and after it. */
const MOST_FLAGS = 40;

/**
 * @param {readonly [Store, Store]} stores
 * @param {State} state
 */
export function createDivergences(stores, state) {
  const all = () => state.get('result')?.divergences ?? [];

  function mark() {
    const current = state.get('divergence');
    const from = Math.max(0, Math.min(current - MOST_FLAGS / 2, all().length - MOST_FLAGS));
    stores.forEach((store, side) => store.set({
      flags: all().slice(from, from + MOST_FLAGS).flatMap((d, k) => {
        const event = side === 0 ? d.a_event : d.b_event;
        const i = from + k;
        // The first one has its words before anybody has chosen one.
        return event < 0 ? [] : [{ t: side === 0 ? d.a_ns : d.b_ns, text: words(i), what: `${d.role ? `${d.role}: ` : ''}${d.what}`, current: i === Math.max(0, current) }];
      }),
    }));
  }

  /**
   * Centres both sides there. @param {number} i
   */
  async function jump(i) {
    const d = all()[i];
    if (!d) return;
    stores.forEach((s) => s.set({ playing: false }));
    state.set({ divergence: i });
    const linked = state.get('linked');
    // The two events rarely happen at one time: each cursor is put on its own.
    state.set({ linked: false });
    await Promise.all(stores.map((store, side) => go(store, side === 0 ? d.a_event : d.b_event, side === 0 ? d.a_ns : d.b_ns, side === 0 ? d.a_g : d.b_g)));
    stores.forEach((store) => centre(store));
    if (linked && state.get('align') === 'divergence') state.set({ linked: true });
    stores[state.get('active')].say(`${d.what}.${linked && !state.get('linked') ? ' Each cursor is on its own side’s; C links them again.' : ''}`);
  }

  /** @param {number} dir */
  function step(dir) {
    const n = all().length;
    if (n === 0) return stores[state.get('active')].say(state.get('result') ? 'There is no divergence: what is paired does the same on both sides.' : 'The comparison is not there yet.');
    const now = state.get('divergence');
    return jump(now < 0 ? (dir > 0 ? 0 : n - 1) : (now + dir + n) % n);
  }

  state.subscribe((s) => [s.result, s.divergence], mark);
  return { jump, step };
}

/** @param {number} i */
const words = (i) => (i === 0 ? 'first divergence' : `divergence ${i + 1}`);

/**
 * @param {Store} store
 * @param {number} event
 * @param {number} ns
 * @param {number} g
 */
async function go(store, event, ns, g) {
  if (g >= 0 && store.goroutine(g)) store.select('goroutine', g);
  if (event >= 0) await store.seekEvent(event);
  else await store.seekTime(ns);
}

/** @param {Store} store */
function centre(store) {
  const { t0, t1 } = store.get('window');
  const { time } = store.get('cursor');
  if (time < t0 || time > t1) store.setWindow(time - (t1 - t0) / 2, time + (t1 - t0) / 2);
}
