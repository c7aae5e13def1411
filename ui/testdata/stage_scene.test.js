// The picture at the playhead as data, and the messages that move between two pictures.
import { equal, check } from '/testdata/assert.js';
import { State } from '/static/model/states.js';
import { layout } from '/static/stage/layout.js';
import { edgeKey, placeEdge, placeEdges, pointAt } from '/static/stage/edges.js';
import { moves, positionOf } from '/static/stage/motion.js';
import { REST_RECV, REST_SEND, scene } from '/static/stage/scene.js';
import { topology } from '/static/stage/topology.js';
import { inWords } from '/static/stage/twin.js';
import { shortValue } from '/static/stage/words.js';
import { contrast, parse, readable } from '/static/stage/contrast.js';
import { producerConsumer } from '/testdata/stage_layout.test.js';

/** @typedef {import('/static/model/types.js').ProgramState} ProgramState */
/** @typedef {import('/static/model/types.js').GoroutineState} GoroutineState */

// Of producerConsumer(): main 0, A 1, B 2, consumers 3 4 5; jobs 0, stats 1, producers 2, consumers 3.

/** @param {Partial<GoroutineState> & {g: number, s: number}} row @returns {GoroutineState} */
const goroutine = (row) => ({ since: 0, since_event: 0, op: '', o: -1, file: 0, line: 1, proc: -1, forever: false, held: [], cases: [], text: '', ...row });

/** @param {Partial<ProgramState>} patch @returns {ProgramState} */
function state(patch) {
  return {
    event: 10, t: 20e6, current: null, goroutines: [], chans: [], locks: [], wgs: [], conds: [], onces: [], cycles: [], totals: {}, ...patch,
  };
}

/** The moment of the drawing: the channel is full, A waits to send, #1 waits for stats, which #3 holds. */
const drawn = () => state({
  current: { i: 10, t: 20e6, kind: 'recv', g: 4, other: -1, o: 0, file: 0, line: 41, k: 12, v: '', text: '' },
  goroutines: [
    goroutine({ g: 0, s: State.lock, op: 'wait', o: 2 }), goroutine({ g: 1, s: State.send, op: 'send', o: 0, since: 7.6e6 }), goroutine({ g: 2, s: State.running, proc: 1 }),
    goroutine({ g: 3, s: State.lock, op: 'lock', o: 1, since: 16.9e6 }), goroutine({ g: 4, s: State.running, proc: 0, text: 'receiving #12' }), goroutine({ g: 5, s: State.running, held: [1], proc: 1 }),
  ],
  chans: [{ o: 0, buf: [{ k: 13, v: '', from: 1 }, { k: 14, v: '', from: 2 }, { k: 15, v: '7', from: 1 }], sendq: [1], recvq: [], closed: false }],
  locks: [{ o: 1, holder: 5, readers: [], queue: [3] }],
  wgs: [{ o: 2, counter: 2, waiters: [0] }, { o: 3, counter: 3, waiters: [] }],
});

const topo = topology(producerConsumer());
const names = ['jobs', 'stats', 'producers', 'consumers'];
const info = { created: () => 0, ended: (/** @type {number} */ g) => (g === 2 ? 15e6 : -1), object: (/** @type {number} */ o) => names[o] ?? '' };
const at = (/** @type {ProgramState|null} */ s, time = 20e6) => scene(topo, s, time, info);

/** @param {ReturnType<typeof at>} s @param {string} id */
function view(s, id) {
  const v = s.nodes.get(id);
  if (!v) throw new Error('no node ' + id);
  return v;
}
/** @param {ReturnType<typeof at>} s @param {string} g @param {string} o */
const look = (s, g, o) => s.edges.get(edgeKey(g, o))?.look;

export function testWordsOfTheDrawing() {
  const s = at(drawn());
  const words = (/** @type {string} */ id) => [view(s, id).label, view(s, id).text, view(s, id).detail];
  equal(words('g0'), ['main', 'producers.Wait: 2 left', '20 ms']);
  equal(words('g1'), ['A', 'blocked: send jobs', 'waiting 12.4 ms']);
  equal(words('g2'), ['B', 'running on P1', '']);
  equal(words('g3'), ['#1', 'waits for stats', '3.1 ms']);
  equal(words('g4'), ['#2', 'receiving #12', 'running on P0']);
  equal(words('g5'), ['#3', 'holds stats', 'running on P1']);
  equal([view(s, 'o0').title, view(s, 'o0').text], ['jobs chan T, cap 3', 'full · 1 sender waits']);
  equal([view(s, 'o1').sub, view(s, 'o1').text], ['held by #3', '#1 waits']);
  equal([view(s, 'o2').sub, view(s, 'o2').text], ['counter 2', 'main waits']);
  equal(view(s, 'g4').current, true, 'the event at the playhead is #2’s');
}

export function testSlotsStandNewestFirst() {
  const s = at(drawn());
  equal(view(s, 'o0').slots, [{ text: '7', note: '#15' }, { text: '#14', note: '' }, { text: '#13', note: '' }]);
  equal([view(s, 'o0').sendq, view(s, 'o0').recvq], [['A'], []]);
}

export function testValuesInTheRoomOfASlot() {
  const short = ['7', '"text"', '{ID:"A1" Start:…}', '{3 4}', '&{Name:"x \\" y" N:1}', '{', '', 'main.Job{…}', '{Inner:{A:1}}'].map(shortValue);
  equal(short, ['7', 'text', 'A1', '3', 'x \\" y', '{', '', 'main.Job{…}', '{Inner:{A:1}}']);
}

export function testChannelStates() {
  const chan = { o: 0, buf: [], sendq: [], recvq: [3, 4, 5], closed: false };
  equal(view(at(state({ chans: [chan] })), 'o0').text, 'empty · 3 receivers wait');
  equal(view(at(state({ chans: [{ ...chan, recvq: [], closed: true }] })), 'o0').text, 'closed · empty');
  equal(view(at(state({ chans: [{ ...chan, recvq: [], buf: [{ k: 1, v: '', from: 1 }] }] })), 'o0').text, '1 of 3');
  const before = view(at(state({})), 'o0');
  equal([before.text, before.faint], ['not made yet', true]);
}

export function testEdges() {
  const s = at(drawn());
  equal(look(s, 'g1', 'o0'), 'waiting');
  equal(look(s, 'g2', 'o0'), 'idle');
  equal([look(s, 'g4', 'o0'), s.edges.get(edgeKey('g4', 'o0'))?.flow], ['active', 'out']);
  equal([look(s, 'g3', 'o1'), look(s, 'g5', 'o1'), look(s, 'g4', 'o1')], ['waiting', 'held', 'idle']);
  equal(look(s, 'g0', 'o2'), 'waiting');
}

export function testACaseThatIsNeverTakenIsDrawnToo() {
  const s = at(state({ goroutines: [goroutine({ g: 0, s: State.select, cases: [{ o: 0, recv: true }, { o: 99, recv: true }] })] }));
  equal([look(s, 'g0', 'o0'), s.edges.get(edgeKey('g0', 'o0'))?.flow], ['waiting', 'out']);
  const l = layout(topo, 1200, 320);
  check(placeEdge(edgeKey('g0', 'o0'), l) !== null && placeEdge('g0\nnone', l) === null, 'a curve for it');
}

export function testEndedAndUnborn() {
  const s = at(state({}));
  equal([view(s, 'g2').text, view(s, 'g2').state, view(s, 'g2').faint], ['ended', State.ended, true]);
  equal([view(s, 'g1').text, view(s, 'g1').state], ['not started yet', State.notYet]);
  equal(view(at(null), 'g1').faint, true, 'without a state');
}

export function testForeverIsUnmistakable() {
  const s = at(state({
    goroutines: [goroutine({ g: 3, s: State.recv, op: 'recv', o: 0, forever: true })],
    chans: [{ o: 0, buf: [], sendq: [], recvq: [3], closed: false }],
  }));
  equal([view(s, 'g3').forever, view(s, 'g3').text, view(s, 'g3').detail], [true, 'blocked: receive jobs', 'forever']);
  equal([view(s, 'o0').forever, look(s, 'g3', 'o0')], [true, 'forever']);
  check(inWords(s).some((line) => line.startsWith('goroutine consume #1') && line.includes('forever')), 'in words: ' + inWords(s).join(' / '));
}

export function testCyclesLightUp() {
  const s = at(state({
    goroutines: [goroutine({ g: 3, s: State.lock, op: 'lock', o: 1, held: [1] }), goroutine({ g: 4, s: State.lock, op: 'lock', o: 1 })],
    locks: [{ o: 1, holder: 3, readers: [], queue: [4] }], cycles: [[3, 4]],
  }));
  equal([view(s, 'g3').cycle, view(s, 'g4').cycle, view(s, 'o1').cycle], [true, true, true]);
  equal([look(s, 'g3', 'o1'), look(s, 'g4', 'o1')], ['cycle', 'cycle']);
}

export function testMessagesAtRest() {
  const s = at(drawn());
  equal(s.bubbles.map((b) => [b.id, b.text, b.at]), [['0:16', '#16', REST_SEND], ['0:12', '#12', REST_RECV]]);
}

export function testGroupsCountByState() {
  const many = topology(producerConsumer(30, 30));
  const s = scene(many, state({ goroutines: [goroutine({ g: 31, s: State.recv, o: 0 }), goroutine({ g: 32, s: State.recv, o: 0, forever: true }), goroutine({ g: 33, s: State.running })] }), 1, { ...info, ended: (g) => (g > 40 ? 0 : -1), created: () => 5 });
  const group = view(s, 'role:consume');
  equal(group.label, '×30');
  equal(group.segments, [{ state: State.running, n: 1 }, { state: State.recv, n: 2 }, { state: State.ended, n: 20 }, { state: State.notYet, n: 7 }]);
  equal([group.text, group.detail, group.forever], ['consume', '2 receive, 1 running', true]);
}

export function testGroupsOfWhichNobodyIsThere() {
  const many = topology(producerConsumer(30, 30));
  /** @param {number} born  ns @param {(g: number) => number} ended */
  const group = (born, ended) => {
    const g = view(scene(many, state({}), 10, { ...info, created: () => born, ended }), 'role:consume');
    return [g.state, g.detail];
  };
  equal(group(20, () => 30), [State.notYet, 'not started yet']);
  equal(group(5, () => 8), [State.ended, 'all ended']);
  equal(group(20, (g) => (g > 40 ? 8 : 30)), [State.ended, '20 ended, 10 to come']);
}

export function testThePictureDependsOnTheCursorAlone() {
  const a = at(drawn());
  at(state({}), 5);
  at(null, 0);
  const b = at(drawn());
  equal([...b.nodes.values()], [...a.nodes.values()]);
  equal([...b.edges.values()], [...a.edges.values()]);
}

/** @param {string} kind @param {number} g @param {number} k */
const event = (kind, g, k) => ({ i: 11, t: 21e6, kind, g, other: -1, o: 0, file: 0, line: 1, k, v: '', text: '' });

export function testMessagesMove() {
  const none = at(state({})).bubbles;
  const list = (/** @type {ReturnType<typeof moves>} */ m) => m.map((x) => [x.id, x.edge, x.from, x.to]);
  equal(list(moves(none, none, [event('send', 1, 4)], topo)), [['0:4', edgeKey('g1', 'o0'), 0, 1]], 'a send');
  const received = at({ ...drawn(), chans: [] }).bubbles;
  equal(list(moves(none, received, [event('recv', 4, 12)], topo)), [['0:12', edgeKey('g4', 'o0'), 1, REST_RECV]], 'a receive rests at its goroutine');
  equal(list(moves(received, none, [event('lock', 5, 0)], topo)), [['0:12', edgeKey('g4', 'o0'), REST_RECV, 0]], 'and arrives with the next event');
  const waiting = at({ ...drawn(), current: null }).bubbles;
  equal(list(moves(none, waiting, [event('send-block', 1, 0)], topo)), [['0:16', edgeKey('g1', 'o0'), 0, REST_SEND]], 'a sender blocks');
  equal(list(moves(waiting, none, [event('recv', 3, 13)], topo)), [['0:13', edgeKey('g3', 'o0'), 1, 0], ['0:16', edgeKey('g1', 'o0'), REST_SEND, 1]], 'a receive makes room');
  equal(moves(waiting, received, [], topo), [], 'a jump moves nothing');
}

export function testMovesEaseBetweenTheirEnds() {
  const m = { id: '', edge: '', text: '', state: 0, from: 0.2, to: 0.9 };
  const path = Array.from({ length: 11 }, (_, i) => positionOf(m, i / 10));
  equal([path[0], Number(path[10]?.toFixed(9))], [0.2, 0.9]);
  check(path.every((x, i) => i === 0 || x > (path[i - 1] ?? 0)), 'always onwards: ' + path.join(' '));
}

export function testCurvesEndAtTheirNodes() {
  const l = layout(topo, 1200, 320);
  for (const { from, to, curve } of placeEdges(topo.edges, l).values()) {
    const a = pointAt(curve, 0);
    const b = pointAt(curve, 1);
    const reach = (/** @type {typeof from} */ p, /** @type {{x: number, y: number}} */ q) => Math.max(p.body.x - q.x, q.x - p.body.x - p.body.w, p.body.y - q.y, q.y - p.body.y - p.body.h);
    check(reach(from, a) < 4 && reach(to, b) < 9, `${from.node.id} → ${to.node.id}: ends ${reach(from, a).toFixed()} and ${reach(to, b).toFixed()} px off`);
    const mid = curve.map((_, i) => i / curve.length).slice(1);
    for (const t of mid) check(Math.abs(pointAt(curve, t - 1e-9).x - pointAt(curve, t + 1e-9).x) < 0.01, 'a curve is in one piece');
  }
}

export function testALongWayGoesAround() {
  // main feeds the producers' channel too: its curve would run through A and B.
  const m = producerConsumer(1, 1);
  const t = topology({ ...m, edges: [...m.edges, { g: 0, o: 1, ops: { lock: 1 } }] });
  const l = layout(t, 1200, 320);
  const edge = placeEdges(t.edges, l).get(edgeKey('g0', 'o1'));
  if (!edge) throw new Error('no edge');
  check(edge.far && edge.curve.length === 3, 'it is a detour');
  for (let i = 1; i < 40; i++) {
    const { x, y } = pointAt(edge.curve, i / 40);
    for (const p of l.nodes.values()) {
      const hit = p !== edge.from && p !== edge.to && x > p.body.x && x < p.body.x + p.body.w && y > p.body.y && y < p.body.y + p.body.h;
      check(!hit, `it runs through ${p.node.id}`);
    }
  }
}

export function testTextInStateColoursIsReadable() {
  for (const page of ['#FFFFFF', '#14171C', '#000000']) {
    const text = page === '#FFFFFF' ? '#1A1D21' : '#E6E9EF';
    for (const color of ['#169C81', '#E2AC19', '#904216', '#BD501D', '#835E99', '#FBE92C', '#D6006E', '#8A92A0', '#30281D']) {
      const [r = 0, g = 0, b = 0] = readable(color, text, page).match(/\d+/g)?.map(Number) ?? [];
      const ground = parse(page);
      if (!ground || contrast([r, g, b], ground) < 4.5) throw new Error(`${color} on ${page} becomes ${readable(color, text, page)}`);
    }
  }
  equal(readable('#1A1D21', '#1A1D21', '#FFFFFF'), 'rgb(26 29 33)', 'readable colours stay');
  equal(readable('tomato', '#000', '#fff'), 'tomato', 'what can’t be judged stays');
}
