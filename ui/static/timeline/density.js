// States of all goroutines stacked over time: the overview strip, and the row that a collapsed group of goroutines becomes.

import { State, isBlocked } from '../model/states.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../model/types.js').Overview} Overview */

/** From the bottom up: work first, then waiting, sleep last. */
const ORDER = [State.running, State.runnable, State.send, State.recv, State.select, State.lock, State.io, State.syscall, State.gc,
  State.other, State.sleep];

/**
 * The share of goroutines that wait for ever is part of the shares of the states that they wait in: it is taken out there
 * and drawn on top.
 * @param {CanvasRenderingContext2D} ctx
 * @param {Store} store
 * @param {Overview} data
 * @param {{x:number, w:number, y:number, h:number}} box  of the whole recording; it may reach beyond the canvas
 */
export function drawStack(ctx, store, data, box) {
  const step = box.w / data.px;
  const first = Math.max(0, Math.floor(-box.x / step));
  const last = Math.min(data.px, Math.ceil((ctx.canvas.width - box.x) / step));
  for (let i = first; i < last; i++) {
    const x = box.x + i * step;
    const w = step > 1.5 && step < 4 ? step - 0.4 : step;
    let y = box.y + box.h;
    let stuck = data.forever[i] ?? 0;
    for (const code of ORDER) {
      let share = data.states[code]?.[i] ?? 0;
      if (isBlocked(code)) {
        const never = Math.min(share, stuck);
        share -= never;
        stuck -= never;
      }
      const h = share * box.h;
      if (h <= 0) continue;
      ctx.fillStyle = store.colors.state(code);
      ctx.fillRect(x, y - h, w, h);
      y -= h;
    }
    const forever = (data.forever[i] ?? 0) * box.h;
    if (forever <= 0) continue;
    ctx.fillStyle = store.colors.get('--finding');
    ctx.globalAlpha = 0.5;
    ctx.fillRect(x, y - forever, step, forever);
    ctx.globalAlpha = 1;
  }
}
