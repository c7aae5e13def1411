// What can be started from the page: the scenarios, and the exercises whose folders were given on the command line. Starting
// is a POST by name; the job that it begins is asked for until it is done.

import { el, fill } from '../state/dom.js';
import { post, relist } from '../state/post.js';
import { fetchJSON } from '../state/session.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {{slug:string, what:string, buggy:string, fixed:string, expect:string[]}} Bug */
/** @typedef {{name:string, level:string, lesson:string, bugs:Bug[]}} Scenario */
/** @typedef {{name:string, folder:string, exercise:string, task:string}} Exercise */
/** @typedef {{scenarios:Scenario[], exercises:Exercise[], no_race:string}} Offer */
/** @typedef {{kind:'run'|'compare'|'exercise'|'check', name:string, procs:number}} Order */
/**
 * @typedef {object} Job
 * @property {number} number
 * @property {Order['kind']} kind
 * @property {string} name
 * @property {'working'|'done'|'failed'} state
 * @property {string} message
 * @property {string[]} recordings
 * @property {boolean} pass
 * @property {{name:string, pass:boolean, why:string}[]} criteria
 */

/** How often a job is asked for, in ms. */
const ASK = 250;

/** The address of a recording. @param {string} id */
export const recordingHash = (id) => `#v=1&r=${encodeURIComponent(id)}`;

/**
 * Where a job leads to: a run is watched while it goes on, a comparison when both are there; '' for nowhere yet.
 * @param {Job} job
 */
export function leadsTo(job) {
  const [first = '', second = ''] = job.recordings;
  switch (job.kind) {
    case 'run':
    case 'exercise': return first && recordingHash(first);
    case 'compare': return job.state === 'done' && second ? compareHash(first, second) : '';
    default: return '';
  }
}

/**
 * Starts something and waits until it is done; rejects when it can't be started, or fails.
 * @param {Store} store
 * @param {Order} order
 * @param {(job: Job) => void} tell  called while it works
 * @returns {Promise<Job>}
 */
export async function started(store, order, tell) {
  const { job: number } = await post('/api/start', order);
  for (;;) {
    /** @type {Job} */
    const job = await fetchJSON(`/api/jobs/${number}`);
    if (job.state === 'failed') throw new Error(job.message);
    tell(job);
    if (job.state === 'done') {
      await relist(store);
      return job;
    }
    await new Promise((done) => setTimeout(done, ASK));
  }
}

/**
 * The address of two recordings side by side.
 * @param {string} a
 * @param {string} b
 */
export const compareHash = (a, b) => `#v=1&compare=${encodeURIComponent(a)},${encodeURIComponent(b)}`;

/**
 * @param {Store} store
 */
export function createScenarios(store) {
  const word = el('p', { class: 'start-word', role: 'status', hidden: true });
  const exercises = el('section', { class: 'exercises', hidden: true });
  const scenarios = el('section', { class: 'scenarios', hidden: true });
  const procs = el('select', { class: 'select', id: 'start-procs', 'aria-label': 'Procs of the programs that are started' },
    ...[['0', 'all'], ['1', '1'], ['2', '2'], ['4', '4']].map(([value = '', text = '']) => el('option', { value }, text)));
  const node = el('div', { class: 'starts' }, word, exercises, scenarios);
  /** @type {Map<string, HTMLElement>} */
  const verdicts = new Map();
  let asked = false;

  /** @param {string} text @param {boolean} [bad] */
  const say = (text, bad = false) => {
    word.hidden = text === '';
    word.textContent = text;
    word.classList.toggle('bad', bad);
  };
  /** @param {boolean} working */
  const lock = (working) => {
    for (const b of node.querySelectorAll('button')) b.disabled = working;
  };

  /** @param {Order['kind']} kind @param {string} name */
  async function start(kind, name) {
    lock(true);
    say('Starting …');
    try {
      const { job } = await post('/api/start', { kind, name, procs: Number(procs.value) });
      await follow(job);
    } catch (err) {
      say(err instanceof Error ? err.message : String(err), true);
    } finally {
      lock(false);
    }
  }

  /** Follows a job to its end. @param {number} number */
  async function follow(number) {
    for (let went = false; ;) {
      /** @type {Job} */
      const job = await fetchJSON(`/api/jobs/${number}`);
      const to = leadsTo(job);
      if (to && !went && store.get('page') === 'home') location.hash = to;
      went ||= to !== '';
      if (job.state !== 'working') return finished(job);
      say(`${job.message} …`);
      await new Promise((done) => setTimeout(done, ASK));
    }
  }

  /** @param {Job} job */
  async function finished(job) {
    say(job.state === 'failed' ? job.message : '', true);
    await relist(store);
    const place = verdicts.get(job.name);
    if (job.kind === 'check' && job.state === 'done' && place) fill(place, verdict(job));
  }

  /** @param {string} text @param {Order['kind']} kind @param {string} name @param {string} label */
  const button = (text, kind, name, label) =>
    el('button', { type: 'button', class: 'button', 'aria-label': label, onclick: () => { void start(kind, name); } }, text);

  /** @param {Exercise} x */
  function exercise(x) {
    const place = el('div', { class: 'verdict', 'aria-live': 'polite' });
    verdicts.set(x.name, place);
    return el('article', { class: 'card exercise' },
      el('h3', {}, x.folder), el('p', {}, `${x.exercise}. What has to stay: ${x.task}`),
      el('div', { class: 'card-buttons' },
        button('Run again', 'exercise', x.name, `Run again: ${x.folder}`), button('Check', 'check', x.name, `Check ${x.folder}`)),
      place);
  }

  /** @param {Scenario} s */
  const card = (s) => el('article', { class: 'card scenario' },
    el('h3', {}, s.name, ' ', el('span', { class: `chip plain level-${s.level}` }, s.level)), el('p', {}, s.lesson),
    el('ul', { class: 'bugs' }, ...s.bugs.map((b) => el('li', {},
      el('div', { class: 'bug-words' }, el('strong', {}, b.slug), ` – ${b.what} `, el('span', { class: 'bug-expect' }, b.expect.join(', '))),
      el('div', { class: 'card-buttons' },
        button('Buggy', 'run', b.buggy, `Buggy: run ${b.buggy}`), button('Fixed', 'run', b.fixed, `Fixed: run ${b.fixed}`),
        button('Compare', 'compare', b.buggy, `Compare ${b.buggy} with its fixed twin`))))));

  /** @param {Offer} offer */
  function show(offer) {
    exercises.hidden = offer.exercises.length === 0;
    fill(exercises, el('h2', {}, 'Exercises'), el('div', { class: 'cards' }, ...offer.exercises.map(exercise)));
    scenarios.hidden = offer.scenarios.length === 0;
    fill(scenarios,
      el('div', { class: 'scenarios-head' }, el('h2', {}, 'Scenarios'), el('label', {}, 'Procs ', procs)),
      offer.no_race ? el('p', {}, `Data races are not found here: ${offer.no_race}. Their programs show a wrong result all the same.`) : null,
      el('div', { class: 'cards' }, ...offer.scenarios.map(card)));
  }

  return {
    node,
    /** Asks once what there is, when the list is first looked at. */
    async ask() {
      if (asked) return;
      asked = true;
      const release = store.frame.hold();
      try {
        show(await fetchJSON('/api/offer'));
      } catch (err) {
        asked = false;
        say(err instanceof Error ? err.message : String(err), true);
      } finally {
        release();
      }
    },
  };
}

/** The verdict on an attempt. @param {Job} job */
export function verdict(job) {
  const [buggy, attempt] = job.recordings;
  return el('div', {},
    el('p', { class: job.pass ? 'verdict-pass' : 'verdict-fail' }, job.pass ? 'All is as it should be.' : 'Not right yet:'),
    el('table', { class: 'table' }, el('tbody', {}, ...job.criteria.map((c) => el('tr', {},
      el('td', {}, el('span', { class: `chip ${c.pass ? 'good' : 'error'}` }, c.pass ? 'pass' : 'fail')),
      el('th', { scope: 'row' }, c.name), el('td', {}, c.why))))),
    buggy && attempt ? el('p', {}, el('a', { href: compareHash(buggy, attempt) }, 'See the attempt beside the buggy program')) : null);
}
