// Splits what a finding or an explanation says into text and things that can be followed: goroutines, objects, places in
// the source, times. Pure.

/**
 * @typedef {{text: string, kind: 'text'}
 *  | {text: string, kind: 'goroutine', g: number}
 *  | {text: string, kind: 'object', o: number}
 *  | {text: string, kind: 'site', file: number, line: number}
 *  | {text: string, kind: 'time', t: number}
 *  | {text: string, kind: 'message'}} Part
 *
 * @typedef {object} Known
 * @property {readonly {g: number, name: string}[]} goroutines
 * @property {readonly {o: number, name: string}[]} objects
 * @property {readonly string[]} files
 */

const UNITS = /** @type {Record<string, number>} */ ({ ns: 1, 'µs': 1e3, us: 1e3, ms: 1e6, s: 1e9 });

/** Names that are words of the sentences too: a variable `from` is no link in "receive from jobs". */
const WORDS = ['', 'a', 'all', 'and', 'as', 'at', 'by', 'done', 'for', 'from', 'in', 'is', 'it', 'lock', 'no', 'not', 'of', 'on', 'or', 'the', 'to', 'wait', 'with'];

/**
 * @param {string} text
 * @param {Known} known
 * @returns {Part[]} their texts together are the text
 */
export function linkify(text, known) {
  const names = new Map(known.objects.map((o) => [o.name, /** @type {Part} */ ({ kind: 'object', o: o.o, text: o.name })]));
  for (const g of known.goroutines) names.set(g.name, { kind: 'goroutine', g: g.g, text: g.name });
  for (const word of WORDS) names.delete(word);
  const pattern = matcher([...names.keys()], known.files);
  /** @type {Part[]} */
  const out = [];
  let from = 0;
  for (const m of text.matchAll(pattern)) {
    const part = partOf(m, names, known);
    // The goroutine main is not the main of main.search.
    if (!part || (part.kind === 'goroutine' && /^\.[\p{L}_]/u.test(text.slice(m.index + m[0].length)))) continue;
    if (m.index > from) out.push({ kind: 'text', text: text.slice(from, m.index) });
    out.push(part);
    from = m.index + m[0].length;
  }
  if (from < text.length) out.push({ kind: 'text', text: text.slice(from) });
  return out;
}

/**
 * @param {string[]} names
 * @param {readonly string[]} files
 */
function matcher(names, files) {
  // Longest first, so that `consume #10` is not taken for `consume #1`.
  const words = (/** @type {readonly string[]} */ list) => [...list].sort((a, b) => b.length - a.length).map(escape).join('|') || '(?!)';
  return new RegExp([
    String.raw`(?<site>(?<file>${words(files)}):(?<line>\d+))`,
    String.raw`(?<time>(?<=\bat )\d+(?:\.\d+)? (?:ns|µs|us|ms|s)\b)`,
    String.raw`(?<![\p{L}\p{Nd}_#"])(?<name>${words(names)})(?![\p{L}\p{Nd}_"])`,
    String.raw`(?<![\p{L}\p{Nd}_] ?)(?<message>#\d+)\b`,
  ].join('|'), 'gu');
}

/** @param {string} text */
const escape = (text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/**
 * @param {RegExpMatchArray} m
 * @param {Map<string, Part>} names
 * @param {Known} known
 * @returns {Part|undefined}
 */
function partOf(m, names, known) {
  const groups = m.groups ?? {};
  const text = m[0];
  if (groups.site !== undefined) return { kind: 'site', text, file: known.files.indexOf(groups.file ?? ''), line: Number(groups.line) };
  if (groups.time !== undefined) return { kind: 'time', text, t: parseTime(text) };
  if (groups.message !== undefined) return { kind: 'message', text };
  return names.get(text);
}

/**
 * The latest time that is written like this: a seek to "1.298 s" must not fall before the event at 1.298 4 s.
 * @param {string} text  "1.298 s"
 * @returns {number} ns
 */
export function parseTime(text) {
  const [number = '0', unit = 's'] = text.split(' ');
  const digits = number.split('.')[1]?.length ?? 0;
  const size = UNITS[unit] ?? 1e9;
  return Math.round((Number(number) + 0.499 * 10 ** -digits) * size);
}

/**
 * A site as the report writes it: "main.go:41".
 * @param {string} site
 * @param {readonly string[]} files
 * @returns {{file: number, line: number}|null}
 */
export function parseSite(site, files) {
  const m = /^(.*):(\d+)$/.exec(site);
  const file = files.indexOf(m?.[1] ?? '');
  return file < 0 ? null : { file, line: Number(m?.[2]) };
}
