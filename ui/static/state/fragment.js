// The URL fragment: everything that a person sees, versioned. Pure but for the two functions at the end. The access token is
// never part of it.
//
//   #v=1&r=<recording>&e=<event>&t=<ns>&w=<ns>-<ns>&a=<ns>-<ns>&s=g3|o1|f0&m=<event>.<ns>,…&pin=g3,o1&h=g3|o1|b3&only=g3|o1
//   &p=<panel>&pace=<pacing>&speed=<n>

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./store.js').Values} Values */

/**
 * @typedef {object} View
 * @property {string} recordingId
 * @property {{event:number, time:number}|null} cursor
 * @property {{t0:number, t1:number}|null} window
 * @property {{t0:number, t1:number}|null} area
 * @property {Values['selection']} selection
 * @property {{event:number, time:number}[]} marks
 * @property {readonly string[]} pins
 * @property {Values['highlight']} highlight
 * @property {Values['only']} only
 * @property {string} panel
 * @property {Values['pacing']|null} pacing
 * @property {number} speed   0: the default
 */

const KINDS = /** @type {const} */ ({ g: 'goroutine', o: 'object', f: 'finding' });
const PANELS = ['source', 'findings', 'goroutines', 'selection', 'events', 'statistics', 'output'];
const VERSION = '1';

/**
 * Reads a fragment; what is missing, broken or of another version is left at its default.
 * @param {string} fragment  with or without #
 * @returns {View}
 */
export function parseFragment(fragment) {
  const q = new URLSearchParams(fragment.replace(/^#/, ''));
  const known = q.get('v') === VERSION || !q.has('v');
  const get = (/** @type {string} */ key) => (known ? q.get(key) ?? '' : '');
  const id = get('r');
  const panel = get('p');
  const pacing = get('pace');
  return {
    recordingId: /^[A-Za-z0-9][\w.@+-]{0,199}$/.test(id) ? id : '',
    cursor: parseCursor(get('e'), get('t')),
    window: parseWindow(get('w')),
    area: parseWindow(get('a')),
    selection: parseSelection(get('s')),
    marks: parseMarks(get('m')),
    pins: /^[go]\d{1,9}(,[go]\d{1,9}){0,49}$/.test(get('pin')) ? [...new Set(get('pin').split(','))] : [],
    highlight: parseHighlight(get('h')),
    only: parseOnly(get('only')),
    panel: PANELS.includes(panel) ? panel : 'source',
    pacing: pacing === 'event' || pacing === 'compressed' || pacing === 'real' ? pacing : null,
    speed: Number(get('speed')) > 0 ? Number(get('speed')) : 0,
  };
}

/**
 * @param {string} e
 * @param {string} t
 */
function parseCursor(e, t) {
  if (!/^-?\d{1,15}$/.test(e)) return null;
  return { event: Number(e), time: /^\d{1,18}$/.test(t) ? Number(t) : 0 };
}

/** @param {string} w */
function parseWindow(w) {
  const m = /^(-?\d{1,18})-(-?\d{1,18})$/.exec(w);
  if (!m || Number(m[2]) <= Number(m[1])) return null;
  return { t0: Number(m[1]), t1: Number(m[2]) };
}

/**
 * @param {string} m
 * @returns {{event:number, time:number}[]}
 */
function parseMarks(m) {
  if (!/^\d{1,15}\.\d{1,18}(,\d{1,15}\.\d{1,18}){0,99}$/.test(m)) return [];
  return m.split(',').map((x) => x.split('.').map(Number)).map(([event = 0, time = 0]) => ({ event, time }));
}

/**
 * @param {string} s
 * @returns {Values['selection']}
 */
function parseSelection(s) {
  const m = /^([gof])(\d{1,9})$/.exec(s);
  if (!m) return { kind: null, id: -1 };
  return { kind: KINDS[/** @type {'g'|'o'|'f'} */ (m[1])], id: Number(m[2]) };
}

/**
 * @param {string} h
 * @returns {Values['highlight']}
 */
function parseHighlight(h) {
  return /^b\d{1,9}$/.test(h) ? { kind: 'branch', id: Number(h.slice(1)) } : parseOnly(h);
}

/**
 * @param {string} o
 * @returns {Values['only']}
 */
function parseOnly(o) {
  const { kind, id } = parseSelection(o);
  return kind === 'goroutine' || kind === 'object' ? { kind, id } : null;
}

/**
 * @param {View} view
 * @returns {string}  without #
 */
export function formatFragment(view) {
  if (!view.recordingId) return '';
  const parts = [`v=${VERSION}`, `r=${view.recordingId}`];
  if (view.cursor) parts.push(`e=${view.cursor.event}`, `t=${Math.round(view.cursor.time)}`);
  if (view.window) parts.push(`w=${Math.round(view.window.t0)}-${Math.round(view.window.t1)}`);
  if (view.area) parts.push(`a=${Math.round(view.area.t0)}-${Math.round(view.area.t1)}`);
  if (view.selection.kind) parts.push(`s=${view.selection.kind[0]}${view.selection.id}`);
  if (view.marks.length > 0) parts.push(`m=${view.marks.map((m) => `${m.event}.${Math.round(m.time)}`).join(',')}`);
  if (view.pins.length > 0) parts.push(`pin=${view.pins.join(',')}`);
  if (view.highlight) parts.push(`h=${view.highlight.kind[0]}${view.highlight.id}`);
  if (view.only) parts.push(`only=${view.only.kind[0]}${view.only.id}`);
  if (view.panel !== 'source') parts.push(`p=${view.panel}`);
  if (view.pacing) parts.push(`pace=${view.pacing}`, `speed=${view.speed}`);
  return parts.join('&');
}

/**
 * Writes the view into the address, at most once per `wait` ms: browsers refuse more.
 * @param {Store} store
 */
export function keepFragment(store) {
  const wait = 400;
  let timer = 0;
  const write = () => {
    timer = 0;
    const s = store.values();
    if (s.page !== 'recording' || !s.model) return;
    const text = formatFragment({
      recordingId: s.recordingId, cursor: s.cursor, window: s.window, area: s.area, selection: s.selection, marks: s.marks, pins: s.pins,
      highlight: s.highlight, only: s.only, panel: s.panel, pacing: s.pacing, speed: s.speed,
    });
    if (`#${text}` !== location.hash) history.replaceState(null, '', `${location.pathname}#${text}`);
  };
  store.subscribe((s) => [s.cursor, s.window, s.area, s.selection, s.marks, s.pins, s.highlight, s.only, s.panel, s.pacing, s.speed, s.model], () => {
    if (timer === 0) timer = window.setTimeout(write, wait);
  });
}
