// The dragged area: its length, how many events are in it, and how the time of all goroutines is shared out there.

import { stateInfo } from '../model/states.js';
import { formatCount, formatDuration, formatShare } from '../model/time.js';
import { logDraw, logging } from '../state/drawlog.js';
import { quiet } from '../state/store.js';
import { textWidth } from './text.js';
import { RULER, xOf } from './view.js';

/** @typedef {import('./view.js').View} View */
/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {{events:number, states:Record<string, number>}} Totals  states: ns by code */
/** @typedef {ReturnType<typeof createArea>} Area */

/** States listed at most, the longest: fewer on a narrow timeline, of which the list would hide all. */
const MOST = 6;
const MOST_NARROW = 3;
const NARROW = 320;
const LINE = 17;
const PAD = 8;

/**
 * @param {Store} store
 * @param {() => void} changed
 */
export function createArea(store, changed) {
  /** @type {Totals|null} */
  let totals = null;
  let asked = '';
  let running = false;

  /** One request after the other: while a person drags, the area changes faster than a large recording is summed up. */
  async function pump() {
    if (running) return;
    running = true;
    try {
      for (;;) {
        const area = store.get('area');
        const key = area ? `${store.get('recordingId')} ${store.get('model')?.events} ${Math.round(area.t0)} ${Math.round(area.t1)}` : '';
        if (key === asked) return;
        if (!area || Math.round(area.t1) <= Math.round(area.t0)) totals = null;
        else totals = (await quiet(store.request('totals', { t0: Math.round(area.t0), t1: Math.round(area.t1) }))) ?? null;
        asked = key;
        changed();
      }
    } finally {
      running = false;
    }
  }
  return { update: pump, totals: () => totals };
}

/**
 * The lines of the box: the states that take most time, each with its share of the time of all goroutines.
 * @param {Totals} totals
 * @param {number} [most]
 * @returns {{code:number, word:string, time:string, share:string}[]}
 */
export function areaLines(totals, most = MOST) {
  const all = Object.entries(totals.states).map(([code, ns]) => ({ code: Number(code), ns })).sort((a, b) => b.ns - a.ns || a.code - b.code);
  const sum = all.reduce((s, x) => s + x.ns, 0);
  return all.slice(0, most).map(({ code, ns }) => ({ code, word: stateInfo(code).word, time: formatDuration(ns), share: formatShare(ns / sum) }));
}

/**
 * @param {View} v
 * @param {Totals|null} totals
 * @param {number} top  where rows begin that scroll
 */
export function drawArea(v, totals, top) {
  const area = v.store.get('area');
  if (!area) return;
  const { ctx, colors } = v;
  const x0 = Math.max(v.left, xOf(v, area.t0));
  const x1 = Math.min(v.width, xOf(v, area.t1));
  if (x1 <= x0) return;
  ctx.globalAlpha = 0.14;
  ctx.fillStyle = colors.get('--focus');
  ctx.fillRect(x0, RULER, x1 - x0, v.height);
  ctx.globalAlpha = 1;
  ctx.fillRect(x0, RULER, 1, v.height);
  ctx.fillRect(x1 - 1, RULER, 1, v.height);
  const events = totals ? `${formatCount(totals.events)} event${totals.events === 1 ? '' : 's'}` : '';
  drawBox(v, [formatDuration(area.t1 - area.t0), events].filter(Boolean).join(' · '), totals ? areaLines(totals, v.width - v.left < NARROW ? MOST_NARROW : MOST) : [], { x0, x1, y: top + 4 });
}

/**
 * Beside the area where there is room, so that it hides nothing of what was selected.
 * @param {View} v
 * @param {string} title
 * @param {ReturnType<typeof areaLines>} lines
 * @param {{x0:number, x1:number, y:number}} at
 */
function drawBox(v, title, lines, at) {
  const { ctx, colors } = v;
  ctx.font = v.font;
  const widest = (/** @type {string[]} */ texts) => Math.max(0, ...texts.map((t) => textWidth(ctx, t)));
  const words = widest(lines.map((l) => l.word));
  const times = widest(lines.map((l) => l.time));
  const inner = Math.max(textWidth(ctx, title), lines.length > 0 ? 16 + words + 14 + times + 44 : 0);
  const w = inner + 2 * PAD;
  const h = LINE * (lines.length + 1) + PAD;
  const right = at.x1 + 6 + w <= v.width;
  const x = right ? at.x1 + 6 : at.x0 - 6 - w >= v.left ? at.x0 - 6 - w : Math.max(v.left, Math.min((at.x0 + at.x1 - w) / 2, v.width - w));
  ctx.fillStyle = colors.get('--raised');
  ctx.strokeStyle = colors.get('--focus');
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.roundRect(x + 0.5, at.y + 0.5, w - 1, h, 6);
  ctx.fill();
  ctx.stroke();
  ctx.fillStyle = colors.get('--text');
  ctx.font = `600 ${v.font}`;
  ctx.fillText(title, x + PAD, at.y + PAD / 2 + LINE / 2);
  ctx.font = v.font;
  lines.forEach((line, i) => drawLine(v, line, { x: x + PAD, right: x + w - PAD, y: at.y + PAD / 2 + LINE * (i + 1.5) }));
  if (logging()) logDraw('playhead', 'area', { x0: at.x0, x1: at.x1, text: title, lines: lines.map((l) => `${l.word} ${l.time} ${l.share}`) });
}

/**
 * @param {View} v
 * @param {ReturnType<typeof areaLines>[number]} line
 * @param {{x:number, right:number, y:number}} at
 */
function drawLine(v, line, { x, right, y }) {
  const { ctx, colors } = v;
  ctx.fillStyle = colors.state(line.code);
  ctx.fillRect(x, y - 5, 10, 10);
  ctx.fillStyle = colors.get('--text');
  ctx.fillText(line.word, x + 16, y);
  ctx.textAlign = 'right';
  ctx.fillText(line.time, right - 44, y);
  ctx.fillStyle = colors.get('--muted');
  ctx.fillText(line.share, right, y);
  ctx.textAlign = 'left';
}
