// The source panel's pure parts: Go's tokens, heat, pins, the place to follow.
import { check, equal, random } from '/testdata/assert.js';
import { tokenize } from '/static/panels/golang.js';
import { heat, pins, placeAt, withText } from '/static/panels/sourcemodel.js';
import { eventsOfLine } from '/static/panels/lineevents.js';

/** @param {string} text */
const kinds = (text) => tokenize(text).map((line) => line.filter((t) => t.text.trim() !== '').map((t) => `${t.kind}:${t.text}`));

export function testTokens() {
  equal(kinds('func f() { // x'), [['keyword:func', 'text: f() { ', 'comment:// x']]);
  equal(kinds('a := "x\\"y" + `r\nw` + \'\\\'\''), [['text:a := ', 'string:"x\\"y"', 'text: + ', 'string:`r'], ['string:w`', 'text: + ', "string:'\\''"]]);
  equal(kinds('/* a\nb */ x'), [['comment:/* a'], ['comment:b */', 'text: x']]);
  equal(kinds('n := 0x1F + 1_000 + 1.5e-3 + .5i'), [['text:n := ', 'number:0x1F', 'text: + ', 'number:1_000', 'text: + ', 'number:1.5e-3', 'text: + ', 'number:.5i']]);
  equal(kinds('for range x2 { chanx(nil) }'), [['keyword:for', 'keyword:range', 'text: x2 { chanx(', 'builtin:nil', 'text:) }']], 'words, not parts of words');
  equal(kinds('ärger := map[string]int{}'), [['text:ärger := ', 'keyword:map', 'text:[', 'builtin:string', 'text:]', 'builtin:int', 'text:{}']]);
}

export function testUnterminatedPiecesEndWithTheFile() {
  equal(kinds('x = "open\ny'), [['text:x = ', 'string:"open'], ['text:y']]);
  equal(kinds('`raw\nto the end'), [['string:`raw'], ['string:to the end']]);
  equal(kinds('/* for ever'), [['comment:/* for ever']]);
}

export function testTheTextStaysWhatItIs() {
  const next = random(11);
  const pieces = ['"', '`', "'", '\\', '\n', '/*', '*/', '//', 'func', ' ', '\t', '0x', '1.', 'ä', '😀', '<script>', '\r\n', '{', 'nil'];
  for (let round = 0; round < 300; round++) {
    const text = Array.from({ length: 1 + Math.floor(next() * 30) }, () => pieces[Math.floor(next() * pieces.length)]).join('');
    const lines = tokenize(text);
    equal(lines.map((line) => line.map((t) => t.text).join('')).join('\n'), text.replace(/\r\n?/g, '\n'), 'round ' + round);
  }
}

export function testALargeFileIsQuick() {
  const text = 'x := "a\\\\\\"" + /* " */ `b`\n'.repeat(20000) + '"'.repeat(20000) + '\\'.repeat(20000);
  const start = performance.now();
  tokenize(text);
  check(performance.now() - start < 2000, `${Math.round(performance.now() - start)} ms`);
}

export function testHeat() {
  const got = heat([{ line: 1, running_ns: 0, blocked_ns: 0, hits: 3 }, { line: 2, running_ns: 100, blocked_ns: 0, hits: 1 }, { line: 3, running_ns: 0, blocked_ns: 400, hits: 1 }]);
  equal([...got], [[2, { running: 0.5, blocked: 0 }], [3, { running: 0, blocked: 1 }]]);
  equal([...heat([])], []);
}

/** @param {number} g @param {number} line @param {object} [patch] */
const row = (g, line, patch = {}) => ({ g, s: 1, since: 0, since_event: 0, op: '', o: -1, file: 0, line, proc: 0, forever: false, held: [], cases: [], text: '', ...patch });
/** @param {ReturnType<typeof row>[]} goroutines @param {number} g */
const at = (goroutines, g) => ({
  event: 0, t: 0, current: { i: 0, t: 0, kind: 'send', g, other: -1, o: 0, file: 1, line: 7, k: 0, v: '', text: '' }, goroutines, chans: [], locks: [], wgs: [], conds: [], onces: [], cycles: [], totals: {},
});

export function testPins() {
  const state = at([row(2, 41, { s: 0x84, forever: true }), row(1, 41), row(3, 9, { file: 1 }), row(4, 0)], 1);
  equal([...pins(state, 0)], [[41, [{ g: 1, s: 1, forever: false }, { g: 2, s: 4, forever: true }]]]);
  equal([...pins(null, 0)], []);
}

export function testWhatIsFollowed() {
  const state = at([row(1, 41), row(2, 35)], 1);
  equal(placeAt(state, -1), { file: 0, line: 41, g: 1 }, 'the goroutine of the event');
  equal(placeAt(state, 2), { file: 0, line: 35, g: 2 }, 'the selected one');
  equal(placeAt(at([], 1), -1), { file: 1, line: 7, g: 1 }, 'an event of a goroutine that is gone');
  equal(placeAt(at([], 1), 5), null);
  equal(placeAt(null, -1), null);
}

export function testEventsOfALine() {
  const rows = Array.from({ length: 1000 }, (_, i) => ({ i, t: i, kind: 'send', g: 0, other: -1, o: -1, file: 0, line: i % 10, k: 0, v: '', text: '' }));
  const got = eventsOfLine((i) => rows[i], 500, 1000, 0, 3).map((e) => e.i);
  check(got.length === 60 && got.every((i) => i % 10 === 3), 'all of line 3: ' + got.length);
  check(got.every((i, n) => n === 0 || i > (got[n - 1] ?? 0)) && got.includes(503) && got.includes(493), 'in order, around the playhead');
  equal(eventsOfLine(() => undefined, 5, 10, 0, 3), []);
}

export function testFilesWithText() {
  /** @param {number} sources */
  const of = (sources) => withText(/** @type {any} */ ({ files: ['main.go', 'pool.go', 'fmt/print.go'], sources }));
  equal(of(2), [0, 1], 'as the server counts');
  equal(of(0), [], 'a bare trace');
  equal(withText(null), []);
}
