// The stage in words, for screen readers: one line per node. Pure.
import { stateInfo } from '../model/states.js';

/** @typedef {import('./scene.js').Scene} Scene */
/** @typedef {import('./scene.js').NodeView} NodeView */

/**
 * @param {Scene} scene
 * @returns {string[]}
 */
export function inWords(scene) {
  return [...scene.nodes.values()].map(sentence);
}

/** @param {NodeView} view */
export function sentence(view) {
  const parts = [];
  if (view.node.kind === 'goroutine') {
    parts.push(`goroutine ${view.node.title}`);
    if (view.segments.length) parts.push(view.segments.map((s) => `${s.n} ${stateInfo(s.state).word}`).join(', '));
    else parts.push(view.text, view.detail);
  } else if (view.node.kind === 'channel') {
    parts.push('channel ' + view.title, view.text);
    const held = view.slots.flatMap((s) => (s ? [s.text] : []));
    if (held.length) parts.push('holds, newest first: ' + held.slice(0, 20).join(', '));
    if (view.sendq.length) parts.push('to send: ' + view.sendq.join(', '));
    if (view.recvq.length) parts.push('to receive: ' + view.recvq.join(', '));
  } else {
    parts.push(`${view.node.kind} ${view.label}`, view.sub, view.text);
  }
  if (view.forever) parts.push('for ever');
  if (view.found) parts.push('a finding is about it');
  if (view.cycle) parts.push('part of a wait-for cycle');
  return parts.filter((p) => p !== '').join('; ');
}
