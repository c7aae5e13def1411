// The embedded echarts, loaded when a chart is first shown, and what the page does to every chart before it is drawn.

/**
 * @typedef {{setOption(option: object, all: boolean): void, resize(): void, dispose(): void, on(event: string, fn: (p: any) => void): void,
 *   getZr(): {on(event: string, fn: (ev: {offsetX: number, offsetY: number}) => void): void},
 *   containPixel(finder: string, at: number[]): boolean, convertFromPixel(finder: object, at: number[]): number[]}} Chart
 */

/** @type {Promise<{init(node: HTMLElement, theme: string|null, options: object): Chart}>|null} */
let library = null;

/** Loads echarts once; when that fails, the next who needs it tries again. */
export function loadEcharts() {
  library ??= /** @type {Promise<any>} */ (import('../vendor/echarts/echarts.esm.min.js')).catch(() => {
    library = null;
    throw new Error('The charts could not be loaded: the trace-viz server does not answer.');
  });
  return library;
}

/**
 * Leaves the texture off what runs, as on the timeline: there, too, running is solid and what waits has a texture. The option
 * structs of the server know no texture of a single series.
 * @param {any} option
 */
export function solidRunning(option) {
  for (const s of [option.series ?? []].flat()) {
    if (s.name === 'running') s.itemStyle = { ...s.itemStyle, decal: { symbol: 'none' } };
  }
  return option;
}
