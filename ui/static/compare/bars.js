// Where the goroutines of both sides spent their time, as two bars that echarts draws from options that the server makes.

import { el, fill } from '../state/dom.js';
import { loadEcharts, solidRunning } from '../panels/echarts.js';
import { emptyNote } from '../panels/parts.js';

/** @typedef {import('../panels/echarts.js').Chart} Chart */

/** Below this height, in px, the chart has no axis, and a small legend. */
const LOW = 140;

/** About how wide an entry of the small legend is, in px: its square with what is left free beside it, and each character. */
const ENTRY = 24;
const CHARACTER = 6;

/**
 * @param {import('../state/store.js').Store} main
 * @param {import('./state.js').State} state
 * @param {(what:string, more?:string) => Promise<any>} ask
 */
export function createBars(main, state, ask) {
  const canvas = el('div', { class: 'bars-chart' });
  const note = el('div', { hidden: true });
  const node = el('section', { class: 'top-part', 'aria-label': 'Where goroutines spent their time' }, el('h3', { class: 'muted' }, 'Where goroutines spent their time'), canvas, note);
  /** @type {Chart|null} */
  let chart = null;
  let shown = '';

  async function show() {
    if (!state.get('result') || canvas.clientWidth === 0) return;
    const theme = (document.documentElement.dataset['theme'] ?? '').includes('dark') ? 'dark' : 'light';
    const low = canvas.clientHeight < LOW;
    const wide = Math.floor(canvas.clientWidth / 50) * 50;
    const key = `${state.get('ids').join()} ${theme} ${main.get('colorsVersion')} ${low && wide}`;
    if (key === shown) return;
    shown = key;
    try {
      const [echarts, option] = await Promise.all([loadEcharts(), ask('states', `&theme=${theme}`)]);
      if (key !== shown) return;
      canvas.hidden = false;
      note.hidden = true;
      const target = chart ?? echarts.init(canvas, null, { renderer: 'canvas' });
      chart = target;
      target.resize();
      const fontFamily = getComputedStyle(document.body).fontFamily;
      const legend = { ...option.legend, type: 'plain', left: 0, top: 'bottom', itemWidth: low ? 10 : 12, itemHeight: low ? 10 : 12, itemGap: low ? 7 : 14, textStyle: { ...option.legend?.textStyle, fontSize: low ? 11 : 12 } };
      const grid = [option.grid].flat().map((g) => ({ ...g, left: 4, right: 26, top: low ? 0 : 4, bottom: low ? lowLegend(option, wide) : 62 }));
      const xAxis = [option.xAxis].flat().map((x) => ({ ...x, show: !low }));
      target.setOption({ ...solidRunning(option), xAxis, legend, grid, animation: false, textStyle: { fontFamily, ...option.textStyle } }, true);
    } catch (err) {
      if (key !== shown) return;
      canvas.hidden = true;
      note.hidden = false;
      fill(note, emptyNote('No chart', err instanceof Error ? err.message : String(err)));
    }
  }
  new ResizeObserver(() => { if (canvas.clientWidth > 0) { chart?.resize(); show(); } }).observe(canvas);
  state.subscribe((s) => [s.result, s.top], show);
  main.subscribe((s) => s.colorsVersion, show);
  return { node };
}

/**
 * Height of the small legend, in px, which has as many lines as its words need.
 * @param {{series?: {name?: string}[]}} option
 * @param {number} room  px
 */
function lowLegend(option, room) {
  const width = [...new Set((option.series ?? []).map((s) => s.name ?? ''))].reduce((sum, name) => sum + ENTRY + CHARACTER * name.length, 0);
  return 6 + 18 * Math.max(1, Math.ceil(width / Math.max(room, 1)));
}
