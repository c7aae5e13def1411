import { firstVisible, layoutRows, rowAt, visibleRows } from '/static/timeline/rows.js';
import { areaLines } from '/static/timeline/area.js';
import { firstAfter } from '/static/timeline/data.js';
import { together } from '/static/model/highlight.js';
import { objectNote, spanLabel } from '/static/model/labels.js';
import { check, equal, random } from '/testdata/assert.js';

/** @param {number} n  goroutines */
function model(n) {
  return /** @type {any} */ ({
    duration: 1000, cores: { n: 2, busy: 0.38 }, procs: [{ key: 'p0', id: 0, busy: 0.41 }],
    goroutines: Array.from({ length: n }, (_, g) => ({ key: `g${g}`, g, id: g + 18, name: g ? `worker #${g}` : 'main', parent: g ? (g > 3 ? 1 : 0) : -1, created: 0, ended: -1, blocked: 500 })),
    objects: [{ key: 'o0', o: 0, kind: 'channel', name: 'jobs', cap: 3, ops: 9, held_ns: 0 }, { key: 'o1', o: 1, kind: 'mutex', name: 'stats', cap: -1, ops: 9, held_ns: 110 },
      { key: 'o2', o: 2, kind: 'waitgroup', name: 'wg', cap: -1, ops: 1, held_ns: 0 }],
  });
}

export function testGroupsAndTheirRows() {
  const { rows } = layoutRows(model(3), new Set(['system']));
  equal(rows.map((r) => r.key), ['cores', 'p0', 'goroutines', 'g0', 'g1', 'g2', 'channels', 'o0', 'locks', 'o1', 'system']);
  equal(rows.filter((r) => r.id === 1 && r.kind === 'lock').map((r) => [r.label, r.note]), [['stats sync.Mutex', '11 %']]);
  equal(rows.find((r) => r.key === 'o0')?.note, 'cap 3');
}

export function testProcessesAreGroups() {
  const m = model(4);
  m.procs = [{ key: 'p0', id: 0, process: 1, p: 0, busy: 0.4 }, { key: 'p65536', id: 65536, process: 2, p: 0, busy: 0.1 }];
  m.processes = [{ number: 1, pid: 10, program: 'pool', args: [] }, { number: 2, pid: 11, program: 'pool', args: ['work', '3'], how: 'lost' }];
  m.goroutines.forEach((/** @type {any} */ g) => { g.process = g.g < 2 ? 1 : 2; });
  m.goroutines[2].name = 'main (process 2)';
  m.objects.push({ key: 'o3', o: 3, kind: 'pipe', name: 'stdin of process 2', cap: -1, ops: 4, held_ns: 0 });
  const { rows, byO } = layoutRows(m, new Set(['system', 'goroutines']));
  equal(rows.map((r) => r.key), ['cores', 'p0', 'goroutines', 'cores-2', 'p65536', 'goroutines-2', 'g2', 'g3', 'pipes', 'o3', 'channels', 'o0', 'locks', 'o1', 'system']);
  equal(rows.filter((r) => r.kind === 'proc').map((r) => r.label), ['P0', 'P0']);
  equal(rows.find((r) => r.key === 'cores-2')?.note, 'pool work 3, pid 11 · killed or died');
  equal(rows.find((r) => r.key === 'g2')?.label, 'main', 'its group says the process');
  check((byO.get(3)?.kind ?? '') === 'channel', 'a pipe is drawn as a channel');
}

export function testPinnedRowsComeFirst() {
  const { rows, pinned, byG } = layoutRows(model(3), new Set(['system']), 1000, ['o1', 'g2', 'g99']);
  equal(rows.slice(0, 4).map((r) => r.key), ['pinned', 'o1', 'g2', 'cores'], 'in the order of pinning; what is not there is left out');
  equal(pinned, rows[3]?.y, 'they reach to the next group');
  check((byG.get(2)?.y ?? 0) > pinned, 'arrows go to the row in its own group');
  equal(rows.filter((r) => r.key === 'g2').length, 2, 'which keeps it');
  equal(layoutRows(model(3), new Set(['system']), 60, ['o1', 'g2']).pinned, 0, 'a low timeline is not filled with them');
}

export function testWhatBelongsTogether() {
  const m = { ...model(5), edges: [{ g: 0, o: 1, ops: { lock: 1 } }, { g: 2, o: 1, ops: { lock: 3 } }, { g: 3, o: 0, ops: { send: 1 } }] };
  m.goroutines.forEach((/** @type {any} */ g) => { g.role = g.name.split(' ')[0]; });
  const of = (/** @type {import('/static/model/highlight.js').Highlight} */ h) => {
    const t = together(m, h);
    return t && [[...t.gs], [...t.os], t.text];
  };
  equal(of({ kind: 'goroutine', id: 2 }), [[1, 2, 3, 4], [], 'worker']);
  equal(of({ kind: 'object', id: 1 }), [[0, 2], [1], 'stats']);
  equal([of(null), of({ kind: 'goroutine', id: 77 }), of({ kind: 'object', id: 77 })], [null, null, null]);
}

export function testACollapsedGroupSaysWhatIsInIt() {
  const { rows, byG } = layoutRows(model(3), new Set(['goroutines']));
  const group = rows.find((r) => r.key === 'goroutines');
  equal([group?.open, group?.note], [false, '3 goroutines · 50 % blocked, 500 ns each on average']);
  equal(byG.size, 0);
  equal(rows.filter((r) => r.kind === 'density').length, 1, 'one row for all');
}

export function testOfManyChannelsTheBusiestAreShown() {
  const m = model(1);
  for (let o = 3; o < 1300; o++) m.objects.push({ key: `o${o}`, o, kind: 'channel', name: o % 2 ? '' : `c${o}`, cap: 1, ops: o % 2 ? 0 : o, held_ns: 0 });
  const shown = (/** @type {string[]} */ ...open) => layoutRows(m, new Set(open)).rows.filter((r) => r.group === 'channels');
  const few = shown();
  equal(few.filter((r) => r.kind === 'channel').length, 24);
  equal(few.at(-1)?.label, '1,274 more channels');
  check(few.some((r) => r.label === 'c1298') && !few.some((r) => r.label.startsWith('unnamed')), 'the busiest');
  equal(shown('more:channels').filter((r) => r.kind === 'channel').length, 1298, 'all when opened');
}

export function testTheTreeIsIndented() {
  const { rows } = layoutRows(model(6), new Set());
  equal(rows.filter((r) => r.kind === 'goroutine').map((r) => r.indent), [0, 0, 0, 0, 1, 1]);
}

export function testRowsAreFoundByHeight() {
  const { rows, height } = layoutRows(model(5000), new Set());
  const rnd = random(2);
  for (let i = 0; i < 300; i++) {
    const y = rnd() * height;
    const want = rows.findIndex((r) => y >= r.y && y < r.y + r.height);
    equal(firstVisible(rows, y), want, String(y));
    check(rowAt(rows, y) === rows[want], 'another row');
  }
  equal(rowAt(rows, height + 1), undefined);
  check(visibleRows(rows, 1000, 1700).length < 60, 'only what shows is visited');
  const seen = visibleRows(rows, 1000, 1700);
  check(/** @type {any} */ (seen[0]).y <= 1000 && /** @type {any} */ (seen.at(-1)).y < 1700, 'the edges');
}

export function testSpansAreFoundByTime() {
  const ends = Float64Array.from([10, 20, 20, 35]);
  equal([0, 10, 19, 20, 35].map((t) => firstAfter(ends, t)), [0, 1, 1, 3, 4]);
  equal(firstAfter(new Float64Array(), 5), 0);
}

export function testWordsOnSpans() {
  const object = (/** @type {string} */ kind, /** @type {string} */ name) => /** @type {any} */ ({ kind, name, cap: 0, held_ns: 0 });
  equal(spanLabel(3, object('channel', 'jobs')), 'send jobs');
  equal(spanLabel(4, object('channel', 'jobs')), 'recv jobs');
  equal(spanLabel(6, object('waitgroup', 'producers')), 'producers.Wait');
  equal(spanLabel(6, object('mutex', 'stats')), 'lock stats');
  equal(spanLabel(4, undefined), 'recv');
  equal(spanLabel(1, undefined), '');
  equal(objectNote(object('channel', 'x'), 10), 'unbuffered');
}

export function testTheAreaListsWhereTimeWent() {
  const states = { 1: 200, 2: 50, 3: 5, 4: 4, 5: 3, 6: 700, 8: 38 };
  const lines = areaLines({ events: 9, states });
  equal(lines.map((l) => `${l.word} ${l.time} ${l.share}`).slice(0, 2), ['blocked on a lock 700 ns 70 %', 'running 200 ns 20 %'], 'most first');
  equal(lines.length, 6, 'the longest only');
  equal(areaLines({ events: 0, states: {} }), []);
}

export function testRolesOfManyAreOneRowEach() {
  const m = model(100);
  m.goroutines.forEach((/** @type {any} */ g) => { g.role = g.g === 0 ? 'main' : g.g % 2 ? 'reader' : 'writer'; });
  const of = (/** @type {string[]} */ ...open) => layoutRows(m, new Set(open));
  const { rows, byG } = of();
  equal(rows.filter((r) => r.group === 'goroutines').map((r) => r.key), ['goroutines', 'g0', 'r1', 'r2']);
  equal(rows.filter((r) => r.kind === 'role').map((r) => [r.label, r.note, r.wait]), [['▸ reader', '×50', 'avg 500 ns blocked'], ['▸ writer', '×49', 'avg 500 ns blocked']]);
  equal([byG.get(0)?.key, byG.get(7)?.key, byG.get(8)?.key], ['g0', 'r1', 'r2']);
  const opened = of('r1');
  equal(opened.rows.filter((r) => r.kind === 'goroutine').length, 51);
  equal([opened.byG.get(7)?.key, opened.byG.get(8)?.key], ['g7', 'r2']);
}

export function testOnlyWhatInteracts() {
  const m = model(6);
  m.edges = [{ g: 1, o: 0, ops: {} }, { g: 3, o: 0, ops: {} }, { g: 2, o: 1, ops: {} }];
  const keys = (/** @type {import('/static/model/highlight.js').Only} */ only) => layoutRows(m, new Set(['system', 'cores']), 0, [], [], only).rows.filter((r) => r.kind !== 'group').map((r) => r.key);
  equal(keys({ kind: 'goroutine', id: 1 }), ['only', 'g0', 'g1', 'g3', 'g4', 'g5', 'o0'], 'its parent, children, channel and who uses that');
  equal(keys({ kind: 'object', id: 1 }), ['only', 'g2', 'o1']);
  equal(keys({ kind: 'goroutine', id: 77 }), keys(null), 'of what is not known everything is shown');
  equal([...(together(m, { kind: 'branch', id: 1 })?.gs ?? [])], [1, 4, 5]);
}
