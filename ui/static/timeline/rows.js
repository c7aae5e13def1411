// The rows of the timeline: groups, their rows, and where each lies. Pure; heights in CSS pixels. Rows are found by
// binary search, so that thousands cost nothing while a few dozen are drawn.

import { surroundings } from '../model/highlight.js';
import { objectNote, objectTitle } from '../model/labels.js';
import { formatDuration, formatShare, plural } from '../model/time.js';

/** @typedef {import('../model/types.js').Model} Model */
/** @typedef {import('../model/types.js').Goroutine} Goroutine */

/** @typedef {'group'|'proc'|'goroutine'|'channel'|'lock'|'system'|'density'|'role'|'more'|'missing'} RowKind */

/**
 * @typedef {object} Row
 * @property {RowKind} kind
 * @property {string} key      row key of the protocol; the group's id for a group
 * @property {string} group
 * @property {string} label
 * @property {string} note     right-aligned beside it
 * @property {number} indent   depth in the spawn tree
 * @property {number} id       g, o or proc; -1
 * @property {number} y        from the top of all rows
 * @property {number} height
 * @property {boolean} open    groups: not collapsed
 * @property {string} [wait]      of a role: how long its goroutines waited
 * @property {number[]} [members]  of a role that is one row: its goroutines
 * @property {string} [role]      of a goroutine below its role: the key of that row
 */

/** @typedef {Record<RowKind, number>} Heights */
/** @typedef {{rows:Row[], height:number, pinned:number, labels:number, byG:Map<number, Row>, byO:Map<number, Row>}} Layout  pinned: height of the pinned rows, which come first; labels: width that all labels would take, about */

/** Heights by kind, from roomy to dense: small programs get what room there is, of many goroutines more are seen. */
const HEIGHTS = [
  { group: 22, proc: 22, goroutine: 28, channel: 60, lock: 42, system: 22, density: 44, role: 36, more: 22, missing: 22 },
  { group: 20, proc: 20, goroutine: 24, channel: 52, lock: 38, system: 22, density: 40, role: 36, more: 22, missing: 22 },
  { group: 20, proc: 18, goroutine: 18, channel: 44, lock: 34, system: 20, density: 36, role: 34, more: 20, missing: 20 },
];
const DENSE_FROM = 60;
/** Room below which rows are dense too if they don't fit, as of two timelines on one small screen. */
const LOW = 260;

/** More channels than this get lower lanes where not all rows fit: what they show needs few pixels, and more of them is seen. */
const FEW_CHANNELS = 6;
const LOW_CHANNEL = 32;

/** Channels or locks shown at first. */
const MOST = 24;

/** Groups that start collapsed. */
export const COLLAPSED = Object.freeze(['system', 'missing']);

const LOCKS = new Set(['mutex', 'rwmutex']);

/**
 * @param {Model} model
 * @param {ReadonlySet<string>} collapsed  ids of groups
 * @param {number} [room]  height there is for rows
 * @param {readonly string[]} [pins]  keys of the rows that come first, in a group of their own
 * @param {readonly {key:string, label:string, note:string}[]} [missing]  what only the recording beside this one has
 * @param {import('../model/highlight.js').Only} [only]  rows of what this has to do with alone
 * @returns {Layout}
 */
export function layoutRows(model, collapsed, room = 0, pins = [], missing = [], only = null) {
  /** @type {Row[]} */
  const rows = [];
  const near = surroundings(model, only);
  const all = [...groups(near ? narrowed(model, near) : model, collapsed), missingGroup(missing)];
  const pinned = pinnedRows(all.flatMap((g) => g.rows), pins);
  if (near) rows.push({ ...blank('more', ONLY), label: `Only what ${near.text} has to do with. Show everything` });
  for (const group of [{ id: PINNED, title: 'Pinned', note: '', rows: pinned }, ...all]) {
    if (group.rows.length === 0) continue;
    const open = !collapsed.has(group.id);
    rows.push({ ...blank('group', group.id), group: group.id, label: group.title, note: group.note, open });
    if (open) rows.push(...group.rows);
    else if (group.id === 'goroutines' && !several(model)) rows.push({ ...blank('density', 'density'), group: 'goroutines', label: 'all' });
  }
  const [roomy, normal, dense] = /** @type {[Heights, Heights, Heights]} */ (HEIGHTS);
  const fits = (/** @type {Heights} */ heights) => rows.reduce((sum, row) => sum + heights[row.kind], 0) <= room;
  const narrow = model.goroutines.length > DENSE_FROM || (room > 0 && room < LOW && !fits(normal));
  const usual = narrow ? dense : fits(roomy) ? roomy : normal;
  const low = rows.filter((row) => row.kind === 'channel').length > FEW_CHANNELS && !fits(usual);
  const heights = low ? { ...usual, channel: Math.min(usual.channel, LOW_CHANNEL) } : usual;
  let y = 0;
  let pinnedTo = 0;
  for (const row of rows) {
    row.y = y;
    row.height = heights[row.kind];
    y += row.height;
    if (row.group === PINNED) pinnedTo = y;
  }
  // On a low timeline pinned rows must leave room for others to scroll below them.
  return { rows, height: y, pinned: pinnedTo > room * 0.6 ? 0 : pinnedTo, labels: widest(rows), ...lookup(rows) };
}

/** Width of a character of a label, about, and what lies around label and note. */
const CHAR = 6.7;
const AROUND = 42;

/** @param {Row[]} rows */
function widest(rows) {
  const chars = (/** @type {Row} */ r) => r.label.length + r.note.length;
  return rows.reduce((most, r) => (r.kind === 'group' || r.kind === 'more' ? most : Math.max(most, AROUND + Math.min(r.indent, 4) * 10 + CHAR * chars(r))), 0);
}

/** Key of the row that says that not everything is shown. */
export const ONLY = 'only';

/**
 * @param {Model} model
 * @param {import('../model/highlight.js').Together} near
 * @returns {Model}
 */
function narrowed(model, near) {
  return {
    ...model, goroutines_left_out: 0,
    goroutines: model.goroutines.filter((g) => near.gs.has(g.g)), objects: model.objects.filter((o) => near.os.has(o.o)),
  };
}

/** @param {readonly {key:string, label:string, note:string}[]} missing */
function missingGroup(missing) {
  return {
    id: 'missing', title: 'Only on the other side', note: missing.map((m) => m.label).join(', '),
    rows: missing.map((m) => ({ ...blank('missing', m.key), group: 'missing', label: m.label, note: m.note })),
  };
}

/** Group of the rows that a person has pinned. */
export const PINNED = 'pinned';

/**
 * @param {Row[]} rows  of all groups
 * @param {readonly string[]} pins
 * @returns {Row[]}
 */
function pinnedRows(rows, pins) {
  return pins.flatMap((key) => rows.find((r) => r.key === key) ?? []).map((r) => ({ ...r, group: PINNED, indent: 0 }));
}

/** @param {Row[]} rows */
function lookup(rows) {
  /** @type {Map<number, Row>} */
  const byG = new Map();
  /** @type {Map<number, Row>} */
  const byO = new Map();
  for (const row of rows) {
    if (row.kind === 'goroutine') byG.set(row.id, row);
    for (const g of row.members ?? []) if (!byG.has(g)) byG.set(g, row);
    if (row.kind === 'channel' || row.kind === 'lock') byO.set(row.id, row);
  }
  return { byG, byO };
}

/**
 * @param {RowKind} kind
 * @param {string} key
 * @returns {Row}
 */
function blank(kind, key) {
  return { kind, key, group: '', label: '', note: '', indent: 0, id: -1, y: 0, height: 0, open: true };
}

/**
 * @param {Model} model
 * @param {ReadonlySet<string>} collapsed
 * @returns {{id:string, title:string, note:string, rows:Row[]}[]}
 */
function groups(model, collapsed) {
  const channels = model.objects.filter((o) => o.kind === 'channel');
  const pipes = model.objects.filter((o) => o.kind === 'pipe');
  const locks = model.objects.filter((o) => LOCKS.has(o.kind));
  return [
    ...(several(model) ? (model.processes ?? []).flatMap((p) => processGroups(model, p, collapsed)) : [coresGroup(model), goroutinesGroup(model, model.goroutines, collapsed)]),
    { id: 'pipes', title: 'Pipes', note: plural(pipes.length, 'pipe'), rows: objectRows(model, pipes, 'pipe', collapsed) },
    { id: 'channels', title: 'Channels', note: plural(channels.length, 'channel'), rows: objectRows(model, channels, 'channel', collapsed) },
    { id: 'locks', title: 'Locks', note: plural(locks.length, 'lock'), rows: objectRows(model, locks, 'lock', collapsed) },
    {
      id: 'system', title: 'GC · syscalls · network', note: '',
      rows: ['gc', 'syscalls', 'network'].map((key) => ({ ...blank('system', key), group: 'system', label: key === 'gc' ? 'GC' : key })),
    },
  ];
}

/** @param {Model} model */
const several = (model) => (model.processes?.length ?? 1) > 1;

/** @param {Model} model */
function coresGroup(model) {
  return { id: 'cores', title: 'Cores', note: `${formatShare(model.cores.busy)} busy`, rows: model.procs.map((p) => procRow(p, 'cores')) };
}

/**
 * @param {Model} model
 * @param {Goroutine[]} goroutines
 * @param {ReadonlySet<string>} collapsed  holds the keys of the roles that are open
 * @param {string} [id]  of the group
 */
function goroutinesGroup(model, goroutines, collapsed, id = 'goroutines') {
  const left = model.goroutines_left_out ?? 0;
  const blocked = goroutines.reduce((sum, g) => sum + g.blocked, 0);
  const lived = goroutines.reduce((sum, g) => sum + (g.ended < 0 ? model.duration : g.ended) - g.created, 0);
  return {
    id, title: 'Goroutines', rows: goroutines.length > ROLES_FROM ? roleRows(goroutines, collapsed, id) : goroutineRows(goroutines, id),
    note: `${plural(goroutines.length + left, 'goroutine')}${left > 0 ? `, ${left} not shown` : ''} · ${formatShare(lived > 0 ? blocked / lived : 0)} blocked, ${formatDuration(blocked / Math.max(1, goroutines.length))} each on average`,
  };
}

/**
 * The cores and goroutines of one process of several. All share the machine's cores, so a process has procs of its own, which
 * the system runs in turn.
 * @param {Model} model
 * @param {import('../model/types.js').Process} process
 * @param {ReadonlySet<string>} collapsed
 */
function processGroups(model, process, collapsed) {
  const n = process.number;
  const suffix = n === 1 ? '' : `-${n}`;
  const [cores, goroutines] = [`cores${suffix}`, `goroutines${suffix}`];
  const procs = model.procs.filter((p) => (p.process ?? 1) === n);
  const own = model.goroutines.filter((g) => g.process === n);
  const who = [[process.program, ...process.args].join(' '), process.pid > 0 ? `pid ${process.pid}` : ''].filter(Boolean).join(', ');
  const ends = { lost: 'killed or died', panic: 'died of a panic', fatal: 'died of a fatal error' };
  const end = ends[/** @type {keyof typeof ends} */ (process.how)];
  const lost = end ? ` · ${end}` : process.reason ? ' · not whole' : '';
  return [
    { id: cores, title: process.pid > 0 ? `Process ${n}, pid ${process.pid}` : `Process ${n}: cores`, note: `${who}${lost}`, rows: procs.map((p) => procRow(p, cores)) },
    { ...goroutinesGroup(model, own, collapsed, goroutines), title: `Process ${n}: goroutines` },
  ];
}

/**
 * @param {Model['procs'][number]} p
 * @param {string} group
 */
function procRow(p, group) {
  return { ...blank('proc', p.key), group, label: `P${p.p ?? p.id}`, note: formatShare(p.busy), id: p.id };
}

/**
 * @param {Model} model
 * @param {Model['objects'][number]} o
 * @param {'channel'|'lock'|'pipe'} kind
 */
function objectRow(model, o, kind) {
  return { ...blank(kind === 'pipe' ? 'channel' : kind, o.key), group: `${kind}s`, label: objectTitle(o), note: objectNote(o, model.duration), id: o.o };
}

/**
 * Rows of channels or locks in the order in which they were made. Of many only the busiest are shown, and never one that
 * has no name and did nothing (timers make such channels by the thousand); a row at the end opens the rest.
 * @param {Model} model
 * @param {Model['objects']} objects
 * @param {'channel'|'lock'|'pipe'} kind
 * @param {ReadonlySet<string>} collapsed  holds the key of the last row when the rest is open
 */
function objectRows(model, objects, kind, collapsed) {
  const key = `more:${kind}s`;
  const worth = objects.filter((o) => o.name !== '' || o.ops > 0).sort((a, b) => b.ops - a.ops).slice(0, MOST);
  const first = new Set(worth);
  const rest = objects.filter((o) => !first.has(o));
  const open = collapsed.has(key);
  const rows = [...objects.filter((o) => first.has(o)), ...(open ? rest : [])].map((o) => objectRow(model, o, kind));
  if (rest.length === 0) return rows;
  const label = open ? `fewer ${kind}s` : `${plural(rest.length, `more ${kind}`)}`;
  return [...rows, { ...blank('more', key), group: `${kind}s`, label, open }];
}

/**
 * Goroutines come in spawn-tree order; the depth follows from the parents. Everything hangs on main, so depth counts from
 * its children.
 * @param {Goroutine[]} goroutines
 * @param {string} group
 */
function goroutineRows(goroutines, group) {
  /** @type {Map<number, number>} */
  const depth = new Map();
  return goroutines.map((g) => {
    const d = g.parent < 0 ? 0 : (depth.get(g.parent) ?? 0) + 1;
    depth.set(g.g, d);
    return { ...blank('goroutine', g.key), group, label: withoutProcess(g), note: `G${g.id}`, id: g.g, indent: Math.max(0, d - 1) };
  });
}

/** Above this many goroutines those of one role are one row, until it is opened. */
const ROLES_FROM = 60;

/**
 * A row for each role, in the order in which the first of it was spawned. The key of a role's row is that of the first with an r
 * in front: the server draws from it when its goroutines were busy with what.
 * @param {Goroutine[]} goroutines
 * @param {ReadonlySet<string>} opened
 * @param {string} group
 * @returns {Row[]}
 */
function roleRows(goroutines, opened, group) {
  /** @type {Map<string, Goroutine[]>} */
  const roles = new Map();
  for (const g of goroutines) {
    const list = roles.get(g.role || g.name);
    if (list) list.push(g);
    else roles.set(g.role || g.name, [g]);
  }
  return [...roles].flatMap(([role, members]) => {
    const first = /** @type {Goroutine} */ (members[0]);
    if (members.length === 1) return goroutineRows(members, group);
    const blocked = members.reduce((sum, g) => sum + g.blocked, 0) / members.length;
    const key = `r${first.g}`;
    const open = opened.has(key);
    const head = { ...blank('role', key), group, label: `${open ? '▾' : '▸'} ${role}`, note: `×${members.length}`, wait: blocked > 0 ? `avg ${formatDuration(blocked)} blocked` : 'never blocked', id: first.g, open, members: open ? [] : members.map((g) => g.g) };
    return open ? [head, ...goroutineRows(members, group).map((r) => ({ ...r, indent: 1, role: key }))] : [head];
  });
}

/**
 * A goroutine's name inside of the group of its process, which says the rest.
 * @param {Goroutine} g
 */
const withoutProcess = (g) => (g.process > 1 ? g.name.replace(` (process ${g.process})`, '') : g.name);

/**
 * The row at a height, or undefined below the last.
 * @param {Row[]} rows
 * @param {number} y
 */
export function rowAt(rows, y) {
  const i = firstVisible(rows, y);
  const row = rows[i];
  return row && y >= row.y && y < row.y + row.height ? row : undefined;
}

/**
 * Index of the first row that ends below y.
 * @param {Row[]} rows
 * @param {number} y
 */
export function firstVisible(rows, y) {
  let lo = 0;
  let hi = rows.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    const row = /** @type {Row} */ (rows[mid]);
    if (row.y + row.height <= y) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/**
 * Rows that show between two heights.
 * @param {Row[]} rows
 * @param {number} y0
 * @param {number} y1
 */
export function visibleRows(rows, y0, y1) {
  const out = [];
  for (let i = firstVisible(rows, y0); i < rows.length; i++) {
    const row = /** @type {Row} */ (rows[i]);
    if (row.y >= y1) break;
    out.push(row);
  }
  return out;
}
