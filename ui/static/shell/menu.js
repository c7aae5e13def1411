// A button with a menu below it: opens on click, closes on choice, Escape or a press elsewhere; arrows move.

import { el, fill } from '../state/dom.js';

/**
 * @typedef {object} Item
 * @property {string} label
 * @property {string} [note]
 * @property {() => void} [run]
 * @property {string} [href]
 * @property {boolean} [active]
 * @property {string} [download]
 */

/**
 * @param {HTMLButtonElement} button
 * @param {() => Item[]} items  asked for each time the menu opens
 * @param {{right?:boolean, empty?:string}} [options]
 */
export function menu(button, items, options = {}) {
  const list = el('div', { class: `menu${options.right ? ' right' : ''}`, role: 'menu', hidden: true });
  const host = el('div', { class: 'menu-host' }, button, list);
  button.setAttribute('aria-haspopup', 'menu');
  button.setAttribute('aria-expanded', 'false');
  const close = () => {
    list.hidden = true;
    button.setAttribute('aria-expanded', 'false');
  };
  const open = () => {
    const entries = items().map((i) => entry(i, close));
    fill(list, ...entries);
    if (entries.length === 0) list.append(el('div', { class: 'menu-title' }, options.empty ?? 'Nothing here.'));
    list.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    /** @type {HTMLElement|null} */ (list.querySelector('.active') ?? list.querySelector('.menu-item'))?.focus();
  };
  button.addEventListener('click', () => (list.hidden ? open() : close()));
  document.addEventListener('pointerdown', (ev) => {
    if (!host.contains(/** @type {Node} */ (ev.target))) close();
  });
  host.addEventListener('keydown', (ev) => move(ev, list, () => { close(); button.focus(); }));
  return host;
}

/**
 * @param {Item} item
 * @param {() => void} close
 */
export function entry(item, close) {
  const content = [el('span', { class: 'grow' }, item.label), item.note ? el('small', {}, item.note) : null];
  const shared = { class: `menu-item${item.active ? ' active' : ''}`, role: 'menuitem', tabindex: '-1', title: [item.label, item.note].filter(Boolean).join(': ') };
  if (item.href !== undefined) return el('a', { ...shared, href: item.href, download: item.download, onclick: close }, ...content);
  return el('button', { ...shared, type: 'button', onclick: () => { close(); item.run?.(); } }, ...content);
}

/**
 * @param {KeyboardEvent} ev
 * @param {HTMLElement} list
 * @param {() => void} close
 */
export function move(ev, list, close) {
  if (list.hidden) return;
  const all = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('.menu-item')]);
  const now = all.findIndex((n) => n === document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
  if (step !== undefined) all[(now + step + all.length) % all.length]?.focus();
  else if (ev.key === 'Escape') close();
  else return;
  ev.preventDefault();
  ev.stopPropagation();
}
