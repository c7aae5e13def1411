// Package hook is the only code of trace-viz that is linked into a traced program.
//
// This file is the record format, shared by the two sides that need it: the hooks that write records into the Go
// execution trace, and the index that reads them back. It uses nothing but the language and math/bits. The other files of the folder
// carry the build constraint tracevizhook: they are compiled only inside a target, where the build overlay places the
// whole package at the import path "tracevizhook" of the standard library.
//
// A record is one user log event (runtime/trace.Log) whose category holds everything and whose message is empty, or is
// the short text of the value that a channel carried. The category is
//
//	"tv" op obj "." site { "." arg }
//
// with op one byte, and obj, site and the arguments lower-case hexadecimal numbers (a minus sign may stand before an
// argument). Categories are interned once a generation of the trace, so a repeated operation costs its event alone. One that
// is not repeated, such as that of a channel which serves one request, costs ten times as much that way. So what a program
// does for the first time has a category of four bytes, and the rest stands in the message, before the value and a space:
//
//	"tv" op "@"      obj "." site { "." arg } [ " " value ]
package hook

import "math/bits"

// Prefix starts the category of every record.
const Prefix = "tv"

// An Op tells what a record says. The comment gives the arguments that follow obj and site.
type Op byte

const (
	// Channels. Every record on a channel carries its capacity as first argument, so that a channel made in code
	// without hooks is known from its first use. Receives whose channel was closed and empty have an operation of their own.
	ChanMake       Op = 'M' // cap
	ChanSend       Op = 's' // cap: sent without blocking
	ChanSendBlock  Op = 'S' // cap: the send is about to block
	ChanSendDone   Op = 'd' // cap: a send that was announced by ChanSendBlock is done
	ChanRecv       Op = 'r' // cap: received without blocking
	ChanRecvClosed Op = 'z' // cap: the channel is closed and empty, received the zero value without blocking
	ChanRecvBlock  Op = 'R' // cap: the receive is about to block
	ChanRecvDone   Op = 'q' // cap: an announced receive got an element
	ChanRecvEnded  Op = 'Z' // cap: an announced receive was ended by close
	ChanClose      Op = 'c' // cap: written just before close

	// Select. obj of SelectBlock is 0; SelectBlock is written only when there is no default case.
	SelectBlock Op = '?' // then a pair for each channel case in source order: channel, 0 for send or 1 for receive
	SelectDone  Op = '!' // cap, case number in source order, 0 for send or 1 for receive: obj is the channel of the chosen case
	SelectElse  Op = '-' // the default case was taken (obj 0)

	// Mutex and RWMutex (for writing). Unlock is written just before the lock is given up.
	Lock      Op = 'l' // locked without waiting (also a TryLock that succeeded)
	LockBlock Op = 'L' // about to wait for the lock
	LockDone  Op = 'k' // an announced Lock holds the lock
	Unlock    Op = 'u'
	TryFailed Op = 't' // TryLock or TryRLock returned false

	// RWMutex for reading.
	RLock      Op = 'e'
	RLockBlock Op = 'E'
	RLockDone  Op = 'f'
	RUnlock    Op = 'v'

	// WaitGroup.
	WGAdd  Op = 'a' // delta (signed): written just before Add or Done
	WGWait Op = 'W' // about to wait
	WGDone Op = 'w' // Wait returned

	// Cond. CondWait gives up the lock, CondWoken holds it again.
	CondWait      Op = 'C' // address of the lock
	CondWoken     Op = 'g' // address of the lock
	CondSignal    Op = 'n'
	CondBroadcast Op = 'b'

	// Once.
	OnceRun   Op = 'O' // this goroutine runs the function
	OnceRan   Op = 'o' // it is done
	OnceWait  Op = 'P' // about to wait while another goroutine runs it
	OnceWoken Op = 'p' // that wait is over

	// Contexts. obj is the address of the innermost context of package context that can be cancelled, whatever values are
	// wrapped around it.
	ContextMake   Op = 'X' // address of the parent, 0 if it is none that can be cancelled, -1 if it is not known; time until the deadline in ns, absent if it has none of its own
	ContextCancel Op = 'x' // its cancel function is about to run; whoever called it
	ContextDone   Op = 'D' // address of its Done channel: once for each context, at the first call of Done; no operation by itself
	ContextAfter  Op = 'A' // context.AfterFunc; address of the context, obj is of the function's own

	// Timers. obj is the address of the time.Timer or time.Ticker; of the channel for After and Tick. Times are in ns.
	SleepBegin Op = 'y' // duration: about to sleep (obj 0)
	TimerMake  Op = 'T' // duration, one of the Timer constants, address of its channel
	TimerName  Op = 'i' // address of another record's obj: what time.AfterFunc returned is the timer of that; no operation by itself
	TimerReset Op = 'I' // duration: about to be armed anew
	TimerStop  Op = 'j' // about to be stopped
	TimerRun   Op = 'J' // first record of the goroutine that runs the function of an AfterFunc

	// Pipes. obj is the number of the inode, which both ends of a pipe share in all processes. Written after the operation, in the
	// order of the bytes for one descriptor; a reader in another process may be sooner with its record than the writer.
	PipeRead  Op = '<' // number of bytes, descriptor, device
	PipeWrite Op = '>' // the same

	// Book-keeping of the hooks themselves, with obj and site 0.
	Sampled Op = '~' // number of values that were left out since the last Sampled record
)

// What TimerMake made.
const (
	TimerOnce   = iota // time.NewTimer
	TimerTicker        // time.NewTicker
	TimerFunc          // time.AfterFunc; obj is of the function's own, TimerName tells the timer
	TimerAfter         // time.After
	TimerTick          // time.Tick
)

// A Record is one decoded category.
type Record struct {
	Op   Op
	Obj  uint64 // address of the channel, lock, ... in the target; an address may be reused for another object later
	Site uint32 // number of the injection point in sites.json, from 1; 0 if there is none
	Args []int64
}

// AppendRecord appends the category of r to b.
//
//go:norace
func AppendRecord(b []byte, op Op, obj uint64, site uint32) []byte {
	b = append(b, 't', 'v', byte(op))
	b = appendHex(b, obj)
	b = append(b, '.')
	return appendHex(b, uint64(site))
}

// AppendArg appends one more argument to a category that AppendRecord began.
//
//go:norace
func AppendArg(b []byte, arg int64) []byte {
	b = append(b, '.')
	if arg < 0 {
		b = append(b, '-')
		return appendHex(b, -uint64(arg))
	}
	return appendHex(b, uint64(arg))
}

// appendHex appends n in hexadecimal, eight digits at a time: a record has some fifteen, and they were a sixth of its cost.
// Up to seven bytes behind the end may be written.
//
//go:norace
func appendHex(b []byte, n uint64) []byte {
	digits := (bits.Len64(n|1) + 3) / 4
	n <<= uint(64-4*digits) & 63
	b = appendEight(b, uint32(n>>32))
	if digits > 8 {
		b = appendEight(b, uint32(n))
		digits -= 8
	}
	return b[:len(b)-8+digits]
}

// appendEight appends the eight digits of n: its nibbles are spread over the bytes of a word, where each becomes '0' and up,
// and 'a' and up for those over nine.
//
//go:norace
func appendEight(b []byte, n uint32) []byte {
	x := uint64(n)
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x | x<<4) & 0x0f0f0f0f0f0f0f0f
	letters := (x + 0x0606060606060606) >> 4 & 0x0101010101010101
	x += 0x3030303030303030 + letters*('a'-'9'-1)
	return append(b, byte(x>>56), byte(x>>48), byte(x>>40), byte(x>>32), byte(x>>24), byte(x>>16), byte(x>>8), byte(x))
}

// Decode reads a category. It reports false for one that is not a record of ours; args is used for r.Args when it is
// large enough. It accepts any string without panicking: traces may be damaged or hostile.
func Decode(category string, args []int64) (r Record, ok bool) {
	if len(category) < len(Prefix)+4 || category[:len(Prefix)] != Prefix {
		return Record{}, false
	}
	return decodeTail(Op(category[len(Prefix)]), category[len(Prefix)+1:], args)
}

// Elsewhere ends a category whose rest stands in the message.
const Elsewhere = '@'

// DecodeLog reads a record of either form and the text of its value, as Decode does.
func DecodeLog(category, message string, args []int64) (r Record, value string, ok bool) {
	if len(category) != len(Prefix)+2 || category[:len(Prefix)] != Prefix || category[len(Prefix)+1] != Elsewhere {
		r, ok = Decode(category, args)
		return r, message, ok
	}
	tail := message
	for i := range len(message) {
		if message[i] == ' ' {
			tail, value = message[:i], message[i+1:]
			break
		}
	}
	r, ok = decodeTail(Op(category[len(Prefix)]), tail, args)
	return r, value, ok
}

// decodeTail reads what follows the operation.
func decodeTail(op Op, s string, args []int64) (r Record, ok bool) {
	r.Op = op
	r.Obj, s, ok = takeHex(s)
	if !ok || s == "" || s[0] != '.' {
		return Record{}, false
	}
	site, s, ok := takeHex(s[1:])
	if !ok || site > 1<<32-1 {
		return Record{}, false
	}
	r.Site, r.Args = uint32(site), args[:0]
	for s != "" {
		if s[0] != '.' {
			return Record{}, false
		}
		s = s[1:]
		negative := s != "" && s[0] == '-'
		if negative {
			s = s[1:]
		}
		var n uint64
		if n, s, ok = takeHex(s); !ok {
			return Record{}, false
		}
		if negative {
			n = -n
		}
		r.Args = append(r.Args, int64(n))
	}
	return r, true
}

// takeHex reads the hexadecimal number (1 to 16 digits) that s begins with.
func takeHex(s string) (n uint64, rest string, ok bool) {
	i := 0
	for ; i < len(s) && i <= 16; i++ {
		c := s[i]
		switch {
		case '0' <= c && c <= '9':
			n = n<<4 | uint64(c-'0')
		case 'a' <= c && c <= 'f':
			n = n<<4 | uint64(c-'a'+10)
		default:
			return n, s[i:], i > 0
		}
	}
	return n, s[i:], i > 0 && i <= 16
}
