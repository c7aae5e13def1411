// What the source panel knows about a file, without the DOM: heat by line, who stands where, which place to show. Pure.

/** @typedef {import('../model/types.js').ProgramState} ProgramState */
/** @typedef {{line: number, running_ns: number, blocked_ns: number, hits: number}} LineTime */
/** @typedef {{g: number, s: number, forever: boolean}} Pin */

/**
 * Share of the hottest line, 0..1, on a square root scale: a line with a hundredth of the time is still seen.
 * @param {readonly LineTime[]} lines
 * @returns {Map<number, {running: number, blocked: number}>} by line, of lines with any
 */
export function heat(lines) {
  const most = Math.max(1, ...lines.map((l) => l.running_ns + l.blocked_ns));
  /** @type {Map<number, {running: number, blocked: number}>} */
  const out = new Map();
  for (const l of lines) {
    const sum = l.running_ns + l.blocked_ns;
    if (sum <= 0) continue;
    const length = Math.sqrt(sum / most);
    out.set(l.line, { running: (length * l.running_ns) / sum, blocked: (length * l.blocked_ns) / sum });
  }
  return out;
}

/**
 * @param {ProgramState|null} state
 * @param {number} file
 * @returns {Map<number, Pin[]>} by line: the goroutines that stand there, in spawn order
 */
export function pins(state, file) {
  /** @type {Map<number, Pin[]>} */
  const out = new Map();
  for (const g of state?.goroutines ?? []) {
    if (g.file !== file || g.line <= 0) continue;
    const pin = { g: g.g, s: g.s & 0x7f, forever: g.forever };
    const list = out.get(g.line);
    if (list) list.push(pin); else out.set(g.line, [pin]);
  }
  for (const list of out.values()) list.sort((a, b) => a.g - b.g);
  return out;
}

/**
 * The place to show: that of the selected goroutine, else that of the event at the playhead.
 * @param {ProgramState|null} state
 * @param {number} selected  goroutine, -1 none
 * @returns {{file: number, line: number, g: number}|null}
 */
export function placeAt(state, selected) {
  if (!state) return null;
  const g = selected >= 0 ? selected : state.current?.g ?? -1;
  const row = state.goroutines.find((x) => x.g === g);
  if (row && row.file >= 0 && row.line > 0) return { file: row.file, line: row.line, g };
  const c = state.current;
  if (c && c.g === g && c.file >= 0 && c.line > 0) return { file: c.file, line: c.line, g };
  return null;
}

/**
 * The files whose text can be asked for. They come first in the model's list, before those that only events name, such as
 * files of the standard library.
 * @param {import('../model/types.js').Model|null} model
 * @returns {number[]} ascending
 */
export function withText(model) {
  return model ? model.files.slice(0, model.sources).map((_, i) => i) : [];
}
