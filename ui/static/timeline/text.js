// Measuring text is slow and the same labels come again in every frame.

/** @type {Map<string, number>} */
const widths = new Map();
const MAX = 4000;

/**
 * Width of a text in the context's font, remembered.
 * @param {CanvasRenderingContext2D} ctx
 * @param {string} text
 */
export function textWidth(ctx, text) {
  const key = `${ctx.font}\n${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size > MAX) widths.clear();
    width = ctx.measureText(text).width;
    widths.set(key, width);
  }
  return width;
}
