// Opening a file by dropping it on the page or by choosing one: a Go execution trace or a .tviz bundle. The server takes it in,
// and the page opens the recording that it has become.

import { el } from '../state/dom.js';
import { post } from '../state/post.js';
import { show } from './palette.js';

/** @typedef {import('../state/store.js').Store} Store */

/**
 * @param {Store} store
 */
export function mountDrop(store) {
  const veil = el('div', { class: 'drop-veil', hidden: true }, el('p', {}, 'Drop a Go execution trace or a .tviz file to open it'));
  document.body.append(veil);
  const files = (/** @type {DragEvent} */ ev) => ev.dataTransfer?.types.includes('Files') ?? false;
  addEventListener('dragover', (ev) => {
    if (!files(ev)) return;
    ev.preventDefault();
    veil.hidden = false;
  });
  addEventListener('dragleave', (ev) => { if (ev.relatedTarget === null) veil.hidden = true; });
  addEventListener('drop', (ev) => {
    if (!files(ev)) return;
    ev.preventDefault(); // else the browser leaves the page for the file
    veil.hidden = true;
    const file = ev.dataTransfer?.files[0];
    if (file) take(store, file);
  });
}

/**
 * A button that lets a person choose a file.
 * @param {Store} store
 */
export function chooseFile(store) {
  const input = el('input', { type: 'file', id: 'file', class: 'visually-hidden', tabindex: '-1', 'aria-label': 'Trace or .tviz file', onchange: () => {
    const file = input.files?.[0];
    if (file) take(store, file);
    input.value = '';
  } });
  return el('span', {}, el('button', { type: 'button', class: 'button', onclick: () => input.click() }, 'Choose a file …'), input);
}

/**
 * Sends the file and opens what it has become.
 * @param {Store} store
 * @param {File} file
 */
async function take(store, file) {
  const release = store.frame.hold();
  store.say(`Sending ${file.name} …`);
  try {
    const { id } = await post(`/api/open?name=${encodeURIComponent(file.name)}`, file);
    store.set({ notice: null });
    location.hash = `#v=1&r=${id}`;
  } catch (err) {
    store.set({ notice: null });
    refuse(err instanceof Error ? err.message : String(err));
  } finally {
    release();
  }
}

/**
 * Says why a file can't be opened; what was shown stays.
 * @param {string} why
 */
function refuse(why) {
  const dialog = el('dialog', { class: 'help refused', id: 'refused', 'aria-label': 'This file can\'t be opened' },
    el('div', { class: 'help-head' }, el('h2', {}, 'This file can\'t be opened'), el('button', { class: 'button', type: 'button', onclick: () => dialog.close() }, 'Close')),
    el('p', {}, why),
    el('p', { class: 'muted' }, 'trace-viz opens Go execution traces (go test -trace, /debug/pprof/trace) and the .tviz files that it exports.'));
  show(dialog);
}
