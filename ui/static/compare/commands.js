// The commands of a comparison: those of a recording, for the side that a person works on, and those between the sides.

import { createCommands } from '../shell/commands.js';
import { openHelp } from '../shell/help.js';
import { openPalette } from '../shell/palette.js';
import { compareHash } from '../shell/scenarios.js';
import { ALIGNS, SCALES } from './address.js';

/** @typedef {import('../shell/commands.js').Command} Command */
/** @typedef {import('./state.js').State} State */

/**
 * @param {readonly [import('./page.js').Side, import('./page.js').Side]} sides
 * @param {State} state
 * @param {import('./divergences.js').Divergences} divergences
 * @param {import('../state/store.js').Store} active
 */
export function createCompareCommands(sides, state, divergences, active) {
  const each = sides.map((s) => createCommands(s.store, s.timeline).list);
  const swap = () => {
    const [a, b] = state.get('ids');
    location.hash = compareHash(b, a);
  };
  const commands = {
    /** @type {Command[]} */
    list: [],
    openPalette: () => openPalette(active, commands.list),
    openHelp: () => openHelp(commands.list),
    swap,
  };
  /** What a comparison has in the place of a command, by its title. @type {Record<string, () => void>} */
  const instead = { 'Search and commands': commands.openPalette, 'Keys and colours': commands.openHelp };
  const shared = (each[0] ?? []).filter((c) => c.group !== 'Findings')
    .map((c) => ({ ...c, run: instead[c.title] ?? (() => each[state.get('active')]?.find((x) => x.title === c.title)?.run()) }));
  commands.list = [...between(sides, state, divergences, swap), ...shared];
  return commands;
}

/**
 * @param {readonly [import('./page.js').Side, import('./page.js').Side]} sides
 * @param {State} state
 * @param {import('./divergences.js').Divergences} divergences
 * @param {() => void} swap
 * @returns {Command[]}
 */
function between(sides, state, divergences, swap) {
  /**
   * @param {string} title
   * @param {string[]} keys
   * @param {string[]} shown
   * @param {() => void} run
   */
  const command = (title, keys, shown, run) => ({ group: 'Compare', title, keys, shown, run });
  const change = () => {
    const to = state.get('active') === 0 ? 1 : 0;
    state.set({ active: to });
    sides[to].timeline.focus();
  };
  const next = (/** @type {readonly string[]} */ list, /** @type {string} */ now) => list[(list.indexOf(now) + 1) % list.length];
  return [
    command('Link the cursors, or unlink them', ['code:KeyC'], ['C'], () => state.set({ linked: !state.get('linked') })),
    command('Switch sides', ['Tab'], ['Tab'], change),
    command('Next divergence', ['code:KeyN'], ['N'], () => divergences.step(1)),
    command('Previous divergence', ['Shift+code:KeyN'], ['Shift', 'N'], () => divergences.step(-1)),
    command('Align by start, divergence, first mark', [], [], () => state.set({ align: ALIGNS.find((x) => x === next(ALIGNS, state.get('align'))) ?? 'start' })),
    command('One ruler for both, or each its own', [], [], () => state.set({ scale: SCALES.find((x) => x === next(SCALES, state.get('scale'))) ?? 'time' })),
    command('Details of the selection', ['code:KeyI'], ['I'], () => state.set({ details: !state.get('details') })),
    command('Fold the upper part, or open it', ['code:KeyO'], ['O'], () => state.set({ folded: !state.get('folded') })),
    command('Swap A and B', [], [], swap),
  ];
}
