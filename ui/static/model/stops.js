// Where a replay pauses by itself. Pure.

/** @typedef {import('./types.js').Finding} Finding */

/**
 * Events at which the replay pauses: bookmarks, and where each finding shows. A finding's last witness event is taken; one without
 * events, and a data race, whose witnesses are where its goroutines began, pauses at the event of its time, if that is known.
 * @param {Finding[]} findings
 * @param {{event:number}[]} marks
 * @param {(t:number) => number|undefined} at
 * @returns {number[]} ascending
 */
export function stopEvents(findings, marks, at) {
  /** @type {Set<number>} */
  const stops = new Set(marks.map((m) => m.event));
  for (const f of findings) {
    const last = f.events.length > 0 ? Math.max(...f.events) : undefined;
    const event = f.kind === 'data-race' ? at(f.time_ns) ?? last : last ?? at(f.time_ns);
    if (event !== undefined && event >= 0) stops.add(event);
  }
  return [...stops].sort((a, b) => a - b);
}
