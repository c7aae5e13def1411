// The side panel: tabs, and under them what is in step with the playhead. Only the panel that is shown does any work.
import { el, fill } from '../state/dom.js';
import { createEventLog } from './eventlog.js';
import { createFindings } from './findings.js';
import { createGoroutines } from './goroutines.js';
import { createOutput } from './output.js';
import { createSelection } from './selection.js';
import { createSource } from './source.js';
import { createStatistics } from './statistics.js';
import { createTabs } from './tabs.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../state/store.js').Values} Values */
/** @typedef {{node: HTMLElement, update: () => void}} Panel */

/**
 * Every panel, in the order of the tabs: what makes it, and the values on which it depends.
 * @type {readonly {id: string, title: string, create: (store: Store) => Panel, needs: (v: Values) => unknown[]}[]}
 */
const PANELS = [
  { id: 'source', title: 'Source', create: createSource, needs: (v) => [v.model, v.stateAtCursor, v.selection, v.source] },
  { id: 'findings', title: 'Findings', create: createFindings, needs: (v) => [v.model, v.selection] },
  { id: 'goroutines', title: 'Goroutines', create: createGoroutines, needs: (v) => [v.model, v.stateAtCursor, v.selection, v.cursor.time] },
  { id: 'selection', title: 'Selection', create: createSelection, needs: (v) => [v.model, v.stateAtCursor, v.selection, v.cursor.event, v.highlight, v.only] },
  { id: 'events', title: 'Events', create: createEventLog, needs: (v) => [v.model, v.cursor.event, v.selection] },
  { id: 'statistics', title: 'Statistics', create: createStatistics, needs: (v) => [v.model, v.window, v.area, v.colorsVersion] },
  { id: 'output', title: 'Output', create: createOutput, needs: (v) => [v.model, v.cursor.time] },
];

/** @param {HTMLElement} host @param {Store} store */
export function mountPanels(host, store) {
  const body = el('div', { class: 'panel-body', role: 'tabpanel', id: 'panel-body' });
  const tabs = createTabs(PANELS, (id) => store.set({ panel: id }));
  fill(host, tabs.node, body);
  /** @type {Map<string, Panel>} */
  const made = new Map();

  const known = () => PANELS.find((p) => p.id === store.get('panel')) ?? /** @type {typeof PANELS[number]} */ (PANELS[0]);
  function show() {
    const spec = known();
    const panel = made.get(spec.id) ?? spec.create(store);
    made.set(spec.id, panel);
    tabs.choose(spec.id);
    body.setAttribute('aria-labelledby', 'tab-' + spec.id);
    if (body.firstChild !== panel.node) fill(body, panel.node);
    panel.update();
  }
  const later = () => store.frame.draw('panel', show);
  store.subscribe((s) => s.panel, later);
  for (const spec of PANELS) store.subscribe((s) => (known() === spec ? spec.needs(s) : null), (now) => { if (now) later(); });
  store.subscribe((s) => s.model?.findings, () => count(store, tabs));
  count(store, tabs);
  later();
}

/**
 * @param {Store} store
 * @param {import('./tabs.js').Tabs} tabs
 */
function count(store, tabs) {
  const findings = store.get('model')?.findings ?? [];
  const worst = ['error', 'warning', 'info'].find((s) => findings.some((f) => f.severity === s)) ?? '';
  tabs.badge('findings', findings.length, worst);
}
