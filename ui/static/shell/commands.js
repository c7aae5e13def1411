// One table of commands: it makes the key bindings, the help and the palette.

import { PACINGS, nextSpeed } from '../model/pacing.js';
import { together } from '../model/highlight.js';
import { plural } from '../model/time.js';
import { createHistory } from '../state/history.js';
import { THEMES, THEME_WORDS } from '../state/theme.js';
import { openHelp } from './help.js';
import { openPalette } from './palette.js';
import { openTwin } from './twin.js';
import { backToWaker, followWake } from './wake.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../timeline/timeline.js').Timeline} Timeline */

/**
 * @typedef {object} Command
 * @property {string} group
 * @property {string} title
 * @property {string[]} keys   as bound: "Space", "Shift+Period", "code:KeyW" (physical), "char:?" (what is typed)
 * @property {string[]} shown  as printed on keycaps
 * @property {() => void} run
 */

/** @typedef {ReturnType<typeof createCommands>} Commands */

/**
 * @param {Store} store
 * @param {Timeline} timeline
 */
export function createCommands(store, timeline) {
  const commands = {
    /** @type {Command[]} */
    list: [],
    openPalette: () => openPalette(store, commands.list),
    openHelp: () => openHelp(commands.list),
  };
  commands.list = [
    ...replay(store), ...finding(store), ...navigate(store, timeline), ...panels(store),
    command('Page', 'Search and commands', ['char:/', 'Ctrl+code:KeyK', 'F1'], ['/', 'Ctrl K', 'F1'], commands.openPalette),
    command('Page', 'The same data as a table', ['code:KeyT'], ['T'], () => openTwin(store, timeline)),
    command('Page', 'Keys and colours', ['char:?'], ['?'], commands.openHelp),
    ...THEMES.map((theme) => command('Page', `Theme: ${THEME_WORDS[theme].toLowerCase()}`, [], [], () => store.set({ theme }))),
  ].map((c) => (c.group === 'Page' ? c : { ...c, run: whenOpen(store, c.run) }));
  return commands;
}

/**
 * Without a recording there is nothing to replay or to look at.
 * @param {Store} store
 * @param {() => void} run
 */
function whenOpen(store, run) {
  return () => {
    if (store.get('page') === 'recording' && store.get('model')) run();
  };
}

/**
 * @param {string} group
 * @param {string} title
 * @param {string[]} keys
 * @param {string[]} shown
 * @param {() => void} run
 * @returns {Command}
 */
function command(group, title, keys, shown, run) {
  return { group, title, keys, shown, run };
}

/** @param {Store} store */
function replay(store) {
  const only = () => {
    const { kind, id } = store.get('selection');
    return kind === 'goroutine' ? { g: id } : kind === 'object' ? { o: id } : {};
  };
  // Shift+. is > on many keyboards: with a selection it steps, without one it sets the speed.
  const selected = () => store.get('selection').kind === 'goroutine' || store.get('selection').kind === 'object';
  const step = async (/** @type {number} */ dir, /** @type {{g?:number, o?:number}} */ of) => {
    await store.step(dir, of);
    store.reveal(store.get('cursor').time);
  };
  const faster = (/** @type {number} */ dir) => store.set({ speed: nextSpeed(store.get('pacing'), store.get('speed'), dir) });
  const pacing = () => {
    const at = PACINGS.indexOf(store.get('pacing'));
    store.setPacing(PACINGS[(at + 1) % PACINGS.length] ?? 'event');
  };
  const last = () => (store.get('model')?.events ?? 1) - 1;
  const seek = async (/** @type {number} */ i) => {
    store.set({ playing: false });
    await store.seekEvent(i);
    store.reveal(store.get('cursor').time);
  };
  const loop = () => {
    store.set({ loop: !store.get('loop') });
    store.say(store.get('loop') ? 'Loop: the replay begins again at the end of the run or of the dragged area.' : 'No loop any more.');
  };
  const g = 'Replay';
  return [
    command(g, 'Play, pause', ['Space'], ['Space'], store.togglePlay),
    command(g, 'Next event', ['Period'], ['.'], () => step(1, {})),
    command(g, 'Previous event', ['Comma'], [','], () => step(-1, {})),
    command(g, 'Next event of the selection', ['Shift+Period'], ['Shift', '.'], () => (selected() ? step(1, only()) : faster(1))),
    command(g, 'Previous event of the selection', ['Shift+Comma'], ['Shift', ','], () => (selected() ? step(-1, only()) : faster(-1))),
    command(g, 'Follow a wake-up to the woken', ['char:]'], [']'], () => followWake(store)),
    command(g, 'Back to the waker', ['char:['], ['['], () => backToWaker(store)),
    command(g, 'Faster', ['char:>', 'char:+'], ['>', '+'], () => faster(1)),
    command(g, 'Slower', ['char:<', 'char:-'], ['<', '-'], () => faster(-1)),
    command(g, 'Pacing: by event, compressed, real time', ['code:KeyE'], ['E'], pacing),
    command(g, 'Loop', ['code:KeyL'], ['L'], loop),
    command(g, 'Mark this event, or unmark it', ['code:KeyM'], ['M'], store.toggleMark),
    command(g, 'To the start', ['Home'], ['Home'], () => seek(0)),
    command(g, 'To the end', ['End'], ['End'], () => seek(last())),
  ];
}

/** @param {Store} store */
function finding(store) {
  const jump = (/** @type {number} */ dir) => {
    const all = [...(store.get('model')?.findings ?? [])].sort((a, b) => a.time_ns - b.time_ns || a.id - b.id);
    const { kind, id } = store.get('selection');
    const { time } = store.get('cursor');
    const at = kind === 'finding' ? all.findIndex((f) => f.id === id) : -1;
    const beyond = dir > 0 ? all.findIndex((f) => f.time_ns > time) : all.findLastIndex((f) => f.time_ns < time);
    const next = all[at >= 0 ? (at + dir + all.length) % all.length : beyond >= 0 ? beyond : dir > 0 ? 0 : all.length - 1];
    if (next) store.jumpToFinding(next.id);
  };
  return [
    command('Findings', 'Next finding', ['code:KeyN'], ['N'], () => jump(1)),
    command('Findings', 'Previous finding', ['Shift+code:KeyN'], ['Shift', 'N'], () => jump(-1)),
  ];
}

/**
 * @param {Store} store
 * @param {Timeline} timeline
 */
function navigate(store, timeline) {
  const g = 'Timeline';
  const history = createHistory(store);
  let lastF = 0;
  const along = async (/** @type {number} */ dir) => {
    const { kind, id } = store.get('selection');
    await store.step(dir, kind === 'goroutine' ? { g: id } : kind === 'object' ? { o: id } : {});
    store.reveal(store.get('cursor').time);
  };
  const centre = () => {
    const again = store.frame.now() - lastF < 500;
    lastF = store.frame.now();
    if (again) timeline.fitSelection();
    else timeline.centre();
  };
  return [
    command(g, 'Zoom in', ['code:KeyW'], ['W'], () => timeline.zoom(0.7)),
    command(g, 'Zoom out', ['code:KeyS'], ['S'], () => timeline.zoom(1 / 0.7)),
    command(g, 'Pan left', ['code:KeyA'], ['A'], () => timeline.pan(-0.15)),
    command(g, 'Pan right', ['code:KeyD'], ['D'], () => timeline.pan(0.15)),
    command(g, 'Zoom in, faster', ['Shift+code:KeyW'], ['Shift', 'W'], () => timeline.zoom(0.35)),
    command(g, 'Zoom out, faster', ['Shift+code:KeyS'], ['Shift', 'S'], () => timeline.zoom(1 / 0.35)),
    command(g, 'Pan left, faster', ['Shift+code:KeyA'], ['Shift', 'A'], () => timeline.pan(-0.6)),
    command(g, 'Pan right, faster', ['Shift+code:KeyD'], ['Shift', 'D'], () => timeline.pan(0.6)),
    command(g, 'Previous track', ['ArrowUp'], ['↑'], () => timeline.moveTrack(-1)),
    command(g, 'Next track', ['ArrowDown'], ['↓'], () => timeline.moveTrack(1)),
    command(g, 'Undo navigation', ['code:KeyZ'], ['Z'], history.undo),
    command(g, 'Redo navigation', ['Shift+code:KeyZ'], ['Shift', 'Z'], history.redo),
    command(g, 'Previous event on the track', ['ArrowLeft'], ['←'], () => along(-1)),
    command(g, 'Next event on the track', ['ArrowRight'], ['→'], () => along(1)),
    command(g, 'Fit all', ['code:Digit0', 'char:0'], ['0'], store.fitAll),
    command(g, 'Centre the playhead; twice: fit the selection', ['code:KeyF'], ['F'], centre),
    command(g, 'Collapse or open the group', ['code:KeyX'], ['X'], timeline.toggleGroup),
    command(g, 'Pin the track, or unpin it', ['code:KeyP'], ['P'], () => pin(store, timeline)),
    command(g, 'Highlight the same function, channel or lock', ['code:KeyH'], ['H'], () => highlight(store)),
    command(g, 'Highlight the branch: whom it spawned', [], [], () => ofGoroutine(store, (id) => ({ highlight: { kind: 'branch', id } }))),
    command(g, 'Show only what it interacts with', [], [], () => ofGoroutine(store, (id) => ({ only: { kind: 'goroutine', id } }))),
    command(g, 'Select nothing', ['Escape'], ['Esc'], () => store.set({ selection: { kind: null, id: -1 }, area: null, highlight: null, only: null })),
  ];
}

/**
 * Pins the track of the selection, or lets it go.
 * @param {Store} store
 * @param {Timeline} timeline
 */
function pin(store, timeline) {
  const { kind, id } = store.get('selection');
  const key = kind === 'goroutine' ? store.goroutine(id)?.key : kind === 'object' ? store.object(id)?.key : undefined;
  if (key === undefined) return store.say('Select a goroutine, channel or lock first: P pins its track at the top.');
  if (!timeline.hasTrack(key)) return store.say(`${store.oname(id)} has no track of its own.`);
  store.togglePin(key);
}

/**
 * Highlights what belongs together with the selection; again, or with nothing selected, nothing any more.
 * @param {Store} store
 */
function highlight(store) {
  const { selection: { kind, id }, highlight: was, model } = store.values();
  if (kind !== 'goroutine' && kind !== 'object') {
    store.set({ highlight: null });
    return store.say('Select a goroutine, channel or lock first: H highlights the same function, or who uses it.');
  }
  if (was?.kind === kind && was.id === id) return store.set({ highlight: null });
  store.set({ highlight: { kind, id } });
  const common = together(model, { kind, id });
  if (common) store.say(`${common.text}: ${plural(common.gs.size, 'goroutine')} ${kind === 'goroutine' ? 'of this function' : common.gs.size === 1 ? 'uses it' : 'use it'}. H again ends it.`);
}

/**
 * @param {Store} store
 * @param {(id:number) => Partial<import('../state/store.js').Values>} patch
 */
function ofGoroutine(store, patch) {
  const { kind, id } = store.get('selection');
  if (kind !== 'goroutine') return store.say('Select a goroutine first.');
  store.set(patch(id));
}

/** @param {Store} store */
function panels(store) {
  return ['source', 'findings', 'goroutines', 'selection', 'events', 'statistics', 'output'].map((panel) =>
    command('Panel', `Show ${panel}`, [], [], () => store.set({ panel })));
}
