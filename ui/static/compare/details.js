// What is selected on the side that a person works on, in words: the panel of a recording, in a drawer beside the timelines.

import { el, fill } from '../state/dom.js';
import { createSelection } from '../panels/selection.js';

/** @typedef {import('./state.js').State} State */

/**
 * @param {readonly [import('./page.js').Side, import('./page.js').Side]} sides
 * @param {State} state
 */
export function createDetails(sides, state) {
  const title = el('h2', {});
  const close = el('button', { class: 'button quiet', type: 'button', id: 'close-details', title: 'Close (I)', 'aria-label': 'Close the details', onclick: () => state.set({ details: false }) }, '✕');
  const body = el('div', { class: 'compare-details-body' });
  const node = el('aside', { class: 'compare-details', id: 'compare-details', 'aria-label': 'Details of the selection', hidden: true }, el('header', {}, title, close), body);
  const panels = sides.map((s) => createSelection(s.store));
  const show = () => {
    const { details, active, opened } = state.values();
    node.hidden = !details;
    const panel = panels[active];
    if (!details || !opened || !panel) return;
    title.textContent = `Details of ${sides[active].name}`;
    if (body.firstChild !== panel.node) fill(body, panel.node);
    panel.update();
  };
  sides.forEach(({ store }, i) => {
    const later = () => { if (state.get('active') === i) store.frame.draw('details', show); };
    store.subscribe((v) => [v.model, v.stateAtCursor, v.selection, v.cursor.event], later);
  });
  state.subscribe((v) => [v.details, v.active, v.opened], show);
  return node;
}
