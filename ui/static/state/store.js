// The store: everything that the page shows, in one place, and the actions that change it.
//
// CONVENTIONS for every part of the page
//
//   Layers: model (pure, no DOM) and wire ← state ← timeline, stage, transport, shell (canvas and DOM) and panels (DOM).
//   Imports go left only. ES modules as served, types in JSDoc, checked by `tsc --checkJs` (ui/jsconfig.json).
//   No innerHTML, no inline script or style attribute in HTML (the CSP forbids both); text goes in as text nodes
//   (`el()` of state/dom.js), looks go in by class, measures by the CSSOM (`node.style.width = …`).
//
//   store.get('cursor')                        a value
//   store.set({panel: 'events'})               changes values; subscribers run at once
//   store.subscribe(s => s.cursor, (v, was) => …)  runs fn whenever the selected value changes (Object.is; arrays by
//                                              element); returns a function that ends it. It does not run at first.
//   store.request(op, args)                    a promise of the answer over the websocket; latest wins per op: an older
//                                              unanswered one of the same op rejects with Superseded (ignore it)
//   store.fetchJSON('source?file=0')           GET below /api/r/{recording}/; rejects with Error(the server's words)
//   store.frame                                state/frame.js: animate(fn), draw(key, fn), hold(), idle()
//   store.colors                               state/colors.js: resolved colours and textures for canvases, per theme;
//                                              canvases redraw on s => s.colorsVersion
//   store.events                               state/events.js: row(i), time(i), ensure(i0, i1), at(t): cached event rows
//   store.goroutine(g), store.object(o)        model entries, undefined when left out of the model
//   store.gname(g), store.oname(o)             names that are never empty
//   store.animationMs()                        how long a decoration may take now (0: none)
//
//   Mount points: #stage (host of the stage's canvas) and #panel (host of the side panel). static/stage/stage.js exports
//   mountStage(host, store), static/panels/panels.js exports mountPanels(host, store); main.js calls each once, when the
//   page starts: the model may still be null then and changes when another recording opens or a live one grows.
//   Goroutines are told by g (dense id), objects by o. State codes, words, CSS variables: model/states.js.
//   The panel shown is state.panel: 'source' 'findings' 'goroutines' 'selection' 'events' 'statistics'.
//   The place to show in the source is state.source {file, line} (set by openSource; else the panel follows the cursor).
//   echarts: const echarts = await import('../vendor/echarts/echarts.esm.min.js')   (loaded only when needed)
//   Draw-call log: logDraw(layer, op, data) of state/drawlog.js; layer 'stage' for the stage. Begin a picture with op 'begin'.
//   Tests and people reach all of this as window.traceviz = {store, frame, idle(), drawlog (get/set), version}.

import { animationMs, defaultSpeed } from '../model/pacing.js';
import { fitWindow, clampWindow } from '../model/window.js';

/** @typedef {import('../model/types.js').Model} Model */
/** @typedef {import('../model/types.js').ProgramState} ProgramState */
/** @typedef {import('../model/types.js').EventRow} EventRow */
/** @typedef {import('../model/types.js').Finding} Finding */
/** @typedef {import('../model/types.js').Pacing} Pacing */
/** @typedef {import('../model/types.js').RecordingInfo} RecordingInfo */

/** @typedef {'recording'|'ended'|'reading'} LiveStatus  reading: the run is over, its trace is being read */
/** @typedef {{event:number, time:number}} Cursor  event: last one that has happened, -1 before the first */
/** @typedef {{t0:number, t1:number}} Span */
/** @typedef {{kind:'goroutine'|'object'|'finding'|null, id:number}} Selection */
/** @typedef {{kind:'goroutine'|'object'|'finding', id:number, t?:number}|null} Hover */

/**
 * A change of the shown state, for animations. `events` are the rows after prev.event up to next.event, in order, when
 * there are at most 20 of them and time went forwards; else it is empty, and nothing should move.
 * @typedef {{prev:ProgramState|null, next:ProgramState, events:EventRow[]}} StateChange
 */

/**
 * @typedef {object} Values
 * @property {'loading'|'home'|'recording'|'compare'|'error'} page
 * @property {{title:string, text:string, hint:string}|null} error   for page 'error'
 * @property {{read:number, total:number, events:number, ms:number}|null} loading  how far the server is with reading, for page 'loading'
 * @property {RecordingInfo[]|null} recordings
 * @property {string} recordingId
 * @property {Model|null} model
 * @property {Cursor} cursor
 * @property {boolean} playing
 * @property {Pacing} pacing
 * @property {number} speed         events a second (by event), ns of recording a second (else)
 * @property {boolean} loop
 * @property {Span} window          what the timeline shows
 * @property {Span|null} extent      how far the window may go, when the ruler is longer than the recording: it is shared with another one
 * @property {readonly {t:number, text:string, what:string, current:boolean}[]} flags  places that are marked on the ruler, with a line through the rows
 * @property {readonly {key:string, label:string, note:string}[]} missing  what only the recording beside this one has
 * @property {Span|null} area       dragged area
 * @property {Cursor[]} marks        bookmarks, by event; a replay pauses at each
 * @property {Selection} selection
 * @property {Hover} hover
 * @property {readonly string[]} pins  row keys (g3, o1) that stay at the top of the timeline, in the order of pinning
 * @property {import('../model/highlight.js').Highlight} highlight  with all that is of the same function, branch, channel or lock
 * @property {import('../model/highlight.js').Only} only  the timeline shows what this has to do with, and nothing else
 * @property {{text:string}|null} notice  what a key has done, or why it did nothing
 * @property {ProgramState|null} stateAtCursor  the latest that has arrived; belongs to the cursor once idle
 * @property {StateChange|null} change
 * @property {import('../model/types.js').Overview|null} overview  of the whole recording, as wide as the overview strip
 * @property {string} panel
 * @property {{file:number, line:number}|null} source
 * @property {'system'|'light'|'dark'|'contrast'} theme
 * @property {number} colorsVersion  changes when colours do
 * @property {{lag:number, status:LiveStatus}|null} live  lag in ms; the share that was read while the trace is being read
 * @property {'connecting'|'open'|'gone'} connection
 * @property {boolean} follow       live: keep the end in view
 */

/**
 * What the store needs from outside.
 * @typedef {object} Deps
 * @property {(op:string, args?:object) => Promise<any>} request
 * @property {(path:string) => Promise<any>} fetchJSON
 * @property {import('./frame.js').Frame} frame
 * @property {import('./colors.js').Colors} colors
 * @property {() => boolean} reducedMotion
 */

/** @returns {Values} */
export function initialValues() {
  return {
    page: 'loading', error: null, loading: null, recordings: null, recordingId: '', model: null, cursor: { event: -1, time: 0 },
    playing: false, pacing: 'event', speed: 4, loop: false, window: { t0: 0, t1: 1 }, extent: null, flags: [], missing: [], area: null, marks: [],
    selection: { kind: null, id: -1 }, hover: null, pins: [], highlight: null, only: null, notice: null, stateAtCursor: null, change: null, overview: null, panel: 'source', source: null,
    theme: 'system', colorsVersion: 0, live: null, connection: 'connecting', follow: true,
  };
}

/** @typedef {ReturnType<typeof createStore>} Store */

/**
 * @param {Deps} deps
 */
export function createStore(deps) {
  const core = createCore(initialValues());
  const names = createNames(core);
  const store = {
    ...core, ...names,
    request: deps.request,
    fetchJSON: deps.fetchJSON,
    frame: deps.frame,
    colors: deps.colors,
    /** @type {import('./events.js').Events} */
    events: /** @type {any} */ (null), // set by main.js: it needs the store itself
    animationMs() {
      const { playing, pacing, speed, model } = core.values();
      let dwell = Infinity;
      if (playing && model) {
        dwell = pacing === 'event' ? 1000 / speed : (1000 * model.duration) / Math.max(1, model.events) / speed;
      }
      return animationMs(dwell, deps.reducedMotion());
    },
  };
  return Object.assign(store, createActions(store));
}

/**
 * Values and subscriptions.
 * @template {object} V
 * @param {V} values
 */
export function createCore(values) {
  /** @type {Set<() => void>} */
  const subscribers = new Set();
  return {
    values: () => values,
    /**
     * @template {keyof V} K
     * @param {K} key
     * @returns {V[K]}
     */
    get: (key) => values[key],
    /** @param {Partial<V>} patch */
    set(patch) {
      Object.assign(values, patch);
      for (const check of [...subscribers]) check();
    },
    /**
     * @template T
     * @param {(v: V) => T} selector
     * @param {(value: T, was: T) => void} fn
     * @returns {() => void}
     */
    subscribe(selector, fn) {
      let was = selector(values);
      const check = () => {
        const now = selector(values);
        if (same(was, now)) return;
        const before = was;
        was = now;
        fn(now, before);
      };
      subscribers.add(check);
      return () => { subscribers.delete(check); };
    },
  };
}

/**
 * @param {unknown} a
 * @param {unknown} b
 */
export function same(a, b) {
  if (Object.is(a, b)) return true;
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((x, i) => Object.is(x, b[i]));
}

/**
 * Names of goroutines and objects, looked up in the model.
 * @param {ReturnType<typeof createCore<Values>>} core
 */
function createNames(core) {
  /** @type {Model|null} */
  let of = null;
  /** @type {Map<number, import('../model/types.js').Goroutine>} */
  let byG = new Map();
  /** @type {Map<number, import('../model/types.js').TracedObject>} */
  let byO = new Map();
  const refresh = () => {
    const model = core.get('model');
    if (model === of) return;
    of = model;
    byG = new Map(model?.goroutines.map((g) => [g.g, g]));
    byO = new Map(model?.objects.map((o) => [o.o, o]));
  };
  /** @param {number} g */
  const goroutine = (g) => { refresh(); return byG.get(g); };
  /** @param {number} o */
  const object = (o) => { refresh(); return byO.get(o); };
  return {
    goroutine,
    object,
    /** @param {number} g */
    gname: (g) => goroutine(g)?.name || `goroutine ${g}`,
    /** @param {number} o */
    oname: (o) => object(o)?.name || `object ${o}`,
  };
}

/**
 * @param {any} store  the store without its actions: its type would be circular
 */
function createActions(store) {
  /** @returns {Values} */
  const v = () => store.values();
  const last = () => (v().model?.events ?? 0) - 1;
  const end = () => v().model?.duration ?? 0;
  /** Where the window may be. */
  const range = () => v().extent ?? fitWindow(end());
  let seeks = 0;

  const actions = {
    /**
     * Puts the cursor on an event.
     * @param {number} i
     */
    async seekEvent(i) {
      const event = Math.max(Math.min(0, last()), Math.min(Math.round(i), last()));
      const known = store.events.time(event);
      const mine = ++seeks;
      store.set({ cursor: { event, time: known ?? v().cursor.time } });
      if (known !== undefined || event < 0) return;
      await store.events.ensure(event, event);
      const time = store.events.time(event);
      if (mine === seeks && time !== undefined && v().cursor.event === event) store.set({ cursor: { event, time } });
    },
    /**
     * Puts the cursor at a time: on the last event that had happened then.
     * @param {number} t  ns
     */
    async seekTime(t) {
      const time = Math.max(0, Math.min(Math.round(t), end()));
      const known = store.events.at(time);
      const mine = ++seeks;
      store.set({ cursor: { event: known ?? v().cursor.event, time } });
      if (known !== undefined) return;
      const answer = await quiet(store.request('locate', { t: time }));
      if (answer && mine === seeks) store.set({ cursor: { event: answer.event, time } });
    },
    /**
     * Steps to the next (1) or previous (-1) event, of one goroutine, object or place if given.
     * @param {number} dir
     * @param {{g?:number, o?:number, file?:number, line?:number}} [only]  file and line: a place in the source
     * @returns {Promise<boolean|void>} false: there is none
     */
    async step(dir, only = {}) {
      store.set({ playing: false });
      const event = v().cursor.event;
      if (only.g === undefined && only.o === undefined && only.line === undefined) return actions.seekEvent(event + dir);
      const answer = await quiet(store.request('step', { event, dir, g: only.g ?? -1, o: only.o ?? -1, file: only.file ?? -1, line: only.line ?? 0 }));
      if (answer && answer.event >= 0) return actions.seekEvent(answer.event);
      return answer ? false : undefined;
    },
    /**
     * Selects a goroutine, object or finding; null selects nothing.
     * @param {Selection['kind']} kind
     * @param {number} [id]
     */
    select(kind, id = -1) {
      store.set({ selection: kind === null ? { kind, id: -1 } : { kind, id } });
    },
    /**
     * Moves to where a finding shows and selects it.
     * @param {number} id
     */
    jumpToFinding(id) {
      const f = v().model?.findings.find((x) => x.id === id);
      if (!f) return;
      store.set({ playing: false, selection: { kind: 'finding', id }, panel: 'findings' });
      return actions.seekTime(f.time_ns).then(() => actions.reveal(f.time_ns));
    },
    /**
     * Shows a place of the source in the panel.
     * @param {number} file
     * @param {number} line
     */
    openSource(file, line) {
      store.set({ source: { file, line }, panel: 'source' });
    },
    range,
    /**
     * Sets the visible window, kept inside the recording.
     * @param {number} t0
     * @param {number} t1
     */
    setWindow(t0, t1) {
      const window = clampWindow({ t0, t1 }, range());
      const was = v().window;
      if (window.t0 !== was.t0 || window.t1 !== was.t1) store.set({ window });
    },
    fitAll() {
      store.set({ window: range() });
    },
    /**
     * Pans, without zooming, so that a time is in view.
     * @param {number} t
     */
    reveal(t) {
      const { t0, t1 } = v().window;
      if (t >= t0 && t <= t1) return;
      const w = t1 - t0;
      actions.setWindow(t - w / 4, t + (3 * w) / 4);
    },
    /** @param {Pacing} pacing */
    setPacing(pacing) {
      store.set({ pacing, speed: defaultSpeed(pacing, end()) });
    },
    /** Sets a bookmark at the cursor's event, or takes it away. */
    toggleMark() {
      const { marks, cursor } = v();
      if (cursor.event < 0) return;
      const left = marks.filter((m) => m.event !== cursor.event);
      if (left.length === marks.length) left.push({ event: cursor.event, time: store.events.time(cursor.event) ?? cursor.time });
      store.set({ marks: left.sort((a, b) => a.event - b.event) });
    },
    /** Keeps a row at the top of the timeline, or no longer. @param {string} key */
    togglePin(key) {
      const { pins } = v();
      store.set({ pins: pins.includes(key) ? pins.filter((p) => p !== key) : [...pins, key] });
    },
    /** Tells a person something in passing. @param {string} text */
    say(text) {
      store.set({ notice: { text } });
    },
    togglePlay() {
      const { playing, cursor } = v();
      if (!playing && cursor.event >= last() && cursor.time >= end() * 0.999) actions.seekEvent(0);
      store.set({ playing: !playing && last() >= 0 });
    },
  };
  return actions;
}

/**
 * The answer, or undefined when a newer request took its place or the server is gone (the banner says so then).
 * @template T
 * @param {Promise<T>} promise
 * @returns {Promise<T|undefined>}
 */
export async function quiet(promise) {
  try {
    return await promise;
  } catch {
    return undefined;
  }
}
