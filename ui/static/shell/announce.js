// Tells screen readers what changed at the playhead, at most twice a second.

import { formatClock } from '../model/time.js';

/** @typedef {import('../state/store.js').Store} Store */

const WAIT = 500;

/**
 * @param {HTMLElement} host  an aria-live element
 * @param {Store} store
 */
export function mountAnnouncer(host, store) {
  let timer = 0;
  const say = () => {
    timer = 0;
    const state = store.get('stateAtCursor');
    if (!state) return;
    const what = state.current?.text ?? '';
    host.textContent = `${formatClock(state.t)}${what ? `: ${what}` : ''}`;
  };
  store.subscribe((s) => s.stateAtCursor, () => {
    if (timer === 0) timer = window.setTimeout(say, WAIT);
  });
}
