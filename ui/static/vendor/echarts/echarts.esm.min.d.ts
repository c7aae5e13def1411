// What the page uses of the vendored echarts module; keeps the type checker out of the minified source.
export interface Chart {
  setOption(option: unknown, opts?: { notMerge?: boolean }): void;
  resize(): void;
  dispose(): void;
  on(event: string, handler: (params: unknown) => void): void;
  isDisposed(): boolean;
  getOption(): unknown;
}
export function init(host: HTMLElement, theme?: string | object | null, opts?: object): Chart;
export const version: string;
