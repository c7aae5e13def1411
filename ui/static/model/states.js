// Goroutine states: the codes of the protocol with the words, CSS variables and textures that stand for them everywhere.

/** State codes, the same numbers as in the index. */
export const State = Object.freeze({
  none: 0, running: 1, runnable: 2, send: 3, recv: 4, select: 5, lock: 6, io: 7, syscall: 8, sleep: 9, gc: 10, ended: 11,
  notYet: 12, other: 13,
});

/** Bit 7 of a goroutine span's state: it never ends. */
export const FOREVER = 0x80;

/**
 * @typedef {object} StateInfo
 * @property {string} name     CSS class suffix
 * @property {string} word     for people
 * @property {string} css      name of the CSS variable of its fill
 * @property {string} texture  solid dots slash backslash cross bars wave half hatch forever
 */

/** @type {readonly StateInfo[]} */
export const STATES = Object.freeze([
  { name: 'none', word: 'unknown', css: '--s-none', texture: 'solid' },
  { name: 'running', word: 'running', css: '--s-running', texture: 'solid' },
  { name: 'runnable', word: 'waiting for a core', css: '--s-runnable', texture: 'dots' },
  { name: 'send', word: 'blocked: send', css: '--s-channel', texture: 'slash' },
  { name: 'recv', word: 'blocked: receive', css: '--s-channel', texture: 'backslash' },
  { name: 'select', word: 'blocked: select', css: '--s-channel', texture: 'cross' },
  { name: 'lock', word: 'blocked on a lock', css: '--s-lock', texture: 'bars' },
  { name: 'io', word: 'I/O', css: '--s-io', texture: 'solid' },
  { name: 'syscall', word: 'system call', css: '--s-io', texture: 'wave' },
  { name: 'sleep', word: 'sleeping', css: '--s-sleep', texture: 'half' },
  { name: 'gc', word: 'garbage collection', css: '--s-gc', texture: 'hatch' },
  { name: 'ended', word: 'ended', css: '--s-none', texture: 'solid' },
  { name: 'not-yet', word: 'not created yet', css: '--s-none', texture: 'solid' },
  { name: 'other', word: 'blocked', css: '--s-other', texture: 'forever' },
]);

/**
 * What stands for a state code; codes from a newer server count as unknown.
 * @param {number} code
 * @returns {StateInfo}
 */
export function stateInfo(code) {
  return STATES[code & 0x7f] ?? /** @type {StateInfo} */ (STATES[0]);
}

/**
 * Whether a goroutine in this state waits for something other than a core.
 * @param {number} code
 */
export function isBlocked(code) {
  const c = code & 0x7f;
  return (c >= State.send && c <= State.sleep) || c === State.other;
}
