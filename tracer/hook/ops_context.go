//go:build tracevizhook

package hook

import (
	"context"
	"internal/abi"
	"internal/runtime/atomic"
	"time"
	"unsafe"
)

// A context stays the program's own value: it is compared, printed and asserted by its type. What is wrapped is its cancel
// function, which can do no more than be called and compared to nil: only so is it known who called it, when, and that
// somebody did at all though nobody waited. The other way was to look at who closes the Done channel: the runtime tells that
// only of a channel that somebody waits for at the moment, and making the channel early to have its address would make it in
// another synctest bubble than the program does.
//
// A context is known by the address of the value of package context that can be cancelled. Behind those of WithValue it is
// looked for without a call of a method, which could be the program's own.

// Types of package context that have no exported names. They are learnt from values: the first two when the first one is
// made by a hook, for a context with a deadline made here would link timers into every program.
var (
	cancelType, deadlineType atomic.Uintptr
	valueType                = func() *abi.Type {
		background := context.Background()
		c := context.WithValue(background, &valueProbe, 0)
		i := (*iface)(unsafe.Pointer(&c))
		if *(*[2]uintptr)(i.data) != *(*[2]uintptr)(unsafe.Pointer(&background)) {
			return nil // another layout: what is behind values is not looked for
		}
		return i.tab.Type
	}()
	valueProbe byte

	// endless are the types of those that can't be cancelled.
	endless = [3]*abi.Type{typeOf(context.Background()), typeOf(context.TODO()), typeOf(context.WithoutCancel(context.Background()))}
)

func typeOf(c context.Context) *abi.Type { return (*iface)(unsafe.Pointer(&c)).tab.Type }

// unknown stands for a context of which it is not known whether it can be cancelled.
const unknown = ^uintptr(0)

// maxWrapped bounds how many values around a context are looked through.
const maxWrapped = 1000

// cancellable returns the address of the innermost context that can be cancelled, 0 if there is none.
//
//go:norace
func cancellable(c context.Context) uintptr {
	for range maxWrapped {
		i := (*iface)(unsafe.Pointer(&c))
		if i.tab == nil {
			return 0
		}
		switch t := i.tab.Type; {
		case t == valueType, uintptr(unsafe.Pointer(t)) == signalType.Load():
			c = *(*context.Context)(i.data)
		case uintptr(unsafe.Pointer(t)) == cancelType.Load(), uintptr(unsafe.Pointer(t)) == deadlineType.Load():
			return uintptr(i.data)
		case t == endless[0], t == endless[1], t == endless[2]:
			return 0
		default:
			return unknown
		}
	}
	return unknown
}

// told remembers of which contexts the Done channel was recorded, by a hash of the context. What is pushed out is recorded once
// more.
var told [1024]atomic.Uintptr

//go:norace
func toldSlot(obj uintptr) *atomic.Uintptr { return &told[(obj>>5^obj>>15)%uintptr(len(told))] }

// learn notes the type of a context that package context just made. One with a deadline that its parent's precedes is of the
// type of those without.
//
//go:norace
func learn(c context.Context) uintptr {
	i := (*iface)(unsafe.Pointer(&c))
	t := uintptr(unsafe.Pointer(i.tab.Type))
	if t != cancelType.Load() && t != deadlineType.Load() {
		if cancelType.Load() == 0 {
			cancelType.Store(t)
		} else {
			deadlineType.Store(t)
		}
	}
	obj := uintptr(i.data)
	toldSlot(obj).Store(0) // another context may have had that address
	return obj
}

// made records a context. rest is the time until its deadline.
//
//go:norace
func made(parent, c context.Context, site uint32) uintptr {
	obj := learn(c)
	emit1(ContextMake, obj, site, int64(cancellable(parent)))
	return obj
}

//go:norace
func madeUntil(parent, c context.Context, site uint32, rest time.Duration) uintptr {
	obj, began := learn(c), sample()
	var buf [recordSize]byte
	r := AppendArg(AppendRecord(buf[:0], ContextMake, uint64(obj), site), int64(cancellable(parent)))
	log(AppendArg(r, int64(rest)), "", began)
	return obj
}

// cancels wraps a cancel function.
//
//go:norace
func cancels(cancel context.CancelFunc, obj uintptr, site uint32) context.CancelFunc {
	return func() {
		if on() {
			emit(ContextCancel, obj, site)
		}
		cancel()
	}
}

//go:norace
func cancelsCause(cancel context.CancelCauseFunc, obj uintptr, site uint32) context.CancelCauseFunc {
	return func(cause error) {
		if on() {
			emit(ContextCancel, obj, site)
		}
		cancel(cause)
	}
}

// WithCancel is context.WithCancel(parent).
//
//go:norace
func WithCancel(orig func(context.Context) (context.Context, context.CancelFunc), site uint32, parent context.Context) (context.Context, context.CancelFunc) {
	c, cancel := orig(parent)
	if !on() {
		return c, cancel
	}
	return c, cancels(cancel, made(parent, c, site), site)
}

// WithCancelAs is the function context.WithCancel itself.
//
//go:norace
func WithCancelAs(orig func(context.Context) (context.Context, context.CancelFunc), site uint32) func(context.Context) (context.Context, context.CancelFunc) {
	return func(parent context.Context) (context.Context, context.CancelFunc) {
		return WithCancel(orig, site, parent)
	}
}

// WithCancelCause is context.WithCancelCause(parent).
//
//go:norace
func WithCancelCause(orig func(context.Context) (context.Context, context.CancelCauseFunc), site uint32, parent context.Context) (context.Context, context.CancelCauseFunc) {
	c, cancel := orig(parent)
	if !on() {
		return c, cancel
	}
	return c, cancelsCause(cancel, made(parent, c, site), site)
}

// WithCancelCauseAs is the function context.WithCancelCause itself.
//
//go:norace
func WithCancelCauseAs(orig func(context.Context) (context.Context, context.CancelCauseFunc), site uint32) func(context.Context) (context.Context, context.CancelCauseFunc) {
	return func(parent context.Context) (context.Context, context.CancelCauseFunc) {
		return WithCancelCause(orig, site, parent)
	}
}

// WithTimeout is context.WithTimeout(parent, d).
//
//go:norace
func WithTimeout(orig func(context.Context, time.Duration) (context.Context, context.CancelFunc), site uint32, parent context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if !on() {
		return orig(parent, d)
	}
	begin := nanotime()
	c, cancel := orig(parent, d)
	return c, cancels(cancel, madeUntil(parent, c, site, d-time.Duration(nanotime()-begin)), site)
}

// WithTimeoutAs is the function context.WithTimeout itself.
//
//go:norace
func WithTimeoutAs(orig func(context.Context, time.Duration) (context.Context, context.CancelFunc), site uint32) func(context.Context, time.Duration) (context.Context, context.CancelFunc) {
	return func(parent context.Context, d time.Duration) (context.Context, context.CancelFunc) {
		return WithTimeout(orig, site, parent, d)
	}
}

// WithTimeoutCause is context.WithTimeoutCause(parent, d, cause).
//
//go:norace
func WithTimeoutCause(orig func(context.Context, time.Duration, error) (context.Context, context.CancelFunc), site uint32, parent context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc) {
	if !on() {
		return orig(parent, d, cause)
	}
	begin := nanotime()
	c, cancel := orig(parent, d, cause)
	return c, cancels(cancel, madeUntil(parent, c, site, d-time.Duration(nanotime()-begin)), site)
}

// WithTimeoutCauseAs is the function context.WithTimeoutCause itself.
//
//go:norace
func WithTimeoutCauseAs(orig func(context.Context, time.Duration, error) (context.Context, context.CancelFunc), site uint32) func(context.Context, time.Duration, error) (context.Context, context.CancelFunc) {
	return func(parent context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc) {
		return WithTimeoutCause(orig, site, parent, d, cause)
	}
}

// WithDeadline is context.WithDeadline(parent, t).
//
//go:norace
func WithDeadline(orig func(context.Context, time.Time) (context.Context, context.CancelFunc), site uint32, parent context.Context, t time.Time) (context.Context, context.CancelFunc) {
	c, cancel := orig(parent, t)
	if !on() {
		return c, cancel
	}
	return c, cancels(cancel, madeUntil(parent, c, site, time.Until(t)), site)
}

// WithDeadlineAs is the function context.WithDeadline itself.
//
//go:norace
func WithDeadlineAs(orig func(context.Context, time.Time) (context.Context, context.CancelFunc), site uint32) func(context.Context, time.Time) (context.Context, context.CancelFunc) {
	return func(parent context.Context, t time.Time) (context.Context, context.CancelFunc) {
		return WithDeadline(orig, site, parent, t)
	}
}

// WithDeadlineCause is context.WithDeadlineCause(parent, t, cause).
//
//go:norace
func WithDeadlineCause(orig func(context.Context, time.Time, error) (context.Context, context.CancelFunc), site uint32, parent context.Context, t time.Time, cause error) (context.Context, context.CancelFunc) {
	c, cancel := orig(parent, t, cause)
	if !on() {
		return c, cancel
	}
	return c, cancels(cancel, madeUntil(parent, c, site, time.Until(t)), site)
}

// WithDeadlineCauseAs is the function context.WithDeadlineCause itself.
//
//go:norace
func WithDeadlineCauseAs(orig func(context.Context, time.Time, error) (context.Context, context.CancelFunc), site uint32) func(context.Context, time.Time, error) (context.Context, context.CancelFunc) {
	return func(parent context.Context, t time.Time, cause error) (context.Context, context.CancelFunc) {
		return WithDeadlineCause(orig, site, parent, t, cause)
	}
}

// Context is for operands of other types than that.
type Context = context.Context

// Done is c.Done(). It tells once for each context which channel is its.
//
//go:norace
func Done(c context.Context, site uint32) <-chan struct{} {
	done := c.Done()
	if !on() {
		return done
	}
	if obj := cancellable(c); obj != 0 && obj != unknown {
		ch := address(done)
		pair := obj ^ (ch<<23 | ch>>41)
		if slot := toldSlot(obj); slot.Load() != pair {
			slot.Store(pair)
			emit1(ContextDone, obj, site, int64(ch))
		}
	}
	return done
}
