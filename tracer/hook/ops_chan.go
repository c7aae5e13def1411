//go:build tracevizhook

package hook

import (
	"internal/abi"
	"unsafe"
)

// The functions of this file and its neighbours are what rewritten source calls in place of an operation. Each costs one
// load and a branch while tracing is off. They leave evaluation, assignability and panics to the compiler: the operands
// are the program's own expressions, and a panic of the operation passes through, only with one frame more on top.
//
// An operation on a channel is tried first, under the channel's hook lock, so that the records of operations that did not
// block are in the order of the channel. A try may panic; then the lock is released on the way out.

// address is the identity of a channel: 0 for nil.
//
//go:norace
func address[C any](c C) uintptr { return *(*uintptr)(unsafe.Pointer(&c)) }

// capacity is cap(c) for a c whose type is a channel type, but of unknown direction: cap depends on neither.
//
//go:norace
func capacity[C any](c C) int64 { return int64(cap(*(*chan struct{})(unsafe.Pointer(&c)))) }

// Make records a channel that was just made. It takes and returns the type of the make expression as it is.
//
//go:norace
func Make[C any](c C, site uint32) C {
	if on() {
		emit1(ChanMake, address(c), site, capacity(c))
	}
	return c
}

// Close is close(c). Its record is written before, so that it stands before all that close wakes.
//
//go:norace
func Close[T any](c chan<- T, site uint32) {
	if !at(site) {
		close(c)
		return
	}
	l := lock(address(c))
	defer l.unlock()
	emit1(ChanClose, address(c), site, capacity(c))
	close(c)
}

// A Sender is the left part of a send statement.
type Sender[T any] struct {
	c    chan<- T
	site uint32
}

// S begins the send c <- v. That Send is a method makes v assignable as in the statement: its type is known by then, so v
// may be nil, an untyped constant or anything else that is assignable to T.
//
//go:norace
func S[T any](c chan<- T, site uint32) Sender[T] { return Sender[T]{c, site} }

// Send is the send.
//
//go:norace
func (s Sender[T]) Send(v T) {
	if !at(s.site) {
		s.c <- v
		return
	}
	obj, size := address(s.c), capacity(s.c)
	if !send(s.c, v, obj, size, s.site) {
		s.c <- v
		emit1(ChanSendDone, obj, s.site, size)
	}
}

// send tries to send and records that it did, or that the sender is about to block.
//
//go:norace
func send[T any](c chan<- T, v T, obj uintptr, size int64, site uint32) bool {
	var text [maxText]byte
	n := valueOf(&text, abi.TypeFor[T](), unsafe.Pointer(&v))
	l := lock(obj)
	defer l.unlock() // a send on a closed channel panics
	op := ChanSend
	select {
	case c <- v:
	default:
		op = ChanSendBlock
	}
	if n == 0 {
		emit1(op, obj, site, size)
	} else {
		emitValue(op, obj, site, size, text[:n])
	}
	return op == ChanSend
}

// R is the receive <-c.
//
//go:norace
func R[T any](c <-chan T, site uint32) T {
	if !at(site) {
		return <-c
	}
	v, _ := recv(c, site)
	return v
}

// R2 is the receive v, ok = <-c where ok is a bool.
//
//go:norace
func R2[T any](c <-chan T, site uint32) (T, bool) {
	if !at(site) {
		v, ok := <-c
		return v, ok
	}
	return recv(c, site)
}

// R2As is R2 where ok has a boolean type of its own, of which the last argument is any value.
//
//go:norace
func R2As[T any, B ~bool](c <-chan T, site uint32, _ B) (T, B) {
	v, ok := R2(c, site)
	return v, B(ok)
}

//go:norace
func recv[T any](c <-chan T, site uint32) (v T, ok bool) {
	obj, size := address(c), capacity(c)
	l := lock(obj)
	select {
	case v, ok = <-c:
		op := ChanRecv
		if !ok {
			op = ChanRecvClosed
		}
		emit1(op, obj, site, size)
		l.unlock()
		return v, ok
	default:
	}
	emit1(ChanRecvBlock, obj, site, size)
	l.unlock()
	v, ok = <-c
	op := ChanRecvDone
	if !ok {
		op = ChanRecvEnded
	}
	emit1(op, obj, site, size)
	return v, ok
}

// An Iter stands for the range clause of a loop over a channel.
type Iter[T any] struct {
	c    <-chan T
	site uint32
}

// Range begins a loop over c. The second result declares the iteration variable.
//
//go:norace
func Range[T any](c <-chan T, site uint32) (Iter[T], T) {
	var zero T
	return Iter[T]{c, site}, zero
}

// Each begins a loop over c that declares no variable.
//
//go:norace
func Each[T any](c <-chan T, site uint32) Iter[T] { return Iter[T]{c, site} }

// Next returns the next element, and false at the end of the loop. The loop's own code assigns it to the iteration
// variable, because a write in a function without race instrumentation would be hidden from the race detector.
//
//go:norace
func (i Iter[T]) Next() (T, bool) { return R2(i.c, i.site) }
