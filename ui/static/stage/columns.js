// Which column of the stage a node stands in: data flows from left to right (senders, channel, receivers), a goroutine
// stands right of the one that spawned it unless the data says otherwise, locks right of those who use them, and a
// WaitGroup under the goroutine that waits for it. Pure and deterministic.

/** @typedef {import('./topology.js').StageNode} StageNode */
/** @typedef {import('./topology.js').StageEdge} StageEdge */
/** @typedef {import('./topology.js').Topology} Topology */

/** Above this many columns spawn depth no longer adds columns: a recursion would make a staircase. */
const MOST_COLUMNS = 7;

/** A WaitGroup stands under its waiter only while that column has room. */
const ROOM_UNDER_WAITER = 2;

/**
 * @param {Topology} topo
 * @returns {StageNode[][]} columns from left to right, each from top to bottom; every node once
 */
export function columns(topo) {
  const flow = flowEdges(topo);
  let ranks = rank(topo, flow, spawnEdges(topo, false));
  if (Math.max(0, ...ranks.values()) >= MOST_COLUMNS) ranks = rank(topo, flow, spawnEdges(topo, true));
  placeLocks(topo, ranks);
  placeWaitGroups(topo, ranks);
  /** @type {StageNode[][]} */
  const cols = [];
  for (const n of topo.nodes) (cols[ranks.get(n.id) ?? 0] ??= []).push(n);
  const dense = cols.filter((c) => c !== undefined && c.length > 0);
  order(dense, topo);
  return dense;
}

/**
 * A channel that each of its users both sends to and receives from is a semaphore: it stands where a lock stands.
 * @param {Topology} topo
 * @returns {Set<string>} ids of nodes that stand where locks stand
 */
function lockLike(topo) {
  const out = new Set(topo.nodes.filter((n) => n.kind === 'lock' || n.kind === 'cond' || n.kind === 'once' || n.kind === 'context' || n.kind === 'timer' || n.kind === 'memory').map((n) => n.id));
  for (const n of topo.nodes) {
    if (n.kind !== 'channel') continue;
    const edges = topo.edges.filter((e) => e.to === n.id);
    if (edges.length === 0 || edges.every((e) => e.sends && e.receives)) out.add(n.id);
  }
  return out;
}

/**
 * @param {Topology} topo
 * @returns {[string, string][]} from → to along the data
 */
function flowEdges(topo) {
  const locks = lockLike(topo);
  const channels = new Set(topo.nodes.filter((n) => n.kind === 'channel' && !locks.has(n.id)).map((n) => n.id));
  /** @type {[string, string][]} */
  const out = [];
  for (const e of topo.edges) {
    if (!channels.has(e.to)) continue;
    if (e.sends && !e.receives) out.push([e.from, e.to]);
    else if (e.receives && !e.sends) out.push([e.to, e.from]);
    else out.push([e.from, e.to]);
  }
  return out;
}

/**
 * @param {Topology} topo
 * @param {boolean} flat only main's own children count
 * @returns {[string, string][]} parent → child
 */
function spawnEdges(topo, flat) {
  const first = topo.nodes.find((n) => n.kind === 'goroutine');
  /** @type {[string, string][]} */
  const out = [];
  for (const n of topo.nodes) {
    if (n.kind !== 'goroutine' || n.parent === '' || n === first) continue;
    if (!flat) out.push([n.parent, n.id]);
    else if (first) out.push([first.id, n.id]);
  }
  return out;
}

/**
 * Longest path over the data edges, and over those spawn edges that close no cycle with them.
 * @param {Topology} topo
 * @param {[string, string][]} flow
 * @param {[string, string][]} spawns
 * @returns {Map<string, number>}
 */
function rank(topo, flow, spawns) {
  /** @type {Map<string, string[]>} */
  const next = new Map(topo.nodes.map((n) => [n.id, []]));
  for (const [a, b] of acyclic(topo, flow)) next.get(a)?.push(b);
  for (const [a, b] of spawns) if (!reaches(next, b, a)) next.get(a)?.push(b);
  return longest(next);
}

/**
 * Drops the edges that lead back to a node on the current path of a depth-first walk from main.
 * @param {Topology} topo
 * @param {[string, string][]} edges
 * @returns {[string, string][]}
 */
function acyclic(topo, edges) {
  /** @type {Map<string, string[]>} */
  const next = new Map();
  for (const [a, b] of edges) {
    const list = next.get(a);
    if (list) list.push(b); else next.set(a, [b]);
  }
  /** @type {Map<string, number>} */
  const seen = new Map();
  /** @type {[string, string][]} */
  const kept = [];
  /** @param {string} id */
  const walk = (id) => {
    seen.set(id, 1);
    for (const to of next.get(id) ?? []) {
      if (seen.get(to) === 1) continue;
      kept.push([id, to]);
      if (!seen.has(to)) walk(to);
    }
    seen.set(id, 2);
  };
  for (const n of topo.nodes) if (n.kind === 'goroutine' && !seen.has(n.id)) walk(n.id);
  return kept;
}

/**
 * @param {Map<string, string[]>} next
 * @param {string} from
 * @param {string} to
 */
function reaches(next, from, to) {
  const seen = new Set([from]);
  const work = [from];
  for (let id = work.pop(); id !== undefined; id = work.pop()) {
    if (id === to) return true;
    for (const n of next.get(id) ?? []) {
      if (seen.has(n)) continue;
      seen.add(n);
      work.push(n);
    }
  }
  return false;
}

/**
 * @param {Map<string, string[]>} next acyclic
 * @returns {Map<string, number>} length of the longest path to each node
 */
function longest(next) {
  /** @type {Map<string, number>} */
  const into = new Map([...next.keys()].map((id) => [id, 0]));
  for (const list of next.values()) for (const to of list) into.set(to, (into.get(to) ?? 0) + 1);
  const ranks = new Map([...next.keys()].map((id) => [id, 0]));
  const ready = [...next.keys()].filter((id) => into.get(id) === 0);
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    for (const to of next.get(id) ?? []) {
      ranks.set(to, Math.max(ranks.get(to) ?? 0, (ranks.get(id) ?? 0) + 1));
      const left = (into.get(to) ?? 0) - 1;
      into.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
  return ranks;
}

/**
 * @param {Topology} topo
 * @param {Map<string, number>} ranks changed
 */
function placeLocks(topo, ranks) {
  const locks = lockLike(topo);
  const last = Math.max(0, ...topo.nodes.filter((n) => !locks.has(n.id)).map((n) => ranks.get(n.id) ?? 0));
  for (const n of topo.nodes) {
    if (!locks.has(n.id)) continue;
    const users = topo.edges.filter((e) => e.to === n.id).map((e) => ranks.get(e.from) ?? 0);
    ranks.set(n.id, (users.length > 0 ? Math.max(...users) : last) + 1);
  }
}

/**
 * @param {Topology} topo
 * @param {Map<string, number>} ranks changed
 */
function placeWaitGroups(topo, ranks) {
  /** @type {Map<number, number>} */
  const load = new Map();
  for (const r of ranks.values()) load.set(r, (load.get(r) ?? 0) + 1);
  for (const n of topo.nodes) if (n.kind === 'waitgroup') load.set(ranks.get(n.id) ?? 0, (load.get(ranks.get(n.id) ?? 0) ?? 1) - 1);
  const last = Math.max(0, ...topo.nodes.filter((n) => n.kind !== 'waitgroup').map((n) => ranks.get(n.id) ?? 0));
  for (const n of topo.nodes) {
    if (n.kind !== 'waitgroup') continue;
    const users = topo.edges.filter((e) => e.to === n.id);
    const waiter = users.find((e) => e.waits);
    let r = waiter ? ranks.get(waiter.from) ?? 0 : last;
    const guests = topo.nodes.filter((m) => m.kind === 'waitgroup' && m.order < n.order && ranks.get(m.id) === r).length;
    if ((load.get(r) ?? 0) > ROOM_UNDER_WAITER || guests > ROOM_UNDER_WAITER) r = last;
    ranks.set(n.id, r);
  }
}

/**
 * Orders each column: goroutines of a role together and in spawn order, roles and objects by the mean place of their
 * neighbours in the columns before, and objects that serve a goroutine of the same column below it.
 * @param {StageNode[][]} cols changed
 * @param {Topology} topo
 */
function order(cols, topo) {
  /** @type {Map<string, number>} */
  const place = new Map();
  /** @type {Map<string, string[]>} */
  const neighbours = new Map(topo.nodes.map((n) => [n.id, []]));
  for (const e of topo.edges) {
    neighbours.get(e.from)?.push(e.to);
    neighbours.get(e.to)?.push(e.from);
  }
  for (const col of cols) {
    /** @type {Map<string, number>} */
    const want = new Map();
    for (const n of col) {
      const at = (neighbours.get(n.id) ?? []).map((id) => place.get(id)).filter((p) => p !== undefined);
      want.set(n.id, at.length ? at.reduce((a, b) => a + b, 0) / at.length : 0.5);
    }
    const role = roleMeans(col, want);
    col.sort((a, b) => group(a) - group(b) || (role.get(roleOf(a)) ?? 0) - (role.get(roleOf(b)) ?? 0) || a.order - b.order);
    col.forEach((n, i) => place.set(n.id, (i + 0.5) / col.length));
  }
}

/** @param {StageNode} n */
function group(n) {
  return ['goroutine', 'waitgroup', 'channel'].indexOf(n.kind) + 1 || 4;
}

/** @param {StageNode} n */
function roleOf(n) {
  return n.kind === 'goroutine' ? 'g:' + n.title.replace(/[\s#(].*$/, '') : n.id;
}

/**
 * @param {StageNode[]} col
 * @param {Map<string, number>} want
 * @returns {Map<string, number>} by role: where its members would like to stand, in tenths so that near ties keep spawn order
 */
function roleMeans(col, want) {
  /** @type {Map<string, number[]>} */
  const all = new Map();
  for (const n of col) {
    const list = all.get(roleOf(n));
    if (list) list.push(want.get(n.id) ?? 0.5); else all.set(roleOf(n), [want.get(n.id) ?? 0.5]);
  }
  return new Map([...all].map(([k, v]) => [k, Math.round((v.reduce((a, b) => a + b, 0) / v.length) * 10)]));
}
