// Messages on their way between two states: decoration. Pure: from what was resting where, what rests where now and the
// events between follow the paths; when the animation ends the scene alone is left.
import { State } from '../model/states.js';
import { RECEIVES, SENDS, keyOf } from './scene.js';

/** @typedef {import('./scene.js').Bubble} Bubble */
/** @typedef {import('./topology.js').Topology} Topology */
/** @typedef {import('../model/types.js').EventRow} EventRow */

/**
 * A bubble that moves along an edge from `from` to `to` (0 at the goroutine, 1 at the object).
 * @typedef {{id: string, edge: string, text: string, state: number, from: number, to: number}} Move
 */

/**
 * @param {readonly Bubble[]} before  resting bubbles of the state before
 * @param {readonly Bubble[]} after   of the state now
 * @param {readonly EventRow[]} events  between the two
 * @param {Topology} topo
 * @returns {Move[]} one per message and edge
 */
export function moves(before, after, events, topo) {
  /** @type {Map<string, Move>} */
  const out = new Map();
  /** @param {Move} m */
  const add = (m) => { if (m.from !== m.to) out.set(m.id + m.edge, m); };
  const resting = new Map(before.map((b) => [b.id + b.edge, b]));
  const rests = new Map(after.map((b) => [b.id + b.edge, b]));
  for (const e of events) {
    if (e.k <= 0 || e.o < 0) continue;
    const edge = keyOf(topo, e.g, e.o);
    const id = `${e.o}:${e.k}`;
    const base = { id, edge, text: '#' + e.k };
    if (SENDS.has(e.kind)) add({ ...base, state: State.send, from: 0, to: 1 });
    if (RECEIVES.has(e.kind)) add({ ...base, state: State.recv, from: 1, to: rests.get(id + edge)?.at ?? 0 });
  }
  if (events.length === 0) return [];
  for (const b of after) {
    // A sender has just blocked: its message comes out of it.
    if (b.state === State.send && !resting.has(b.id + b.edge)) add({ ...b, from: 0, to: b.at });
  }
  for (const b of before) {
    // What a sender held goes into the tube, what had just been received arrives.
    if (!rests.has(b.id + b.edge)) add({ ...b, from: b.at, to: b.state === State.send ? 1 : 0 });
  }
  return [...out.values()];
}

/**
 * Where a move is after a share of its time: it leaves and arrives gently.
 * @param {Move} m
 * @param {number} x  0..1
 */
export function positionOf(m, x) {
  const eased = x < 0.5 ? 2 * x * x : 1 - (2 - 2 * x) ** 2 / 2;
  return m.from + (m.to - m.from) * eased;
}
