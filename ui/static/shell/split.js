// The borders between stage, timeline and panel can be dragged, or moved with the arrow keys; sizes are remembered.

import { byId } from '../state/dom.js';

const KEY = 'trace-viz.splits';
const STEP = 16;

/**
 * @typedef {object} Split
 * @property {string} id
 * @property {string} variable
 * @property {(ev:{clientX:number, clientY:number}, work:DOMRect) => number} size
 * @property {string[]} keys   smaller, larger
 * @property {string} part     element whose size it is
 * @property {'width'|'height'} side
 */

/** @type {Split[]} */
const SPLITS = [
  { id: 'split-stage', variable: '--stage-h', size: (ev, work) => ev.clientY - work.top, keys: ['ArrowUp', 'ArrowDown'], part: 'stage', side: 'height' },
  { id: 'split-panel', variable: '--panel-w', size: (ev, work) => work.right - ev.clientX, keys: ['ArrowRight', 'ArrowLeft'], part: 'panel', side: 'width' },
];

export function mountSplits() {
  const saved = load();
  for (const split of SPLITS) {
    const handle = byId(split.id);
    const set = (/** @type {number} */ px) => {
      const work = byId('work').getBoundingClientRect();
      const max = (split.side === 'height' ? work.height : work.width) - 200;
      const size = Math.round(Math.max(100, Math.min(px, max)));
      document.documentElement.style.setProperty(split.variable, `${size}px`);
      saved[split.variable] = size;
    };
    const value = saved[split.variable];
    if (value !== undefined) document.documentElement.style.setProperty(split.variable, `${value}px`);
    bind(handle, split, set, () => save(saved));
    told(handle, split);
    handle.addEventListener('dblclick', () => {
      document.documentElement.style.removeProperty(split.variable);
      delete saved[split.variable];
      save(saved);
    });
  }
}

/**
 * Keeps what a screen reader says of the border true: where it stands, as a share of the room.
 * @param {HTMLElement} handle
 * @param {Split} split
 */
function told(handle, split) {
  const part = byId(split.part);
  const say = () => {
    const all = byId('work').getBoundingClientRect()[split.side];
    handle.setAttribute('aria-valuenow', String(all > 0 ? Math.round((100 * part.getBoundingClientRect()[split.side]) / all) : 0));
  };
  new ResizeObserver(say).observe(part);
  say();
}

/**
 * @param {HTMLElement} handle
 * @param {Split} split
 * @param {(px:number) => void} set
 * @param {() => void} done
 */
function bind(handle, split, set, done) {
  handle.addEventListener('pointerdown', (ev) => {
    handle.setPointerCapture(ev.pointerId);
    handle.classList.add('dragging');
  });
  handle.addEventListener('pointermove', (ev) => {
    if (handle.classList.contains('dragging')) set(split.size(ev, byId('work').getBoundingClientRect()));
  });
  handle.addEventListener('pointerup', () => {
    handle.classList.remove('dragging');
    done();
  });
  handle.addEventListener('keydown', (ev) => {
    const dir = split.keys.indexOf(ev.key);
    if (dir < 0) return;
    ev.preventDefault();
    set(byId(split.part).getBoundingClientRect()[split.side] + (dir === 0 ? -STEP : STEP));
    done();
  });
}

/** @returns {Record<string, number>} */
function load() {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return Object.fromEntries(Object.entries(value).filter(([, px]) => typeof px === 'number' && px > 0 && px < 4000));
  } catch {
    return {}; // nothing stored, or storage is switched off
  }
}

/** @param {Record<string, number>} sizes */
function save(sizes) {
  try {
    localStorage.setItem(KEY, JSON.stringify(sizes));
  } catch {
    // Storage is switched off: sizes last until the page is closed.
  }
}
