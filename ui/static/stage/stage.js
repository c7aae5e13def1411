// The stage: the program at the playhead as a picture. Connects the pure parts (topology, layout, scene, motion) with the
// store, the canvas and the pointer.
import { el, fill } from '../state/dom.js';
import { together } from '../model/highlight.js';
import { formatClock } from '../model/time.js';
import { draw } from './draw.js';
import { bubbleRoom, placeEdge, placeEdges, pointAt, restAt } from './edges.js';
import { hit, layout } from './layout.js';
import { moves, positionOf } from './motion.js';
import { scene } from './scene.js';
import { topology } from './topology.js';
import { inWords, sentence } from './twin.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../state/store.js').StateChange} StateChange */
/** @typedef {import('./topology.js').Topology} Topology */
/** @typedef {import('./topology.js').StageNode} StageNode */
/** @typedef {import('./layout.js').Layout} Layout */
/** @typedef {import('./motion.js').Move} Move */
/** @typedef {import('./scene.js').Bubble} Bubble */

/** The words for screen readers change at most this often while replaying. */
const TWIN_MS = 500;

const EMPTY = { goroutines: [], objects: [], edges: [] };

/** @param {HTMLElement} host @param {Store} store */
export function mountStage(host, store) {
  const canvas = el('canvas', { class: 'stage-canvas', role: 'img', 'aria-describedby': `${host.id}-twin` });
  const note = el('p', { class: 'stage-note', hidden: true });
  const twin = el('ul', { class: 'visually-hidden', id: `${host.id}-twin` });
  fill(host, canvas, note, twin);
  const view = createView(canvas, store);
  const redraw = () => store.frame.draw('stage', view.paint);

  const size = new ResizeObserver(() => { view.place(); redraw(); });
  size.observe(host);
  const remodel = () => {
    note.hidden = leftOut(store) === '';
    fill(note, leftOut(store));
    view.remodel();
    // The stage of a recording gets more of the page when much stands on it.
    if (host.id === 'stage') document.documentElement.toggleAttribute('data-crowded', view.nodes() >= CROWD);
    redraw();
  };
  store.subscribe((s) => s.model, remodel);
  store.subscribe((s) => s.change, (change) => { view.animate(change, redraw); redraw(); say(); });
  store.subscribe((s) => [s.cursor.time, s.stateAtCursor, s.selection, s.hover, s.highlight, s.colorsVersion], redraw);

  let said = -Infinity;
  const say = () => {
    // The list is no live region; it is kept true without taking time from the replay.
    if (store.get('playing') && store.frame.now() - said < TWIN_MS) return;
    said = store.frame.now();
    store.frame.draw('stage-twin', () => fill(twin, ...view.words().map((text) => el('li', {}, text))));
  };
  store.subscribe((s) => s.playing, (playing) => { if (!playing) say(); });
  listen(canvas, store, view);
  remodel();
}

/** From this many nodes on texts are cut on a stage of the usual height. */
const CROWD = 26;

/**
 * What the picture leaves out, and why.
 * @param {Store} store
 */
function leftOut(store) {
  const model = store.get('model');
  if (!model) return '';
  if (!model.hooks) return 'Channel contents need a trace-viz recording; this is a plain Go trace.';
  if (model.goroutines.length === 0) return 'No goroutine of the program has been recorded yet.';
  return model.goroutines_left_out ? `${model.goroutines_left_out} more goroutines are left out of the picture.` : '';
}

/**
 * Height of that note, px: on a narrow stage it takes two lines.
 * @param {number} width
 */
const noteHeight = (width) => (width < 480 ? 40 : 22);

/**
 * The animation of what changed last.
 * @param {Store} store
 */
function createMotion(store) {
  /** @type {Move[]} */
  let moving = [];
  let progress = 1;
  let cancel = () => {};
  return {
    /**
     * @param {StateChange|null} change
     * @param {Topology} topo
     * @param {(state: StateChange['next']) => Bubble[]} resting  of a state
     * @param {() => void} redraw
     */
    start(change, topo, resting, redraw) {
      cancel();
      moving = [];
      const ms = store.animationMs();
      if (!change || !change.prev || ms <= 0 || change.events.length === 0) return;
      const before = resting(change.prev);
      const after = resting(change.next);
      moving = moves(before, after, change.events, topo);
      if (moving.length === 0) return;
      const start = store.frame.now();
      progress = 0;
      cancel = store.frame.animate((t) => {
        progress = Math.min(1, (t - start) / ms);
        if (progress >= 1) moving = [];
        redraw();
        return progress < 1;
      });
    },
    /**
     * Bubbles to draw: those at rest that do not move, and those that do.
     * @param {Bubble[]} resting
     */
    bubbles(resting) {
      const busy = new Set(moving.map((m) => m.id));
      return [
        ...resting.filter((b) => !busy.has(b.id)).map((b) => ({ ...b, moving: false })),
        ...moving.map((m) => ({ id: m.id, edge: m.edge, text: m.text, state: m.state, at: positionOf(m, progress), moving: true })),
      ];
    },
  };
}

/**
 * Puts messages at rest where they lie on no words and on no other message.
 * @param {() => {edges: ReturnType<typeof placeEdges>, placed: Layout|null}} now
 */
function createRests(now) {
  /** @type {WeakMap<object, Map<number, number>>} where messages rest, by edge and wanted place */
  const rests = new WeakMap();
  /** @param {import('./edges.js').PlacedEdge} edge @param {Layout} on @param {number} wanted */
  const resting = (edge, on, wanted) => {
    const known = rests.get(edge) ?? new Map();
    if (known.size === 0) rests.set(edge, known);
    const at = known.get(wanted) ?? restAt(edge, on, wanted);
    known.set(wanted, at);
    return at;
  };
  /** @param {Bubble[]} bubbles */
  return (bubbles) => {
    const { edges, placed } = now();
    /** @type {{x:number, y:number}[]} */
    const there = [];
    return bubbles.flatMap((b) => {
      const edge = edges.get(b.edge);
      if (!edge || !placed) return [b];
      const at = resting(edge, placed, b.at);
      if (at < 0) return [];
      // Of two that would lie over one another the first is shown; the queue beside the channel tells of both.
      const p = pointAt(edge.curve, at);
      const least = 2 * bubbleRoom(placed) + 2;
      if (there.some((q) => Math.hypot(p.x - q.x, p.y - q.y) < least)) return [];
      there.push(p);
      return [{ ...b, at }];
    });
  };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Store} store
 */
function createView(canvas, store) {
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const motion = createMotion(store);
  let topo = topology(EMPTY);
  /** @type {Layout|null} */
  let placed = null;
  /** @type {ReturnType<typeof placeEdges>} */
  let edges = new Map();
  const info = {
    created: (/** @type {number} */ g) => store.goroutine(g)?.created ?? 0,
    ended: (/** @type {number} */ g) => store.goroutine(g)?.ended ?? -1,
    object: (/** @type {number} */ o) => store.object(o)?.name || store.object(o)?.kind || store.oname(o),
  };
  const now = () => scene(topo, store.get('stateAtCursor'), store.get('cursor').time, info);

  function place() {
    const { width, height } = canvas.getBoundingClientRect();
    if (width < 1 || height < 1) return;
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    placed = layout(topo, width, height - (leftOut(store) === '' ? 0 : noteHeight(width)));
    edges = placeEdges([...topo.edges, ...topo.lineage], placed);
  }
  const settled = createRests(() => ({ edges, placed }));
  return {
    place,
    words: () => inWords(now()),
    /** @param {string} id @returns {string} a node in words */
    sentence(id) {
      const node = now().nodes.get(id);
      return node ? sentence(node) : '';
    },
    at: (/** @type {number} */ x, /** @type {number} */ y) => (placed ? hit(placed, x, y) : null),
    remodel() {
      topo = topology(store.get('model') ?? EMPTY);
      place();
    },
    nodes: () => topo.nodes.length,
    /** @param {StateChange|null} change @param {() => void} redraw */
    animate: (change, redraw) => motion.start(change, topo, (state) => settled(scene(topo, state, state.t, info).bubbles), redraw),
    paint() {
      if (!placed) return;
      const picture = now();
      for (const key of picture.edges.keys()) {
        const more = edges.has(key) ? null : placeEdge(key, placed);
        if (more) edges.set(key, more);
      }
      // Behind other nodes a message at rest would lie on their words.
      const bubbles = motion.bubbles(settled(picture.bubbles.filter((b) => !edges.get(b.edge)?.crowded)));
      const pixel = devicePixelRatio * placed.scale;
      ctx.setTransform(pixel, 0, 0, pixel, 0, 0);
      const title = 'Stage at ' + formatClock(store.get('cursor').time);
      canvas.setAttribute('aria-label', title);
      draw(ctx, placed, { scene: picture, edges, bubbles, title, selected: marked(store.get('selection'), topo), hovered: new Set([...marked(store.get('hover'), topo), ...highlighted(store, topo)]) }, store.colors, pixel);
    },
  };
}

/**
 * @param {{kind: string|null, id: number}|null} what
 * @param {Topology} topo
 * @returns {Set<string>} ids of nodes
 */
function marked(what, topo) {
  const id = what?.kind === 'goroutine' ? topo.goroutine.get(what.id) : what?.kind === 'object' ? topo.object.get(what.id) : undefined;
  return new Set(id === undefined ? [] : [id]);
}

/**
 * @param {Store} store
 * @param {Topology} topo
 * @returns {string[]} ids of the nodes of what is highlighted
 */
function highlighted(store, topo) {
  const common = together(store.get('model'), store.get('highlight'));
  if (!common) return [];
  const ids = [...[...common.gs].map((g) => topo.goroutine.get(g)), ...[...common.os].map((o) => topo.object.get(o))];
  return ids.filter((id) => id !== undefined);
}

/**
 * Click selects, the pointer highlights here and on the timeline.
 * @param {HTMLCanvasElement} canvas
 * @param {Store} store
 * @param {ReturnType<typeof createView>} view
 */
function listen(canvas, store, view) {
  /** @param {MouseEvent} ev */
  const under = (ev) => {
    const box = canvas.getBoundingClientRect();
    return view.at(ev.clientX - box.left, ev.clientY - box.top)?.node ?? null;
  };
  canvas.addEventListener('pointermove', (ev) => {
    const node = under(ev);
    const what = node && target(node, store);
    const was = store.get('hover');
    canvas.classList.toggle('clickable', what !== null);
    if (was?.kind === what?.kind && was?.id === what?.id) return;
    canvas.title = node ? view.sentence(node.id) : '';
    store.set({ hover: what });
  });
  canvas.addEventListener('pointerleave', () => { if (store.get('hover')) store.set({ hover: null }); });
  canvas.addEventListener('click', (ev) => {
    const node = under(ev);
    const what = node && target(node, store);
    if (what) store.select(what.kind, what.id);
    else store.select(null);
  });
}

/**
 * What a node stands for; of a group the member that matters most now: the one at the playhead, one that is stuck, the first.
 * @param {StageNode} node
 * @param {Store} store
 * @returns {{kind: 'goroutine'|'object', id: number}|null}
 */
function target(node, store) {
  const state = store.get('stateAtCursor');
  const members = new Set(node.members);
  const first = node.members[0];
  if (first === undefined) return null;
  if (node.kind !== 'goroutine') return { kind: 'object', id: members.has(state?.current?.o ?? -1) ? state?.current?.o ?? first : first };
  const current = state?.current?.g ?? -1;
  const stuck = state?.goroutines.find((g) => g.forever && members.has(g.g));
  return { kind: 'goroutine', id: members.has(current) ? current : stuck?.g ?? first };
}
