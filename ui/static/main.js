// Wires the page together: server connection, store, replay clock, and the parts that draw.

import { createClient } from './wire/client.js';
import { createColors } from './state/colors.js';
import { byId } from './state/dom.js';
import { drawlog } from './state/drawlog.js';
import { createEvents } from './state/events.js';
import { keepFragment } from './state/fragment.js';
import { browserClock, createFrame } from './state/frame.js';
import { createReplay } from './state/replay.js';
import { createSession, fetchJSON } from './state/session.js';
import { createStore } from './state/store.js';
import { syncState } from './state/sync.js';
import { keepTheme, storedTheme } from './state/theme.js';
import { mountPanels } from './panels/panels.js';
import { mountAnnouncer } from './shell/announce.js';
import { mountBanner } from './shell/banner.js';
import { createCommands } from './shell/commands.js';
import { mountContextMenu } from './shell/context.js';
import { mountHome } from './shell/home.js';
import { bindKeys } from './shell/keys.js';
import { mountNotice } from './shell/notice.js';
import { mountSplits } from './shell/split.js';
import { mountTopbar } from './shell/topbar.js';
import { mountStage } from './stage/stage.js';
import { mountTimeline } from './timeline/timeline.js';
import { mountTransport } from './transport/transport.js';

/** @typedef {import('./state/store.js').Store} Store */

function createPage() {
  const frame = createFrame(browserClock);
  const colors = createColors(() => getComputedStyle(document.documentElement));
  const motion = matchMedia('(prefers-reduced-motion: reduce)');
  const client = createClient({
    connection: (connection) => store.set({ connection }),
    live: (push) => session.live(push),
    hold: () => frame.hold(),
  });
  /** @type {Store} */
  const store = createStore({
    request: client.request,
    fetchJSON: (path) => held(frame, fetchJSON(`/api/r/${encodeURIComponent(store.get('recordingId'))}/${path}`)),
    frame, colors, reducedMotion: () => motion.matches,
  });
  store.events = createEvents((args) => client.request('events', args), () => store.get('model')?.events ?? 0);
  store.set({ theme: storedTheme() });
  keepTheme(store);
  createReplay(store);
  const session = createSession(store, client, syncState(store));
  return { store, frame, client, session };
}

/**
 * @template T
 * @param {import('./state/frame.js').Frame} frame
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
function held(frame, promise) {
  const release = frame.hold();
  return promise.finally(release);
}

/** @param {Store} store */
function showPages(store) {
  const apply = () => {
    const recording = store.get('page') === 'recording';
    byId('work').hidden = !recording;
    byId('transport').hidden = !recording;
    byId('home').hidden = recording;
  };
  store.subscribe((s) => s.page, apply);
  apply();
}

function main() {
  const { store, frame, client, session } = createPage();
  Object.defineProperty(window, 'traceviz', {
    value: {
      version: 1, store, frame, idle: frame.idle,
      get drawlog() { return drawlog.calls; },
      // All canvases draw again, so that the log begins with whole pictures.
      set drawlog(calls) {
        drawlog.calls = calls;
        store.set({ colorsVersion: store.get('colorsVersion') + 1 });
      },
    },
  });
  showPages(store);
  const timeline = mountTimeline(byId('timeline'), store);
  const commands = createCommands(store, timeline);
  mountTopbar(byId('topbar'), store, commands);
  mountBanner(byId('banner'), store, client.retryNow);
  mountHome(byId('home'), store, () => session.route());
  mountTransport(byId('transport'), store);
  mountStage(byId('stage'), store);
  mountContextMenu(store, timeline, { stage: byId('stage'), timeline: byId('timeline') });
  mountPanels(byId('panel'), store);
  mountNotice(byId('notice'), store);
  mountAnnouncer(byId('announce'), store);
  mountSplits();
  bindKeys(commands);
  keepFragment(store);
  addEventListener('hashchange', () => session.route());
  const release = frame.hold();
  session.route().finally(release);
}

main();
