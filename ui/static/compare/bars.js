// Where the goroutines of both sides spent their time, as two bars that echarts draws from options that the server makes.

import { el, fill } from '../state/dom.js';
import { loadEcharts, solidRunning } from '../panels/echarts.js';
import { emptyNote } from '../panels/parts.js';

/** @typedef {import('../panels/echarts.js').Chart} Chart */

/** Below this height, in px, the chart has no axis, and one line for the legend. */
const LOW = 140;

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
    const key = `${state.get('ids').join()} ${theme} ${main.get('colorsVersion')} ${low}`;
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
      const legend = { ...option.legend, type: low ? 'scroll' : 'plain', left: 0, top: 'bottom', itemWidth: low ? 10 : 12, itemHeight: low ? 10 : 12, itemGap: low ? 7 : 14, textStyle: { ...option.legend?.textStyle, fontSize: low ? 11 : 12 } };
      const grid = [option.grid].flat().map((g) => ({ ...g, left: 4, right: 26, top: low ? 0 : 4, bottom: low ? 24 : 62 }));
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
