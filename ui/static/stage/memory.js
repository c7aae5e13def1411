// Memory that goroutines use at the same time with nothing that orders them: what a data race is about. A recording knows neither
// its name nor when it was used; the race detector tells the lines, and the finding when it told them. So it is on the stage from the
// beginning, and lights up with its finding; who may have been it, but need not, is dashed.
import { State } from '../model/states.js';
import { edgeKey } from './edges.js';

/** @typedef {import('../model/types.js').Finding} Finding */
/** @typedef {import('./topology.js').StageNode} StageNode */
/** @typedef {import('./topology.js').StageEdge} StageEdge */
/** @typedef {import('./scene.js').NodeView} NodeView */
/** @typedef {import('./scene.js').Scene} Scene */
/** @typedef {Pick<Finding, 'id'|'time_ns'|'memory'|'accesses'> & Partial<Pick<Finding, 'g'|'o'>>} Race  a finding, as far as the stage shows it */
/** @typedef {{id: string, races: Race[]}} Memory  with the races that are told of it */

/** So many of them are on the stage: a table of which each element is raced for is told once or twice. */
const MOST = 2;

/**
 * The memory of a recording's data races, in the order of the findings.
 * @param {readonly Race[]} findings
 * @returns {Memory[]}
 */
export function memories(findings) {
  /** @type {Map<number, Memory>} */
  const by = new Map();
  for (const f of findings) {
    if (!f.memory || !f.accesses?.some((a) => a.g.length > 0)) continue;
    const known = by.get(f.memory);
    if (known) known.races.push(f);
    else if (by.size < MOST) by.set(f.memory, { id: 'memory' + f.memory, races: [f] });
  }
  return [...by.values()];
}

/**
 * Adds nodes and edges for them to what is on the stage.
 * @param {readonly Memory[]} list
 * @param {StageNode[]} nodes
 * @param {StageEdge[]} edges
 * @param {Map<number, string>} goroutine node id by goroutine
 */
export function addMemory(list, nodes, edges, goroutine) {
  list.forEach((m, i) => {
    const label = list.length > 1 ? `memory ${i + 1}` : 'memory';
    nodes.push({ id: m.id, kind: 'memory', label, title: label, members: [], cap: -1, type: '', order: nodes.length, parent: '' });
    for (const from of new Set(m.races.flatMap((f) => (f.accesses ?? []).flatMap((a) => a.g.map((g) => goroutine.get(g) ?? ''))))) {
      if (from !== '') edges.push({ from, to: m.id, sends: false, receives: false, waits: false, uses: 1 });
    }
  });
}

/**
 * One access that it may have done, or the lines of several: there is little room.
 * @param {string[]} words
 */
const perhaps = (words) => 'perhaps ' + (words.length < 2 ? words.join() : [...new Set(words.map(line))].join(' or '));

/** "main.go:38" without the file when all of them are in one. @param {string} site */
const line = (site) => site.slice(site.lastIndexOf(':'));

/**
 * What memory looks like at a time: nothing is known of it before its first finding.
 * @param {NodeView} view
 * @param {readonly Memory[]} list
 * @param {number} time
 */
export function memoryView(view, list, time) {
  const races = list.find((m) => m.id === view.node.id)?.races ?? [];
  const told = races.filter((f) => f.time_ns <= time);
  view.faint = told.length === 0;
  if (view.faint) return view;
  view.found = true;
  view.state = State.running;
  view.sub = 'data race';
  const sides = told.flatMap((f) => f.accesses ?? []);
  const files = new Set(sides.map((a) => a.site.slice(0, a.site.lastIndexOf(':'))));
  view.text = [...new Set(sides.map((a) => `${a.what} ${files.size > 1 ? a.site : line(a.site)}`))].slice(0, 4).join(', ');
  return view;
}

/**
 * Marks who used it, at the very findings: an arrow into the memory is a write, and dashes mean that it may have been another.
 * @param {import('./topology.js').Topology} topo
 * @param {number} time
 * @param {Scene} scene changed, and returned
 */
export function markRaces(topo, time, scene) {
  for (const m of topo.memory) {
    const now = m.races.filter((f) => f.time_ns === time).flatMap((f) => f.accesses ?? []);
    /** @type {Map<string, string[]>} */
    const words = new Map();
    for (const a of now) {
      for (const id of new Set(a.g.map((g) => topo.goroutine.get(g) ?? ''))) {
        const verb = a.what.includes('write') ? 'writes' : 'reads';
        words.set(id, [...(words.get(id) ?? []), `${verb} ${line(a.site)}`]);
        const edge = scene.edges.get(edgeKey(id, m.id));
        if (edge && edge.look !== 'cycle') Object.assign(edge, { look: a.g.length === 1 ? 'cycle' : 'forever', state: State.running, flow: verb === 'writes' ? 'in' : 'out' });
      }
    }
    for (const [id, list] of words) {
      const node = scene.nodes.get(id);
      const sure = scene.edges.get(edgeKey(id, m.id))?.look === 'cycle';
      if (node) Object.assign(node, { found: true, faint: false, text: sure ? [...new Set(list)].join(', ') : perhaps([...new Set(list)]), detail: 'data race' });
    }
  }
  return scene;
}
