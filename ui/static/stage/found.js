// What a finding is about, at the very moment that it points to: its goroutines and objects have the colour of findings there.

import { edgeKey } from './edges.js';

/** @typedef {import('./scene.js').Scene} Scene */
/** @typedef {import('./topology.js').Topology} Topology */

/**
 * @param {Topology} topo
 * @param {number} time
 * @param {Scene} scene changed, and returned
 */
export function markFound(topo, time, scene) {
  for (const f of topo.findings) {
    if (f.time_ns !== time) continue;
    for (const id of [...(f.g ?? []).map((g) => topo.goroutine.get(g)), ...(f.o ?? []).map((o) => topo.object.get(o))]) {
      const node = scene.nodes.get(id ?? '');
      if (node) node.found = true;
    }
    // Of one goroutine it is clear what it does with the object; who of many does what, their states tell.
    const [g, o] = [f.g?.[0], f.o?.[0]];
    if (g === undefined || o === undefined || f.g?.length !== 1) continue;
    const edge = scene.edges.get(edgeKey(topo.goroutine.get(g) ?? '', topo.object.get(o) ?? ''));
    if (edge && (edge.look === 'idle' || edge.look === 'active')) Object.assign(edge, { look: 'cycle', flow: edge.flow === 'none' ? 'in' : edge.flow });
  }
  return scene;
}
