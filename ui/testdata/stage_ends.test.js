// Contexts and timers on the stage: one node with its channel, how it stands, and what it was made from.
import { equal } from '/testdata/assert.js';
import { State } from '/static/model/states.js';
import { edgeKey } from '/static/stage/edges.js';
import { scene } from '/static/stage/scene.js';
import { topology } from '/static/stage/topology.js';

/** @typedef {import('/static/model/types.js').ProgramState} ProgramState */

// main 0 and w 1; ctx 0 with the channel 2, child 1 with the channel 3, timer t 4 with the channel 5.
const topo = topology({
  goroutines: [{ key: 'g0', g: 0, name: 'main', role: 'main', parent: -1 }, { key: 'g1', g: 1, name: 'w', role: 'w', parent: 0 }],
  objects: [
    ['context', 'ctx', -1, -1], ['context', 'child', -1, 0], ['channel', 'ctx.Done()', 0, -1], ['channel', 'child.Done()', 1, -1],
    ['timer', 't', -1, -1], ['channel', 't.C', 4, -1],
  ].map(([kind, name, owner, parent], o) => ({ key: 'o' + o, o, kind: String(kind), name: String(name), type: '', cap: -1, ops: 1, owner: Number(owner), parent: Number(parent) })),
  edges: [{ g: 0, o: 0, ops: { make: 1, cancel: 1 } }, { g: 1, o: 3, ops: { recv: 1 } }, { g: 0, o: 5, ops: { recv: 1 } }],
});

/** @param {Partial<ProgramState>} patch @returns {ProgramState} */
const state = (patch) => ({
  event: 10, t: 20e6, current: null, goroutines: [], chans: [], locks: [], wgs: [], conds: [], onces: [], cycles: [], totals: {}, ...patch,
});

const info = { created: () => 0, ended: () => -1, object: () => '' };

export function testChannelsBelongToTheirOwners() {
  equal(topo.nodes.map((n) => n.id), ['g0', 'g1', 'o0', 'o1', 'o4']);
  equal([topo.object.get(2), topo.object.get(3), topo.object.get(5)], ['o0', 'o1', 'o4']);
  equal(topo.edges.map((e) => e.from + ' ' + e.to), ['g0 o0', 'g1 o1', 'g0 o4']);
  equal(topo.lineage.map((e) => e.from + ' ' + e.to), ['o0 o1']);
}

export function testHowTheyStand() {
  const view = scene(topo, state({
    goroutines: [{
      g: 1, s: State.recv, since: 0, since_event: 0, op: 'recv', o: 3, owner: 1, file: 0, line: 1, proc: -1, forever: false, held: [], cases: [],
      text: 'waits for child to be cancelled',
    }],
    contexts: [
      { o: 0, parent: -1, deadline: -1, cancelled: true, at: 1e6, why: 'call', by: 0, inferred: false, waiters: [], text: 'cancelled at 1.0 ms by main' },
      { o: 1, parent: 0, deadline: 30e6, cancelled: false, at: 0, why: '', by: -1, inferred: false, waiters: [1], text: 'deadline in 10 ms' },
    ],
    timers: [{ o: 4, state: 'fired', since: 5e6, until: -1, every: 0, inferred: true, waiters: [], text: 'fired at 5.0 ms' }],
  }), 20e6, info);
  const look = (/** @type {string} */ id) => {
    const n = view.nodes.get(id);
    return [n?.sub, n?.text, n?.closed, n?.state];
  };
  equal(look('o0'), ['cancelled', 'cancelled at 1.0 ms by main', true, State.none]);
  equal(look('o1'), ['live', 'deadline in 10 ms', false, State.recv]);
  equal(look('o4'), ['fired', 'fired at 5.0 ms', true, State.none]);
  equal(view.nodes.get('g1')?.text, 'waits for child to be cancelled');
  equal(view.edges.get(edgeKey('g1', 'o1'))?.look, 'waiting', 'the wait leads to the context');
  equal(view.edges.get(edgeKey('o0', 'o1'))?.flow, 'in');
  equal(scene(topo, state({}), 0, info).nodes.get('o1')?.sub, 'not made yet');
}
