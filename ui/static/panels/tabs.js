// A strip of tabs. Those that do not fit go into a menu at its end, the chosen one never.
import { el, fill } from '../state/dom.js';

/** @typedef {{node: HTMLElement, choose: (id: string) => void, badge: (id: string, n: number, severity: string) => void}} Tabs */

/** Room for the menu of the tabs that do not fit, in px. */
const MENU = 82;

/**
 * @param {readonly {id: string, title: string}[]} specs
 * @param {(id: string) => void} choose
 * @returns {Tabs}
 */
export function createTabs(specs, choose) {
  const tabs = new Map(specs.map(({ id, title }) => [id, el('button', {
    type: 'button', role: 'tab', class: 'tab', id: 'tab-' + id, 'aria-controls': 'panel-body', tabindex: -1, onclick: () => choose(id),
  }, title)]));
  const more = el('select', { class: 'tab-more', 'aria-label': 'More panels', hidden: true, onchange: () => { const id = more.value; more.value = ''; if (id) choose(id); } });
  const strip = el('div', { class: 'tab-strip', role: 'tablist', 'aria-label': 'Panels' }, ...tabs.values());
  const node = el('div', { class: 'tabs' }, strip, more);
  let chosen = '';
  const fit = () => fitTabs(node, tabs, more, chosen);
  strip.addEventListener('keydown', (ev) => {
    const next = neighbour(specs, chosen, ev.key);
    if (!next) return;
    ev.preventDefault();
    ev.stopPropagation();
    choose(next);
    requestAnimationFrame(() => tabs.get(next)?.focus());
  });
  new ResizeObserver(fit).observe(node);

  return {
    node,
    choose(id) {
      if (id === chosen) return;
      chosen = id;
      for (const [key, tab] of tabs) {
        tab.setAttribute('aria-selected', String(key === id));
        tab.tabIndex = key === id ? 0 : -1;
      }
      fit();
    },
    badge(id, n, severity) {
      const tab = tabs.get(id);
      const title = specs.find((s) => s.id === id)?.title ?? id;
      if (tab) fill(tab, title, n > 0 ? el('span', { class: 'badge ' + severity }, ' ' + n) : null);
      fit();
    },
  };
}

/**
 * Hides the tabs that do not fit, from the last on, and lists them in the menu.
 * @param {HTMLElement} node
 * @param {Map<string, HTMLElement>} tabs
 * @param {HTMLSelectElement} more
 * @param {string} chosen
 */
function fitTabs(node, tabs, more, chosen) {
  for (const tab of tabs.values()) tab.hidden = false;
  more.hidden = true;
  const widths = [...tabs].map(([id, tab]) => ({ id, w: tab.getBoundingClientRect().width }));
  const all = widths.reduce((sum, t) => sum + t.w, 0);
  if (node.clientWidth === 0 || all <= node.clientWidth - 12) return;
  let used = widths.find((t) => t.id === chosen)?.w ?? 0;
  // Once one is out, all after it are: the order stays what it is.
  const out = widths.filter((t) => t.id !== chosen).filter((t) => (used += t.w) > node.clientWidth - MENU);
  for (const { id } of out) /** @type {HTMLElement} */ (tabs.get(id)).hidden = true;
  more.hidden = false;
  fill(more, el('option', { value: '', hidden: true }, 'More'), ...out.map(({ id }) => el('option', { value: id }, tabs.get(id)?.textContent ?? id)));
  more.value = '';
}

/**
 * @param {readonly {id: string}[]} specs
 * @param {string} chosen
 * @param {string} key
 */
function neighbour(specs, chosen, key) {
  const dir = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
  const at = specs.findIndex((s) => s.id === chosen);
  return dir === 0 ? undefined : specs[(at + dir + specs.length) % specs.length]?.id;
}
