// From key presses to commands. Letters are taken by their place on the keyboard, signs by what they type; text fields and
// open dialogs keep their keys.

/**
 * @param {{list: import('./commands.js').Command[]}} commands
 * @param {() => boolean} active  whether their page is shown
 */
export function bindKeys(commands, active) {
  /** @type {Map<string, () => void>} */
  const bindings = new Map();
  for (const command of commands.list) {
    for (const key of command.keys) {
      if (bindings.has(key)) throw new Error(`key ${key} is bound twice`);
      bindings.set(key, command.run);
    }
  }
  document.addEventListener('keydown', (ev) => {
    if (!active() || ev.defaultPrevented || ev.altKey || isTaken(ev)) return;
    const run = names(ev).map((n) => bindings.get(n)).find(Boolean);
    if (!run) return;
    ev.preventDefault();
    run();
  });
}

/**
 * The names under which a press may be bound, the most exact first.
 * @param {Pick<KeyboardEvent, 'code'|'key'|'shiftKey'|'ctrlKey'|'metaKey'>} ev
 * @returns {string[]}
 */
export function names(ev) {
  if (ev.ctrlKey || ev.metaKey) return [`Ctrl+code:${ev.code}`];
  const shift = ev.shiftKey ? 'Shift+' : '';
  const out = [`${shift}code:${ev.code}`, `${shift}${ev.code}`];
  if (ev.key.length !== 1 || ev.key === ' ') return out;
  // On many keyboards Shift+. types >: the place wins there, and the command decides.
  const char = `char:${ev.key}`;
  return ev.code === 'Period' || ev.code === 'Comma' ? [...out, char] : [char, ...out];
}

/**
 * Whether the press belongs to what has the focus.
 * @param {KeyboardEvent} ev
 */
function isTaken({ target, key }) {
  if (document.querySelector('dialog[open]')) return true;
  if (!(target instanceof HTMLElement)) return false;
  // Tab goes on through the page from everything but the page itself and the timelines.
  if (key === 'Tab') return target !== document.body && !target.classList.contains('timeline');
  if (/^(BUTTON|A|SUMMARY)$/.test(target.tagName)) return key === ' ' || key === 'Enter';
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
