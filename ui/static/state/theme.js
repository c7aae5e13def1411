// The theme: what a person chose, resolved with what the system wants, put on <html> as data-theme.

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./store.js').Values['theme']} Theme */

/** @type {readonly Theme[]} */
export const THEMES = Object.freeze(['system', 'light', 'dark', 'contrast']);

/** @type {Record<Theme, string>} */
export const THEME_WORDS = { system: 'System', light: 'Light', dark: 'Dark', contrast: 'High contrast' };

const KEY = 'trace-viz.theme';

/**
 * The value of data-theme.
 * @param {Theme} theme
 * @param {boolean} systemDark
 * @param {boolean} systemContrast  the system asks for more contrast
 */
export function resolveTheme(theme, systemDark, systemContrast) {
  const shade = theme === 'light' || (theme !== 'dark' && !systemDark) ? 'light' : 'dark';
  return theme === 'contrast' || (theme === 'system' && systemContrast) ? `contrast-${shade}` : shade;
}

/** The theme chosen on an earlier visit. @returns {Theme} */
export function storedTheme() {
  try {
    const value = localStorage.getItem(KEY);
    return THEMES.find((t) => t === value) ?? 'system';
  } catch {
    return 'system'; // storage is switched off
  }
}

/**
 * Applies the store's theme now and whenever it or the system changes.
 * @param {Store} store
 */
export function keepTheme(store) {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const contrast = matchMedia('(prefers-contrast: more)');
  const apply = () => {
    document.documentElement.dataset['theme'] = resolveTheme(store.get('theme'), dark.matches, contrast.matches);
    store.colors.refresh();
    store.set({ colorsVersion: store.get('colorsVersion') + 1 });
  };
  for (const query of [dark, contrast, matchMedia('(forced-colors: active)')]) query.addEventListener('change', apply);
  store.subscribe((s) => s.theme, (theme) => {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Storage is switched off: the choice lasts until the page is closed.
    }
    apply();
  });
  apply();
}
