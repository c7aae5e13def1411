// The websocket to the server: requests with numbered answers, reconnecting with back-off, live pushes. Requests made
// while the connection is down wait for it; those that were under way when it broke are sent again.

import { Frame, decodeFrame, decodeJSON, decodeLive, decodeWindow } from './decode.js';

/** A newer request of the same op took this one's place. Not a fault. */
export class Superseded extends Error {
  constructor() { super('superseded'); }
}

/** Ops of which only the newest counts. */
const LATEST_WINS = new Set(['window', 'find', 'state', 'totals', 'overview', 'locate']);

const FIRST_RETRY = 250;
const MAX_RETRY = 8000;

/**
 * @typedef {object} Handlers
 * @property {(state:'connecting'|'open'|'gone') => void} connection
 * @property {(push:ReturnType<typeof decodeLive>) => void} live
 * @property {() => () => void} hold   called for each request; its result when that is answered
 */

/** @typedef {{op:string, text:string, resolve:(v:any) => void, reject:(e:Error) => void, release:() => void}} Pending */

/**
 * @param {Handlers} on
 */
export function createClient(on) {
  /** @type {Map<number, Pending>} */
  const pending = new Map();
  /** @type {WebSocket|null} */
  let socket = null;
  let url = '';
  let nextId = 1;
  let retry = FIRST_RETRY;
  let timer = 0;

  /**
   * @param {number} id
   * @param {(p:Pending) => void} how
   */
  function settle(id, how) {
    const p = pending.get(id);
    if (!p) return;
    pending.delete(id);
    p.release();
    how(p);
  }

  /** @param {ArrayBuffer} data */
  function receive(data) {
    const { id, type, payload } = decodeFrame(data);
    switch (type) {
      case Frame.window: return settle(id, (p) => p.resolve(decodeWindow(payload)));
      case Frame.json: return settle(id, (p) => p.resolve(decodeJSON(payload)));
      case Frame.error: return settle(id, (p) => p.reject(new Error(errorText(payload))));
      case Frame.superseded: return settle(id, (p) => p.reject(new Superseded()));
      case Frame.live: return on.live(decodeLive(payload));
      default: throw new Error(`frame type ${type} is unknown; reload the page`);
    }
  }

  function connect() {
    const mine = new WebSocket(url);
    socket = mine;
    mine.binaryType = 'arraybuffer';
    mine.onopen = () => {
      retry = FIRST_RETRY;
      for (const p of pending.values()) mine.send(p.text);
      on.connection('open');
    };
    mine.onmessage = (ev) => {
      try {
        receive(ev.data);
      } catch (err) {
        reportError(err);
      }
    };
    mine.onclose = () => {
      if (socket !== mine) return;
      on.connection('gone');
      timer = window.setTimeout(connect, retry);
      retry = Math.min(MAX_RETRY, retry * 2);
    };
  }

  function close() {
    clearTimeout(timer);
    const old = socket;
    socket = null;
    old?.close();
    for (const id of [...pending.keys()]) settle(id, (p) => p.reject(new Superseded()));
  }

  return {
    /** @param {string} path  the websocket's path on this server */
    open(path) {
      close();
      url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`;
      on.connection('connecting');
      connect();
    },
    close,
    /** Tries again now instead of waiting for the back-off. */
    retryNow() {
      if (socket?.readyState === WebSocket.OPEN || url === '') return;
      clearTimeout(timer);
      connect();
    },
    /**
     * @param {string} op
     * @param {object} [args]
     * @returns {Promise<any>}
     */
    request(op, args = {}) {
      // Of no recording: whoever asks has not heard yet that it was left, and nobody would ever answer.
      if (socket === null) return Promise.reject(new Superseded());
      const id = nextId++;
      if (LATEST_WINS.has(op)) {
        for (const [old, p] of pending) if (p.op === op) settle(old, (q) => q.reject(new Superseded()));
      }
      const text = JSON.stringify({ id, op, ...args });
      return new Promise((resolve, reject) => {
        pending.set(id, { op, text, resolve, reject, release: on.hold() });
        if (socket?.readyState === WebSocket.OPEN) socket.send(text);
      });
    },
  };
}

/** @param {DataView} payload */
function errorText(payload) {
  const answer = /** @type {{error?:string}} */ (decodeJSON(payload));
  return answer.error ?? 'the server reported an error without words';
}
