// Keeps the two sides together: one ruler, one cursor, one pace. All goes through one number: how much later than in A the
// same moment is in B.

import { fitWindow } from '../model/window.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../state/store.js').Span} Span */
/** @typedef {import('./state.js').State} State */

/** @typedef {ReturnType<typeof createLink>} Link */

/**
 * @param {readonly [Store, Store]} stores
 * @param {State} state
 */
export function createLink(stores, state) {
  /** Where a side was put by the other one: it is no wish of the person there. */
  const echo = [NaN, NaN];
  let busy = false;
  /** @param {() => void} fn */
  const alone = (fn) => {
    if (busy) return;
    busy = true;
    try {
      fn();
    } finally {
      busy = false;
    }
  };
  const ready = () => state.get('opened') && stores.every((s) => s.get('model') !== null);
  const shift = () => (ready() ? origin(stores, state, 1) - origin(stores, state, 0) : 0);

  /** @param {0|1} i  the side that was moved */
  function follow(i) {
    const { time, event } = stores[i].get('cursor');
    if (!state.get('linked') || !ready() || time === echo[i]) return;
    const j = i === 0 ? 1 : 0;
    if (event <= 0 && state.get('align') === 'start') {
      // The first events rarely have one time; the start is the start on both sides.
      if (stores[j].get('cursor').event > 0) stores[j].seekEvent(0);
      return;
    }
    const to = time + (i === 0 ? shift() : -shift());
    const put = Math.max(0, Math.min(Math.round(to), stores[j].get('model')?.duration ?? 0));
    echo[i] = NaN;
    if (put === stores[j].get('cursor').time) return;
    echo[j] = put;
    stores[j].seekTime(put);
  }

  /** One ruler: the same window on both sides. @param {0|1} i */
  function pull(i) {
    if (state.get('scale') !== 'time' || !ready()) return;
    const { t0, t1 } = stores[i].get('window');
    const by = i === 0 ? shift() : -shift();
    alone(() => stores[i === 0 ? 1 : 0].set({ window: { t0: t0 + by, t1: t1 + by } }));
  }

  /** The ruler is as long as both recordings together; whoever saw all of it goes on to do so. */
  function stretch() {
    if (!ready()) return;
    const by = shift();
    const [a, b] = stores.map((s) => fitWindow(s.get('model')?.duration ?? 0));
    const all = { t0: Math.min(0, -by), t1: Math.max(a?.t1 ?? 1, (b?.t1 ?? 1) - by) };
    alone(() => {
      const together = state.get('scale') === 'time';
      stores.forEach((s, i) => {
        const { t0, t1 } = s.get('window');
        const was = s.range();
        const whole = t0 <= was.t0 && t1 >= was.t1 * 0.999;
        s.set({ extent: together ? { t0: all.t0 + (i === 0 ? 0 : by), t1: all.t1 + (i === 0 ? 0 : by) } : null });
        if (whole) s.fitAll();
        else s.setWindow(t0, t1);
      });
    });
    pull(state.get('active'));
  }

  /** @param {0|1} i */
  function mirror(i) {
    if (!ready()) return;
    const { pacing, speed, loop } = stores[i].values();
    alone(() => stores[i === 0 ? 1 : 0].set({ pacing, speed, loop }));
  }

  for (const i of /** @type {const} */ ([0, 1])) {
    stores[i].subscribe((s) => s.cursor, () => follow(i));
    stores[i].subscribe((s) => s.window, () => { if (!busy) pull(i); });
    stores[i].subscribe((s) => [s.pacing, s.speed, s.loop], () => mirror(i));
    stores[i].subscribe((s) => s.playing, (playing) => { if (!playing) handOver(stores, state, i); });
  }
  state.subscribe((s) => [s.linked, s.align, s.divergence, s.result], () => { if (state.get('linked')) follow(state.get('active')); });
  state.subscribe((s) => [s.align, s.scale, s.divergence, s.result], stretch);
  /**
   * Both are there: from now on they go together.
   * @param {readonly (Span|null)[]} windows  what the address asks for
   */
  function begin(windows) {
    state.set({ opened: true });
    stretch();
    stores.forEach((s, i) => {
      const w = windows[i];
      if (w) alone(() => s.setWindow(w.t0, w.t1));
      else s.fitAll();
    });
    pull(state.get('active'));
    mirror(state.get('active'));
  }
  return { begin };
}

/**
 * The time of a side that the alignment puts under the same pixel as the other one's.
 * @param {readonly [Store, Store]} stores
 * @param {State} state
 * @param {0|1} i
 */
function origin(stores, state, i) {
  if (state.get('align') === 'mark') {
    const marks = stores.map((s) => s.get('marks')[0]);
    return marks.every((m) => m !== undefined) ? marks[i]?.time ?? 0 : 0;
  }
  if (state.get('align') !== 'divergence') return 0;
  const d = state.get('result')?.divergences[Math.max(0, state.get('divergence'))];
  return d ? (i === 0 ? d.a_ns : d.b_ns) : 0;
}

/**
 * Both replay together: when one side has come to its end, the other goes on.
 * @param {readonly [Store, Store]} stores
 * @param {State} state
 * @param {0|1} i
 */
function handOver(stores, state, i) {
  const j = i === 0 ? 1 : 0;
  if (!state.get('linked') || state.get('active') !== i || !atEnd(stores[i]) || atEnd(stores[j])) return;
  state.set({ active: j });
  stores[j].set({ playing: true });
}

/** @param {Store} store */
function atEnd(store) {
  const { model, cursor } = store.values();
  return !model || cursor.event >= model.events - 1;
}
