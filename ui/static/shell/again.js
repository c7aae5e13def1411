// On the page of a recording: to run its program once more, and to check it when it is somebody's exercise. What is started is
// named in the offer of the server: a scenario's program, or the folder of an exercise that was given on the command line.

import { el, icon } from '../state/dom.js';
import { fetchJSON } from '../state/session.js';
import { show } from './palette.js';
import { leadsTo, started, verdict } from './scenarios.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('./scenarios.js').Offer} Offer */

/** An arrow that goes around. */
const AGAIN = 'M13 8a5 5 0 1 1-1.5-3.6M13 2v3.2H9.8';

/**
 * The orders that can be given for the program of a recording; null where there is none.
 * @param {Offer|null} offer
 * @param {string} program
 * @returns {{run: {kind: 'run'|'exercise', name: string}, check: {kind: 'check', name: string}|null}|null}
 */
export function ordersFor(offer, program) {
  const mine = (offer?.exercises ?? []).filter((x) => x.folder === program);
  const [only] = mine;
  // Two folders of one name can't be told apart by what a recording knows.
  if (only && mine.length === 1) return { run: { kind: 'exercise', name: only.name }, check: { kind: 'check', name: only.name } };
  const known = offer?.scenarios.some((s) => s.bugs.some((b) => b.buggy === program || b.fixed === program));
  return known ? { run: { kind: 'run', name: program }, check: null } : null;
}

/**
 * @param {Store} store
 * @returns {HTMLElement[]}
 */
export function againButtons(store) {
  const words = el('span', { hidden: true }, 'Run again');
  const run = el('button', { class: 'button', type: 'button', id: 'run-again', hidden: true, title: 'Run this program again, as it is now', 'aria-label': 'Run again', onclick: () => { void go('run'); } }, icon(AGAIN), words);
  const check = el('button', { class: 'button', type: 'button', id: 'check-attempt', hidden: true, title: 'Run it many times, and judge it', onclick: () => { void go('check'); } }, 'Check');
  /** @type {Offer|null} */
  let offer = null;
  let asked = false;

  /** @param {'run'|'check'} what */
  async function go(what) {
    const { model } = store.values();
    const order = model && ordersFor(offer, model.program)?.[what];
    if (!order) return;
    run.disabled = check.disabled = true;
    let went = false;
    try {
      const job = await started(store, { ...order, procs: what === 'run' ? model.cores.n : 0 }, (now) => {
        const to = leadsTo(now);
        if (to && !went) location.hash = to; // it is watched while it runs
        went ||= to !== '';
        if (now.state === 'working') store.say(`${now.message} …`);
      });
      if (what === 'check') tell(job);
    } catch (err) {
      store.say(err instanceof Error ? err.message : String(err));
    } finally {
      run.disabled = check.disabled = false;
    }
  }

  async function ask() {
    asked = true;
    try {
      offer = await fetchJSON('/api/offer');
    } catch {
      return; // without an answer there is nothing to start; the page itself tells when the server is gone
    }
    apply();
  }
  const apply = () => {
    const { page, model } = store.values();
    const ready = page === 'recording' && model !== null && !model.live;
    if (ready && !asked) void ask();
    const orders = ready ? ordersFor(offer, model.program) : null;
    run.hidden = orders === null;
    check.hidden = !orders?.check;
    words.hidden = check.hidden; // the facts of a scenario's run need the room more
  };
  store.subscribe((s) => [s.page, s.model], apply);
  apply();
  return [run, check];
}

/** Shows what a check says. @param {import('./scenarios.js').Job} job */
function tell(job) {
  const dialog = el('dialog', { class: 'help', id: 'verdict-dialog', 'aria-label': 'What the check says', onclick: (/** @type {Event} */ ev) => {
    if (ev.target instanceof HTMLAnchorElement) dialog.close(); // to the comparison
  } },
  el('div', { class: 'help-head' }, el('h2', {}, 'Check'),
    el('button', { class: 'button', type: 'button', onclick: () => dialog.close() }, 'Close')),
  el('div', { class: 'verdict' }, verdict(job)));
  show(dialog);
}
