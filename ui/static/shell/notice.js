// A line that says what a key has done, or why it did nothing. It goes away by itself.

/** @typedef {import('../state/store.js').Store} Store */

/** How long it stays, in ms: long enough to be read twice. */
const STAY = 3200;

/**
 * @param {HTMLElement} host  an aria-live element
 * @param {Store} store
 */
export function mountNotice(host, store) {
  let timer = 0;
  store.subscribe((s) => s.notice, (notice) => {
    clearTimeout(timer);
    host.hidden = notice === null;
    host.textContent = notice?.text ?? '';
    if (notice) timer = window.setTimeout(() => store.set({ notice: null }), STAY);
  });
}
