// The transport bar: buttons, clock, pacing, speed, overview.

import { EVENT_SPEEDS, PACINGS, PACING_WORDS, nextSpeed, round125 } from '../model/pacing.js';
import { formatClock, formatCount, formatSpeed } from '../model/time.js';
import { el, fill, icon } from '../state/dom.js';
import { mountOverview } from './overview.js';

/** @typedef {import('../state/store.js').Store} Store */

const ICONS = {
  start: 'M3 3v10M13 3v10L6 8z',
  back: 'M11 3v10L4 8z',
  play: 'M4 2.5v11L13 8z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  step: 'M5 3v10l7-5z',
  end: 'M13 3v10M3 3v10l7-5z',
};

/**
 * @param {HTMLElement} host
 * @param {Store} store
 */
export function mountTransport(host, store) {
  const overview = el('div', { class: 'overview', role: 'img', 'aria-label': 'Overview of the whole run; press to move the playhead' });
  /** Ids stay one of a kind when the page has two transports. @param {string} id */
  const own = (id) => (host.id === 'transport' ? id : `${host.id}-${id}`);
  host.replaceChildren(buttons(store, own), readout(store, own), pace(store, own), overview);
  mountOverview(overview, store);
}

/**
 * @param {string} label  says what and which key
 * @param {string} path
 * @param {() => void} fn
 * @param {string} [id]
 */
function button(label, path, fn, id) {
  return el('button', { class: 'button square', type: 'button', title: label, 'aria-label': label, id, onclick: fn }, icon(path, 'icon filled'));
}

/** @param {Store} store @param {(id:string) => string} own */
function buttons(store, own) {
  const play = button('Play (Space)', ICONS.play, () => store.togglePlay(), own('play'));
  play.classList.add('primary', 'play');
  store.subscribe((s) => s.playing, (playing) => {
    const label = playing ? 'Pause (Space)' : 'Play (Space)';
    play.title = label;
    play.setAttribute('aria-label', label);
    fill(play, icon(playing ? ICONS.pause : ICONS.play, 'icon filled'));
  });
  const last = () => (store.get('model')?.events ?? 1) - 1;
  const seek = (/** @type {number} */ i) => {
    store.set({ playing: false });
    store.seekEvent(i).then(() => store.reveal(store.get('cursor').time));
  };
  // The mouse does not focus them: Space goes on meaning play and pause after a click.
  const keepFocus = (/** @type {Event} */ ev) => ev.preventDefault();
  return el('div', { class: 'transport-buttons', role: 'group', 'aria-label': 'Replay', onmousedown: keepFocus },
    button('To the start (Home)', ICONS.start, () => seek(0), own('to-start')),
    button('Step back (,)', ICONS.back, () => store.step(-1), own('step-back')),
    play,
    button('Step (.)', ICONS.step, () => store.step(1), own('step')),
    button('To the end (End); a run that goes on is followed from there', ICONS.end, () => seek(last()), own('to-end')));
}

/** @param {Store} store @param {(id:string) => string} own */
function readout(store, own) {
  const clock = el('span', { class: 'clock tabular', id: own('clock') });
  const event = el('span', { class: 'event tabular', id: own('event'), title: 'Events are numbered from 0, as in the report and in the address.' });
  const apply = () => {
    const { cursor, model } = store.values();
    clock.textContent = formatClock(cursor.time);
    const n = model?.events ?? 0;
    event.textContent = n > 0 ? `event ${formatCount(Math.max(0, cursor.event))} of ${formatCount(n)}` : 'no events';
  };
  store.subscribe((s) => [s.cursor, s.model], () => store.frame.draw('readout', apply));
  apply();
  return el('div', { class: 'readout' }, clock, event);
}

/** @param {Store} store @param {(id:string) => string} own */
function pace(store, own) {
  const pacing = el('select', { class: 'select', id: own('pacing'), title: 'Pacing (E)', 'aria-label': 'Pacing' },
    ...PACINGS.map((p) => el('option', { value: p }, PACING_WORDS[p])));
  const speed = el('select', { class: 'select', id: own('speed'), title: 'Speed (< slower, > faster)', 'aria-label': 'Speed' });
  pacing.addEventListener('change', () => {
    const chosen = PACINGS.find((p) => p === pacing.value);
    if (chosen) store.setPacing(chosen);
    giveBack(pacing);
  });
  speed.addEventListener('change', () => {
    store.set({ speed: Number(speed.value) });
    giveBack(speed);
  });
  const apply = () => {
    const now = store.get('pacing');
    pacing.value = now;
    fill(speed, ...speeds(now, store.get('speed'))
      .map((s) => el('option', { value: s, selected: s === store.get('speed') }, formatSpeed(now, s))));
  };
  store.subscribe((s) => [s.pacing, s.speed], apply);
  apply();
  return el('div', { class: 'pace' }, speed, pacing);
}

/**
 * Keys go to a list as long as it has the focus: once something was chosen with the mouse, Space means play and pause again.
 * Whoever chose by the keyboard stays where they are.
 * @param {HTMLSelectElement} list
 */
function giveBack(list) {
  if (!list.matches(':focus-visible')) list.blur();
}

/**
 * The speeds to choose from; the one that is set is always among them.
 * @param {import('../model/types.js').Pacing} pacing
 * @param {number} now
 */
function speeds(pacing, now) {
  if (pacing === 'event') return EVENT_SPEEDS.includes(now) ? [...EVENT_SPEEDS] : [...EVENT_SPEEDS, now].sort((a, b) => a - b);
  const list = [];
  for (let s = 1e3; ;) {
    list.push(s);
    const next = round125(nextSpeed(pacing, s, 1));
    if (next <= s) break;
    s = next;
  }
  return list.includes(now) ? list : [...list, now].sort((a, b) => a - b);
}
