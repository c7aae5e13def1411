import { formatFragment, parseFragment } from '/static/state/fragment.js';
import { resolveTheme } from '/static/state/theme.js';
import { names } from '/static/shell/keys.js';
import { rank } from '/static/shell/palette.js';
import { equal, random } from '/testdata/assert.js';

export function testRoundTrip() {
  const rnd = random(4);
  const kinds = /** @type {const} */ (['goroutine', 'object', 'finding', null]);
  const lit = /** @type {const} */ (['goroutine', 'object']);
  const lights = /** @type {const} */ (['goroutine', 'object', 'branch']);
  for (let i = 0; i < 300; i++) {
    const kind = kinds[i % 4] ?? null;
    const view = {
      recordingId: `producer-consumer-2026${i}`, cursor: { event: Math.floor(rnd() * 1e6) - 1, time: Math.floor(rnd() * 1e12) },
      window: { t0: Math.floor(rnd() * 1e9), t1: 1e9 + Math.floor(rnd() * 1e9) }, area: i % 3 ? { t0: i, t1: i + 1000 } : null, selection: { kind, id: kind ? i : -1 },
      marks: Array.from({ length: i % 4 }, (_, k) => ({ event: k, time: k * 1000 })),
      pins: i % 4 ? ['g3', `o${i}`] : [], highlight: i % 4 ? { kind: lights[i % 3] ?? 'goroutine', id: i } : null,
      only: i % 3 ? { kind: lit[i % 2] ?? 'goroutine', id: i } : null,
      panel: i % 2 ? 'source' : 'output', pacing: /** @type {const} */ (['event', 'compressed', 'real'])[i % 3] ?? null, speed: 0.5 + i,
    };
    equal(parseFragment(`#${formatFragment(view)}`), view);
  }
}

export function testBrokenFragmentsAreDefaults() {
  const plain = parseFragment('');
  for (const text of ['#v=9&r=abc&e=4', '#e=x&t=-&w=9-1&a=5-5&s=q7&m=1.2,x&pin=g1,<b>&h=f1&p=nope&pace=warp&speed=-1', '#r=../../etc/passwd', '#r=%3Cscript%3E', `#r=${'a'.repeat(300)}`, '#%']) {
    equal(parseFragment(text), plain, text);
  }
  equal(parseFragment('#r=abc').recordingId, 'abc', 'the short form that the command prints');
}

export function testTheTokenIsNeverInIt() {
  const text = formatFragment({ ...parseFragment('#r=abc&token=secret'), speed: 4 });
  equal(text.includes('secret'), false);
}

export function testThemes() {
  equal([resolveTheme('system', true, false), resolveTheme('system', false, false)], ['dark', 'light']);
  equal([resolveTheme('light', true, true), resolveTheme('dark', false, false)], ['light', 'dark']);
  equal([resolveTheme('contrast', true, false), resolveTheme('system', false, true)], ['contrast-dark', 'contrast-light']);
}

export function testKeyNames() {
  const press = (/** @type {Partial<KeyboardEvent>} */ k) => names({ code: '', key: '', shiftKey: false, ctrlKey: false, metaKey: false, ...k })[0];
  equal(press({ code: 'KeyW', key: 'z' }), 'char:z', 'what is typed comes first');
  equal(names({ code: 'KeyW', key: 'z', shiftKey: false, ctrlKey: false, metaKey: false }).includes('code:KeyW'), true, 'then the place');
  equal(press({ code: 'Period', key: '>', shiftKey: true }), 'Shift+code:Period');
  equal(press({ code: 'KeyK', key: 'k', ctrlKey: true }), 'Ctrl+code:KeyK');
  equal(press({ code: 'Space', key: ' ' }), 'code:Space');
}

export function testSearchRanks() {
  const entries = ['consume #1', 'main', 'produce "A"', 'my consume'].map((title) => ({ title, note: '' }));
  equal(rank(entries, 'cons').map((e) => e.title), ['consume #1', 'my consume']);
  equal(rank(entries, 'pA').map((e) => e.title), ['produce "A"'], 'letters in order');
  equal(rank(entries, 'zzz'), []);
  equal(rank(entries, '').length, 4);
}
