// The top bar: which recording, how it ended, what is in it, how whole it is, and what was found.

import { costOfWatching } from '../model/labels.js';
import { formatDuration, formatShare, plural } from '../model/time.js';
import { el, fill, icon } from '../state/dom.js';
import { THEMES, THEME_WORDS } from '../state/theme.js';
import { againButtons } from './again.js';
import { compareButton } from './comparewith.js';
import { menu } from './menu.js';
import { copyLink, savePicture } from './share.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../model/types.js').Model} Model */
/** @typedef {import('../model/types.js').Finding} Finding */

const ICONS = {
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.8 10.8 14 14',
  theme: 'M8 1.5v13a6.5 6.5 0 0 0 0-13zM8 1.5a6.5 6.5 0 0 0 0 13',
  export: 'M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11',
};

/** Findings shown as chips; the rest is behind one more. */
const MAX_CHIPS = 3;

/**
 * @param {HTMLElement} host
 * @param {Store} store
 * @param {import('./commands.js').Commands} commands
 */
export function mountTopbar(host, store, commands) {
  const name = el('span', { class: 'recording-name' });
  const recording = el('button', { class: 'button', type: 'button', id: 'recording' }, name, el('span', { class: 'muted' }, '▾'));
  const chips = el('div', { class: 'findings', id: 'findings' });
  const facts = el('div', { class: 'facts', id: 'facts' });
  const exports = el('button', { class: 'button', type: 'button', id: 'export', title: 'Export and share', 'aria-label': 'Export' }, icon(ICONS.export), el('span', { class: 'hide-medium' }, 'Export'));
  const recordingMenu = menu(recording, () => recordings(store), { empty: 'No other recordings.' });
  const exportMenu = menu(exports, () => files(store), { right: true });
  host.replaceChildren(
    el('a', { class: 'brand', href: '#', title: 'All recordings', onclick: home }, 'trace-viz'),
    recordingMenu, facts, chips,
    el('div', { class: 'topbar-actions' }, ...againButtons(store), compareButton(store), exportMenu, search(commands), themeMenu(store), help(commands)));
  const apply = () => {
    const model = store.get('page') === 'recording' ? store.get('model') : null;
    for (const node of [recordingMenu, exportMenu]) node.hidden = !model;
    fill(facts, ...(model ? describe(model, store.get('live')) : []));
    facts.title = [...facts.children].map((n) => [...n.childNodes].map((c) => c.textContent).join(' ')).join(' · ');
    fill(chips, ...(model ? findingChips(store, model) : []));
    if (!model) return void (document.title = 'trace-viz');
    name.textContent = title(model);
    recording.title = model.title ? `${model.program}, ${model.id}` : model.id;
    document.title = `${title(model)} – trace-viz`;
  };
  // A live recording changes its model with every push: the bar need not follow each.
  store.subscribe((s) => [s.model, s.page, s.live], () => store.frame.draw('topbar', apply));
  apply();
}

/** @param {Event} ev */
function home(ev) {
  ev.preventDefault();
  location.hash = '';
}

/** @param {Model} model */
function title(model) {
  return model.title || model.program.replace('/', ' · ');
}

/**
 * @param {Model} model
 * @param {{lag:number}|null} live
 */
function describe(model, live) {
  const c = model.counts;
  /** @param {string} text */
  const fact = (text) => {
    const at = text.indexOf(' ');
    return el('span', { class: 'fact' }, el('b', {}, text.slice(0, at)), text.slice(at + 1));
  };
  const duration = formatDuration(live || !model.wall_ns ? model.duration : model.wall_ns);
  return [
    el('span', { class: 'fact' }, outcome(model, live?.lag ?? 0)),
    // Before the counts: what does not fit is left out from the end, and whether something is missing matters most.
    model.live ? null : el('span', { class: 'fact' }, quality(model)),
    el('span', { class: 'fact' }, el('b', {}, duration), 'wall'),
    fact(plural(c.goroutines, 'goroutine')),
    c.channels > 0 ? fact(plural(c.channels, 'channel')) : null,
    c.locks > 0 ? fact(plural(c.locks, 'lock')) : null,
    c.processes > 1 ? el('span', { class: 'fact' }, el('b', {}, String(c.processes)), 'processes') : null,
    el('span', { class: 'fact' }, el('b', {}, String(model.cores.n)), `core${model.cores.n === 1 ? '' : 's'}, ${formatShare(model.cores.busy)} busy`),
    fact(plural(model.events, 'event')),
  ];
}

/**
 * @param {Model} model
 * @param {number} lag  of a live one, ms
 */
function outcome(model, lag) {
  if (model.reading) return el('span', { class: 'chip live', id: 'outcome' }, `reading ${Math.round(lag * 100)} %`);
  if (model.live) {
    const behind = lag >= 50 ? `, ${formatDuration(lag * 1e6)} behind` : '';
    return el('span', { class: 'chip live', id: 'outcome' }, `recording${behind}`);
  }
  if (model.outcome === 'exit') {
    return el('span', { class: `chip ${model.exit_code === 0 ? 'good' : 'error'}`, id: 'outcome' }, `exit ${model.exit_code}`);
  }
  // The chip of the finding says the rest, and jumps there.
  if (model.findings.some((f) => f.kind === model.outcome)) return el('span', { class: 'chip error', id: 'outcome' }, `exit ${model.exit_code}`);
  const words = model.outcome === 'signal' && model.signal ? model.signal : model.outcome || 'unknown end';
  const code = model.outcome === 'deadlock' || model.outcome === 'panic' || model.outcome === 'fatal' ? `, exit ${model.exit_code}` : '';
  return el('span', { class: `chip ${model.outcome ? 'error' : 'plain'}`, id: 'outcome' }, words + code);
}

/** @param {Model} model */
function quality(model) {
  const q = model.quality;
  const chip = (/** @type {string} */ kind, /** @type {string} */ text, /** @type {string} */ why) =>
    el('span', { class: `chip ${kind}`, id: 'quality', title: why }, text);
  if (q.complete && model.hooks) return chip('plain', 'complete', `The whole run was recorded. ${costOfWatching(model)}`.trim());
  if (q.complete) return chip('plain', 'runtime events only', 'A plain Go trace: goroutines and cores; channels and locks need a trace-viz recording.');
  const lost = q.lost_ns > 0 ? `, ${formatDuration(q.lost_ns)} lost` : '';
  return chip('warning', `${q.read_percent < 100 ? `${q.read_percent.toFixed(1)} % read` : 'truncated'}${lost}`, q.reason);
}

/**
 * @param {Store} store
 * @param {Model} model
 */
function findingChips(store, model) {
  const shown = model.findings.slice(0, MAX_CHIPS).map((f) => el('button', {
    class: `chip ${f.severity}`, type: 'button', title: `${f.message} Click to jump there.`, onclick: () => store.jumpToFinding(f.id),
  }, chipText(f)));
  const more = model.findings.length - MAX_CHIPS;
  if (more > 0) shown.push(el('button', { class: 'chip plain', type: 'button', onclick: () => store.set({ panel: 'findings' }) }, `+${more}`));
  return shown;
}

/** @param {Finding} f */
function chipText(f) {
  const n = f.goroutines.length;
  return n > 0 ? `${f.kind}: ${plural(n, 'goroutine')}` : f.kind;
}

/**
 * @param {Store} store
 * @returns {import('./menu.js').Item[]}
 */
function recordings(store) {
  return (store.get('recordings') ?? []).map((r) => ({
    label: r.title || r.program, note: `${r.live ? 'recording' : r.outcome} · ${formatDuration(r.wall_ns)}`, href: `#v=1&r=${r.id}`,
    active: r.id === store.get('recordingId'),
  }));
}

/**
 * @param {Store} store
 * @returns {import('./menu.js').Item[]}
 */
function files(store) {
  const model = store.get('model');
  const at = `/api/r/${encodeURIComponent(store.get('recordingId'))}`;
  /** @type {import('./menu.js').Item[]} */
  const list = [
    { label: 'Copy link', note: 'to exactly what is shown', run: () => copyLink(store) },
    { label: 'Picture (PNG)', note: 'stage and timeline', run: () => savePicture(store, 'png') },
    { label: 'Picture (SVG)', note: 'stage and timeline, to scale', run: () => savePicture(store, 'svg') },
    { label: 'trace.out', note: 'Go execution trace: go tool trace', href: `${at}/file/trace.out`, download: 'trace.out' },
    { label: 'meta.json', note: 'program, outcome, times', href: `${at}/file/meta.json`, download: 'meta.json' },
    { label: 'report.json', note: 'findings and counts', href: `${at}/report`, download: 'report.json' },
  ];
  const id = store.get('recordingId');
  if (!model?.live) list.push(...exports(id, at, (model?.hooks ?? false)));
  if (model?.wall) list.splice(4, 0, { label: 'wall.pprof', note: 'wall-clock profile: go tool pprof', href: `${at}/file/wall.pprof`, download: 'wall.pprof' });
  return list;
}

/**
 * What is made of a whole recording.
 * @param {string} id
 * @param {string} at
 * @param {boolean} recorded  by trace-viz: more than a trace
 * @returns {import('./menu.js').Item[]}
 */
function exports(id, at, recorded) {
  return [
    ...(recorded ? [{ label: `${id}.tviz`, note: 'all of it as one file: trace-viz open', href: `${at}/export/export.tviz`, download: `${id}.tviz` }] : []),
    { label: 'chrome.json', note: 'Perfetto, chrome://tracing', href: `${at}/export/chrome.json`, download: `${id}-chrome.json` },
    { label: 'waits.pb.gz', note: 'where goroutines waited: go tool pprof', href: `${at}/export/waits.pb.gz`, download: `${id}-waits.pb.gz` },
  ];
}

/** @param {import('./commands.js').Commands} commands */
function search(commands) {
  return el('button', { class: 'button', type: 'button', id: 'search', title: 'Search and commands (/ or Ctrl+K)', 'aria-label': 'Search and commands', onclick: () => commands.openPalette() },
    icon(ICONS.search), el('kbd', { class: 'hide-medium' }, '/'));
}

/** @param {Store} store */
function themeMenu(store) {
  const button = el('button', { class: 'button square', type: 'button', id: 'theme', title: 'Theme', 'aria-label': 'Theme' }, icon(ICONS.theme, 'icon half'));
  return menu(button, () => THEMES.map((theme) => ({
    label: THEME_WORDS[theme], active: theme === store.get('theme'), run: () => store.set({ theme }),
  })), { right: true });
}

/** @param {import('./commands.js').Commands} commands */
function help(commands) {
  return el('button', { class: 'button square', type: 'button', id: 'help', title: 'Keys and colours (?)', 'aria-label': 'Keys and colours', onclick: () => commands.openHelp() }, '?');
}
