// The draw-call log: what a canvas drew, as data, so that a test can read a picture without comparing pixels.

/** @typedef {{layer:string, op:string} & Record<string, unknown>} DrawCall */

/**
 * Set `window.traceviz.drawlog = []` to start logging (everything is drawn again then); null, the default, costs one
 * comparison a call. Read it anew after each picture: a picture that begins drops the one before.
 * @type {{calls: DrawCall[]|null}}
 */
export const drawlog = { calls: null };

/**
 * Whether anybody listens. Ask before building an expensive record.
 */
export const logging = () => drawlog.calls !== null;

/**
 * Notes one draw call.
 * @param {string} layer  "timeline", "stage", "overview"
 * @param {string} op     "begin", "span", "text", "node", "message", …
 * @param {Record<string, unknown>} data
 */
export function logDraw(layer, op, data) {
  if (drawlog.calls === null) return;
  if (op === 'begin') drawlog.calls = drawlog.calls.filter((c) => c.layer !== layer);
  drawlog.calls.push({ layer, op, ...data });
}
