// The wall-clock flame graph as rectangles. Pure.

/**
 * @typedef {{name: string, value: number, children: FlameNode[]}} FlameNode
 * @typedef {{node: FlameNode, parent: Box|null, depth: number, x: number, w: number}} Box  x and w as shares of the view, 0..1
 */

/** Boxes narrower than this share are not laid out: they would be less than half a pixel on a wide screen. */
const LEAST = 0.0004;

/**
 * @param {FlameNode} root
 * @returns {Map<FlameNode, FlameNode>} parent by node
 */
export function parents(root) {
  /** @type {Map<FlameNode, FlameNode>} */
  const out = new Map();
  const work = [root];
  for (let n = work.pop(); n; n = work.pop()) {
    for (const c of n.children) {
      out.set(c, n);
      work.push(c);
    }
  }
  return out;
}

/**
 * The boxes when zoomed on a node: its callers above it at full width, its callees below.
 * @param {FlameNode} zoomed
 * @param {Map<FlameNode, FlameNode>} up  parents
 * @returns {Box[]} callers first
 */
export function boxes(zoomed, up) {
  /** @type {FlameNode[]} */
  const chain = [];
  for (let p = up.get(zoomed); p; p = up.get(p)) chain.unshift(p);
  /** @type {Box[]} */
  const out = [];
  let parent = /** @type {Box|null} */ (null);
  for (const node of chain) {
    parent = { node, parent, depth: out.length, x: 0, w: 1 };
    out.push(parent);
  }
  /** @type {Box[]} */
  const work = [{ node: zoomed, parent, depth: chain.length, x: 0, w: 1 }];
  for (let b = work.pop(); b; b = work.pop()) {
    out.push(b);
    let x = b.x;
    const scale = b.node.value > 0 ? b.w / b.node.value : 0;
    for (const c of [...b.node.children].sort((p, q) => q.value - p.value || (p.name < q.name ? -1 : 1))) {
      const w = c.value * scale;
      if (w >= LEAST) work.push({ node: c, parent: b, depth: b.depth + 1, x, w });
      x += w;
    }
  }
  return out;
}

/**
 * Time of the functions whose names contain a text: each sample once, however often the function is on its stack.
 * @param {FlameNode} root
 * @param {string} text  lower case, not empty
 */
export function matched(root, text) {
  let sum = 0;
  const work = [root];
  for (let n = work.pop(); n; n = work.pop()) {
    if (n !== root && n.name.toLowerCase().includes(text)) sum += n.value;
    else work.push(...n.children);
  }
  return sum;
}

/**
 * @typedef {{name: string, self: number, total: number, node: FlameNode}} Sum
 *
 * @param {FlameNode} root
 * @param {number} most
 * @returns {Sum[]} functions by their own time; total counts recursion once
 */
export function topFunctions(root, most) {
  /** @type {Map<string, Sum>} */
  const sums = new Map();
  /** @type {{node: FlameNode, above: ReadonlySet<string>}[]} */
  const work = root.children.map((node) => ({ node, above: new Set() }));
  for (let w = work.pop(); w; w = work.pop()) {
    const { node, above } = w;
    const sum = sums.get(node.name) ?? { name: node.name, self: 0, total: 0, node };
    sums.set(node.name, sum);
    sum.self += node.value - node.children.reduce((a, c) => a + c.value, 0);
    if (!above.has(node.name)) sum.total += node.value;
    if (node.value > sum.node.value) sum.node = node;
    const next = new Set(above).add(node.name);
    for (const c of node.children) work.push({ node: c, above: next });
  }
  return [...sums.values()].sort((a, b) => b.self - a.self || b.total - a.total || (a.name < b.name ? -1 : 1)).slice(0, most);
}

/**
 * The package of a function, for its colour: "net/http" of "net/http.(*conn).serve".
 * @param {string} name
 */
export function packageOf(name) {
  const slash = name.lastIndexOf('/');
  const dot = name.indexOf('.', slash + 1);
  return dot < 0 ? name : name.slice(0, dot);
}
