// What belongs together with something: the goroutines that run the same function, those that use one channel or lock, those
// that one goroutine and its children spawned, and all that one goroutine has to do with. Pure.

/** @typedef {import('./types.js').Model} Model */
/** @typedef {{kind:'goroutine'|'object'|'branch', id:number}|null} Highlight  branch: a goroutine and whom it spawned, and they */
/** @typedef {{kind:'goroutine'|'object', id:number}|null} Only  what alone is shown, with what it has to do with */
/** @typedef {{gs:ReadonlySet<number>, os:ReadonlySet<number>, text:string}} Together  text: what they have in common */

/**
 * @param {Model|null} model
 * @param {Highlight} highlight
 * @returns {Together|null} null when nothing is highlighted, or the model does not know it
 */
export function together(model, highlight) {
  if (!model || !highlight) return null;
  const { kind, id } = highlight;
  if (kind === 'branch') return branch(model, id);
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

/**
 * A goroutine with all that descend from it. A goroutine comes after its parent in the model.
 * @param {Model} model
 * @param {number} id
 * @returns {Together|null}
 */
function branch(model, id) {
  const root = model.goroutines.find((x) => x.g === id);
  if (!root) return null;
  const gs = new Set([id]);
  for (const g of model.goroutines) if (gs.has(g.parent)) gs.add(g.g);
  return { gs, os: new Set(), text: `branch of ${root.name}` };
}

/**
 * What a goroutine has to do with: the objects that it uses, who else uses those, who spawned it and whom it spawned. Of an
 * object: who uses it.
 * @param {Model|null} model
 * @param {Only} only
 * @returns {Together|null} null when everything is shown, or the model does not know it
 */
export function surroundings(model, only) {
  if (!model || !only) return null;
  if (only.kind === 'object') return together(model, only);
  const g = model.goroutines.find((x) => x.g === only.id);
  if (!g) return null;
  const os = new Set(model.edges.filter((e) => e.g === g.g).map((e) => e.o));
  const gs = new Set([g.g, ...model.edges.filter((e) => os.has(e.o)).map((e) => e.g)]);
  for (const other of model.goroutines) if (other.parent === g.g || other.g === g.parent) gs.add(other.g);
  return { gs, os, text: g.name };
}
