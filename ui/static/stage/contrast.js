// Readable text in a state's colour: the colour moves towards the text colour until WCAG AA is met on the background.

/** Least contrast of small text, WCAG 2 AA. */
const LEAST = 4.5;

/**
 * @param {string} color  #rgb, #rrggbb
 * @returns {[number, number, number]|null} 0..255, null for any other notation
 */
export function parse(color) {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(color.trim())?.[1];
  if (!hex) return null;
  const full = hex.length === 3 ? hex.replace(/./g, '$&$&') : hex;
  const n = parseInt(full, 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

/** @param {readonly [number, number, number]} rgb */
function luminance(rgb) {
  const [r, g, b] = rgb.map((v) => {
    const x = v / 255;
    return x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

/**
 * WCAG contrast ratio, 1..21.
 * @param {readonly [number, number, number]} a
 * @param {readonly [number, number, number]} b
 */
export function contrast(a, b) {
  const x = luminance(a);
  const y = luminance(b);
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/**
 * @param {string} color       what the text should look like
 * @param {string} text        the theme's text colour, which is readable
 * @param {string} background
 * @returns {string} a CSS colour; `color` itself when it is readable or can't be judged
 */
export function readable(color, text, background) {
  const c = parse(color);
  const t = parse(text);
  const b = parse(background);
  if (!c || !t || !b) return color;
  for (let share = 0; share <= 1; share += 0.1) {
    /** @type {[number, number, number]} */
    const mixed = [mix(c[0], t[0], share), mix(c[1], t[1], share), mix(c[2], t[2], share)];
    if (contrast(mixed, b) >= LEAST) return `rgb(${mixed.join(' ')})`;
  }
  return text;
}

/** @param {number} a @param {number} b @param {number} share */
const mix = (a, b, share) => Math.round(a + (b - a) * share);
