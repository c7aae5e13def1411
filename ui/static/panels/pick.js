// What a click on a chart means: the server says it with the options; here it becomes a selection or an area of the timeline.

/** @typedef {import('../state/store.js').Store} Store */
/**
 * @typedef {object} Pick
 * @property {'time'|'category'|'series'|'node'} kind
 * @property {number} [t0]     ns, of the first bin
 * @property {number} [width]  ns, of a bin
 * @property {('goroutine'|'object')[]} [what]  for each of ids
 * @property {number[]} [ids]
 * @property {string} [note]   what the chart leaves out
 */

/**
 * Lets clicks on a chart choose on the timeline.
 * @param {Store} store
 * @param {import('./echarts.js').Chart} chart
 * @param {() => Pick|undefined} pick  of what the chart shows now
 */
export function picked(store, chart, pick) {
  chart.on('click', (p) => {
    const of = pick();
    const at = of?.kind === 'series' ? p.seriesIndex : p.dataType === 'edge' ? -1 : p.dataIndex;
    const kind = of?.what?.[at];
    const id = of?.ids?.[at];
    if (of?.kind !== 'time' && kind !== undefined && id !== undefined) store.select(kind, id);
  });
  // A line has no place of its own to click at: the bin under the pointer counts.
  chart.getZr().on('click', (ev) => {
    const of = pick();
    const at = [ev.offsetX, ev.offsetY];
    if (of?.kind !== 'time' || !chart.containPixel('grid', at)) return;
    const area = areaOf(of, chart.convertFromPixel({ gridIndex: 0 }, at)[0] ?? 0);
    store.set({ area });
    store.reveal(area.t0);
  });
}

/**
 * The stretch of time of a bin.
 * @param {Pick} pick
 * @param {number} bin
 */
export function areaOf(pick, bin) {
  const { t0 = 0, width = 0 } = pick;
  return { t0: Math.floor(t0 + bin * width), t1: Math.ceil(t0 + (bin + 1) * width) };
}

/**
 * Whether a chart would be an empty frame.
 * @param {{series?: {data?: unknown[]}[]}} option
 */
export function emptyOption(option) {
  return !option.series || option.series.every((s) => !s.data || s.data.length === 0);
}

/**
 * Nodes of a graph must have names of their own, so the server numbers them; people see the rest of the name.
 * @param {any} option
 */
export function labelNodes(option) {
  const bare = (/** @type {string} */ name) => name.replace(/^\d+ /, '');
  const series = option.series[0];
  series.label = { ...series.label, formatter: (/** @type {{name: string}} */ p) => bare(p.name) };
  option.tooltip = { ...option.tooltip, formatter: (/** @type {any} */ p) => (p.dataType === 'edge'
    ? `${bare(series.data[p.data.source]?.name ?? '')} – ${bare(series.data[p.data.target]?.name ?? '')}: ${p.data.value} operations` : bare(p.name)) };
}
