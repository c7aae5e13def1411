// What is on the stage and how it is connected, from the recording's model: the input of the layout. It depends on the
// whole recording and never on the playhead, so that nothing moves while replaying.
import { addMemory, memories } from './memory.js';
import { shortNames } from './names.js';

/** Above this many nodes goroutines are grouped by role, then objects by kind and name. */
export const GROUP_ABOVE = 40;

/** Nodes that are drawn at most, even when grouping by role is not enough: the least used give way to one 'others' node. */
const MOST_NODES = 40;

/**
 * @typedef {'goroutine'|'channel'|'lock'|'waitgroup'|'cond'|'once'|'context'|'timer'|'memory'} NodeKind
 *
 * @typedef {object} StageNode
 * @property {string} id stable: the model's key ('g3', 'o0'), or 'role:…', 'kind:…' for a group
 * @property {NodeKind} kind
 * @property {string} label short name, inside the node
 * @property {string} title long name
 * @property {number[]} members ids of goroutines (or of objects) that the node stands for; one unless it is a group
 * @property {number} cap capacity of a channel; -1 unknown
 * @property {string} type Go type of an object, '' when unknown
 * @property {number} order spawn order, or order of first use
 * @property {string} parent id of the node of the goroutine that spawned this one, '' for none
 *
 * @typedef {object} StageEdge
 * @property {string} from id of the goroutine's node
 * @property {string} to id of the object's node
 * @property {boolean} sends from sends to (or closes) the channel
 * @property {boolean} receives from receives from the channel
 * @property {boolean} waits from waits for the WaitGroup or Cond
 * @property {number} uses number of operations
 *
 * @typedef {object} Topology
 * @property {StageNode[]} nodes
 * @property {StageEdge[]} edges
 * @property {StageEdge[]} lineage from a context to one that was made from it, or to the timer that it fires
 * @property {Map<number, string>} goroutine node id by goroutine
 * @property {Map<number, string>} object node id by object
 * @property {Map<number, string>} short short name by goroutine
 * @property {import('./memory.js').Memory[]} memory of data races
 * @property {readonly import('./memory.js').Race[]} findings
 * @property {boolean} grouped
 *
 * @typedef {object} ModelLike the part of the model that the stage needs
 * @property {readonly {key: string, g: number, name: string, role: string, parent: number}[]} goroutines
 * @property {readonly {key: string, o: number, kind: string, name: string, type: string, cap: number, ops: number, owner?: number, parent?: number}[]} objects
 * @property {readonly {g: number, o: number, ops: Record<string, number>}[]} edges
 * @property {readonly import('./memory.js').Race[]} [findings]
 */

/**
 * @param {ModelLike} all
 * @returns {Topology}
 */
export function topology(all) {
  // Timers make channels by the dozen that nobody names or uses by hand: they would only push the others together.
  // The channel of a context or timer is a part of that.
  const model = { ...all, objects: all.objects.filter((o) => (o.owner ?? -1) < 0 && (o.name !== '' || o.ops > 0)) };
  const grouped = model.goroutines.length + model.objects.length > GROUP_ABOVE;
  const short = shortNames(model.goroutines);
  const goroutines = goroutineNodes(model, short, grouped);
  const objects = objectNodes(model, goroutines.nodes.length);
  for (const o of all.objects) {
    const owner = objects.by.get(o.owner ?? -1);
    if (owner !== undefined) objects.by.set(o.o, owner);
  }
  const nodes = [...goroutines.nodes, ...objects.nodes];
  const edges = stageEdges(model, goroutines.by, objects.by);
  const memory = memories(all.findings ?? []);
  addMemory(memory, nodes, edges, goroutines.by);
  return { nodes, edges, goroutine: goroutines.by, object: objects.by, short, grouped, memory, findings: all.findings ?? [], lineage: lineage(model, objects.by) };
}

/**
 * @param {ModelLike} model
 * @param {Map<number, string>} object
 * @returns {StageEdge[]}
 */
function lineage(model, object) {
  /** @type {Map<string, StageEdge>} */
  const out = new Map();
  for (const o of model.objects) {
    const from = object.get(o.parent ?? -1);
    const to = object.get(o.o);
    if (from === undefined || to === undefined || from === to) continue;
    out.set(from + '\n' + to, { from, to, sends: false, receives: false, waits: false, uses: 0 });
  }
  return [...out.values()];
}

/**
 * @param {ModelLike} model
 * @param {Map<number, string>} short
 * @param {boolean} grouped
 */
function goroutineNodes(model, short, grouped) {
  /** @type {Map<string, StageNode>} */
  const nodes = new Map();
  /** @type {Map<number, string>} */
  const by = new Map();
  for (const g of model.goroutines) {
    const role = g.role || g.name;
    const id = grouped ? 'role:' + role : g.key;
    by.set(g.g, id);
    const known = nodes.get(id);
    if (known) {
      known.members.push(g.g);
      continue;
    }
    const parent = by.get(g.parent) ?? '';
    nodes.set(id, {
      id, kind: 'goroutine', label: short.get(g.g) ?? g.name, title: grouped ? role : g.name,
      members: [g.g], cap: -1, type: '', order: nodes.size, parent: parent === id ? '' : parent,
    });
  }
  for (const node of nodes.values()) {
    if (node.members.length === 1) continue;
    node.label = '×' + node.members.length;
  }
  return { nodes: cutOff([...nodes.values()], by, 'role:others', 'others'), by };
}

/** @type {Record<string, NodeKind>} */
const KINDS = { channel: 'channel', pipe: 'channel', mutex: 'lock', rwmutex: 'lock', waitgroup: 'waitgroup', cond: 'cond', once: 'once', context: 'context', timer: 'timer' };

/** What stands above an object: of a pipe "stdin/2" for the stdin of process 2. @param {string} name */
const objectLabel = (name) => name.replace(/ of process (\d+)$/, '/$1');

/**
 * @param {ModelLike} model
 * @param {number} taken nodes that goroutines have already
 */
function objectNodes(model, taken) {
  const grouped = taken + model.objects.length > GROUP_ABOVE;
  /** @type {Map<string, StageNode>} */
  const nodes = new Map();
  /** @type {Map<number, string>} */
  const by = new Map();
  for (const o of model.objects) {
    const kind = KINDS[o.kind];
    if (!kind) continue;
    const id = grouped ? `kind:${o.kind}:${o.name}` : o.key;
    by.set(o.o, id);
    const known = nodes.get(id);
    if (known) {
      known.members.push(o.o);
      known.label = objectLabel(o.name) + ' ×' + known.members.length;
      continue;
    }
    nodes.set(id, {
      id, kind, label: objectLabel(o.name || o.kind), title: o.name || 'unnamed ' + o.kind, members: [o.o], cap: o.cap, type: o.type,
      order: nodes.size, parent: '',
    });
  }
  return { nodes: cutOff([...nodes.values()], by, 'kind:others', 'others'), by };
}

/**
 * Keeps the nodes with most members; the rest become one node.
 * @param {StageNode[]} nodes
 * @param {Map<number, string>} by changed: members of the rest point at the 'others' node
 * @param {string} id
 * @param {string} title
 */
function cutOff(nodes, by, id, title) {
  const most = MOST_NODES / 2;
  if (nodes.length <= MOST_NODES) return nodes;
  const rank = [...nodes].sort((a, b) => b.members.length - a.members.length || a.order - b.order);
  const keep = new Set(rank.slice(0, most - 1));
  // The first node is main: it stays whatever its size.
  if (nodes[0]) keep.add(nodes[0]);
  const rest = nodes.filter((n) => !keep.has(n));
  const members = rest.flatMap((n) => n.members);
  for (const m of members) by.set(m, id);
  const gone = new Set(rest.map((n) => n.id));
  const kept = nodes.filter((n) => keep.has(n));
  for (const n of kept) if (gone.has(n.parent)) n.parent = '';
  const kind = rest[0]?.kind ?? 'lock';
  kept.push({
    id, kind: kind === 'goroutine' ? kind : 'lock', label: kind === 'goroutine' ? '×' + members.length : `${title} ×${members.length}`,
    title, members, cap: -1, type: '', order: nodes.length, parent: '',
  });
  return kept;
}

const WAITS = new Set(['wait', 'waited', 'condwait', 'cond']);

/**
 * @param {ModelLike} model
 * @param {Map<number, string>} goroutine
 * @param {Map<number, string>} object
 * @returns {StageEdge[]} one per pair of nodes, in order of first appearance
 */
function stageEdges(model, goroutine, object) {
  /** @type {Map<string, StageEdge>} */
  const edges = new Map();
  for (const e of model.edges) {
    const from = goroutine.get(e.g);
    const to = object.get(e.o);
    if (from === undefined || to === undefined) continue;
    const ops = Object.keys(e.ops);
    // Who only makes a channel does not use it as far as the stage is concerned.
    if (ops.every((op) => op === 'make')) continue;
    const key = from + '\n' + to;
    const edge = edges.get(key) ?? { from, to, sends: false, receives: false, waits: false, uses: 0 };
    edges.set(key, edge);
    for (const op of ops) edge.uses += e.ops[op] ?? 0;
    if (ops.includes('send') || ops.includes('pipe-write') || ops.includes('select-send') || ops.every((op) => op === 'close' || op === 'make')) edge.sends = true;
    if (ops.includes('recv') || ops.includes('range') || ops.includes('pipe-read') || ops.includes('select-recv')) edge.receives = true;
    if (ops.some((op) => WAITS.has(op))) edge.waits = true;
  }
  return [...edges.values()];
}
