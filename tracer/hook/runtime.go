//go:build tracevizhook

package hook

import (
	"internal/runtime/atomic"
	"runtime"
	"runtime/trace"
	"syscall"
	"unsafe"
)

// userLog is what trace.Log calls once it knows that tracing is on. It copies both strings before it returns, so they may
// lie on the stack.
//
//go:linkname userLog runtime/trace.userLog
//go:noescape
func userLog(task uint64, category, message string)

// recordSize is enough for any record but a select of many cases: "tv", operation, two numbers of 16 and 8 digits, three
// arguments of 18 characters with their dots, and what appendHex writes behind the end.
const recordSize = 96

// listSize bounds a select's record; the runtime cuts trace strings at 1,024 bytes.
const listSize = 1000

// on reports whether anybody takes a trace now, be it us or the program itself: one load and a branch. The flag is written
// when tracing starts and stops, so under the race detector reading it orders nothing else.
//
//go:norace
func on() bool {
	return trace.IsEnabled()
}

//go:norace
func emit(op Op, obj uintptr, site uint32) {
	began := sample()
	var buf [recordSize]byte
	log(AppendRecord(buf[:0], op, uint64(obj), site), "", began)
}

//go:norace
func emit1(op Op, obj uintptr, site uint32, a int64) {
	began := sample()
	var buf [recordSize]byte
	log(AppendArg(AppendRecord(buf[:0], op, uint64(obj), site), a), "", began)
}

//go:norace
func emit3(op Op, obj uintptr, site uint32, a, b, c int64) {
	began := sample()
	var buf [recordSize]byte
	r := AppendArg(AppendRecord(buf[:0], op, uint64(obj), site), a)
	log(AppendArg(AppendArg(r, b), c), "", began)
}

// emitValue writes a record with the text of a value as its message. Messages are never interned, so they cost a lock
// and their length each time: see wantValue.
//
//go:norace
func emitValue(op Op, obj uintptr, site uint32, a int64, value []byte) {
	began := sample()
	var buf [recordSize]byte
	log(AppendArg(AppendRecord(buf[:0], op, uint64(obj), site), a), unsafe.String(unsafe.SliceData(value), len(value)), began)
}

// emitList writes a record with as many of the arguments as fit in whole pairs.
//
//go:norace
func emitList(op Op, obj uintptr, site uint32, args []int64) {
	began := sample()
	var buf [listSize]byte
	r := AppendRecord(buf[:0], op, uint64(obj), site)
	for i := 0; i+1 < len(args) && len(r) < listSize-2*18-8; i += 2 {
		r = AppendArg(AppendArg(r, args[i]), args[i+1])
	}
	log(r, "", began)
}

// log writes a record that was begun at that time, if it is to be measured: see sample.
//
//go:norace
func log(category []byte, message string, began int64) {
	text := unsafe.String(unsafe.SliceData(category), len(category))
	if known(text) {
		userLog(0, text, message)
	} else {
		logElsewhere(text, message)
	}
	if began != 0 {
		sampled(began)
	}
}

// logElsewhere writes a record whose category would be new: see wire.go.
//
//go:norace
func logElsewhere(category, message string) {
	var buf [listSize + 64]byte
	const head = len(Prefix) + 1
	short := append(buf[:0], category[:head]...)
	short = append(short, Elsewhere)
	rest := append(short, category[head:]...)[len(short):]
	if message != "" && len(rest)+1+len(message) <= listSize {
		rest = append(append(rest, ' '), message...)
	}
	userLog(0, unsafe.String(unsafe.SliceData(short), len(short)), unsafe.String(unsafe.SliceData(rest), len(rest)))
}

//go:linkname memhash runtime.memhash
//go:noescape
func memhash(p unsafe.Pointer, seed, size uintptr) uintptr

// met remembers categories by their hashes, each in the place of the last one that fell there.
var met [8192]atomic.Uint32

// known reports whether a category was written lately, and remembers it. Where two fall into one place and take turns, both
// stay unknown, which is right and costs no more than a first time.
//
//go:norace
func known(category string) bool {
	h := uint64(memhash(unsafe.Pointer(unsafe.StringData(category)), 0, uintptr(len(category))))
	place, mark := &met[h%uint64(len(met))], uint32(h>>32)|1
	if place.Load() == mark {
		return true
	}
	place.Store(mark)
	return false
}

// Values that are carried by sends are all recorded up to allValues; from there on one in 64. A record with a value takes
// a lock of the runtime that all goroutines share and some 25 bytes, so a busy program must not pay it each time.
const (
	allValues   = 20_000
	valueSample = 64
)

var (
	valuesOff bool          // set once, before main
	values    atomic.Uint64 // sends asked for so far
)

// wantValue decides whether this send shall carry its value.
//
//go:norace
func wantValue() bool {
	if valuesOff {
		return false
	}
	n := values.Add(1)
	return n <= allValues || n%valueSample == 0
}

// leftOut is the number of values that wantValue has refused by sampling.
//
//go:norace
func leftOut() uint64 {
	n := values.Load()
	if n <= allValues {
		return 0
	}
	return (n - allValues) - (n/valueSample - allValues/valueSample)
}

// A hookLock makes "try the operation and log it" one step for a channel, so that the order of the log is the order of the
// channel. It rests on the runtime's own atomics: a lock of package sync, or sync/atomic, would order the program's
// accesses before and after it, and so hide data races from the race detector.
type hookLock struct {
	held atomic.Uint32
	_    [60]byte // a cache line each
}

// spins is how often a hook lock is tried before its goroutine yields: the holder may be one that was preempted. After
// yields of that, which cost two events of the trace each, the holder's thread is the one that does not run. Then only time
// helps, and the goroutine sleeps in the kernel, twice as long each time up to longestNap: it keeps its processor, so that
// must be short, for the runtime waits for it before it stops the world.
const (
	spins      = 30
	yields     = 10
	longestNap = 200_000 // ns
)

var locks [1024]hookLock

// lock takes the hook lock that obj hashes to. A goroutine holds at most one, and only around code that can't block, so
// two objects that share a lock can't deadlock. It shows itself to the caller by its address, for unlock.
//
//go:norace
func lock(obj uintptr) *hookLock {
	l := &locks[(obj>>4^obj>>14)%uintptr(len(locks))]
	for i := 0; !l.held.CompareAndSwap(0, 1); i++ {
		switch {
		case i < spins:
		case i < spins+yields:
			runtime.Gosched()
		default:
			nap(int64(min(1000<<min(i-spins-yields, 20), longestNap)))
			runtime.Gosched() // with one processor the holder needs it
		}
	}
	return l
}

// nap sleeps without a word to the scheduler, and so without an event of the trace.
//
//go:norace
func nap(ns int64) {
	ts := syscall.NsecToTimespec(ns)
	syscall.RawSyscall(syscall.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&ts)), 0, 0)
}

//go:norace
func (l *hookLock) unlock() { l.held.Store(0) }
