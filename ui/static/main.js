// Wires the page together: server connection, store, replay clock, and the parts that draw.

import { parseCompare } from './compare/address.js';
import { createCompare } from './compare/page.js';
import { createColors } from './state/colors.js';
import { byId } from './state/dom.js';
import { drawlog } from './state/drawlog.js';
import { keepFragment } from './state/fragment.js';
import { browserClock, createFrame } from './state/frame.js';
import { createViewer } from './state/viewer.js';
import { keepTheme, storedTheme } from './state/theme.js';
import { mountPanels } from './panels/panels.js';
import { mountAnnouncer } from './shell/announce.js';
import { mountBanner } from './shell/banner.js';
import { createCommands } from './shell/commands.js';
import { mountContextMenu } from './shell/context.js';
import { mountDrop } from './shell/drop.js';
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
  const shared = { frame, colors, reducedMotion: () => motion.matches };
  const { store, client, session } = createViewer(shared);
  store.set({ theme: storedTheme() });
  keepTheme(store);
  return { store, client, session, shared };
}

/** @param {Store} store */
function showPages(store) {
  const apply = () => {
    const page = store.get('page');
    byId('topbar').hidden = page === 'compare';
    byId('work').hidden = page !== 'recording';
    byId('transport').hidden = page !== 'recording';
    byId('home').hidden = page === 'recording' || page === 'compare';
    for (const id of ['compare-bar', 'compare', 'compare-transport']) byId(id).hidden = page !== 'compare';
  };
  store.subscribe((s) => s.page, apply);
  apply();
}

/**
 * Goes where the address says: home, to a recording or to a comparison of two, whose part of the page is made when it is first needed.
 * @param {Store} store
 * @param {ReturnType<typeof createPage>['session']} session
 * @param {ReturnType<typeof createPage>['shared']} shared
 */
function createRouter(store, session, shared) {
  /** @type {ReturnType<typeof createCompare>|null} */
  let compare = null;
  return async () => {
    const view = parseCompare(location.hash);
    if (!view) {
      compare?.leave();
      return session.route();
    }
    if (store.get('page') !== 'compare') session.leave({ page: 'compare' });
    compare ??= createCompare(store, shared);
    Object.assign(/** @type {any} */ (window)['traceviz'], { compare });
    return compare.open(view);
  };
}

function main() {
  const { store, client, session, shared } = createPage();
  const { frame } = shared;
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
  const route = createRouter(store, session, shared);
  const timeline = mountTimeline(byId('timeline'), store, undefined, true);
  const commands = createCommands(store, timeline);
  mountTopbar(byId('topbar'), store, commands);
  mountBanner(byId('banner'), store, client.retryNow);
  mountHome(byId('home'), store, route);
  mountDrop(store);
  mountTransport(byId('transport'), store);
  mountStage(byId('stage'), store);
  mountContextMenu(store, timeline, { stage: byId('stage'), timeline: byId('timeline') });
  mountPanels(byId('panel'), store);
  mountNotice(byId('notice'), store);
  mountAnnouncer(byId('announce'), store);
  mountSplits();
  bindKeys(commands, () => store.get('page') !== 'compare');
  keepFragment(store);
  const go = () => {
    const release = frame.hold();
    route().finally(release);
  };
  addEventListener('hashchange', go);
  go();
}

main();
