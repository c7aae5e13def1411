// From the recording of a bug to the comparison with its fixed twin: with the recording of the twin if there is one, else it
// is run first.

import { el } from '../state/dom.js';
import { post } from '../state/post.js';
import { fetchJSON } from '../state/session.js';
import { held } from '../state/viewer.js';
import { compareHash } from './scenarios.js';

/** @typedef {import('../state/store.js').Store} Store */

/** How often the run is asked for, in ms. */
const ASK = 250;

/**
 * @param {Store} store
 * @returns {HTMLButtonElement}
 */
export function compareButton(store) {
  const button = el('button', { class: 'button', type: 'button', id: 'compare-fixed', hidden: true, title: 'This run beside one of the fixed program', onclick: () => { void go(); } }, 'Compare with fixed');

  async function go() {
    const { recordingId, model, recordings } = store.values();
    const fixed = model?.compare?.fixed;
    if (!fixed) return;
    button.disabled = true;
    try {
      const twin = (recordings ?? []).find((r) => r.program === fixed && !r.live)?.id ?? await held(store.frame, run(fixed));
      if (store.get('recordingId') === recordingId) location.hash = compareHash(recordingId, twin);
    } catch (err) {
      store.say(`${err instanceof Error ? err.message : String(err)} In a terminal: trace-viz compare ${model.program}`);
    } finally {
      button.disabled = false;
    }
  }

  /** Runs a program and returns the id of its recording. @param {string} name */
  async function run(name) {
    const { job } = await post('/api/start', { kind: 'run', name, procs: store.get('model')?.cores.n ?? 0 });
    for (;;) {
      const now = await fetchJSON(`/api/jobs/${job}`);
      if (now.state === 'failed') throw new Error(now.message);
      if (now.state === 'done') return /** @type {string} */ (now.recordings[0]);
      store.say(`${now.message} …`);
      await new Promise((done) => setTimeout(done, ASK));
    }
  }

  const apply = () => {
    const { page, model } = store.values();
    button.hidden = page !== 'recording' || !model?.compare || model.live;
  };
  store.subscribe((s) => [s.page, s.model], apply);
  apply();
  return button;
}
