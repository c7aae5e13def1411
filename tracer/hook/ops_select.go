//go:build tracevizhook

package hook

import (
	"internal/abi"
	"unsafe"
)

// A select statement stays a select statement. Its channel operands are wrapped: they tell, in the order in which they
// are evaluated, what the goroutine is about to wait for. So the order of two selects on one channel in the log may differ
// from the channel's. The common form with one case and default is made a try like that of a plain operation, and exact.

// A Case holds what a select statement knows of one of its channel cases. The rewritten function keeps an array of them
// on its stack, long enough for its longest select.
type Case struct {
	obj  uintptr
	cap  uint32
	recv bool
	set  bool // filled in with tracing on
	n    uint8
	text [maxText]byte // n bytes: the value to send
}

// listCases is how many cases SelectBlock can name: more would not fit into a string of the trace.
const listCases = 32

// SelR wraps the channel operand of receive case i. block is the site of the select statement when this is the last
// operand of a select without default, else 0.
//
//go:norace
func SelR[T any](s []Case, i int, block uint32, c <-chan T) <-chan T {
	if !at(block) {
		s[i].set = false
		return c
	}
	s[i].fill(address(c), capacity(c), true)
	if block != 0 {
		announce(s[:i+1], block)
	}
	return c
}

// SelS wraps the channel operand of send case i, as SelR. When the value is wrapped by SelV too, SelV has the block.
//
//go:norace
func SelS[T any](s []Case, i int, block uint32, c chan<- T) chan<- T {
	if !at(block) {
		s[i].set = false
		return c
	}
	s[i].fill(address(c), capacity(c), false)
	if block != 0 {
		announce(s[:i+1], block)
	}
	return c
}

//go:norace
func (c *Case) fill(obj uintptr, size int64, recv bool) {
	c.obj, c.cap, c.recv, c.set, c.n = obj, uint32(size), recv, true, 0
}

// announce says which channels the select is about to wait for.
//
//go:norace
func announce(s []Case, site uint32) {
	var args [2 * listCases]int64
	n := 0
	for i := range s {
		if !s[i].set || n == len(args) {
			break
		}
		args[n] = int64(s[i].obj)
		if s[i].recv {
			args[n+1] = 1
		}
		n += 2
	}
	emitList(SelectBlock, 0, site, args[:n])
}

// A SelValue wraps the value of a send case.
type SelValue[T any] struct {
	s     []Case
	i     int
	block uint32
}

// SelV begins to wrap the value of send case i. c gives its type alone.
//
//go:norace
func SelV[T any](s []Case, i int, block uint32, c chan<- T) SelValue[T] {
	return SelValue[T]{s, i, block}
}

// V returns v, after a look at it.
//
//go:norace
func (w SelValue[T]) V(v T) T {
	if !at(w.block) || !w.s[w.i].set {
		return v
	}
	c := &w.s[w.i]
	c.n = uint8(valueOf(&c.text, abi.TypeFor[T](), unsafe.Pointer(&v)))
	if w.block != 0 {
		announce(w.s[:w.i+1], w.block)
	}
	return v
}

// SelDone is the first statement of case i.
//
//go:norace
func SelDone(s []Case, i int, site uint32) {
	if c := &s[i]; c.set && on() {
		dir := int64(0)
		if c.recv {
			dir = 1
		}
		emitDone(c.obj, site, int64(c.cap), int64(i), dir, c.text[:c.n])
	}
}

// SelElse is the first statement of the default case.
//
//go:norace
func SelElse(site uint32) {
	if on() {
		emit(SelectElse, 0, site)
	}
}

// SelNone stands before a select without cases, which blocks for ever.
//
//go:norace
func SelNone(site uint32) {
	if on() {
		emitList(SelectBlock, 0, site, nil)
	}
}

//go:norace
func emitDone(obj uintptr, site uint32, size, i, dir int64, value []byte) {
	began := sample()
	var buf [recordSize]byte
	r := AppendArg(AppendArg(AppendArg(AppendRecord(buf[:0], SelectDone, uint64(obj), site), size), i), dir)
	log(r, unsafe.String(unsafe.SliceData(value), len(value)), began)
}

// A TrySender is the send case of a select whose only other case is default.
type TrySender[T any] struct {
	c         chan<- T
	sel, site uint32
}

// TryS begins the try to send on c.
//
//go:norace
func TryS[T any](c chan<- T, sel, site uint32) TrySender[T] { return TrySender[T]{c, sel, site} }

// Send reports whether v was sent.
//
//go:norace
func (s TrySender[T]) Send(v T) bool {
	if !at(s.sel) {
		select {
		case s.c <- v:
			return true
		default:
			return false
		}
	}
	return s.send(v)
}

//go:norace
func (s TrySender[T]) send(v T) bool {
	var text [maxText]byte
	n := valueOf(&text, abi.TypeFor[T](), unsafe.Pointer(&v))
	obj := address(s.c)
	l := lock(obj)
	defer l.unlock() // a send on a closed channel panics
	select {
	case s.c <- v:
		emitDone(obj, s.site, capacity(s.c), 0, 0, text[:n])
		return true
	default:
		emit(SelectElse, 0, s.sel)
		return false
	}
}

// TryR is the case <-c of a select whose only other case is default.
//
//go:norace
func TryR[T any](c <-chan T, sel, site uint32) bool {
	_, _, chosen := TryR2(c, sel, site)
	return chosen
}

// TryR1 is the case v := <-c of a select whose only other case is default.
//
//go:norace
func TryR1[T any](c <-chan T, sel, site uint32) (v T, chosen bool) {
	v, _, chosen = TryR2(c, sel, site)
	return v, chosen
}

// TryR2 is the case v, ok := <-c of a select whose only other case is default.
//
//go:norace
func TryR2[T any](c <-chan T, sel, site uint32) (v T, ok, chosen bool) {
	if !at(sel) {
		select {
		case v, ok = <-c:
			return v, ok, true
		default:
			return v, false, false
		}
	}
	obj := address(c)
	l := lock(obj)
	select {
	case v, ok = <-c:
		emitDone(obj, site, capacity(c), 0, 1, nil)
		chosen = true
	default:
		emit(SelectElse, 0, sel)
	}
	l.unlock()
	return v, ok, chosen
}
