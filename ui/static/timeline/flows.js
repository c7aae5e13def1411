// Arrows between lanes: spawn, wake-up and message, around the playhead and of the selected goroutine. Fetching is one
// request after the other (the server lets the latest of an op win).

import { quiet } from '../state/store.js';
import { logDraw, logging } from '../state/drawlog.js';
import { textWidth } from './text.js';
import { RULER, xOf } from './view.js';

/** @typedef {import('./view.js').View} View */
/** @typedef {import('./rows.js').Layout} Layout */
/** @typedef {import('../model/types.js').Flow} Flow */
/** @typedef {import('../state/store.js').Store} Store */

/** Share of the window on each side of the playhead in which arrows are looked for. */
const AROUND = 0.08;
/** Most arrows at the playhead: more would hide what they explain. */
const NEAR = 5;
const SELECTED = 150;
/** Of those of the selection, this many are drawn: the nearest to the playhead. */
const MOST_SELECTED = 40;
const MAX_PILLS = 40;

/** @typedef {ReturnType<typeof createFlows>} Flows */

/**
 * @param {Store} store
 * @param {() => void} changed
 */
export function createFlows(store, changed) {
  /** @type {Flow[]} */
  let near = [];
  /** @type {Flow[]} */
  let selected = [];
  let nearKey = '';
  let selectedKey = '';
  let running = false;

  /** What should be here, as keys: a change of key is a reason to ask. */
  function wanted() {
    const { t0, t1 } = store.get('window');
    const width = t1 - t0;
    const grid = (width * AROUND) / 2;
    const middle = Math.round(store.get('cursor').time / grid) * grid;
    const { kind, id } = store.get('selection');
    const id0 = store.get('recordingId');
    return {
      near: { t0: Math.floor(Math.max(0, middle - width * AROUND)), t1: Math.ceil(middle + width * AROUND), g: -1, max: 120 },
      selected: { t0: Math.floor(Math.max(0, t0)), t1: Math.ceil(Math.max(1, t1)), g: kind === 'goroutine' ? id : -1, max: SELECTED },
      nearKey: `${id0} ${middle} ${width} ${store.get('model')?.events}`,
      selectedKey: kind === 'goroutine' ? `${id0} ${id} ${t0} ${t1}` : '',
    };
  }

  async function pump() {
    if (running || !store.get('model')) return;
    running = true;
    try {
      for (;;) {
        const want = wanted();
        if (want.nearKey !== nearKey) {
          const answer = await quiet(store.request('flows', want.near));
          if (!answer) return;
          [near, nearKey] = [answer.flows, want.nearKey];
        } else if (want.selectedKey !== selectedKey) {
          const answer = want.selectedKey ? await quiet(store.request('flows', want.selected)) : { flows: [] };
          if (!answer) return;
          [selected, selectedKey] = [answer.flows, want.selectedKey];
        } else return;
        changed();
      }
    } finally {
      running = false;
    }
  }

  return {
    want: pump,
    /**
     * The arrows to draw: those of the selection, and the latest that had begun at the playhead.
     * @returns {Flow[]} the most important first
     */
    list() {
      const time = store.get('cursor').time;
      const begun = near.filter((f) => f.t0 <= time).sort((a, b) => Math.max(b.t1, b.t0) - Math.max(a.t1, a.t0));
      const messages = begun.filter((f) => f.kind === 'message').slice(0, NEAR - 2);
      const others = begun.filter((f) => f.kind !== 'message').slice(0, 2);
      const away = (/** @type {Flow} */ f) => Math.min(Math.abs(f.t0 - time), Math.abs(f.t1 - time));
      return [...messages, ...others, ...[...selected].sort((a, b) => away(a) - away(b) || a.t0 - b.t0 || a.k - b.k).slice(0, MOST_SELECTED)];
    },
  };
}

/** @type {Record<Flow['kind'], string>} */
const COLOR = { spawn: '--muted', wake: '--muted', message: '--s-channel' };

/**
 * @param {View} v
 * @param {Layout} layout
 * @param {Flow[]} flows
 */
export function drawFlows(v, layout, flows) {
  const { ctx } = v;
  ctx.save();
  ctx.beginPath();
  ctx.rect(v.left, RULER + layout.pinned, v.width - v.left, v.height - RULER);
  ctx.clip();
  /** @type {Set<string>} */
  const drawn = new Set();
  /** @type {{text:string, x:number, y:number}[]} */
  const labels = [];
  for (const flow of flows) {
    const key = `${flow.kind} ${flow.from} ${flow.to} ${flow.t0} ${flow.t1}`;
    if (drawn.has(key)) continue;
    drawn.add(key);
    drawFlow(v, layout, flow, labels);
  }
  drawPills(v, labels);
  ctx.restore();
}

/**
 * @param {View} v
 * @param {Layout} layout
 * @param {Flow} flow
 * @param {{text:string, x:number, y:number}[]} labels  are drawn when all arrows are
 */
function drawFlow(v, layout, flow, labels) {
  const from = layout.byG.get(flow.from);
  const to = layout.byG.get(flow.to);
  if (!from || !to || from === to) return;
  const x0 = xOf(v, flow.t0);
  const x1 = xOf(v, flow.t1);
  if (Math.max(x0, x1) < v.left || Math.min(x0, x1) > v.width) return;
  const y0 = RULER - v.scroll + from.y + from.height / 2;
  const y1 = RULER - v.scroll + to.y + to.height / 2;
  curve(v, flow, { x0, y0, x1, y1 });
  const text = flow.kind === 'message' && flow.k > 0 ? `#${flow.k}` : '';
  if (text !== '') labels.push({ text, x: x0 - 4, y: y0 });
  if (logging()) logDraw('playhead', 'flow', { kind: flow.kind, from: flow.from, to: flow.to, x0, x1, text });
}

/**
 * @param {View} v
 * @param {Flow} flow
 * @param {{x0:number, y0:number, x1:number, y1:number}} at
 */
function curve(v, flow, { x0, y0, x1, y1 }) {
  const { ctx } = v;
  const bend = Math.min(26, 8 + Math.abs(y1 - y0) / 4);
  // Equal or nearly equal times would be a straight line through the lanes between: it swings out to the left.
  const swing = x1 - x0 < 14 ? 14 : 0;
  const path = new Path2D();
  path.moveTo(x0, y0);
  path.bezierCurveTo(x0 - swing, y0 + Math.sign(y1 - y0) * bend, x1 - bend - swing, y1, x1 - 3, y1);
  ctx.lineWidth = 3.5;
  ctx.strokeStyle = v.colors.get('--page');
  ctx.globalAlpha = 0.7;
  ctx.stroke(path);
  ctx.globalAlpha = 1;
  ctx.lineWidth = 1.4;
  ctx.strokeStyle = v.colors.get(COLOR[flow.kind]);
  if (flow.kind === 'wake') ctx.setLineDash([3, 2]);
  ctx.stroke(path);
  ctx.setLineDash([]);
  ctx.fillStyle = v.colors.get(COLOR[flow.kind]);
  ctx.beginPath();
  if (flow.kind === 'message') ctx.arc(x1, y1, 3, 0, 7);
  else {
    ctx.moveTo(x1 + 1, y1);
    ctx.lineTo(x1 - 6, y1 - 3.5);
    ctx.lineTo(x1 - 6, y1 + 3.5);
  }
  ctx.fill();
}

/**
 * Labels on top of all arrows; one that would cover another, more important one is left out.
 * @param {View} v
 * @param {{text:string, x:number, y:number}[]} labels
 */
function drawPills(v, labels) {
  /** @type {{x:number, y:number, w:number}[]} */
  const placed = [];
  v.ctx.font = v.mono;
  for (const { text, x: wanted, y } of labels) {
    const w = textWidth(v.ctx, text) + 10;
    const x = Math.max(v.left + w / 2 + 1, Math.min(v.width - w / 2 - 1, wanted));
    if (placed.length >= MAX_PILLS) return;
    if (placed.some((p) => Math.abs(p.y - y) < 16 && Math.abs(p.x - x) < (p.w + w) / 2 + 2)) continue;
    placed.push({ x, y, w });
    pill(v, text, { x: x - w / 2, y: y - 8, w });
  }
}

/**
 * @param {View} v
 * @param {string} text
 * @param {{x:number, y:number, w:number}} box
 */
function pill(v, text, { x, y, w }) {
  const { ctx, colors } = v;
  ctx.fillStyle = colors.get('--page');
  ctx.strokeStyle = colors.get('--s-channel');
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.roundRect(x, y, w, 16, 8);
  ctx.fill();
  ctx.stroke();
  ctx.fillStyle = colors.get('--text');
  ctx.fillText(text, x + 5, y + 8.5);
}
