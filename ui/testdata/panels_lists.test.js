// Lists, findings, links and the flame graph of the side panel.
import { check, equal } from '/testdata/assert.js';
import { findingCard, ranked, titleOf } from '/static/panels/findings.js';
import { lifetime, sorted } from '/static/panels/goroutines.js';
import { linkify, parseSite, parseTime } from '/static/panels/linkify.js';
import { printedAt } from '/static/panels/output.js';
import { createList } from '/static/panels/virtual.js';
import { fitChart, legendName, watching } from '/static/panels/statistics.js';
import { createTabs } from '/static/panels/tabs.js';
import { family } from '/static/panels/eventlog.js';
import { boxes, matched, packageOf, parents, topFunctions } from '/static/panels/flamelayout.js';

const KNOWN = {
  goroutines: [{ g: 0, name: 'main' }, { g: 1, name: 'produce "A"' }, { g: 3, name: 'consume #1' }, { g: 12, name: 'consume #10' }],
  objects: [{ o: 0, name: 'jobs' }, { o: 1, name: 'account.mu' }, { o: 2, name: '' }], files: ['main.go', 'a/b.go'],
};

/** @param {string} text */
const parts = (text) => linkify(text, KNOWN).filter((p) => p.kind !== 'text').map((p) => `${p.kind} ${p.text}`);

export function testLinks() {
  equal(parts('consume #1 and consume #10 receive from jobs at main.go:41'), ['goroutine consume #1', 'goroutine consume #10', 'object jobs', 'site main.go:41']);
  equal(parts('produce "A" ended at 1.204 s. The last send was #24 at 12 ms.'), ['goroutine produce "A"', 'time 1.204 s', 'time 12 ms'], 'times');
  equal(parts('main waits; mainly for account.mu'), ['goroutine main', 'object account.mu'], 'whole words only');
  equal(parts('(#24) in a/b.go:7, other.go:9'), ['message #24', 'site a/b.go:7']);
  equal(linkify('nothing here', { goroutines: [], objects: [], files: [] }), [{ kind: 'text', text: 'nothing here' }]);
}

export function testNamesThatAreWordsAreNoLinks() {
  const known = { ...KNOWN, objects: [{ o: 0, name: 'from' }, { o: 1, name: 'jobs' }] };
  equal(linkify('receive from jobs', known).filter((p) => p.kind !== 'text').map((p) => p.text), ['jobs']);
}

export function testLinksKeepTheText() {
  for (const text of ['', 'main', 'jobs jobs.', 'a(b[c\\', 'consume #1consume #1', '$& main $1', '<b>main</b>']) {
    equal(linkify(text, KNOWN).map((p) => p.text).join(''), text);
    equal(linkify(text, { ...KNOWN, objects: [{ o: 0, name: '.*' }, { o: 1, name: '(' }] }).map((p) => p.text).join(''), text, 'names are no patterns');
  }
}

export function testTimesAndSites() {
  equal(parseTime('1.298 s'), 1298499000);
  equal(parseTime('12 ms'), 12499000);
  equal(parseTime('3.1 µs'), 3150);
  equal(parseSite('a/b.go:7', KNOWN.files), { file: 1, line: 7 });
  equal(parseSite('c.go:7', KNOWN.files), null);
  equal(parseSite('main.go', KNOWN.files), null);
}

/** @param {object} patch @returns {import('/static/model/types.js').Finding} */
const finding = (patch) => ({ id: 0, kind: 'deadlock', verdict: 'proven', severity: 'error', message: 'm', why: [], time_ns: 5, goroutines: [], objects: [], sites: [], events: [], g: [], o: [], ...patch });

export function testFindings() {
  const list = [finding({ id: 0, severity: 'info' }), finding({ id: 1, severity: 'error', verdict: 'suspected' }), finding({ id: 2, severity: 'warning' }), finding({ id: 3 }), finding({ id: 4, severity: 'new' })];
  equal(ranked(list).map((f) => f.id), [3, 1, 2, 0, 4]);
  equal(titleOf(finding({ g: [1, 2, 3, 4] })), '4 goroutines wait forever');
  equal(titleOf(finding({ g: [1] })), '1 goroutine waits forever');
  equal(titleOf(finding({ kind: 'lock-contention', objects: [{ kind: 'mutex', name: 'stats', made: '' }] })), 'proven: stats');
}

/** A store that answers what a card asks. */
function fakeStore() {
  /** @type {unknown[]} */
  const sets = [];
  const model = { goroutines: KNOWN.goroutines, objects: KNOWN.objects, files: KNOWN.files, sources: 1, findings: [] };
  return /** @type {any} */ ({
    sets, get: (/** @type {string} */ key) => (key === 'model' ? model : null), set: (/** @type {unknown} */ v) => sets.push(v),
    gname: (/** @type {number} */ g) => KNOWN.goroutines.find((x) => x.g === g)?.name, oname: (/** @type {number} */ o) => KNOWN.objects[o]?.name,
    jumpToFinding: (/** @type {number} */ id) => sets.push('jump ' + id), openSource: (/** @type {number} */ file, /** @type {number} */ line) => sets.push(`open ${file}:${line}`), seekEvent: (/** @type {number} */ i) => sets.push('seek ' + i),
  });
}

export function testACardLeadsToItsWitness() {
  const store = fakeStore();
  const card = findingCard(store, finding({ id: 7, message: 'main waits for jobs', why: ['consume #1 is at main.go:41'], sites: ['main.go:41'], g: [0, 3], o: [0], events: [12] }), true);
  const click = (/** @type {string} */ text) => [...card.querySelectorAll('.link')].filter((n) => n.textContent === text).at(-1)?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  click('Jump to 5 ns');
  click('main.go:41');
  click('consume #1');
  click('event 12');
  equal(store.sets, ['jump 7', 'open 0:41', { selection: { kind: 'goroutine', id: 3 }, panel: 'selection' }, { playing: false }, 'seek 12']);
}

export function testNamesNeverBecomeMarkup() {
  const card = findingCard(fakeStore(), finding({ message: '<img src=x onerror=alert(1)>', why: ['<script>1</script>'], kind: '<b>k' }), true);
  equal(card.querySelectorAll('img, script, b').length, 0);
  check((card.textContent ?? '').includes('<img src=x onerror=alert(1)>'), 'the text is shown as it is');
}

/** @param {number} g @param {number} blocked @param {object} [patch] */
const goroutine = (g, blocked, patch = {}) => ({ key: 'g' + g, g, id: g, process: 1, name: 'g' + g, role: 'g', parent: -1, spawn: null, created: 10, ended: 60, blocked, running: 1, ...patch });

export function testOrderOfGoroutines() {
  const model = /** @type {any} */ ({ goroutines: [goroutine(0, 5), goroutine(1, 50), goroutine(2, 20), goroutine(3, 20)], findings: [finding({ g: [0] }), finding({ g: [2], severity: 'warning' })] });
  equal(sorted(model, 'suspicious').map((g) => g.g), [0, 2, 1, 3]);
  equal(sorted(model, 'blocked').map((g) => g.g), [1, 2, 3, 0]);
  equal(sorted(model, 'spawn').map((g) => g.g), [0, 1, 2, 3]);
}

export function testLifetimes() {
  equal(lifetime(/** @type {any} */ (goroutine(0, 0)), 100), { left: 10, width: 50 });
  equal(lifetime(/** @type {any} */ (goroutine(0, 0, { ended: -1 })), 100), { left: 10, width: 90 });
  equal(lifetime(/** @type {any} */ (goroutine(0, 0, { created: 0, ended: 0 })), 0).left, 0);
}

export function testPrinted() {
  const lines = [3, 3, 8].map((t) => ({ t, stream: 'stdout', text: '' }));
  equal([0, 3, 7, 8, 99].map((t) => printedAt(lines, t)), [0, 2, 2, 3, 3]);
}

export function testKindsHaveAFamily() {
  equal(['send-block', 'select-recv', 'close', 'rlock', 'lock-done', 'unlock', 'waited', 'cond-wait', 'once-run', 'spawn', 'end', 'sysexit', 'assist-begin', 'start', 'log'].map(family),
    ['channel', 'channel', 'channel', 'lock', 'lock', 'lock', 'lock', 'lock', 'lock', 'life', 'life', 'io', 'gc', 'sched', 'sched']);
}

/** @param {HTMLElement} node @param {number} width @param {number} height */
function show(node, width, height) {
  node.style.cssText += `position:fixed;left:0;top:0;width:${width}px;height:${height}px;overflow:auto`;
  document.body.append(node);
}

export async function testAMillionRowsAreAFewNodes() {
  const list = createList({ rowHeight: 20, count: () => 1_000_000, row: (i) => { const n = document.createElement('div'); n.textContent = 'row ' + i; n.style.position = 'absolute'; return n; } });
  show(list.node, 200, 400);
  const inner = /** @type {HTMLElement} */ (list.node.firstElementChild);
  inner.style.position = 'relative';
  const top = (/** @type {number} */ i) => [...inner.children].find((n) => n.textContent === 'row ' + i)?.getBoundingClientRect().top ?? NaN;
  for (const i of [0, 12345, 500_000, 999_999]) {
    list.reveal(i, true);
    check(inner.children.length < 60, `${inner.children.length} nodes`);
    check(top(i) >= -1 && top(i) <= 381, `row ${i} is at ${top(i)} px`);
  }
  const before = list.node.scrollTop;
  list.reveal(999_990);
  equal(list.node.scrollTop, before, 'what is in view does not move');
  list.node.remove();
}

export function testTabsThatDoNotFitGoIntoTheMenu() {
  /** @type {string[]} */
  const chosen = [];
  const specs = ['Alpha', 'Beta', 'Gamma', 'Delta', 'Epsilon'].map((title) => ({ id: title.toLowerCase(), title }));
  const tabs = createTabs(specs, (id) => chosen.push(id));
  show(tabs.node, 240, 40);
  for (const tab of tabs.node.querySelectorAll('[role=tab]')) /** @type {HTMLElement} */ (tab).style.cssText = 'width:60px;display:inline-block;box-sizing:border-box';
  const style = document.createElement('style');
  style.textContent = '[hidden] { display: none !important }';
  document.head.append(style);
  tabs.choose('epsilon');
  const visible = [...tabs.node.querySelectorAll('[role=tab]')].filter((n) => !(/** @type {HTMLElement} */ (n).hidden)).map((n) => n.id);
  equal(visible, ['tab-alpha', 'tab-epsilon'], 'the chosen one always shows');
  const menu = /** @type {HTMLSelectElement} */ (tabs.node.querySelector('select'));
  equal([...menu.options].map((o) => o.value), ['', 'beta', 'gamma', 'delta']);
  menu.value = 'gamma';
  menu.dispatchEvent(new Event('change'));
  equal(chosen, ['gamma']);
  tabs.node.remove();
  style.remove();
}

/** @param {string} name @param {number} value @param {import('/static/panels/flamelayout.js').FlameNode[]} children */
const node = (name, value, children = []) => ({ name, value, children });
const flame = node('root', 100, [node('main.a', 60, [node('main.b', 40, [node('main.a', 10)])]), node('net/http.(*conn).serve', 40)]);

export function testFlameLayout() {
  const up = parents(flame);
  const all = boxes(flame, up).map((b) => [b.node.name, b.depth, Number(b.x.toFixed(3)), Number(b.w.toFixed(3))]);
  equal(all.sort(), [['main.a', 1, 0, 0.6], ['main.a', 3, 0, 0.1], ['main.b', 2, 0, 0.4], ['net/http.(*conn).serve', 1, 0.6, 0.4], ['root', 0, 0, 1]]);
  const b = /** @type {import('/static/panels/flamelayout.js').FlameNode} */ (flame.children[0]?.children[0]);
  equal(boxes(b, up).map((x) => [x.node.name, x.depth, x.w]), [['root', 0, 1], ['main.a', 1, 1], ['main.b', 2, 1], ['main.a', 3, 0.25]], 'zoomed: callers at full width');
  equal(boxes(node('root', 0, [node('x', 0)]), new Map()).length, 1, 'nothing was sampled');
}

export function testFlameSums() {
  equal(matched(flame, 'main.a'), 60, 'recursion counts once');
  equal(matched(flame, 'serve'), 40);
  equal(topFunctions(flame, 9).map((f) => [f.name, f.self, f.total]), [['net/http.(*conn).serve', 40, 40], ['main.a', 30, 60], ['main.b', 30, 40]]);
  equal(['net/http.(*conn).serve', 'main.main.func1', 'runtime.gopark', 'weird'].map(packageOf), ['net/http', 'main', 'runtime', 'weird']);
}

export function testWhatWatchingCameTo() {
  const model = /** @type {any} */ ({ duration: 2e9, events: 100, hooks: true, watch: { operations: 50, trace_bytes: 8000, left_out: 3 }, notes: ['x.go got no hooks'] });
  equal(watching(model), ['Hooks recorded 50 operations of channels and locks, 25 a second.', 'The trace is 8 KB long, 80 bytes for each of 100 events.',
    '3 values of messages were left out, to keep the program fast.', 'x.go got no hooks']);
  const measured = { ...model, notes: [], watch: { ...model.watch, hook_events: 60, per_event_ns: 131.4, share: 0.0321 } };
  equal(watching(measured)[1], 'Watching cost the program 131 ns for each of 60 hook events, 3.2 % of its processor time, as measured while it ran.');
  const plain = { ...model, hooks: false, notes: [], events: 0, watch: { operations: 0, trace_bytes: 2.5e6, left_out: 0 } };
  equal(watching(plain), ['No hooks: the Go runtime alone recorded this.', 'The trace is 2.5 MB long.']);
}

export function testALegendShowsEveryName() {
  const option = { legend: { textStyle: { color: 'red' } }, grid: { left: '16', top: '36' }, series: ['running', 'waiting for a core', 'blocked: send', 'x'.repeat(5000)].map((name) => ({ name })) };
  const lay = (/** @type {number} */ width) => fitChart(option, width, (text) => text.length * 6);
  equal([lay(2000).extra, lay(300).extra, lay(150).extra], [0, 44, 66], 'in as many lines as there must be');
  const { legend, grid } = /** @type {any} */ (lay(300).option);
  equal([legend.type, legend.textStyle, grid[0].left, grid[0].top], ['plain', { color: 'red' }, '16', 80]);
  equal(legendName('x'.repeat(5000)).length, 30);
}
