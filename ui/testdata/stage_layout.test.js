// The stage's layout: no overlap, inside the stage, stable, and in the order of the data flow, on many topologies.
import { topology } from '/static/stage/topology.js';
import { columns } from '/static/stage/columns.js';
import { draw } from '/static/stage/draw.js';
import { scene } from '/static/stage/scene.js';
import { hit, layout } from '/static/stage/layout.js';

/** @typedef {import('/static/stage/topology.js').ModelLike} ModelLike */
/** @typedef {import('/static/stage/layout.js').Layout} Layout */

/**
 * A model from a few words: goroutines "name<parent", objects "kind name cap", edges "goroutine op object".
 * @param {string[]} goroutines
 * @param {string[]} objects
 * @param {string[]} edges
 * @returns {ModelLike}
 */
export function model(goroutines, objects, edges) {
  const names = goroutines.map((text) => text.split('<')[0] ?? '');
  const kinds = objects.map((text) => text.split(' '));
  return {
    goroutines: goroutines.map((text, g) => {
      const [name = '', parent = ''] = text.split('<');
      return { key: 'g' + g, g, name, role: name.replace(/[\s#].*$/, ''), parent: parent === '' ? -1 : names.indexOf(parent) };
    }),
    objects: kinds.map(([kind = '', name = '', cap = '-1'], o) => ({ key: 'o' + o, o, kind, name, type: 'chan T', cap: Number(cap), ops: 1 })),
    edges: edges.map((text) => {
      const [, g = '', op = '', o = ''] = /^(.*) (\w+) (\S+)$/.exec(text) ?? [];
      if (!names.includes(g)) throw new Error('no goroutine ' + g);
      const at = kinds.findIndex(([, name]) => name === o);
      if (at < 0) throw new Error('no object ' + o);
      return { g: names.indexOf(g), o: at, ops: { [op]: 1 } };
    }),
  };
}

const count = (/** @type {number} */ n) => Array.from({ length: n }, (_, i) => i + 1);

/** The program of the drawing. */
export function producerConsumer(producers = 2, consumers = 3, cap = 3) {
  const p = count(producers).map((i) => `produce "${String.fromCharCode(64 + i)}"`);
  const c = count(consumers).map((i) => `consume #${i}`);
  return model(
    ['main', ...p.map((n) => n + '<main'), ...c.map((n) => n + '<main')],
    [`channel jobs ${cap}`, 'mutex stats', 'waitgroup producers', 'waitgroup consumers'],
    ['main make jobs', ...p.map((n) => n + ' send jobs'), ...p.map((n) => n + ' done producers'), ...c.map((n) => n + ' recv jobs'),
      ...c.map((n) => n + ' lock stats'), ...c.map((n) => n + ' done consumers'), 'main wait producers', 'main wait consumers', 'main add producers'],
  );
}

/** @param {number} n workers with a mutex each of which uses one */
function workers(n, locks = 1) {
  const w = count(n).map((i) => `worker #${i}`);
  return model(['main', ...w.map((x) => x + '<main')], [...count(locks).map((i) => `mutex mu${i}`), 'waitgroup wg'],
    [...w.flatMap((x, i) => [`${x} lock mu${(i % locks) + 1}`, `${x} done wg`]), 'main wait wg']);
}

/** @param {number} n stages, each its own goroutine and channel: a prime sieve */
function pipeline(n, cap = 0) {
  const s = count(n).map((i) => `filter #${i}`);
  return model(['main', ...s.map((x, i) => x + '<' + (i === 0 ? 'main' : s[i - 1]))], count(n).map((i) => `channel c${i} ${cap}`),
    s.flatMap((x, i) => [`${x} send c${i + 1}`, ...(i > 0 ? [`${x} recv c${i}`] : [])]).concat(`main recv c${n}`));
}

/** @param {number} n workers that main feeds and whose results it collects: a cycle in the data */
function pool(n, cap = 8) {
  const w = count(n).map((i) => `worker #${i}`);
  return model(['main', 'main.func@41<main', ...w.map((x) => x + '<main')], [`channel jobs ${cap}`, `channel results ${cap}`, 'waitgroup wg'],
    ['main send jobs', 'main recv results', 'main.func@41 wait wg', 'main.func@41 close results',
      ...w.flatMap((x) => [x + ' recv jobs', x + ' send results', x + ' done wg'])]);
}

/** Every goroutine with a random choice of objects; the same for the same seed. */
function random(/** @type {number} */ seed, /** @type {number} */ goroutines, /** @type {number} */ objects) {
  let x = seed * 2654435761 + 1;
  const next = (/** @type {number} */ n) => {
    x = (Math.imul(x ^ (x >>> 15), 2246822519) + 3266489917) >>> 0;
    return x % n;
  };
  const kinds = ['channel', 'mutex', 'waitgroup', 'rwmutex', 'cond', 'once'];
  const caps = [0, 1, 3, 10, 100, 65536];
  const g = count(goroutines).map((i) => `${['run', 'serve', 'fetch'][next(3)]} #${i}`);
  const spawned = g.map((n, i) => (i === 0 ? 'main' : `${n}<${next(3) === 0 ? 'main' : i === 1 ? 'main' : g[next(i - 1) + 1] ?? 'main'}`));
  const o = count(objects).map((i) => `${kinds[next(6)]} obj${i} ${caps[next(6)]}`);
  const ops = ['send', 'recv', 'lock', 'wait', 'done', 'close'];
  const names = spawned.map((s) => s.split('<')[0]);
  const edges = names.flatMap((n) => count(1 + next(2)).map(() => `${n} ${ops[next(6)]} obj${next(objects) + 1}`));
  return model(spawned, o, edges);
}

/** @param {ModelLike} m */
const depth = (m) => m.goroutines.length + m.objects.length;

/** @param {string} what @param {Layout} l @param {number} w @param {number} h @param {number} nodes */
function check(what, l, w, h, nodes) {
  if (l.nodes.size !== nodes) throw new Error(`${what}: ${l.nodes.size} nodes placed, want ${nodes}`);
  const list = [...l.nodes.values()];
  for (const p of list) {
    const { x, y } = p.box;
    if (!(x >= 0 && y >= 0 && (x + p.box.w) * l.scale <= w + 0.5 && (y + p.box.h) * l.scale <= h + 0.5)) {
      throw new Error(`${what}: ${p.node.id} leaves the ${w} × ${h} stage: ${JSON.stringify(p.box)} at scale ${l.scale}`);
    }
    for (const part of [p.body, p.title, p.status, ...p.slots]) {
      if (part.w > 0 && !inside(part, p.box)) throw new Error(`${what}: a part of ${p.node.id} leaves its box: ${JSON.stringify([part, p.box])}`);
    }
    for (const q of list) if (p !== q && overlap(p.box, q.box)) throw new Error(`${what}: ${p.node.id} and ${q.node.id} overlap`);
  }
}

/** @typedef {import('/static/stage/layout.js').Rect} Rect */
/** @param {Rect} a @param {Rect} b */
const overlap = (a, b) => a.x < b.x + b.w - 0.01 && b.x < a.x + a.w - 0.01 && a.y < b.y + b.h - 0.01 && b.y < a.y + a.h - 0.01;
/** @param {Rect} a @param {Rect} b */
const inside = (a, b) => a.x >= b.x - 0.51 && a.y >= b.y - 0.51 && a.x + a.w <= b.x + b.w + 0.51 && a.y + a.h <= b.y + b.h + 0.51;

const SIZES = [[1200, 300], [900, 220], [1500, 420], [680, 260], [360, 240]];

export function testNothingOverlapsFrom2To40Goroutines() {
  for (const [w = 0, h = 0] of SIZES) {
    for (const n of [2, 3, 5, 8, 13, 20, 30, 39]) {
      for (const [name, m] of Object.entries({
        workers: workers(n - 1), locks: workers(n - 1, Math.min(5, n)), pipeline: pipeline(Math.min(n - 1, 19)), pool: pool(Math.max(1, n - 2)),
        'producers and consumers': producerConsumer(Math.ceil(n / 2), Math.max(1, Math.floor(n / 2) - 1), n * 7),
      })) {
        const t = topology(m);
        check(`${name} of ${n} on ${w} × ${h}`, layout(t, w, h), w, h, t.nodes.length);
        if (!t.grouped && t.nodes.length !== depth(m)) throw new Error('a node is missing');
      }
    }
  }
}

export function testNothingOverlapsOnRandomPrograms() {
  for (let seed = 1; seed <= 120; seed++) {
    const [w = 0, h = 0] = SIZES[seed % SIZES.length] ?? [];
    const t = topology(random(seed, 2 + (seed % 29), 1 + (seed % 11)));
    check(`random program ${seed} on ${w} × ${h}`, layout(t, w, h), w, h, t.nodes.length);
  }
}

export function testColumnsFollowTheData() {
  const got = columns(topology(producerConsumer())).map((col) => col.map((n) => n.label).join(','));
  const want = ['main,producers,consumers', 'A,B', 'jobs', '#1,#2,#3', 'stats'];
  if (JSON.stringify(got) !== JSON.stringify(want)) throw new Error(`got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
}

export function testWhoCollectsStandsRightOfTheChannel() {
  const got = columns(topology(pipeline(3))).map((col) => col.map((n) => n.label).join(','));
  const want = ['#1', 'c1', '#2', 'c2', '#3', 'c3', 'main'];
  if (JSON.stringify(got) !== JSON.stringify(want)) throw new Error(`got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
}

export function testACycleOfDataStartsAtMain() {
  const got = columns(topology(pool(2))).map((col) => col.map((n) => n.label));
  if (got[0]?.[0] !== 'main' || !got[1]?.includes('jobs')) throw new Error('got ' + JSON.stringify(got));
  const at = (/** @type {string} */ label) => got.findIndex((col) => col.includes(label));
  if (!(at('jobs') < at('#1') && at('#1') < at('results'))) throw new Error('got ' + JSON.stringify(got));
}

export function testASmallProgramGetsLargeNodes() {
  const l = layout(topology(producerConsumer()), 1200, 300);
  if (l.level.name !== 'L' && l.level.name !== 'L1') throw new Error('level ' + l.level.name);
  const x = (/** @type {string} */ id) => l.nodes.get(id)?.body.x ?? NaN;
  if (!(x('g0') < x('g1') && x('g1') < x('o0') && x('o0') < x('g3') && x('g3') < x('o1'))) throw new Error('order of columns');
}

export function testSameInputSamePlaces() {
  const a = layout(topology(random(7, 20, 6)), 1000, 280);
  const b = layout(topology(random(7, 20, 6)), 1000, 280);
  if (JSON.stringify([...a.nodes]) !== JSON.stringify([...b.nodes])) throw new Error('differs');
}

export function testAbove40NodesRolesAreGrouped() {
  const m = producerConsumer(200, 800, 64);
  const t = topology(m);
  if (!t.grouped) throw new Error('not grouped');
  const produce = t.nodes.find((n) => n.title === 'produce');
  if (produce?.members.length !== 200 || t.goroutine.get(150) !== produce.id) throw new Error('role of producers: ' + JSON.stringify(produce));
  check('grouped', layout(t, 1200, 300), 1200, 300, t.nodes.length);
}

export function testThousandsOfRolesAndObjectsStillFit() {
  const m = model(count(3000).map((i) => (i === 1 ? 'main' : `role${i}<main`)), count(500).map((i) => `channel c${i} 0`),
    count(500).map((i) => `role${i + 1} send c${i}`));
  const t = topology(m);
  if (t.nodes.length > 80) throw new Error(`${t.nodes.length} nodes`);
  check('many roles', layout(t, 1200, 300), 1200, 300, t.nodes.length);
  const all = t.nodes.reduce((sum, n) => sum + n.members.length, 0);
  if (all !== 3500) throw new Error(`the nodes stand for ${all} goroutines and objects, want 3500`);
}

export function testCapacitiesAreSummarised() {
  const l = layout(topology(producerConsumer(1, 1, 1000)), 1200, 300);
  const tube = l.nodes.get('o0');
  if (!tube || tube.more + tube.slots.length - 1 !== 1000) throw new Error(`slots ${tube?.slots.length}, more ${tube?.more}`);
  const gate = layout(topology(producerConsumer(1, 1, 0)), 1200, 300).nodes.get('o0');
  if (gate?.slots.length !== 0 || !(gate.body.w < 40)) throw new Error('an unbuffered channel is a narrow gate');
}

export function testHitFindsTheNode() {
  const l = layout(topology(producerConsumer()), 1200, 300);
  for (const p of l.nodes.values()) {
    const found = hit(l, (p.body.x + p.body.w / 2) * l.scale, (p.body.y + p.body.h / 2) * l.scale);
    if (found !== p) throw new Error(`at ${p.node.id}: ${found?.node.id}`);
  }
  if (hit(l, 1199, 299) !== null) throw new Error('a hit in the corner');
}

export function testAStageOfAFewPixelsIsStillAPicture() {
  for (const [w = 0, h = 0] of [[1, 1], [80, 40], [360, 60]]) {
    const l = layout(topology(producerConsumer()), w, h);
    if (l.nodes.size !== 10 || !(l.scale > 0)) throw new Error(`${w} × ${h}: ${l.nodes.size} nodes at ${l.scale}`);
  }
}

export function testChannelsOfTimersAreLeftOut() {
  const m = model(['main'], ['channel jobs 3', 'channel x 1', 'channel y 1'], ['main send jobs']);
  const objects = m.objects.map((o) => (o.name === 'jobs' ? o : { ...o, name: '', ops: o.name === 'y' ? 2 : 0 }));
  const t = topology({ ...m, objects });
  if ([...t.object.keys()].join() !== '0,2') throw new Error(`objects on the stage: ${[...t.object.keys()]}, want the named one and the one in use`);
}

/** Every word that a picture shows of a goroutine is its whole name, or says that it is cut. */
export function testNoNameIsCutToAnother() {
  const literals = model(['main', ...count(12).map((i) => `main.func@${30 + i}<main`)], ['channel jobs 3'], ['main send jobs']);
  const many = model(['main', ...count(120).map((i) => `worker #${i}<main`), ...count(44).map((i) => `stage #${i}<main`)], ['mutex mu'], ['main lock mu']);
  for (const m of [producerConsumer(), literals, many, workers(30), pipeline(20)]) {
    const topo = topology(m);
    for (const [w, h] of /** @type {const} */ ([[1200, 330], [960, 216], [800, 240], [360, 240], [300, 120]])) {
      const labels = new Set(topo.nodes.filter((n) => n.kind === 'goroutine').map((n) => n.label));
      for (const text of wordsOf(topo, layout(topo, w, h))) {
        const cutFrom = [...labels].find((l) => l !== text && l.startsWith(text) && text.length > 0);
        if (cutFrom && !labels.has(text)) throw new Error(`${w} x ${h}: "${text}" stands for "${cutFrom}"`);
      }
    }
  }
}

/**
 * The texts that are drawn for a program of which nothing is known at the playhead.
 * @param {import('/static/stage/topology.js').Topology} topo
 * @param {Layout} placed
 */
function wordsOf(topo, placed) {
  const ctx = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
  /** @type {string[]} */
  const out = [];
  ctx.fillText = (text) => { out.push(text); };
  const colors = /** @type {any} */ ({ get: () => '#123456', state: () => '#123456', ink: () => '#fff', texture: () => null });
  const info = { created: () => 0, ended: () => -1, object: () => '' };
  const picture = { scene: scene(topo, null, 0, info), edges: new Map(), bubbles: [], title: '', selected: new Set(), hovered: new Set() };
  draw(ctx, placed, picture, colors, 1);
  return out;
}
