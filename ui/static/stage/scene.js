// The picture at the playhead as data: every node and edge with its look and words. Pure, so that tests read it and the
// picture at a cursor depends on the cursor alone. draw.js only paints what stands here.
import { State, stateInfo } from '../model/states.js';
import { formatCount } from '../model/time.js';
import { edgeKey } from './edges.js';
import { markFound } from './found.js';
import { markRaces, memoryView } from './memory.js';
import { channelStatus, channelTitle, goroutineStatus, lockHolder, shortValue, waiters } from './words.js';

/** @typedef {import('../model/types.js').ProgramState} ProgramState */
/** @typedef {import('../model/types.js').GoroutineState} GoroutineState */
/** @typedef {import('./topology.js').StageNode} StageNode */
/** @typedef {import('./topology.js').Topology} Topology */
/** @typedef {import('./words.js').Names} Names */

/**
 * @typedef {object} NodeView
 * @property {StageNode} node
 * @property {number} state       state code: colour of outline and status; State.none when it has none
 * @property {string} label       in the node
 * @property {string} sub         second line in a box ("held by #3")
 * @property {string} title       above a tube
 * @property {string} text        status
 * @property {string} detail      second line of status
 * @property {boolean} forever    it never leaves this state
 * @property {boolean} cycle      it is part of a wait-for cycle
 * @property {boolean} found      a finding at the playhead is about it
 * @property {boolean} faint      not created yet, or ended
 * @property {boolean} current    the event at the playhead is its own
 * @property {boolean} closed
 * @property {{state: number, n: number}[]} segments  of a group: goroutines by state
 * @property {({text: string, note: string}|null)[]} slots  of a channel, the outlet last; null: empty
 * @property {string} more        in the cell that stands for many slots
 * @property {string[]} sendq     short names, first in the queue first
 * @property {string[]} recvq
 *
 * @typedef {object} EdgeView
 * @property {string} key
 * @property {'idle'|'active'|'waiting'|'held'|'cycle'|'forever'} look
 * @property {number} state       state code that gives the colour
 * @property {'in'|'out'|'none'} flow  where the arrow points: into the object, out of it
 *
 * @typedef {object} Bubble
 * @property {string} id          "o:k"
 * @property {string} edge        key of the edge on which it is
 * @property {number} at          0 at the goroutine … 1 at the object
 * @property {string} text
 * @property {number} state
 *
 * @typedef {{nodes: Map<string, NodeView>, edges: Map<string, EdgeView>, bubbles: Bubble[]}} Scene
 */

/** Kinds of events with which a message arrives at a goroutine. */
export const RECEIVES = new Set(['recv', 'recv-done', 'select-recv']);

/** Kinds of events with which a message leaves a goroutine that did not wait. */
export const SENDS = new Set(['send', 'select-send']);

/** Messages of waiting senders shown per channel: the next ones; the queue's chips show the others. */
const MOST_PENDING = 3;

/** Where a message that is being sent, or has just been received, rests on its edge. */
export const REST_SEND = 0.55;
export const REST_RECV = 0.42;

/**
 * @param {Topology} topo
 * @param {ProgramState|null} state
 * @param {number} time             ns, the playhead
 * @param {{created(g: number): number, ended(g: number): number, object(o: number): string}} info  from the model
 * @returns {Scene}
 */
export function scene(topo, state, time, info) {
  const at = index(state);
  const names = {
    object: info.object,
    short: (/** @type {number} */ g) => topo.short.get(g) ?? '#' + g,
    counter: (/** @type {number} */ o) => at.wgs.get(o)?.counter ?? -1,
  };
  /** @type {Map<string, NodeView>} */
  const nodes = new Map();
  for (const node of topo.nodes) {
    const view = node.kind === 'memory' ? memoryView(blank(node), topo.memory, time) : null;
    nodes.set(node.id, view ?? (node.kind === 'goroutine' ? goroutineView(node, at, time, names, info) : objectView(node, at, names)));
  }
  const own = state?.current && nodes.get(topo.goroutine.get(state.current.g) ?? '');
  if (own) own.current = true;
  return markFound(topo, time, markRaces(topo, time, { nodes, edges: edgeViews(topo, at, nodes), bubbles: bubbles(topo, at) }));
}

/**
 * @typedef {object} Index
 * @property {ProgramState|null} state
 * @property {Map<number, GoroutineState>} goroutines
 * @property {Map<number, ProgramState['chans'][number]>} chans
 * @property {Map<number, ProgramState['locks'][number]>} locks
 * @property {Map<number, ProgramState['wgs'][number]>} wgs
 * @property {Map<number, ProgramState['conds'][number]>} conds
 * @property {Map<number, ProgramState['onces'][number]>} onces
 * @property {Map<number, NonNullable<ProgramState['contexts']>[number]>} contexts
 * @property {Map<number, NonNullable<ProgramState['timers']>[number]>} timers
 * @property {Set<number>} cycle  goroutines in a wait-for cycle
 */

/**
 * @param {ProgramState|null} state
 * @returns {Index}
 */
function index(state) {
  /** @template {{o: number}} T @param {T[]|undefined} rows @returns {Map<number, T>} */
  const byO = (rows) => new Map(rows?.map((r) => [r.o, r]));
  return {
    state,
    goroutines: new Map(state?.goroutines.map((g) => [g.g, g])),
    chans: byO(state?.chans), locks: byO(state?.locks), wgs: byO(state?.wgs), conds: byO(state?.conds), onces: byO(state?.onces),
    contexts: byO(state?.contexts), timers: byO(state?.timers),
    cycle: new Set(state?.cycles.flat()),
  };
}

/**
 * @param {StageNode} node
 * @returns {NodeView}
 */
function blank(node) {
  return {
    node, state: State.none, label: node.label, sub: '', title: '', text: '', detail: '', forever: false, cycle: false, found: false, faint: false,
    current: false, closed: false, segments: [], slots: [], more: '', sendq: [], recvq: [],
  };
}

/**
 * @param {StageNode} node
 * @param {Index} at
 * @param {number} time
 * @param {Names} names
 * @param {{created(g: number): number, ended(g: number): number}} info
 * @returns {NodeView}
 */
function goroutineView(node, at, time, names, info) {
  const view = blank(node);
  view.title = node.title;
  if (node.members.length > 1) return groupView(view, at, time, info);
  const g = node.members[0] ?? -1;
  const state = at.goroutines.get(g);
  if (!state) {
    const ended = info.ended(g) >= 0 && info.ended(g) <= time;
    view.state = ended ? State.ended : State.notYet;
    view.text = ended ? 'ended' : 'not started yet';
    view.faint = true;
    return view;
  }
  view.state = state.s & 0x7f;
  view.forever = state.forever;
  view.cycle = at.cycle.has(g);
  view.faint = view.state === State.ended || view.state === State.notYet;
  Object.assign(view, goroutineStatus(state, at.state?.current ?? null, time, names));
  return view;
}

/**
 * @param {NodeView} view
 * @param {Index} at
 * @param {number} time
 * @param {{created(g: number): number, ended(g: number): number}} info
 * @returns {NodeView}
 */
function groupView(view, at, time, info) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const g of view.node.members) {
    const state = at.goroutines.get(g);
    const known = state ? state.s & 0x7f : info.ended(g) >= 0 && info.ended(g) <= time ? State.ended : info.created(g) > time ? State.notYet : State.none;
    counts.set(known, (counts.get(known) ?? 0) + 1);
    if (state?.forever) view.forever = true;
    if (at.cycle.has(g)) view.cycle = true;
  }
  view.segments = [...counts].map(([state, n]) => ({ state, n })).sort((a, b) => a.state - b.state);
  const alive = view.segments.filter((s) => s.state !== State.ended && s.state !== State.notYet && s.state !== State.none);
  const most = [...alive].sort((a, b) => b.n - a.n || a.state - b.state);
  const toCome = counts.get(State.notYet) ?? 0;
  const over = view.node.members.length - toCome;
  view.state = most[0]?.state ?? (over === 0 ? State.notYet : State.ended);
  view.faint = alive.length === 0;
  view.text = view.node.title;
  view.detail = most.length === 0 ? idle(toCome, over) : most.slice(0, 2).map((s) => `${formatCount(s.n)} ${shortWord(s.state)}`).join(', ');
  return view;
}

/**
 * What a group does of which nobody is there.
 * @param {number} toCome  members that have not started yet
 * @param {number} over    that have ended
 */
function idle(toCome, over) {
  if (toCome === 0) return 'all ended';
  return over === 0 ? 'not started yet' : `${formatCount(over)} ended, ${formatCount(toCome)} to come`;
}

/** @param {number} code */
function shortWord(code) {
  return stateInfo(code).word.replace(/^blocked(:| on a)? /, '').replace('waiting for a core', 'runnable');
}

/**
 * @param {StageNode} node
 * @param {Index} at
 * @param {Names} names
 * @returns {NodeView}
 */
function objectView(node, at, names) {
  const view = blank(node);
  if (node.members.length > 1) return objectGroup(view, at);
  const o = node.members[0] ?? -1;
  if (node.kind === 'channel') return channelView(view, at.chans.get(o), names, at);
  if (node.kind === 'lock') {
    const lock = at.locks.get(o) ?? { o, holder: -1, readers: [], queue: [] };
    view.sub = lockHolder(lock, names);
    view.text = waiters(lock.queue, names);
    view.state = lock.queue.length > 0 ? State.lock : lock.holder >= 0 ? at.goroutines.get(lock.holder)?.s ?? State.running : State.none;
    view.cycle = at.cycle.has(lock.holder) && lock.queue.some((g) => at.cycle.has(g));
    view.forever = lock.queue.some((g) => at.goroutines.get(g)?.forever);
  } else if (node.kind === 'waitgroup') {
    const wg = at.wgs.get(o);
    view.sub = wg ? `counter ${formatCount(wg.counter)}` : 'WaitGroup';
    view.text = waiters(wg?.waiters ?? [], names);
    view.state = wg?.waiters.length ? State.lock : State.none;
    view.forever = (wg?.waiters ?? []).some((g) => at.goroutines.get(g)?.forever);
  } else if (node.kind === 'cond') {
    const queue = at.conds.get(o)?.waiters ?? [];
    view.sub = 'Cond';
    view.text = waiters(queue, names);
    view.state = queue.length ? State.lock : State.none;
    view.forever = queue.some((g) => at.goroutines.get(g)?.forever);
  } else if (node.kind === 'context' || node.kind === 'timer') {
    endView(view, node.kind === 'context' ? at.contexts.get(o) : undefined, node.kind === 'timer' ? at.timers.get(o) : undefined, at);
  } else {
    const once = at.onces.get(o);
    view.sub = once?.done ? 'Once: done' : once && once.runner >= 0 ? names.short(once.runner) + ' runs it' : 'Once';
    view.state = once && once.runner >= 0 && !once.done ? State.running : State.none;
  }
  return view;
}

/**
 * A context or timer: closed when it is over, with a mark that is not a colour alone.
 * @param {NodeView} view
 * @param {NonNullable<ProgramState['contexts']>[number]|undefined} context
 * @param {NonNullable<ProgramState['timers']>[number]|undefined} timer
 * @param {Index} at
 */
function endView(view, context, timer, at) {
  const known = context ?? timer;
  if (!known) {
    view.faint = true;
    view.sub = 'not made yet';
    return;
  }
  const live = context ? 'live' : 'armed';
  view.closed = context ? context.cancelled : timer?.state !== 'armed';
  view.sub = context ? (context.cancelled ? context.why === 'deadline' ? 'expired' : 'cancelled' : live) : timer?.state ?? '';
  view.text = known.text;
  view.state = known.waiters.length > 0 && !view.closed ? State.recv : State.none;
  view.forever = !view.closed && known.waiters.some((g) => at.goroutines.get(g)?.forever);
}

/**
 * @param {NodeView} view
 * @param {ProgramState['chans'][number]|undefined} chan
 * @param {Names} names
 * @param {Index} at
 * @returns {NodeView}
 */
function channelView(view, chan, names, at) {
  const { node } = view;
  view.title = channelTitle(node.title, node.type, node.cap);
  if (!chan) {
    view.faint = true;
    view.text = 'not made yet';
    return view;
  }
  view.closed = chan.closed;
  view.text = channelStatus(chan, node.cap);
  view.sendq = chan.sendq.map(names.short);
  view.recvq = chan.recvq.map(names.short);
  view.state = chan.sendq.length > 0 ? State.send : chan.recvq.length > 0 ? State.recv : State.none;
  view.forever = [...chan.sendq, ...chan.recvq].some((g) => at.goroutines.get(g)?.forever);
  // Newest on the left, the next to be received at the outlet on the right.
  view.slots = [...chan.buf].reverse().map((m) => (m.v ? { text: shortValue(m.v), note: '#' + m.k } : { text: '#' + m.k, note: '' }));
  return view;
}

/**
 * @param {NodeView} view  of many objects of one name
 * @param {Index} at
 * @returns {NodeView}
 */
function objectGroup(view, at) {
  let waiting = 0;
  let busy = 0;
  for (const o of view.node.members) {
    const chan = at.chans.get(o);
    const lock = at.locks.get(o);
    waiting += (chan ? chan.sendq.length + chan.recvq.length : 0) + (lock?.queue.length ?? 0) + (at.wgs.get(o)?.waiters.length ?? 0) + (at.conds.get(o)?.waiters.length ?? 0);
    if (lock && (lock.holder >= 0 || lock.readers.length > 0)) busy++;
    if (chan && chan.buf.length > 0) busy++;
  }
  view.title = view.node.label;
  view.sub = view.node.kind === 'lock' ? `${formatCount(busy)} held` : view.node.kind === 'channel' ? '' : view.node.kind;
  view.text = waiting > 0 ? `${formatCount(waiting)} wait${waiting === 1 ? 's' : ''}` : '';
  view.state = waiting === 0 ? State.none : view.node.kind === 'channel' ? State.recv : State.lock;
  return view;
}

/**
 * @param {Topology} topo
 * @param {Index} at
 * @param {Map<string, NodeView>} nodes
 * @returns {Map<string, EdgeView>}
 */
function edgeViews(topo, at, nodes) {
  /** @type {Map<string, EdgeView>} */
  const out = new Map();
  for (const e of topo.edges) {
    const key = edgeKey(e.from, e.to);
    out.set(key, { key, look: 'idle', state: State.none, flow: 'none' });
  }
  for (const e of topo.lineage) {
    const key = edgeKey(e.from, e.to);
    out.set(key, { key, look: 'idle', state: State.none, flow: 'in' });
  }
  /** @param {number} g @param {number} o @param {Omit<EdgeView, 'key'>} look */
  const mark = (g, o, look) => {
    if (!topo.goroutine.has(g) || !topo.object.has(o)) return;
    const key = keyOf(topo, g, o);
    const edge = out.get(key);
    // What is only ever waited for (a case of a select that is never taken) is in no list of uses.
    if (!edge) out.set(key, { key, ...look });
    else if (STRENGTH[edge.look] <= STRENGTH[look.look]) Object.assign(edge, look);
  };
  for (const lock of at.locks.values()) {
    for (const g of lock.holder >= 0 ? [lock.holder] : lock.readers) {
      const state = at.goroutines.get(g);
      const cycle = at.cycle.has(g) && lock.queue.some((q) => at.cycle.has(q));
      mark(g, lock.o, { look: cycle ? 'cycle' : 'held', state: state ? state.s & 0x7f : State.running, flow: 'out' });
    }
  }
  for (const g of at.goroutines.values()) markWaiting(g, at, mark);
  const current = at.state?.current;
  if (current && current.o >= 0) {
    const kind = nodes.get(topo.object.get(current.o) ?? '')?.node.kind;
    const flow = kind === 'channel' && current.kind.includes('recv') ? 'out' : 'in';
    mark(current.g, current.o, { look: 'active', state: kind === 'channel' ? State.send : State.running, flow });
  }
  return out;
}

/** A stronger look replaces a weaker one on the same edge. */
const STRENGTH = { idle: 0, held: 1, active: 2, waiting: 3, forever: 4, cycle: 5 };

/**
 * @param {GoroutineState} g
 * @param {Index} at
 * @param {(g: number, o: number, look: Omit<EdgeView, 'key'>) => void} mark
 */
function markWaiting(g, at, mark) {
  const code = g.s & 0x7f;
  const look = at.cycle.has(g.g) ? 'cycle' : g.forever ? 'forever' : 'waiting';
  if (code === State.select) {
    for (const c of g.cases) mark(g.g, c.o, { look, state: code, flow: c.recv ? 'out' : 'in' });
  } else if (g.o >= 0 && (code === State.send || code === State.recv || code === State.lock || code === State.other)) {
    mark(g.g, g.o, { look, state: code, flow: code === State.recv ? 'out' : 'in' });
  } else if (g.o >= 0 && (g.op === 'read' || g.op === 'write')) {
    mark(g.g, g.o, { look, state: code, flow: g.op === 'read' ? 'out' : 'in' });
  }
}

/**
 * Messages that are on their way at the playhead: those that blocked senders hold, and the one that has just been received.
 * @param {Topology} topo
 * @param {Index} at
 * @returns {Bubble[]}
 */
function bubbles(topo, at) {
  /** @type {Bubble[]} */
  const out = [];
  for (const chan of at.chans.values()) {
    const last = chan.buf[chan.buf.length - 1];
    chan.sendq.slice(0, MOST_PENDING).forEach((g, i) => {
      // The numbers follow from the queue: the waiting senders come after the newest element, in order.
      const text = last ? '#' + (last.k + 1 + i) : '';
      out.push({ id: last ? `${chan.o}:${last.k + 1 + i}` : `${chan.o}:g${g}`, edge: keyOf(topo, g, chan.o), at: REST_SEND, text, state: State.send });
    });
  }
  const current = at.state?.current;
  if (current && RECEIVES.has(current.kind) && current.k > 0 && current.o >= 0) {
    out.push({ id: `${current.o}:${current.k}`, edge: keyOf(topo, current.g, current.o), at: REST_RECV, text: '#' + current.k, state: State.recv });
  }
  // On a grouped stage many senders share an edge: one bubble is enough.
  const seen = new Set();
  return out.filter((b) => (seen.has(b.edge) ? false : (seen.add(b.edge), true)));
}

/**
 * @param {Topology} topo
 * @param {number} g
 * @param {number} o
 */
export function keyOf(topo, g, o) {
  return edgeKey(topo.goroutine.get(g) ?? '', topo.object.get(o) ?? '');
}
