// A list of which only the rows in view are in the document: a million events scroll like ten.
import { el } from '../state/dom.js';

/** Rows kept above and below the view. */
const SPARE = 12;

/** Browsers stop growing an element somewhere above 16 million px: longer lists are scrolled in proportion. */
const MOST_PX = 8_000_000;

/**
 * @typedef {object} VirtualList
 * @property {HTMLDivElement} node
 * @property {() => void} refresh                 draws the rows in view again
 * @property {(i: number, force?: boolean) => void} reveal  scrolls row i into view; if it is there already only with force
 */

/**
 * @typedef {object} ListOptions
 * @property {number} rowHeight  css px
 * @property {() => number} count
 * @property {(i: number) => HTMLElement} row
 * @property {string} [className]
 * @property {string} [label]
 * @property {(first: number, last: number) => void} [onRange]  called with the rows that are in the document
 */

/**
 * Scroll position ↔ position in the full list; the two are the same unless the list is longer than MOST_PX.
 * @param {HTMLElement} node
 * @param {ListOptions} options
 */
function createScale(node, options) {
  const total = () => options.count() * options.rowHeight;
  const shown = () => Math.min(total(), MOST_PX);
  const stretch = () => {
    const room = shown() - node.clientHeight;
    return room > 0 ? (total() - node.clientHeight) / room : 1;
  };
  return { shown, top: () => node.scrollTop * stretch(), toScroll: (/** @type {number} */ y) => Math.max(0, y) / stretch() };
}

/**
 * @param {ListOptions} options
 * @returns {VirtualList}
 */
export function createList(options) {
  const h = options.rowHeight;
  const inner = el('div', { class: 'vlist-inner' });
  const node = el('div', { class: 'vlist ' + (options.className ?? ''), tabindex: 0, role: 'list', 'aria-label': options.label }, inner);
  const scale = createScale(node, options);
  const range = () => ({
    first: Math.max(0, Math.floor(scale.top() / h)),
    last: Math.min(options.count() - 1, Math.ceil((scale.top() + node.clientHeight) / h)),
  });

  function refresh() {
    const { first, last } = range();
    const from = Math.max(0, first - SPARE);
    const to = Math.min(options.count() - 1, last + SPARE);
    inner.style.height = scale.shown() + 'px';
    const shift = node.scrollTop - scale.top();
    const rows = [];
    for (let i = from; i <= to; i++) rows.push(dressed(options.row(i), i, i * h + shift, options));
    inner.replaceChildren(...rows);
    options.onRange?.(from, to);
  }

  let asked = false;
  node.addEventListener('scroll', () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; refresh(); });
  }, { passive: true });
  new ResizeObserver(refresh).observe(node);

  return {
    node,
    refresh,
    reveal(i, force = false) {
      const visible = node.clientHeight;
      const edge = Math.min(visible * 0.15, 3 * h);
      const top = scale.top();
      if (!force && i * h >= top + edge && (i + 1) * h <= top + visible - edge) return;
      // By whole rows, so that the first one is not cut in the middle.
      node.scrollTop = scale.toScroll(Math.round((i * h - visible * 0.4) / h) * h);
      refresh();
    },
  };
}

/**
 * @param {HTMLElement} row
 * @param {number} i
 * @param {number} top  px
 * @param {ListOptions} options
 */
function dressed(row, i, top, options) {
  row.style.top = top + 'px';
  row.style.height = options.rowHeight + 'px';
  if (!row.hasAttribute('role')) row.setAttribute('role', 'listitem');
  row.setAttribute('aria-posinset', String(i + 1));
  row.setAttribute('aria-setsize', String(options.count()));
  return row;
}
