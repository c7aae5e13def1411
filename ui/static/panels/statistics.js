// Statistics: charts whose options the server makes (states over time, reasons of blocking), drawn by echarts, and the
// wall-clock flame graph.
import { costOfWatching } from '../model/labels.js';
import { formatCount, plural } from '../model/time.js';
import { el, fill } from '../state/dom.js';
import { loadEcharts, solidRunning } from './echarts.js';
import { createFlame } from './flame.js';
import { emptyOption, labelNodes, picked } from './pick.js';
import { emptyNote } from './parts.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('./echarts.js').Chart} Chart */

const CHARTS = /** @type {const} */ ([
  ['states', 'States over time', 240], ['reasons', 'What goroutines waited for', 300], ['cores', 'Core use over time', 200], ['goroutines', 'Goroutines over time', 180],
  ['waits', 'How long locks were waited for', 220], ['holds', 'How long locks were held', 220], ['throughput', 'Elements received from channels, per second', 220],
  ['occupancy', 'Elements in buffered channels', 220], ['latency', 'How long goroutines lived, by the line that spawned them', 240], ['topology', 'Who uses what, in the whole run', 340],
]);

/** Why a chart has nothing to show. @type {Partial<Record<string, string>>} */
const EMPTY = {
  waits: 'No goroutine waited for a lock here.', holds: 'No lock was held here, or this is a plain Go trace: locks need a trace-viz recording.',
  throughput: 'No element went through a channel, or this is a plain Go trace: channels need a trace-viz recording.', occupancy: 'There is no buffered channel, or this is a plain Go trace.',
  latency: 'No goroutine that was spawned in sight ended here.', topology: 'Who uses which channel and lock needs a trace-viz recording; this is a plain Go trace.',
  reasons: 'No goroutine was blocked here.', cores: 'No core ran anything here.',
};

const NO_PROFILE = 'No wall-clock profile was recorded. fgprof makes one for scenarios and when it is asked for, but not with more than about 2,000 goroutines: it would slow the program down.';

/** Window and area change with every mouse move; the charts follow when they rest. */
const REST_MS = 250;

/** @param {Store} store */
export function createStatistics(store) {
  const range = el('select', { class: 'select', 'aria-label': 'Part of the run', onchange: () => update() },
    el('option', { value: 'all' }, 'the whole run'), el('option', { value: 'window' }, 'the visible window'), el('option', { value: 'area' }, 'the selected area'));
  const charts = CHARTS.map(([name, title, height]) => createChart(store, name, title, height));
  const flame = el('section', { class: 'chart-section' });
  const exact = createWaits(store);
  const watch = el('section', { class: 'chart-section' });
  const node = el('div', { class: 'panel-scroll statistics' }, el('div', { class: 'panel-bar' }, el('label', { class: 'muted' }, 'of ', range)), el('p', { class: 'muted chart-hint' }, 'Click into a chart to select its goroutine, channel or lock, or the stretch of time, on the timeline.'), ...charts.map((c) => c.node), flame, exact.node, watch);
  let timer = 0;
  let flameOf = '';
  /** @type {ReturnType<typeof createFlame>|null} */
  let graph = null;

  function span() {
    const duration = store.get('model')?.duration ?? 0;
    const area = store.get('area');
    if (range.value === 'window') return store.get('window');
    if (range.value === 'area' && area) return area;
    return { t0: 0, t1: duration };
  }
  async function loadFlame() {
    const key = `${store.get('recordingId')} ${store.get('model')?.live} ${store.get('model')?.wall}`;
    if (key === flameOf) { graph?.draw(); return; }
    flameOf = key;
    const title = el('h3', {}, 'Wall-clock time by function');
    if (!store.get('model')?.wall) {
      graph = null;
      fill(flame, title, emptyNote('No flame graph', NO_PROFILE));
      return;
    }
    try {
      const answer = await store.fetchJSON('flame');
      if (key !== flameOf) return;
      graph = createFlame(store, answer, 'Flame graph of wall-clock time');
      fill(flame, title, el('p', { class: 'muted' }, 'Waiting counts as much as running: the width is how long goroutines were there.'), graph.node);
      graph.draw();
    } catch (err) {
      graph = null;
      fill(flame, title, emptyNote('No flame graph', err instanceof Error ? err.message : String(err)));
    }
  }
  function update() {
    const model = store.get('model');
    if (!model) return;
    fill(watch, el('h3', {}, 'What watching came to'), ...watching(model).map((text) => el('p', { class: 'muted' }, text)));
    /** @type {HTMLOptionElement} */ (range.options[2]).disabled = !store.get('area');
    clearTimeout(timer);
    const release = store.frame.hold();
    timer = window.setTimeout(() => {
      for (const c of charts) c.show(span());
      loadFlame();
      exact.show();
    }, charts.some((c) => c.empty()) ? 0 : REST_MS);
    window.setTimeout(release, REST_MS);
  }
  return { node, update };
}

/**
 * Where goroutines waited, from the trace itself.
 * @param {Store} store
 */
function createWaits(store) {
  const node = el('section', { class: 'chart-section' });
  const title = el('h3', {}, 'Waiting time by function, exact');
  let of = '';
  /** @type {ReturnType<typeof createFlame>|null} */
  let graph = null;
  async function show() {
    const { recordingId, model } = store.values();
    const key = `${recordingId} ${model?.live}`;
    if (key === of) return graph?.draw();
    of = key;
    graph = null;
    if (model?.live) return fill(node, title, emptyNote('Not yet', 'The waits are added up when the run has ended.'));
    try {
      const answer = await store.fetchJSON('flame?of=waits');
      if (key !== of) return;
      if (answer.total === 0) return fill(node, title, emptyNote('Nothing to show', 'No goroutine waited anywhere with a known stack.'));
      graph = createFlame(store, answer, 'Flame graph of waiting time');
      fill(node, title, el('p', { class: 'muted' }, 'Every wait of the trace is in it, and nothing that ran: where the wall-clock graph samples, this one counts.'), graph.node);
      graph.draw();
    } catch (err) {
      if (key === of) fill(node, title, emptyNote('No graph', err instanceof Error ? err.message : String(err)));
    }
  }
  return { node, show };
}

/**
 * What was recorded to see all this, and what was left out.
 * @param {import('../model/types.js').Model} model
 * @returns {string[]}
 */
export function watching(model) {
  const { watch, notes = [], duration, events } = model;
  if (!watch) return notes;
  const kb = watch.trace_bytes < 1e6 ? `${Math.round(watch.trace_bytes / 1e3)} KB` : `${(watch.trace_bytes / 1e6).toFixed(1)} MB`;
  const each = events > 0 ? `, ${Math.round(watch.trace_bytes / events)} bytes for each of ${plural(events, 'event')}` : '';
  const rate = duration > 0 ? `, ${formatCount(Math.round((watch.operations * 1e9) / duration))} a second` : '';
  const hooks = model.hooks ? `Hooks recorded ${plural(watch.operations, 'operation')} of channels and locks${rate}.` : 'No hooks: the Go runtime alone recorded this.';
  const left = watch.left_out > 0 ? `${plural(watch.left_out, 'value')} of messages ${watch.left_out === 1 ? 'was' : 'were'} left out, to keep the program fast.` : 'Nothing was sampled or left out.';
  return [hooks, costOfWatching(model), `The trace is ${kb} long${each}.`, model.hooks ? left : '', ...notes].filter(Boolean);
}

/** Of a name in a legend this much is shown; the chart's tooltip has all of it. */
const LEGEND_NAME = 30;
const LEGEND_LINE = 22;

/** @param {string} name */
export const legendName = (name) => (name.length > LEGEND_NAME ? `${name.slice(0, LEGEND_NAME - 1)}…` : name);

/**
 * Fits a chart to the panel. A legend that scrolls hides most of what the colours mean in a narrow panel: it is laid out in lines instead, and the
 * chart below it moves down; names on the axis are cut.
 * @param {{legend?:object, grid?:object, yAxis?:any, series?:{name?:string}[]}} option
 * @param {number} width
 * @param {(text:string) => number} measure
 * @returns {{option:object, extra:number}} extra: how much higher the chart becomes
 */
export function fitChart(option, width, measure) {
  const mark = 18;
  const gap = 12;
  let lines = 1;
  let used = 0;
  for (const { name = '' } of option.series ?? []) {
    const w = mark + 5 + measure(legendName(name));
    if (used > 0 && used + gap + w > width - 12) {
      lines++;
      used = 0;
    }
    used += (used > 0 ? gap : 0) + w;
  }
  const legend = { ...option.legend, type: 'plain', left: 0, itemWidth: mark, itemGap: gap, itemHeight: 12, formatter: legendName };
  const grid = [option.grid].flat().map((g) => ({ ...g, top: lines * LEGEND_LINE + 14 }));
  // A long name beside a bar would leave no room for the bar, or stick out on the left.
  const yAxis = [option.yAxis].flat().map((y) => (y?.type === 'category' ? { ...y, axisLabel: { ...y.axisLabel, width: width * 0.4, overflow: 'truncate' } } : y));
  return { option: { legend, grid, yAxis }, extra: (lines - 1) * LEGEND_LINE };
}

/** @type {CanvasRenderingContext2D|null} */
let ruler = null;

/** @param {string} text @param {string} font */
function textWidth(text, font) {
  ruler ??= document.createElement('canvas').getContext('2d');
  if (!ruler) return text.length * 7;
  ruler.font = font;
  return ruler.measureText(text).width;
}

/**
 * @param {Store} store
 * @param {string} name
 * @param {string} title
 * @param {number} height
 */
function createChart(store, name, title, height) {
  const canvas = el('div', { class: 'chart' });
  const note = el('div', { hidden: true });
  canvas.style.height = height + 'px';
  const node = el('section', { class: 'chart-section' }, el('h3', {}, title), canvas, note);
  /** @type {Chart|null} */
  let chart = null;
  /** @type {import('./pick.js').Pick|undefined} */
  let shownPick;
  let shown = '';
  new ResizeObserver(() => { if (canvas.clientWidth > 0) chart?.resize(); }).observe(canvas);

  /** @param {{t0: number, t1: number}} span */
  async function show({ t0, t1 }) {
    const theme = (document.documentElement.dataset.theme ?? '').includes('dark') ? 'dark' : 'light';
    const path = `charts/${name}?t0=${Math.floor(t0)}&t1=${Math.ceil(t1)}&theme=${theme}`;
    const key = `${store.get('recordingId')} ${store.get('model')?.events} ${path}`;
    if (key === shown || canvas.clientWidth === 0) { if (key !== shown) shown = ''; else return; }
    shown = key;
    try {
      const [echarts, answer] = await Promise.all([loadEcharts(), store.fetchJSON(path)]);
      if (key !== shown) return;
      canvas.hidden = false;
      note.hidden = true;
      const { pick, ...option } = answer;
      if (emptyOption(option)) throw new Error(EMPTY[name] ?? 'Nothing of this kind happened here.');
      const target = chart ?? echarts.init(canvas, null, { renderer: 'canvas' });
      if (!chart) picked(store, target, () => shownPick);
      chart = target;
      shownPick = pick;
      const fontFamily = getComputedStyle(document.body).fontFamily;
      const legend = fitChart(option, canvas.clientWidth, (text) => textWidth(text, `12px ${fontFamily}`));
      canvas.style.height = `${height + legend.extra}px`;
      target.resize();
      if (name === 'topology') labelNodes(option);
      target.setOption({ ...solidRunning(option), ...(name === 'topology' ? {} : legend.option), animation: false, textStyle: { fontFamily, ...option.textStyle } }, true);
    } catch (err) {
      if (key !== shown) return;
      canvas.hidden = true;
      note.hidden = false;
      fill(note, emptyNote('No chart', err instanceof Error ? err.message : String(err)));
    }
  }
  return { node, show, empty: () => shown === '' };
}
