// Types of what the server sends: the page's copy of the protocol. There is no code here, only JSDoc that `tsc --checkJs`
// reads. All times are whole nanoseconds from the recording's first event; -1 stands for "none" in every id.

/** @typedef {{file:number, line:number}} Place  File is an index in Model.files. */

/**
 * A goroutine of the program, in spawn-tree order.
 * @typedef {object} Goroutine
 * @property {string} key      row key, "g0"
 * @property {number} g        dense id, used in every other message
 * @property {number} id       the number the Go runtime gave it
 * @property {number} process
 * @property {string} name     unique: `produce "A"`, `consume #1`
 * @property {string} role     what goroutines of one kind share: `consume`
 * @property {number} parent   g of the goroutine that spawned it, -1 for none
 * @property {Place|null} spawn
 * @property {number} created
 * @property {number} ended    -1: still there at the end
 * @property {number} blocked
 * @property {number} running
 */

/**
 * @typedef {object} TracedObject
 * @property {string} key     row key, "o0"
 * @property {number} o
 * @property {string} kind    channel, mutex, rwmutex, waitgroup, cond, once
 * @property {string} name
 * @property {string} type
 * @property {number} cap     -1: unknown
 * @property {Place|null} made
 * @property {number} closed  -1: never
 * @property {number} ops
 * @property {number} held_ns
 * @property {boolean} contended
 */

/**
 * @typedef {object} Finding
 * @property {number} id
 * @property {string} kind
 * @property {string} verdict   proven, predicted, suspected
 * @property {string} severity  error, warning, info
 * @property {string} message
 * @property {string[]} why
 * @property {number} time_ns
 * @property {{process:number,id:number,name:string,spawn:string,site:string}[]} goroutines
 * @property {{kind:string,name:string,made:string}[]} objects
 * @property {string[]} sites
 * @property {number[]} events
 * @property {number[]} g
 * @property {number[]} o
 * @property {number} [memory]  of a data race: a number for the memory that it is about, from 1
 * @property {{what:string,site:string,g:number[]}[]} [accesses]  of a data race: its two sides, each with all who may have been it
 */

/**
 * @typedef {object} Model
 * @property {number} version
 * @property {string} id
 * @property {string} program
 * @property {string} [title]  what a person called the recording
 * @property {string} go
 * @property {string} outcome   exit, panic, fatal, deadlock, hung, signal
 * @property {number} exit_code
 * @property {string} signal
 * @property {boolean} live
 * @property {boolean} [reading]  live because its trace is still being read
 * @property {number} duration
 * @property {number} [wall_ns]  from process start to its end, or to where it was stuck
 * @property {number} sources    how many of files have their text in the recording; they come first
 * @property {number} events
 * @property {{complete:boolean, read_percent:number, lost_ns:number, reason:string}} quality
 * @property {{operations:number, trace_bytes:number, left_out:number, hook_events?:number, per_event_ns?:number, share?:number}} [watch]  what watching came to
 * @property {string[]} [notes]  things worth telling, such as files without hooks
 * @property {boolean} hooks
 * @property {boolean} wall
 * @property {{events:number,goroutines:number,channels:number,locks:number,messages:number,spawns:number,lock_waits:number,processes:number,contexts:number,timers:number}} counts
 * @property {{n:number, busy:number}} cores
 * @property {{key:string, id:number, process?:number, p?:number, busy:number}[]} procs  p: number in the runtime of its process
 * @property {Process[]} [processes]  by their number
 * @property {Goroutine[]} goroutines
 * @property {number} [goroutines_left_out]
 * @property {TracedObject[]} objects
 * @property {string[]} files
 * @property {{g:number, o:number, ops:Record<string,number>}[]} edges
 * @property {Finding[]} findings
 * @property {{fixed:string}|null} compare
 * @property {Pacing} default_pacing
 */

/**
 * A traced process: the program, or one that it started.
 * @typedef {object} Process
 * @property {number} number  from 1, which is the program
 * @property {number} pid     0: not known
 * @property {number} parent  number of the process that started it, 0: not known
 * @property {string} program
 * @property {string[]} args
 * @property {number} start
 * @property {number} end
 * @property {string} how     exit, panic, fatal, lost, runs, or empty
 * @property {string} reason  what is missing of its trace
 */

/** @typedef {'event'|'compressed'|'real'} Pacing */

/**
 * @typedef {object} EventRow
 * @property {number} i
 * @property {number} t
 * @property {string} kind
 * @property {number} g
 * @property {number} other
 * @property {number} o
 * @property {number} file
 * @property {number} line
 * @property {number} k      the k-th message of the channel, from 1; 0: none
 * @property {string} v
 * @property {string} text
 */

/**
 * @typedef {object} GoroutineState
 * @property {number} g
 * @property {number} s            state code
 * @property {number} since
 * @property {number} since_event
 * @property {string} op
 * @property {number} o
 * @property {number} file
 * @property {number} line
 * @property {number} proc
 * @property {boolean} forever
 * @property {number} [owner]        the context or timer that channel o belongs to, -1
 * @property {number} [until]        of a sleep: when it is over, -1
 * @property {number[]} held
 * @property {{o:number, recv:boolean}[]} cases
 * @property {string} text
 */

/**
 * The program at one event. Pure: the same event gives the same state.
 * @typedef {object} ProgramState
 * @property {number} event
 * @property {number} t
 * @property {EventRow|null} current
 * @property {GoroutineState[]} goroutines
 * @property {{o:number, buf:{k:number, v:string, from:number}[], sendq:number[], recvq:number[], closed:boolean}[]} chans
 * @property {{o:number, holder:number, readers:number[], queue:number[]}[]} locks
 * @property {{o:number, counter:number, waiters:number[]}[]} wgs
 * @property {{o:number, waiters:number[]}[]} conds
 * @property {{o:number, runner:number, done:boolean}[]} onces
 * @property {{o:number, parent:number, deadline:number, cancelled:boolean, at:number, why:string, by:number, inferred:boolean, waiters:number[], text:string}[]} [contexts]
 * @property {{o:number, state:'armed'|'stopped'|'fired', since:number, until:number, every:number, inferred:boolean, waiters:number[], text:string}[]} [timers]
 * @property {number[][]} cycles
 * @property {Record<string, number>} totals
 */

/** @typedef {{kind:'spawn'|'wake'|'message', from:number, to:number, o:number, t0:number, t1:number, k:number}} Flow */

/**
 * @typedef {object} Overview
 * @property {number} px
 * @property {Record<string, number[]>} states   state code → share of goroutine time per pixel
 * @property {number[]} forever
 * @property {{t:number, kind:string, severity:string, id:number}[]} findings
 */

/** @typedef {{enc:'spans', start:Float64Array, end:Float64Array, info:Uint32Array, state:Uint8Array}} SpanRow */
/** @typedef {{enc:'texture', state:Uint8Array, cover:Uint8Array}} TextureRow */
/** @typedef {{enc:'level', t:Float64Array, level:Uint32Array, sendq:Uint32Array, recvq:Uint32Array}} LevelRow */
/** @typedef {SpanRow|TextureRow|LevelRow} RowData */

/** @typedef {{id:string, program:string, time:string, outcome:string, wall_ns:number, live:boolean, title:string, own:boolean}} RecordingInfo */

export {};
