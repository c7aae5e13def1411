// The line below the top bar: server gone, what a recording lacks.

import { formatDuration } from '../model/time.js';
import { el, fill } from '../state/dom.js';

/** @typedef {import('../state/store.js').Store} Store */

/** A server that answers again within this time needs no banner, in ms. */
const PATIENCE = 600;

/**
 * @param {HTMLElement} host
 * @param {Store} store
 * @param {() => void} retry
 */
export function mountBanner(host, store, retry) {
  let gone = false;
  let timer = 0;
  let dismissed = '';

  const show = () => {
    const content = words();
    host.hidden = content === null || dismissed === content.text;
    if (host.hidden || !content) return;
    host.className = `banner ${content.kind}`;
    fill(host, el('span', {}, content.text), content.action ?? el('button', {
      class: 'button quiet', type: 'button', onclick: () => { dismissed = content.text; show(); },
    }, 'Dismiss'));
  };

  /** @returns {{kind:string, text:string, action?:HTMLElement}|null} */
  function words() {
    const { page, model, live } = store.values();
    if (page !== 'recording' || !model) return null;
    if (gone) {
      return {
        kind: 'error', text: 'The trace-viz server is gone. What has been loaded stays here; trying to reach it again.',
        action: el('button', { class: 'button', type: 'button', onclick: retry }, 'Try now'),
      };
    }
    if (live && live.status !== 'ended') return null; // the top bar says how far it is
    const q = model.quality;
    if (!q.complete) return { kind: 'warning', text: partialText(q) };
    if (!model.hooks) {
      return { kind: 'info', text: 'A plain Go trace: goroutines, cores and wake-ups are shown. Channels and locks need a trace-viz recording (trace-viz run …).' };
    }
    return null;
  }

  store.subscribe((s) => s.connection, (connection) => {
    clearTimeout(timer);
    if (connection === 'open') gone = false;
    else if (connection === 'gone') timer = window.setTimeout(() => { gone = true; show(); }, PATIENCE);
    show();
  });
  store.subscribe((s) => [s.page, s.model, s.live], () => store.frame.draw('banner', show));
  show();
}

/** @param {import('../model/types.js').Model['quality']} q */
function partialText(q) {
  if (q.reason) return `${q.reason[0]?.toUpperCase()}${q.reason.slice(1)}.`.replace('..', '.');
  const lost = q.lost_ns > 0 ? `about ${formatDuration(q.lost_ns)} are missing` : 'the end may be missing';
  return `Read ${q.read_percent.toFixed(1)} % of the trace; ${lost}.`;
}
