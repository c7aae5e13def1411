// Undo and redo of navigation: the windows that a person rested on.

/** @typedef {import('./store.js').Store} Store */
/** @typedef {{t0:number, t1:number}} Span */

/** A window counts once it has stayed this long, in ms: zooming in ten steps is one move. */
const REST = 400;
const MAX = 100;

/**
 * @param {Store} store
 */
export function createHistory(store) {
  /** @type {Span[]} */
  let past = [];
  /** @type {Span[]} */
  let future = [];
  let rested = store.get('window');
  let timer = 0;

  const rest = () => {
    const now = store.get('window');
    if (now === rested) return;
    past = [...past.slice(-MAX), rested];
    future = [];
    rested = now;
  };
  /**
   * @param {Span[]} from
   * @param {Span[]} to
   */
  const move = (from, to) => {
    const next = from.pop();
    if (!next) return;
    to.push(rested);
    rested = next;
    store.set({ window: next });
  };
  store.subscribe((s) => s.window, (now) => {
    clearTimeout(timer);
    if (now !== rested) timer = window.setTimeout(rest, REST);
  });
  // Another recording: its windows have nothing to do with those before.
  store.subscribe((s) => s.model === null, () => {
    clearTimeout(timer);
    [past, future, rested] = [[], [], store.get('window')];
  });
  return {
    undo() { rest(); move(past, future); },
    redo() { move(future, past); },
  };
}
