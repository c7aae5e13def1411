// Decoders of the server's binary frames. Pure. Every count is checked against the bytes that are there: a broken frame is
// an Error that says what and where, never a wrong picture.

/** @typedef {import('../model/types.js').RowData} RowData */

/** Frame types. */
export const Frame = Object.freeze({ window: 1, json: 2, error: 3, live: 4, superseded: 5 });

const HEADER = 8;
const ROW_HEADER = 16;
const VERSION = 1;

/**
 * @param {ArrayBuffer} buffer
 * @returns {{id:number, type:number, payload:DataView}}
 */
export function decodeFrame(buffer) {
  if (buffer.byteLength < HEADER) throw new Error(`frame of ${buffer.byteLength} bytes: want at least ${HEADER}`);
  const view = new DataView(buffer);
  const version = view.getUint8(5);
  if (version !== VERSION) {
    throw new Error(`frame version ${version}: this page knows version ${VERSION}; reload the page`);
  }
  return { id: view.getUint32(0, true), type: view.getUint8(4), payload: new DataView(buffer, HEADER) };
}

/** Characters that change the direction of the text around them. */
const TURNS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/**
 * JSON of the server. Names, values, output and source come from the traced program: a character in them that turns the
 * direction of text would let a name, or a line of code, read as another, so it is shown as what cannot be shown.
 * @param {string} text
 * @returns {any}
 */
export function parseJSON(text) {
  return JSON.parse(text.replace(TURNS, '\uFFFD'));
}

/**
 * @param {DataView} payload
 * @returns {unknown}
 */
export function decodeJSON(payload) {
  return parseJSON(new TextDecoder().decode(payload));
}

/**
 * Rows of a window answer, by their number in the request.
 * @param {DataView} payload
 * @returns {Map<number, RowData>}
 */
export function decodeWindow(payload) {
  const reader = new Reader(payload);
  const count = reader.u32();
  reader.u32();
  /** @type {Map<number, RowData>} */
  const rows = new Map();
  for (let i = 0; i < count; i++) {
    reader.need(ROW_HEADER, `row ${i}`);
    const rowNo = reader.u32();
    const enc = reader.u32();
    const n = reader.u32();
    reader.u32();
    rows.set(rowNo, decodeRow(reader, enc, n));
  }
  return rows;
}

/**
 * @param {Reader} r
 * @param {number} enc
 * @param {number} n
 * @returns {RowData}
 */
function decodeRow(r, enc, n) {
  switch (enc) {
    case 0: return { enc: 'spans', start: r.f64s(n), end: r.f64s(n), info: r.u32s(n), state: r.u8s(n) };
    case 1: return { enc: 'texture', state: r.u8s(n), cover: r.u8s(n) };
    case 2: return { enc: 'level', t: r.f64s(n), level: r.u32s(n), sendq: r.u32s(n), recvq: r.u32s(n) };
    default: throw new Error(`row encoding ${enc} is unknown; reload the page`);
  }
}

/**
 * @param {DataView} payload
 * @returns {{duration:number, events:number, goroutines:number, lag:number, status:'recording'|'ended'|'reading'}}
 */
export function decodeLive(payload) {
  const r = new Reader(payload);
  r.need(25, 'live push');
  const [duration] = r.f64s(1);
  const events = r.u32();
  const goroutines = r.u32();
  const [lag] = r.f64s(1);
  const status = (/** @type {const} */ (['recording', 'ended', 'reading']))[payload.getUint8(24)] ?? 'recording';
  return { duration: duration ?? 0, events, goroutines, lag: lag ?? 0, status };
}

/** Reads columns in order; each is padded to 8 bytes. */
class Reader {
  /** @param {DataView} view */
  constructor(view) {
    this.view = view;
    this.at = 0;
  }

  /**
   * @param {number} bytes
   * @param {string} what
   */
  need(bytes, what) {
    const left = this.view.byteLength - this.at;
    if (bytes > left) throw new Error(`${what} at byte ${this.at}: want ${bytes} bytes, ${left} are left`);
  }

  u32() {
    this.need(4, 'number');
    const value = this.view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  /**
   * The bytes of a column, as a copy: typed arrays need alignment, and a small row must not keep a big frame alive.
   * @param {number} bytes
   */
  take(bytes) {
    this.need(bytes, 'column');
    const from = this.view.byteOffset + this.at;
    this.at += Math.min(Math.ceil(bytes / 8) * 8, this.view.byteLength - this.at);
    return this.view.buffer.slice(from, from + bytes);
  }

  /** @param {number} n */
  f64s(n) { return new Float64Array(/** @type {ArrayBuffer} */ (this.take(n * 8))); }

  /** @param {number} n */
  u32s(n) { return new Uint32Array(/** @type {ArrayBuffer} */ (this.take(n * 4))); }

  /** @param {number} n */
  u8s(n) { return new Uint8Array(/** @type {ArrayBuffer} */ (this.take(n))); }
}
