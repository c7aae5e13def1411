// What belongs together with something: the goroutines that run the same function, or those that use one channel or lock.
// Pure.

/** @typedef {import('./types.js').Model} Model */
/** @typedef {{kind:'goroutine'|'object', id:number}|null} Highlight */
/** @typedef {{gs:ReadonlySet<number>, os:ReadonlySet<number>, text:string}} Together  text: what they have in common */

/**
 * @param {Model|null} model
 * @param {Highlight} highlight
 * @returns {Together|null} null when nothing is highlighted, or the model does not know it
 */
export function together(model, highlight) {
  if (!model || !highlight) return null;
  const { kind, id } = highlight;
  if (kind === 'goroutine') {
    const g = model.goroutines.find((x) => x.g === id);
    if (!g) return null;
    const same = model.goroutines.filter((x) => (x.role || x.name) === (g.role || g.name));
    return { gs: new Set(same.map((x) => x.g)), os: new Set(), text: g.role || g.name };
  }
  const o = model.objects.find((x) => x.o === id);
  if (!o) return null;
  return { gs: new Set(model.edges.filter((e) => e.o === id).map((e) => e.g)), os: new Set([id]), text: o.name || o.kind };
}
