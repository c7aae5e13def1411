//go:build tracevizhook

package hook

import (
	"context"
	"time"
	"unsafe"
)

// The functions of package time, and those of context in ops_context.go, get the original function as first argument: what
// names it stays in the source as it was, be it qualified, by dot import or shadowing nothing, and its import stays used. The forms
// with As stand for the function where it is not called on the spot.

// Duration is for method expressions of promoted methods, whose literals name the type where package time has no name.
type Duration = time.Duration

// Sleep is time.Sleep(d).
//
//go:norace
func Sleep(orig func(time.Duration), site uint32, d time.Duration) {
	if on() {
		emit1(SleepBegin, 0, site, int64(d))
	}
	orig(d)
}

// SleepAs is the function time.Sleep itself.
//
//go:norace
func SleepAs(orig func(time.Duration), site uint32) func(time.Duration) {
	return func(d time.Duration) { Sleep(orig, site, d) }
}

// NewTimer is time.NewTimer(d).
//
//go:norace
func NewTimer(orig func(time.Duration) *time.Timer, site uint32, d time.Duration) *time.Timer {
	t := orig(d)
	if on() {
		emit3(TimerMake, pointer(t), site, int64(d), TimerOnce, int64(address(t.C)))
	}
	return t
}

// NewTimerAs is the function time.NewTimer itself.
//
//go:norace
func NewTimerAs(orig func(time.Duration) *time.Timer, site uint32) func(time.Duration) *time.Timer {
	return func(d time.Duration) *time.Timer { return NewTimer(orig, site, d) }
}

// NewTicker is time.NewTicker(d).
//
//go:norace
func NewTicker(orig func(time.Duration) *time.Ticker, site uint32, d time.Duration) *time.Ticker {
	t := orig(d)
	if on() {
		emit3(TimerMake, pointer(t), site, int64(d), TimerTicker, int64(address(t.C)))
	}
	return t
}

// NewTickerAs is the function time.NewTicker itself.
//
//go:norace
func NewTickerAs(orig func(time.Duration) *time.Ticker, site uint32) func(time.Duration) *time.Ticker {
	return func(d time.Duration) *time.Ticker { return NewTicker(orig, site, d) }
}

// After is time.After(d).
//
//go:norace
func After(orig func(time.Duration) <-chan time.Time, site uint32, d time.Duration) <-chan time.Time {
	c := orig(d)
	if on() {
		emit3(TimerMake, address(c), site, int64(d), TimerAfter, int64(address(c)))
	}
	return c
}

// AfterAs is the function time.After itself.
//
//go:norace
func AfterAs(orig func(time.Duration) <-chan time.Time, site uint32) func(time.Duration) <-chan time.Time {
	return func(d time.Duration) <-chan time.Time { return After(orig, site, d) }
}

// Tick is time.Tick(d), which is nil for a d that is not positive.
//
//go:norace
func Tick(orig func(time.Duration) <-chan time.Time, site uint32, d time.Duration) <-chan time.Time {
	c := orig(d)
	if on() && c != nil {
		emit3(TimerMake, address(c), site, int64(d), TimerTick, int64(address(c)))
	}
	return c
}

// TickAs is the function time.Tick itself.
//
//go:norace
func TickAs(orig func(time.Duration) <-chan time.Time, site uint32) func(time.Duration) <-chan time.Time {
	return func(d time.Duration) <-chan time.Time { return Tick(orig, site, d) }
}

// A later is a function that an AfterFunc will call in a goroutine of its own. Its address is its identity: the function may run
// before AfterFunc has returned.
type later struct {
	site uint32
	f    func()
}

//go:norace
func (l *later) id() uintptr { return uintptr(unsafe.Pointer(l)) }

// run is what the goroutine runs. The index knows its name: such a goroutine is the program's.
//
//go:norace
func (l *later) run() {
	if on() {
		emit(TimerRun, l.id(), l.site)
	}
	l.f()
}

// AfterFunc is time.AfterFunc(d, f). A nil f fails in a goroutine of the runtime, and so it does without hooks.
//
//go:norace
func AfterFunc(orig func(time.Duration, func()) *time.Timer, site uint32, d time.Duration, f func()) *time.Timer {
	if !on() || f == nil {
		return orig(d, f)
	}
	l := &later{site, f}
	emit3(TimerMake, l.id(), site, int64(d), TimerFunc, 0)
	t := orig(d, l.run)
	emit1(TimerName, pointer(t), site, int64(l.id()))
	return t
}

// AfterFuncAs is the function time.AfterFunc itself.
//
//go:norace
func AfterFuncAs(orig func(time.Duration, func()) *time.Timer, site uint32) func(time.Duration, func()) *time.Timer {
	return func(d time.Duration, f func()) *time.Timer { return AfterFunc(orig, site, d, f) }
}

// TimerStops is t.Stop().
//
//go:norace
func TimerStops(t *time.Timer, site uint32) bool {
	if on() {
		emit(TimerStop, pointer(t), site)
	}
	return t.Stop()
}

// TimerResets is t.Reset(d).
//
//go:norace
func TimerResets(t *time.Timer, site uint32, d time.Duration) bool {
	if on() {
		emit1(TimerReset, pointer(t), site, int64(d))
	}
	return t.Reset(d)
}

// TickerStops is t.Stop().
//
//go:norace
func TickerStops(t *time.Ticker, site uint32) {
	if on() {
		emit(TimerStop, pointer(t), site)
	}
	t.Stop()
}

// TickerResets is t.Reset(d).
//
//go:norace
func TickerResets(t *time.Ticker, site uint32, d time.Duration) {
	if on() {
		emit1(TimerReset, pointer(t), site, int64(d))
	}
	t.Reset(d)
}

// ContextAfterFunc is context.AfterFunc(c, f).
//
//go:norace
func ContextAfterFunc(orig func(context.Context, func()) func() bool, site uint32, c context.Context, f func()) func() bool {
	if !on() || f == nil {
		return orig(c, f)
	}
	l := &later{site, f}
	emit1(ContextAfter, l.id(), site, int64(cancellable(c)))
	stop := orig(c, l.run)
	return func() bool {
		if on() {
			emit(TimerStop, l.id(), site)
		}
		return stop()
	}
}

// ContextAfterFuncAs is the function context.AfterFunc itself.
//
//go:norace
func ContextAfterFuncAs(orig func(context.Context, func()) func() bool, site uint32) func(context.Context, func()) func() bool {
	return func(c context.Context, f func()) func() bool { return ContextAfterFunc(orig, site, c, f) }
}
