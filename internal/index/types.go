// Package index merges the runtime events and the hook records of an execution trace on one clock into columns, and
// answers what a page or an analyzer asks of them: the state of everything at a cursor, what a window of time looks
// like at some width, who woke whom, and sums of time by state.
//
// Times are nanoseconds from the first event of the recording. Events are numbered from 0 in the order of time. An
// Index never changes and may be used by several goroutines at once.
package index

import (
	"strconv"

	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// A GID numbers the goroutines of the program in the order in which they first appear, from 0. None is -1.
type GID int32

// An OID numbers the objects (channels, locks, ...) in the order in which they first appear, from 0. None is -1.
type OID int32

// None stands for no goroutine, no object or no event.
const None = -1

// States of a goroutine. The page uses the same numbers.
const (
	StateNone     uint8 = iota // not known
	StateRunning               // on a proc
	StateRunnable              // waits for a proc
	StateSend                  // blocked on a channel send
	StateRecv                  // blocked on a channel receive
	StateSelect                // blocked in a select
	StateLock                  // blocked on Mutex, RWMutex, Cond, WaitGroup or Once
	StateNetwork               // waits for the network or another poller
	StateSyscall               // in a system call
	StateSleep                 // in time.Sleep
	StateGC                    // works or waits for the garbage collector
	StateEnded                 // has ended
	StateUnborn                // not created yet
	StateBlocked               // blocked otherwise, such as for ever on a nil channel

	NumStates = 14
)

// Blocked tells whether a goroutine in state s waits for another goroutine of the program.
func Blocked(s uint8) bool {
	return s >= StateSend && s <= StateLock || s == StateBlocked
}

// A Site is a place in the source.
type Site struct {
	File string // relative to the main module's root, or import/path/file.go outside of it
	Line int
	Func string // as the runtime names it
}

// String returns path:line, or "" if the place is not known.
func (s Site) String() string {
	if s.File == "" {
		return ""
	}
	return s.File + ":" + strconv.Itoa(s.Line)
}

// A Frame is one call of a stack.
type Frame = Site

// A Goroutine is one goroutine. Those of the runtime and of the hooks are not the program's: no events, not listed.
type Goroutine struct {
	ID         GID
	Process    int    // from 1
	GoID       int64  // the runtime's number
	Name       string // numbered when several have the same: "consume #1"
	Role       string // the name without the number
	Start      string // the function that it runs
	Parent     GID    // -1: not known, or the runtime's
	SpawnEvent int    // -1: it was there before the recording
	SpawnSite  Site
	Created    int64 // ns; 0 if it was there before the recording
	Ended      int64 // ns; -1: alive at the end
	EndEvent   int   // -1: alive at the end
	System     bool
}

// An Object is a channel, lock, WaitGroup, Cond, Once, context or timer of the program that a hook record names.
type Object struct {
	ID         OID
	Kind       string // channel mutex rwmutex waitgroup cond once context timer pipe
	Name       string // the variable or field that it was made in, or first used through
	Type, Elem string // as the source spells them; "" if not known
	Addr       uint64 // in its process
	Process    int    // from 1
	Cap        int    // of a channel; -1 if not known
	Made       Site   // zero if that was not seen
	MadeEvent  int    // -1 if that was not seen
	FirstEvent int
	LastEvent  int
	Closed     int  // event of the close, -1 if there is none
	Reused     bool // the address may have served another object: identity is doubtful
	Inexact    bool // code without hooks used the channel too: its level is a guess
	Owner      OID  // of a channel: the context whose Done it is, or the timer that sends to it; else -1
	Parent     OID  // of a context: the one that it was made from; of a timer of context.AfterFunc: its context; else -1
}

// An Event is one row of the ordered list that the replay steps through.
type Event struct {
	Index   int
	Time    int64
	Kind    EventKind
	G       GID // who did it; -1: the runtime, or code that is not a goroutine of the program
	Other   GID // spawned or woken goroutine, -1
	Obj     OID // object of a hook operation, -1
	Site    Site
	Proc    int32  // ProcInfo.ID; -1: not known
	Reason  string // why it blocked or stopped; the name of a range, region or task; the category of a log
	Message int    // k of the k-th message of the channel, from 1; 0: none, or not yet known
	Value   string // what was sent, as far as it was recorded; the message of a log
	OK      bool   // a receive got an element
	Delta   int    // of KindAdd; number of bytes of KindPipeRead and KindPipeWrite
	Span    int64  // ns: how long KindSleep sleeps, until a timer fires, until the deadline of KindCtxMade (0: it has none)
	Case    int    // of a select that was decided, in source order; -1
}

// Options say how to read.
type Options struct {
	Sites    *rewrite.Sites // nil: no names from the source
	Progress func(Progress) // called now and then on the goroutine that reads
	Parallel int            // goroutines that decode; 0: one for each core

	// Grown is called all the time while a file is read, on the goroutine that reads, with how far it is. It may call
	// snapshot, once, for an index of that part, which costs about a tenth of the time that reading it took.
	Grown func(p Progress, snapshot func() *Index)

	// MayBeEmpty takes a trace of which nothing can be read as an empty one, with the reason in its Quality: the program of a
	// recording may have died before its first generation was whole.
	MayBeEmpty bool
}

// Progress tells how far the reading of a file is.
type Progress struct {
	ReadBytes, TotalBytes int64
	Events                int
}

// Quality says what could be read of a recording.
type Quality struct {
	Complete    bool
	ReadBytes   int64
	TotalBytes  int64
	ReadPercent float64
	LostNS      int64  // time without any event at places of damage, as far as the rest tells
	Reason      string // what is wrong, "" if nothing
}

// Counts are the totals of a recording.
type Counts struct {
	Events, Goroutines, Channels, Locks, Messages, Spawns, LockWaits, Processes int

	Contexts, Timers int // channels that belong to one are not among Channels
}

// ProcInfo is a proc (a P of the scheduler).
type ProcInfo struct {
	ID      int     // unique in the recording: the N of its row key pN
	Process int     // from 1
	P       int     // its number in the runtime of that process
	Busy    float64 // share of the recording in which it ran something
}

// A SelectCase is a channel that a waiting select would take.
type SelectCase struct {
	Obj  OID
	Recv bool
}

// GState is the state of one goroutine at a cursor.
type GState struct {
	G          GID
	State      uint8
	Since      int64 // ns
	SinceEvent int   // -1: since before the recording
	// Op is what it waits for or is about to wait for: send recv select lock rlock wait cond once sleep, or "".
	Op       string
	Obj      OID          // the object of Op, -1 if there is none or it is not known
	Owner    OID          // the context or timer that channel Obj belongs to, -1
	Until    int64        // of a sleep: ns at which it is over; -1
	Cases    []SelectCase // of Op select
	OpEvent  int          // event that announced Op, -1
	Site     Site         // innermost frame of the program
	Proc     int32        // where it runs, -1
	Forever  bool         // it never leaves this state before the recording ends, and the run is over
	Held     []OID        // locks
	WokenBy  GID          // goroutine that last woke it, -1
	WokenEv  int          // event of that, -1
	LastHook int          // its last hook event at the cursor, -1
}

// A Message is an element in a channel's buffer.
type Message struct {
	K     int // the k-th of its channel, from 1
	Value string
	From  GID // -1: code without hooks
}

// ChanState is a channel at a cursor. Queues are in the order of arrival.
type ChanState struct {
	Obj          OID
	Buf          []Message
	SendQ, RecvQ []GID // selects are in the queue of each of their channels
	Closed       bool
}

// LockState is a Mutex or RWMutex at a cursor.
type LockState struct {
	Obj     OID
	Holder  GID // -1: nobody holds it for writing
	Readers []GID
	Queue   []GID // in the order of arrival
}

// WGState is a WaitGroup at a cursor.
type WGState struct {
	Obj     OID
	Counter int
	Waiters []GID
}

// CondState is a Cond at a cursor.
type CondState struct {
	Obj     OID
	Waiters []GID
}

// OnceState is a Once at a cursor.
type OnceState struct {
	Obj     OID
	Runner  GID // -1: nobody runs it
	Done    bool
	Waiters []GID
}

// State is the state of everything after event Event.
type State struct {
	Event      int
	Time       int64
	Goroutines []GState // those that live
	Chans      []ChanState
	Locks      []LockState
	WGs        []WGState
	Conds      []CondState
	Onces      []OnceState
	Contexts   []ContextState
	Timers     []TimerState
	Cycles     [][]GID // goroutines that wait for one another through locks
}

// A RowKey names a row of the timeline: "p0", "g3", "o0", "gc", "syscalls", "network".
type RowKey string

// Encodings of a Row.
const (
	EncSpans   = 0
	EncTexture = 1
	EncLevel   = 2
)

// ForeverBit is set in Row.State of a goroutine's span that lasts until the recording ends while the run is over.
const ForeverBit = 0x80

// A Row is one row of a window. Which columns are set depends on Enc.
type Row struct {
	Key   RowKey
	Enc   uint8
	Start []float64 // EncSpans, EncLevel (time of the step)
	End   []float64 // EncSpans
	Info  []uint32  // EncSpans: g row: object+1; p row: g+1; lock row: holder g+1; 0: none
	State []uint8   // EncSpans: state; lock row: min(queue length, 255). EncTexture: the state that takes most of the pixel
	Cover []uint8   // EncTexture: how much of the pixel is taken, 0 to 255
	Level []uint32  // EncLevel: elements in the channel
	SendQ []uint32
	RecvQ []uint32
}

// OverviewData is the whole recording at px pixels.
type OverviewData struct {
	Px      int
	States  [NumStates][]float64 // ns of all goroutines in that state, by pixel; nil for a state that never occurs
	Forever []float64            // part of States that is the last wait of a goroutine that never ends
}

// A Flow connects two goroutines.
type Flow struct {
	Kind             string // spawn wake message
	From, To         GID
	Obj              OID
	T0, T1           int64 // of a message: when the send and when the receive take effect
	FromEvent, Event int   // events at T0 and T1
	K                int   // of a message
}

// An ObjectSum tells how an object was used.
type ObjectSum struct {
	Obj       OID
	Ops       int   // events
	BlockedNS int64 // time that goroutines waited for it
	Waits     int   // how often one waited
	HeldNS    int64 // time that a lock was held for writing
	Messages  int   // elements received
}

// A ReasonSum tells how long goroutines were blocked for a reason.
type ReasonSum struct {
	G      GID
	State  uint8
	Obj    OID // -1 if not known
	NS     int64
	Events int
}

// An Edge tells which goroutine did what to which object.
type Edge struct {
	G   GID
	Obj OID
	Ops map[string]int // send recv close lock rlock add wait signal once
}

// A Blockage tells whether the program is stuck at the end of a snapshot, as far as the trace tells. What the trace can't
// tell is whether a timer without a goroutine (time.AfterFunc, time.After) or code outside of Go will wake somebody.
type Blockage struct {
	All      bool     // there are goroutines, and each waits for another: on a channel, in a select, for a lock, or for ever
	Since    int64    // the last of them got stuck then; only with All
	States   []GState // all living goroutines, by GID
	Alive    []GID    // those that are not stuck: running, runnable, asleep, in a system call, waiting for the network
	Unhooked int      // stuck goroutines that wait for an object that no hook record names
	Foreign  []GID    // stuck goroutines that wait for a channel that code without hooks made, such as a timer's or a signal's
}
