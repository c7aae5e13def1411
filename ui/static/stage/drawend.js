// Paints the mark that tells whether a context or timer is over, and how: by its shape, not by a colour alone.
import { circle } from './paint.js';

/** @typedef {import('./paint.js').Brush} Brush */
/** @typedef {import('./layout.js').Placed} Placed */
/** @typedef {import('./scene.js').NodeView} NodeView */

/**
 * The mark of a context or timer in the corner of its box: an empty circle while it lives or is armed, a cross when somebody
 * ended it, a full circle when its time came.
 * @param {Brush} b
 * @param {Placed} p
 * @param {NodeView} view
 */
export function drawEnd(b, p, view) {
  const { ctx } = b;
  const r = Math.max(2.5, Math.min(4, p.body.h / 9));
  const x = p.body.x + p.body.w - r - 5;
  const y = p.body.y + r + 4;
  ctx.lineWidth = 1.6;
  if (view.sub === 'cancelled' || view.sub === 'stopped') {
    ctx.strokeStyle = b.text;
    ctx.beginPath();
    for (const d of [1, -1]) {
      ctx.moveTo(x - r, y - d * r);
      ctx.lineTo(x + r, y + d * r);
    }
    ctx.stroke();
    return;
  }
  circle(ctx, x, y, r);
  ctx.strokeStyle = b.muted;
  ctx.fillStyle = b.text;
  if (view.closed) ctx.fill(); else ctx.stroke();
}
