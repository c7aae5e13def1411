// Findings: what went wrong, in words, with its witness. The cards are used under the source too.
import { formatCount, formatDuration, plural } from '../model/time.js';
import { el, fill } from '../state/dom.js';
import { parseSite } from './linkify.js';
import { emptyNote, goroutineLink, link, objectLink, rich, siteLink } from './parts.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../model/types.js').Finding} Finding */

const SEVERITIES = ['error', 'warning', 'info'];

/** Links of one kind shown on a card before the rest is counted. */
const MOST_LINKS = 8;

/**
 * The most important first: by severity, proven before suspected, then as the report has them.
 * @param {readonly Finding[]} findings
 * @returns {Finding[]}
 */
export function ranked(findings) {
  const verdicts = ['proven', 'predicted', 'suspected'];
  const at = (/** @type {string[]} */ list, /** @type {string} */ x) => (list.indexOf(x) + list.length) % list.length;
  return [...findings].sort((a, b) => at(SEVERITIES, a.severity) - at(SEVERITIES, b.severity) || at(verdicts, a.verdict) - at(verdicts, b.verdict) || a.id - b.id);
}

/**
 * A few words over a finding's message.
 * @param {Finding} f
 */
export function titleOf(f) {
  const n = f.g.length || f.goroutines.length;
  if (n > 0 && (f.kind === 'deadlock' || f.kind === 'goroutine-leak' || f.kind === 'partial-deadlock')) {
    return `${plural(n, 'goroutine')} wait${n === 1 ? 's' : ''} forever`;
  }
  const place = f.objects[0]?.name || f.sites[0] || '';
  return place ? `${f.verdict}: ${place}` : f.verdict;
}

/**
 * @param {Store} store
 * @param {Finding} f
 * @param {boolean} full  with the lists of goroutines, objects and places
 * @returns {HTMLElement}
 */
export function findingCard(store, f, full) {
  const card = el('article', { class: `finding-card ${f.severity}`, 'aria-label': `${f.kind}: ${titleOf(f)}` });
  const head = el('div', { class: 'finding-head' }, el('span', { class: 'chip ' + chipClass(f) }, f.kind), el('h3', {}, titleOf(f)));
  const jump = link(`Jump to ${formatDuration(f.time_ns)}`, () => { store.jumpToFinding(f.id); });
  const links = el('p', { class: 'finding-links' }, jump);
  const places = f.sites.flatMap((site) => parseSite(site, store.get('model')?.files ?? []) ?? []);
  card.append(head, el('p', { class: 'finding-message' }, ...rich(store, f.message)));
  if (full) {
    if (f.why.length) card.append(el('ul', { class: 'finding-why' }, ...f.why.map((w) => el('li', {}, ...rich(store, w)))));
    card.append(facts(store, f, places));
  } else {
    if (f.why.length) card.append(el('p', { class: 'finding-message' }, ...rich(store, f.why.slice(0, 3).join(' '))));
    if (places[0]) links.append(' · ', siteLink(store, places[0].file, places[0].line));
    links.append(' · ', link('Why', () => store.set({ panel: 'findings', selection: { kind: 'finding', id: f.id } })));
  }
  card.append(links);
  return card;
}

/** @param {Finding} f */
const chipClass = (f) => (SEVERITIES.includes(f.severity) ? f.severity : 'plain');

/**
 * @param {Store} store
 * @param {Finding} f
 * @param {{file: number, line: number}[]} places
 */
function facts(store, f, places) {
  const list = el('dl', { class: 'facts-list' });
  /** @param {string} name @param {Node[]} items */
  const add = (name, items) => {
    if (items.length === 0) return;
    list.append(el('dt', {}, name), el('dd', {}, ...separated(items)));
  };
  add('Goroutines', f.g.map((g) => goroutineLink(store, g)));
  add('Objects', f.o.map((o) => objectLink(store, o)));
  add('Where', places.map((p) => siteLink(store, p.file, p.line)));
  add('Witness', f.events.map((i) => link('event ' + formatCount(i), () => { store.set({ playing: false }); store.seekEvent(i); })));
  list.append(el('dt', {}, 'Verdict'), el('dd', {}, VERDICTS[f.verdict] ?? f.verdict));
  return list;
}

/** @type {Record<string, string>} */
const VERDICTS = {
  proven: 'proven: the recording itself shows it',
  predicted: 'predicted: another order of the same events would do it',
  suspected: 'suspected: likely, but the recording leaves a doubt',
};

/**
 * @param {Node[]} items
 * @returns {(Node|string)[]}
 */
function separated(items) {
  const out = items.slice(0, MOST_LINKS).flatMap((item, i) => (i > 0 ? [', ', item] : [item]));
  return items.length > MOST_LINKS ? [...out, ` and ${items.length - MOST_LINKS} more`] : out;
}

/**
 * @param {Store} store
 * @returns {{node: HTMLElement, update: () => void}}
 */
export function createFindings(store) {
  const node = el('div', { class: 'panel-scroll findings-list' });
  function update() {
    const model = store.get('model');
    const findings = ranked(model?.findings ?? []);
    if (findings.length === 0) {
      fill(node, emptyNote('No findings', reason(store)));
      return;
    }
    const { kind, id } = store.get('selection');
    const cards = findings.map((f) => {
      const card = findingCard(store, f, true);
      card.classList.toggle('chosen', kind === 'finding' && id === f.id);
      return card;
    });
    fill(node, ...cards);
    cards.find((c) => c.classList.contains('chosen'))?.scrollIntoView({ block: 'nearest' });
  }
  return { node, update };
}

/** @param {Store} store */
function reason(store) {
  const model = store.get('model');
  if (!model) return 'No recording is open.';
  if (model.reading) return 'The trace is still being read: findings are looked for when it is whole.';
  if (model.live) return 'The program is still running: findings are looked for when it has ended.';
  if (!model.hooks) return 'Deadlocks on channels and locks can only be explained in a trace-viz recording; this is a plain Go trace.';
  return 'Nothing in this recording waits for ever, races or waits longer than it should.';
}
