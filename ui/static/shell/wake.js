// Following wake-ups from goroutine to goroutine: forwards to the woken, back to the waker. Where a chain ends, the page says
// so: a key that does nothing looks broken.

import { quiet } from '../state/store.js';

/** @typedef {import('../state/store.js').Store} Store */
/** @typedef {import('../model/types.js').Flow} Flow */

/**
 * The goroutine that a key is about: the selected one, else that of the event at the playhead.
 * @param {Store} store
 * @returns {number} -1: there is none
 */
function about(store) {
  const { selection, stateAtCursor } = store.values();
  return selection.kind === 'goroutine' ? selection.id : stateAtCursor?.current?.g ?? -1;
}

/**
 * Selects the goroutine that this one wakes, spawns or sends to next, and goes there.
 * @param {Store} store
 */
export async function followWake(store) {
  const { cursor, model } = store.values();
  const g = about(store);
  if (g < 0 || !model) return store.say('Select a goroutine first: ] goes to the next one that it wakes.');
  const t0 = Math.floor(cursor.time);
  const answer = t0 < model.duration ? await quiet(store.request('flows', { t0, t1: model.duration, g, max: 200 })) : { flows: [] };
  if (!answer) return;
  /** @type {Flow[]} */
  const flows = answer.flows;
  const next = flows.filter((f) => f.from === g && f.t1 > cursor.time).sort((a, b) => a.t1 - b.t1)[0];
  if (!next) return store.say(`${store.gname(g)} wakes nobody after this.`);
  store.set({ playing: false });
  store.select('goroutine', next.to);
  await store.seekTime(next.t1);
  store.reveal(next.t1);
}

/**
 * Selects the goroutine that woke this one last, and goes to where it did; for one that has not been woken yet, to where
 * it was spawned.
 * @param {Store} store
 */
export async function backToWaker(store) {
  const g = about(store);
  if (g < 0) return store.say('Select a goroutine first: [ goes to the one that woke it.');
  const answer = await quiet(store.request('selection', { event: Math.max(0, store.get('cursor').event), g }));
  if (!answer) return;
  store.set({ playing: false });
  const by = answer.woken_by;
  if (by && by.g >= 0) {
    store.select('goroutine', by.g);
    await store.seekEvent(by.event);
  } else if (by && by.event !== store.get('cursor').event) {
    store.say(`The runtime woke ${store.gname(g)} here: a timer, the network or the garbage collector.`);
    await store.seekEvent(by.event);
  } else await backToSpawn(store, g);
  store.reveal(store.get('cursor').time);
}

/**
 * @param {Store} store
 * @param {number} g
 */
async function backToSpawn(store, g) {
  const goroutine = store.goroutine(g);
  const parent = goroutine ? store.goroutine(goroutine.parent) : undefined;
  if (!goroutine || !parent) return store.say(`${store.gname(g)} was there from the start: nobody woke or spawned it.`);
  store.say(`${parent.name} spawned ${goroutine.name} here.`);
  store.select('goroutine', parent.g);
  await store.seekTime(goroutine.created);
}
