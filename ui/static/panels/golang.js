// Go source in coloured pieces: a small scanner of Go's lexical rules, enough to colour by. Pure.

/** @typedef {'text'|'keyword'|'string'|'comment'|'number'|'builtin'} TokenKind */
/** @typedef {{kind: TokenKind, text: string}} Token */

const KEYWORDS = new Set(('break case chan const continue default defer else fallthrough for func go goto if import interface map package '
  + 'range return select struct switch type var').split(' '));

const BUILTINS = new Set(('append cap clear close complex copy delete imag len make max min new panic print println real recover true false '
  + 'nil iota any bool byte comparable error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr').split(' '));

// One alternative per kind of token; what matches none is plain text. An unterminated comment or raw string runs to the
// end of the file, an unterminated string to the end of its line, as an editor shows them.
const TOKEN = new RegExp([
  String.raw`(?<comment>\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))`,
  String.raw`(?<string>"(?:\\[^\n]|[^"\\\n])*"?|\x60[^\x60]*(?:\x60|$)|'(?:\\[^\n]|[^'\\\n])*'?)`,
  String.raw`(?<number>(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?|\.\d[\d_]*(?:[eE][+-]?\d+)?)i?)`,
  String.raw`(?<word>[\p{L}_][\p{L}\p{Nd}_]*)`,
].join('|'), 'gu');

/**
 * @param {string} text  a whole file
 * @returns {Token[][]} by line, from line 1 at index 0
 */
export function tokenize(text) {
  /** @type {Token[][]} */
  const lines = [[]];
  /** @param {TokenKind} kind @param {string} piece */
  const add = (kind, piece) => {
    piece.split('\n').forEach((part, i) => {
      if (i > 0) lines.push([]);
      const line = /** @type {Token[]} */ (lines[lines.length - 1]);
      const last = line[line.length - 1];
      if (last && last.kind === kind) last.text += part;
      else if (part !== '') line.push({ kind, text: part });
    });
  };
  const source = text.replace(/\r\n?/g, '\n');
  let from = 0;
  for (const match of source.matchAll(TOKEN)) {
    if (match.index > from) add('text', source.slice(from, match.index));
    add(kindOf(match.groups ?? {}), match[0]);
    from = match.index + match[0].length;
  }
  if (from < source.length) add('text', source.slice(from));
  return lines;
}

/**
 * @param {Record<string, string|undefined>} groups
 * @returns {TokenKind}
 */
function kindOf(groups) {
  if (groups.comment !== undefined) return 'comment';
  if (groups.string !== undefined) return 'string';
  if (groups.number !== undefined) return 'number';
  const word = groups.word ?? '';
  return KEYWORDS.has(word) ? 'keyword' : BUILTINS.has(word) ? 'builtin' : 'text';
}
