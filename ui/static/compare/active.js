// A store that is always the one of the side that a person works on: what has one place on the page (transport, notices,
// what is told to screen readers) is mounted on it as on the store of a single recording.

import { same } from '../state/store.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../state/store.js').Values} Values */

/**
 * @param {readonly [Store, Store]} stores
 * @param {() => 0|1} active
 * @returns {{store:Store, switched:() => void}}  switched: call it when the side has changed
 */
export function createActive(stores, active) {
  /** @type {Set<() => void>} */
  const checks = new Set();

  /**
   * @template T
   * @param {(v: Values) => T} selector
   * @param {(value: T, was: T) => void} fn
   */
  function subscribe(selector, fn) {
    let was = selector(stores[active()].values());
    const check = () => {
      const now = selector(stores[active()].values());
      if (same(was, now)) return;
      const before = was;
      was = now;
      fn(now, before);
    };
    const ends = [...stores.map((s) => s.subscribe(selector, check)), () => { checks.delete(check); }];
    checks.add(check);
    return () => { for (const end of ends) end(); };
  }

  const store = new Proxy(stores[0], {
    get: (_, name) => (name === 'subscribe' ? subscribe : Reflect.get(stores[active()], name)),
  });
  return { store, switched: () => { for (const check of [...checks]) check(); } };
}
