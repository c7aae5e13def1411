// The help: every key from the table of commands, the mouse, and what the colours mean.

import { STATES } from '../model/states.js';
import { el } from '../state/dom.js';
import { show } from './palette.js';

/** @typedef {import('./commands.js').Command} Command */

const MOUSE = [
  ['Wheel', 'scroll the rows'], ['Ctrl+wheel', 'zoom at the pointer'], ['Drag', 'select an area'], ['Shift+drag', 'pan'],
  ['Drag on the ruler', 'move the playhead'], ['Click', 'select'], ['Double click', 'fit'], ['Right button', 'menu'],
];

/** @param {Command[]} commands */
export function openHelp(commands) {
  const bound = commands.filter((c) => c.keys.length > 0);
  const groups = [...new Set(bound.map((c) => c.group))].map((group) => el('div', { class: 'help-group' }, el('h3', {}, group),
    ...bound.filter((c) => c.group === group).map((c) => row(c.title, c.shown))));
  const dialog = el('dialog', { class: 'help', id: 'help-dialog', 'aria-label': 'Keys and colours' },
    el('div', { class: 'help-head' }, el('h2', {}, 'Keys and colours'),
      el('button', { class: 'button', type: 'button', onclick: () => dialog.close() }, 'Close')),
    el('div', { class: 'help-columns' }, ...groups,
      el('div', { class: 'help-group' }, el('h3', {}, 'Mouse'), ...MOUSE.map(([keys, text]) => row(text ?? '', [keys ?? ''])))),
    el('h3', { class: 'muted' }, 'Colours'),
    el('div', { class: 'legend' }, ...legend()));
  show(dialog);
}

/**
 * @param {string} text
 * @param {string[]} keys
 */
function row(text, keys) {
  return el('div', { class: 'help-row' }, el('span', {}, text), el('span', { class: 'keys' }, ...keys.map((k) => el('kbd', {}, k))));
}

function legend() {
  return STATES.filter((s) => s.css !== '--s-none')
    .map((s) => el('div', {}, el('span', { class: `swatch swatch-${s.name}` }), s.word))
    .concat(el('div', {}, el('span', { class: 'swatch swatch-forever' }), 'blocked for ever'));
}
