// Short names of goroutines: what fits into a circle on the stage and into a pin beside a source line.
// Pure: names in, names out, the same for every picture of one recording.

/**
 * Candidates for the short form of a goroutine's name, best first.
 * @param {string} name as product.md forms it: `produce "A"`, `consume #1`, `main.func@58`, `s.run`
 * @returns {string[]} never empty
 */
export function candidates(name) {
  const process = / \(process (\d+)\)/.exec(name);
  if (process) {
    return [...candidates(name.replace(process[0], '')).map((c) => (c === 'main' ? `p${process[1]}` : `${c}/${process[1]}`)), name];
  }
  /** @type {string[]} */
  const out = [];
  const quoted = /"([^"]{1,6})"/.exec(name)?.[1];
  const numbered = /#(\d+)$/.exec(name)?.[1];
  const argument = /\s(-?\d+)\b/.exec(name)?.[1];
  const callee = name.split(/\s/, 1)[0] ?? '';
  const literal = /@(\d+)$/.exec(callee)?.[1];
  const base = callee.slice(callee.lastIndexOf('.') + 1) || name;
  const initial = /[A-Za-z]/.exec(base)?.[0] ?? 'g';
  const tail = numbered ?? argument ?? quoted ?? '';
  if (quoted) out.push(quoted);
  if (numbered) out.push('#' + numbered);
  if (argument) out.push(argument);
  if (argument && numbered) out.push(`${argument} #${numbered}`);
  if (literal && !numbered) out.push('@' + literal);
  if (tail !== '') out.push(initial + tail);
  if (literal) out.push('@' + literal + (numbered ? '·' + numbered : ''));
  out.push(tail === '' ? base : base + ' ' + tail);
  out.push(name);
  return out;
}

/** @typedef {{g: number, name: string, role?: string}} Named */

/**
 * One short name per goroutine. Two goroutines never get the same one while their names differ: on a clash all of the role
 * get longer forms (`#1` of two roles becomes `p1` and `c1`).
 * @param {readonly Named[]} goroutines in spawn order
 * @returns {Map<number, string>} by goroutine
 */
export function shortNames(goroutines) {
  const forms = new Map(goroutines.map((g) => [g.g, candidates(g.name)]));
  /** @type {Map<string, number>} */
  const depth = new Map();
  /** @param {Named} g */
  const pick = (g) => {
    const all = forms.get(g.g) ?? [''];
    return all[Math.min(depth.get(roleOf(g)) ?? 0, all.length - 1)] || '?';
  };
  for (let round = 0; round < 7; round++) {
    const roles = clashing(goroutines, pick);
    if (roles.size === 0) break;
    for (const role of roles) depth.set(role, (depth.get(role) ?? 0) + 1);
  }
  return new Map(goroutines.map((g) => [g.g, pick(g)]));
}

/** @param {Named} g */
const roleOf = (g) => g.role || g.name;

/**
 * @param {readonly Named[]} goroutines
 * @param {(g: Named) => string} pick
 * @returns {Set<string>} roles of which a short name stands for another name too
 */
function clashing(goroutines, pick) {
  /** @type {Map<string, Named[]>} */
  const by = new Map();
  for (const g of goroutines) {
    const list = by.get(pick(g));
    if (list) list.push(g); else by.set(pick(g), [g]);
  }
  /** @type {Set<string>} */
  const out = new Set();
  for (const list of by.values()) {
    if (list.some((g) => g.name !== list[0]?.name)) for (const g of list) out.add(roleOf(g));
  }
  return out;
}
