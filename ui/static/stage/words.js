// What the stage says about a goroutine or an object, in few words. Pure: the state at the playhead in, texts out.
import { State } from '../model/states.js';
import { formatCount, formatDuration, plural } from '../model/time.js';

/** @typedef {import('../model/types.js').GoroutineState} GoroutineState */
/** @typedef {import('../model/types.js').EventRow} EventRow */
/** @typedef {import('../model/types.js').ProgramState} ProgramState */

/**
 * @typedef {object} Names
 * @property {(o: number) => string} object  name of an object
 * @property {(g: number) => string} short   short name of a goroutine
 * @property {(o: number) => number} counter of a WaitGroup, -1 unknown
 */

/** @typedef {{text: string, detail: string}} Status  detail is left out when there is no room */

/**
 * @param {GoroutineState} state
 * @param {EventRow|null} current  the event at the playhead
 * @param {number} time            ns, the playhead
 * @param {Names} names
 * @returns {Status}
 */
export function goroutineStatus(state, current, time, names) {
  if (state.forever) return { text: doing(state, names), detail: 'forever' };
  const code = state.s & 0x7f;
  const waited = time - state.since;
  if (code === State.running) return running(state, current, names);
  if (code === State.runnable) return { text: 'waiting for a core', detail: waited > 0 ? formatDuration(waited) : '' };
  const text = doing(state, names);
  if (waited <= 0) return { text, detail: '' };
  return { text, detail: code === State.send || code === State.recv || code === State.select ? 'waiting ' + formatDuration(waited) : formatDuration(waited) };
}

/**
 * @param {GoroutineState} state
 * @param {EventRow|null} current
 * @param {Names} names
 * @returns {Status}
 */
function running(state, current, names) {
  const where = state.proc >= 0 ? 'running on P' + (state.proc & 0xffff) : 'running';
  // The server says what it is just doing: "receiving #12", "unlocking stats".
  if (current && current.g === state.g && state.text && !state.text.startsWith('running')) return { text: state.text, detail: where };
  if (state.held.length > 0) return { text: 'holds ' + list(state.held.map(names.object)), detail: where };
  return { text: where, detail: '' };
}

/**
 * What a goroutine that does not run is doing.
 * @param {GoroutineState} state
 * @param {Names} names
 * @returns {string}
 */
function doing(state, names) {
  const name = state.o >= 0 ? names.object(state.o) : '';
  // The runtime knows a wait for a pipe as one for the network, or as a system call.
  if (name && (state.op === 'read' || state.op === 'write')) return `${state.op} ${name}`;
  switch (state.s & 0x7f) {
    case State.send: return name ? 'blocked: send ' + name : 'blocked: send';
    case State.recv:
      if ((state.owner ?? -1) >= 0 && state.text) return state.text;
      return name ? 'blocked: receive ' + name : 'blocked: receive';
    case State.select: return state.cases.length ? 'select: ' + list(state.cases.map((c) => names.object(c.o))) : 'blocked: select';
    case State.lock: return blockedOnLock(state, name, names);
    case State.io: return 'network, I/O';
    case State.syscall: return 'system call';
    case State.sleep: return state.text || 'sleeping';
    case State.gc: return 'helps the GC';
    default: return state.text || 'blocked';
  }
}

/**
 * @param {GoroutineState} state
 * @param {string} name
 * @param {Names} names
 */
function blockedOnLock(state, name, names) {
  if (!name) return state.text || 'waits for a lock';
  if (state.op === 'wait') {
    const left = names.counter(state.o);
    return left >= 0 ? `${name}.Wait: ${formatCount(left)} left` : name + '.Wait';
  }
  if (state.op === 'cond' || state.op === 'condwait') return name + '.Wait';
  if (state.op === 'once') return `waits for ${name} (Once)`;
  return 'waits for ' + name;
}

/** @param {string[]} names */
export function list(names) {
  if (names.length <= 2) return names.join(', ');
  return `${names[0]}, ${names[1]} +${names.length - 2}`;
}

/**
 * @param {ProgramState['chans'][number]} chan
 * @param {number} cap
 */
export function channelStatus(chan, cap) {
  const parts = [];
  if (chan.closed) parts.push('closed');
  if (cap > 0) {
    if (chan.buf.length >= cap) parts.push('full');
    else if (chan.buf.length > 0) parts.push(`${formatCount(chan.buf.length)} of ${formatCount(cap)}`);
    else parts.push('empty');
  } else if (!chan.closed && chan.sendq.length + chan.recvq.length === 0) {
    parts.push('unbuffered');
  }
  if (chan.sendq.length) parts.push(`${plural(chan.sendq.length, 'sender')} wait${chan.sendq.length === 1 ? 's' : ''}`);
  if (chan.recvq.length) parts.push(`${plural(chan.recvq.length, 'receiver')} wait${chan.recvq.length === 1 ? 's' : ''}`);
  return parts.join(' · ');
}

/**
 * @param {string} name
 * @param {string} type  "chan Job"
 * @param {number} cap
 */
export function channelTitle(name, type, cap) {
  const capacity = cap > 0 ? `, cap ${formatCount(cap)}` : '';
  return `${name}${type ? ' ' + type : ''}${capacity}`;
}

/**
 * @param {ProgramState['locks'][number]} lock
 * @param {Names} names
 */
export function lockHolder(lock, names) {
  if (lock.holder >= 0) return 'held by ' + names.short(lock.holder);
  if (lock.readers.length > 0) return 'read by ' + list(lock.readers.map(names.short));
  return 'free';
}

/**
 * Who waits, by name while there are few.
 * @param {readonly number[]} queue
 * @param {Names} names
 */
export function waiters(queue, names) {
  if (queue.length === 0) return '';
  if (queue.length > 2) return formatCount(queue.length) + ' wait';
  return `${queue.map(names.short).join(', ')} wait${queue.length === 1 ? 's' : ''}`;
}

/**
 * A value in the room of a slot: of a struct its first field, without quotes.
 * @param {string} value  as recorded: `{ID:"A1" Start:…}`, `7`, `"text"`
 */
export function shortValue(value) {
  const field = /^&?\{(?:\w+:)?("(?:[^"\\]|\\.)*"|[^\s{}]+)(?=[\s}])/.exec(value)?.[1] ?? value;
  return /^".*"$/.test(field) ? field.slice(1, -1) : field;
}
