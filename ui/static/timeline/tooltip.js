// The small window beside the pointer.

import { el, fill } from '../state/dom.js';

/** One tooltip for the whole page. @type {HTMLElement|null} */
let box = null;

/**
 * @param {{swatch:string, lines:string[]}|null} content  null hides it
 * @param {number} x  of the pointer, in the page
 * @param {number} y
 */
export function showTooltip(content, x, y) {
  if (!content || content.lines.length === 0) {
    if (box) box.hidden = true;
    return;
  }
  if (!box) {
    box = el('div', { class: 'tooltip', role: 'tooltip' });
    document.body.append(box);
  }
  const [title = '', ...rest] = content.lines;
  const nodes = rest.map((line, i) => el('div', { class: i === rest.length - 1 && rest.length > 1 ? 'muted' : '' },
    i === 0 && content.swatch ? el('span', { class: `swatch swatch-${content.swatch}` }) : null, line));
  fill(box, el('b', {}, title), ...nodes);
  box.hidden = false;
  const { width, height } = box.getBoundingClientRect();
  box.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - width - 6))}px`;
  box.style.top = `${y + 18 + height > innerHeight ? y - height - 10 : y + 18}px`;
}
