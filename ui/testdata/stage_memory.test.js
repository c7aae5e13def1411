// Memory of data races on the stage: unknown before its finding, then told with the lines, and who used it at the finding itself.
import { equal } from '/testdata/assert.js';
import { stopEvents } from '/static/model/stops.js';
import { edgeKey } from '/static/stage/edges.js';
import { memories } from '/static/stage/memory.js';
import { scene } from '/static/stage/scene.js';
import { topology } from '/static/stage/topology.js';

/** @typedef {import('/static/model/types.js').ProgramState} ProgramState */

const goroutines = ['main', 'a', 'b', 'c'].map((name, g) => ({ key: 'g' + g, g, name, role: name, parent: g === 0 ? -1 : 0 }));
const write = { what: 'write', site: 'main.go:38', g: [1] };
const findings = [
  { id: 0, time_ns: 10, memory: 1, accesses: [write, { what: 'read', site: 'main.go:36', g: [2, 3] }] },
  { id: 1, time_ns: 20, memory: 1, accesses: [write, { what: 'write', site: 'main.go:38', g: [2] }] },
  { id: 2, time_ns: 5 },
];
const topo = topology({ goroutines, objects: [], edges: [], findings });

/** @type {ProgramState} */
const state = { event: 1, t: 0, current: null, goroutines: [], chans: [], locks: [], wgs: [], conds: [], onces: [], cycles: [], totals: {} };
const info = { created: () => 0, ended: () => -1, object: () => '' };

/** @param {number} time */
function looks(time) {
  const view = scene(topo, state, time, info);
  const memory = view.nodes.get('memory1');
  const edges = [1, 2, 3].map((g) => view.edges.get(edgeKey('g' + g, 'memory1'))).map((e) => `${e?.look} ${e?.flow}`);
  return { faint: memory?.faint, sub: memory?.sub, text: memory?.text, edges, a: view.nodes.get('g1')?.text, b: view.nodes.get('g2'), main: view.nodes.get('g0')?.found };
}

export function testOneNodeForAllRacesOfTheSameMemory() {
  equal(topo.nodes.map((n) => n.id), ['g0', 'g1', 'g2', 'g3', 'memory1']);
  equal(topo.edges.map((e) => e.from), ['g1', 'g2', 'g3']);
  equal(memories([1, 2, 3, 4].map((n) => ({ id: n, time_ns: 0, memory: n, accesses: [write] }))).length, 2);
}

export function testWhatIsKnownAtATime() {
  const before = looks(9);
  equal([before.faint, before.sub, before.text], [true, '', '']);
  equal(before.edges, ['idle none', 'idle none', 'idle none']);
  const at = looks(10);
  equal([at.faint, at.sub, at.text], [false, 'data race', 'write :38, read :36']);
  equal(at.edges, ['cycle in', 'forever out', 'forever out'], 'candidates are dashed');
  equal([at.a, at.b?.text, at.b?.detail, at.main], ['writes :38', 'perhaps reads :36', 'data race', false]);
  const after = looks(15);
  equal([after.sub, after.edges.join()], ['data race', 'idle none,idle none,idle none']);
  equal(looks(20).edges, ['cycle in', 'cycle in', 'idle none']);
}

// The witnesses of a data race are where its goroutines began: the replay pauses where it was told instead.
export function testPause() {
  const f = { id: 0, kind: 'data-race', verdict: 'proven', severity: 'error', message: '', why: [], time_ns: 50, goroutines: [], objects: [], sites: [], events: [1, 2], g: [], o: [] };
  const at = (/** @type {number} */ t) => (t === 50 ? 40 : undefined);
  equal(stopEvents([f, { ...f, kind: 'deadlock' }], [], at), [2, 40]);
  equal(stopEvents([{ ...f, time_ns: 51 }], [], at), [2]);
}

export function testFoundAtItsTime() {
  const t = topology({ goroutines, objects: [{ key: 'o0', o: 0, kind: 'channel', name: 'c', type: 'chan int', cap: 1, ops: 2 }],
    edges: [{ g: 1, o: 0, ops: { send: 1 } }, { g: 2, o: 0, ops: { close: 1 } }], findings: [{ id: 0, time_ns: 30, g: [1], o: [0] }] });
  const found = (/** @type {number} */ time) => {
    const view = scene(t, state, time, info);
    return [...view.nodes.values()].filter((n) => n.found).map((n) => n.node.id).join() + ' ' + view.edges.get(edgeKey('g1', 'o0'))?.look;
  };
  equal([found(29), found(30), found(31)], [' idle', 'g1,o0 cycle', ' idle']);
}
