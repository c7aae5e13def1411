// Pieces that several panels use: links to goroutines, objects, places and times; state dots; notes in empty panels.
import { stateInfo } from '../model/states.js';
import { formatDuration } from '../model/time.js';
import { el } from '../state/dom.js';
import { linkify, parseTime } from './linkify.js';
import { withText } from './sourcemodel.js';

/** @typedef {import('../state/store.js').Store} Store */

/**
 * A link inside a text that does something on this page. No button: that would not break over two lines.
 * @param {string} text
 * @param {() => void} follow
 * @param {string} [title]
 */
export function link(text, follow, title) {
  const go = (/** @type {Event} */ ev) => { ev.stopPropagation(); ev.preventDefault(); follow(); };
  return el('span', {
    role: 'link', tabindex: 0, class: 'link', title, onclick: go,
    onkeydown: (/** @type {KeyboardEvent} */ ev) => { if (ev.key === 'Enter' || ev.key === ' ') go(ev); },
  }, text);
}

/** @param {Store} store @param {number} g */
export function goroutineLink(store, g) {
  const node = link(store.gname(g), () => store.set({ selection: { kind: 'goroutine', id: g }, panel: 'selection' }));
  return hovering(store, node, 'goroutine', g);
}

/** @param {Store} store @param {number} o */
export function objectLink(store, o) {
  const node = link(store.oname(o), () => store.set({ selection: { kind: 'object', id: o }, panel: 'selection' }));
  return hovering(store, node, 'object', o);
}

/**
 * The stage and the timeline show what is under the pointer.
 * @template {HTMLElement} T
 * @param {Store} store
 * @param {T} node
 * @param {'goroutine'|'object'} kind
 * @param {number} id
 * @returns {T}
 */
export function hovering(store, node, kind, id) {
  node.addEventListener('pointerenter', () => store.set({ hover: { kind, id } }));
  node.addEventListener('pointerleave', () => store.set({ hover: null }));
  return node;
}

/**
 * A place in the source; text only when the recording does not have that of the file.
 * @param {Store} store
 * @param {number} file
 * @param {number} line
 */
export function siteLink(store, file, line) {
  const path = store.get('model')?.files[file];
  if (path === undefined || line <= 0) return el('span', { class: 'muted' }, 'unknown place');
  if (!withText(store.get('model')).includes(file)) return el('span', { class: 'muted' }, `${path}:${line}`);
  return link(`${path}:${line}`, () => store.openSource(file, line));
}

/** @param {Store} store @param {number} t @param {string} [text] */
export function timeLink(store, t, text) {
  return link(text ?? formatDuration(t), () => { store.seekTime(t).then(() => store.reveal(t)); });
}

/**
 * A text with everything in it that can be followed.
 * @param {Store} store
 * @param {string} text
 * @returns {(Node|string)[]}
 */
export function rich(store, text) {
  const model = store.get('model');
  if (!model) return [text];
  return linkify(text, model).map((part) => {
    switch (part.kind) {
      case 'goroutine': return goroutineLink(store, part.g);
      case 'object': return objectLink(store, part.o);
      case 'site': return siteLink(store, part.file, part.line);
      case 'time': return timeLink(store, parseTime(part.text), part.text);
      case 'message': return el('b', {}, part.text);
      default: return part.text;
    }
  });
}

/**
 * A dot in a state's colour; the word goes with it for those who don't see colours.
 * @param {number} code
 * @param {boolean} [forever]
 */
export function dot(code, forever = false) {
  const info = stateInfo(code);
  return el('span', { class: `swatch swatch-${info.name}${forever ? ' swatch-forever' : ''}`, title: forever ? info.word + ', forever' : info.word });
}

/**
 * What an empty panel says.
 * @param {string} title
 * @param {...(Node|string)} why
 */
export function emptyNote(title, ...why) {
  return el('div', { class: 'panel-empty' }, el('h3', {}, title), el('p', {}, ...why));
}
