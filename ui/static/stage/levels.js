// The sizes in which the stage can be drawn, largest first. The layout takes the first one in which everything fits, so a
// program with six goroutines gets large nodes with two lines of status and one with forty gets small ones with few words.

/** @typedef {import('./topology.js').StageNode} StageNode */

/**
 * @typedef {object} Level
 * @property {string} name
 * @property {number} r         radius of a goroutine's circle
 * @property {number} lines     lines of status text: under the circle, or beside it when `side`
 * @property {boolean} side     status beside the circle
 * @property {number} labelW    width kept for status text, 0 for none
 * @property {number} font      px of status text
 * @property {number} inner     px of text inside circles, slots and boxes
 * @property {number} slotW
 * @property {number} slotH
 * @property {number} slots     slots drawn at most; a larger channel is summarised
 * @property {number} boxW      width of a lock's box
 * @property {number} boxH
 * @property {number} gapX      least distance of two columns
 * @property {number} gapY      least distance of two nodes in a column
 * @property {boolean} quiet    no status below objects either
 */

/** @type {readonly Level[]} */
export const LEVELS = Object.freeze([
  { name: 'L', r: 26, lines: 2, side: false, labelW: 152, font: 12, inner: 12, slotW: 56, slotH: 50, slots: 6, boxW: 104, boxH: 48, gapX: 30, gapY: 6, quiet: false },
  { name: 'L1', r: 24, lines: 2, side: false, labelW: 132, font: 11.5, inner: 11.5, slotW: 48, slotH: 42, slots: 6, boxW: 98, boxH: 44, gapX: 24, gapY: 6, quiet: false },
  { name: 'M', r: 20, lines: 1, side: false, labelW: 128, font: 11.5, inner: 11, slotW: 42, slotH: 36, slots: 6, boxW: 92, boxH: 40, gapX: 22, gapY: 6, quiet: false },
  { name: 'M1', r: 17, lines: 1, side: false, labelW: 104, font: 11, inner: 10, slotW: 36, slotH: 30, slots: 5, boxW: 84, boxH: 36, gapX: 18, gapY: 5, quiet: false },
  { name: 'S', r: 14, lines: 2, side: true, labelW: 104, font: 10.5, inner: 9.5, slotW: 30, slotH: 24, slots: 4, boxW: 80, boxH: 32, gapX: 20, gapY: 5, quiet: false },
  { name: 'S1', r: 12, lines: 1, side: true, labelW: 64, font: 10, inner: 9, slotW: 24, slotH: 20, slots: 3, boxW: 70, boxH: 24, gapX: 16, gapY: 4, quiet: true },
  { name: 'XS', r: 11, lines: 0, side: false, labelW: 0, font: 9.5, inner: 9, slotW: 20, slotH: 16, slots: 3, boxW: 60, boxH: 20, gapX: 16, gapY: 4, quiet: true },
]);

/** Height of one line of text of this size. */
export const lineHeight = (/** @type {number} */ font) => Math.round(font * 1.3);

/** Width of the chip of one waiting goroutine at the end of a tube. */
export const chipWidth = (/** @type {Level} */ level) => Math.round(level.inner * 2.6);

/** Its height. */
export const chipHeight = (/** @type {Level} */ level) => Math.round(chipWidth(level) * (level.inner < 10 ? 0.46 : 0.52));

/**
 * How a channel's slots are drawn at a level: an unbuffered one is a gate; a large one shows the slots at its outlet and a
 * cell with the number of the others.
 * @param {number} cap capacity; -1 unknown counts as unbuffered
 * @param {Level} level
 * @returns {{shown:number, more:number, width:number}} slots drawn, slots summarised, width in px
 */
export function slotsOf(cap, level) {
  if (cap <= 0) return { shown: 0, more: 0, width: Math.max(14, Math.round(level.slotW * 0.45)) };
  if (cap <= level.slots) return { shown: cap, more: 0, width: cap * level.slotW + (cap - 1) * slotGap(level) };
  const shown = level.slots - 1;
  return { shown, more: cap - shown, width: level.slots * level.slotW + (level.slots - 1) * slotGap(level) };
}

/** Distance of two slots. */
export const slotGap = (/** @type {Level} */ level) => (level.slotW > 30 ? 5 : 2);

/**
 * The room that a node needs, its texts included. Status texts are cut to it: the layout never depends on them.
 * @param {StageNode} node
 * @param {Level} level
 * @returns {{w:number, h:number, anchor:number}} anchor: from the top to the middle of the circle, tube or box
 */
export function extent(node, level) {
  const line = lineHeight(level.font);
  if (node.kind === 'goroutine') {
    const d = 2 * level.r + 4;
    if (level.side) return { w: d + 5 + level.labelW, h: Math.max(d, level.lines * line), anchor: Math.max(d, level.lines * line) / 2 };
    return { w: Math.max(d, level.labelW), h: d + (level.lines ? 3 + level.lines * line : 0), anchor: d / 2 };
  }
  if (node.kind === 'channel') {
    const w = slotsOf(node.cap, level).width + 2 * (chipWidth(level) + 6);
    const title = line + 4;
    const h = title + level.slotH + (level.quiet ? 0 : 4 + line);
    return { w: Math.max(w, level.labelW || 64, 72), h, anchor: title + level.slotH / 2 };
  }
  const scale = node.kind === 'lock' || node.kind === 'waitgroup' ? 1 : 0.86;
  const w = Math.round(level.boxW * scale);
  const h = Math.round(level.boxH * scale);
  return { w: Math.max(w, Math.min(level.labelW, w + 24)), h: h + (level.quiet ? 0 : 3 + line), anchor: h / 2 };
}
