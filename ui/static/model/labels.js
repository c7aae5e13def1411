// Words on spans and rows. Pure.

import { plural } from './time.js';
import { State } from './states.js';

/** @typedef {import('./types.js').TracedObject} TracedObject */

/**
 * What a goroutine does while in a span: "send jobs", "producers.Wait", "" when the colour says it all.
 * @param {number} state  code without flags
 * @param {TracedObject|undefined} object
 */
export function spanLabel(state, object) {
  const name = object?.name ?? '';
  switch (state) {
    case State.send: return name ? `send ${name}` : 'send';
    case State.recv: return name ? `recv ${name}` : 'recv';
    case State.select: return name ? `select ${name}` : 'select';
    case State.lock: return lockLabel(object);
    case State.io: return 'I/O';
    case State.syscall: return 'syscall';
    case State.sleep: return 'sleep';
    case State.gc: return 'GC';
    case State.other: return 'blocked';
    default: return '';
  }
}

/** @param {TracedObject|undefined} object */
function lockLabel(object) {
  if (!object) return 'lock';
  switch (object.kind) {
    case 'waitgroup': case 'cond': return `${object.name}.Wait`;
    case 'once': return `${object.name}.Do`;
    default: return `lock ${object.name}`;
  }
}

/**
 * The right-hand label of an object's row.
 * @param {TracedObject} object
 * @param {number} duration
 */
export function objectNote(object, duration) {
  if (object.kind === 'channel') return object.cap < 0 ? '' : object.cap === 0 ? 'unbuffered' : `cap ${object.cap}`;
  if (duration <= 0) return '';
  const share = object.held_ns / duration;
  return share > 0 && share < 0.005 ? '< 1 %' : `${Math.round(share * 100)} %`;
}

/**
 * The left-hand label of an object's row: locks say what they are.
 * @param {TracedObject} object
 */
export function objectTitle(object) {
  if (object.name === '') return `unnamed ${object.kind}`;
  switch (object.kind) {
    case 'mutex': return `${object.name} sync.Mutex`;
    case 'rwmutex': return `${object.name} sync.RWMutex`;
    default: return object.name;
  }
}

/**
 * What the hooks cost the program, in a sentence; '' where it was not measured.
 * @param {import('./types.js').Model} model
 * @returns {string}
 */
export function costOfWatching(model) {
  const { per_event_ns: each = 0, hook_events: n = 0, share = 0 } = model.watch ?? {};
  if (!each) return '';
  const part = share > 0 ? `, ${share < 0.001 ? 'less than 0.1' : (share * 100).toFixed(1)} % of its processor time` : '';
  return `Watching cost the program ${Math.round(each)} ns for each of ${plural(n, 'hook event')}${part}, as measured while it ran.`;
}
