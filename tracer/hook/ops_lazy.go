//go:build tracevizhook

package hook

import (
	"internal/runtime/atomic"
	"sync"
	"unsafe"
)

// A lazy is what the hooks know of a function that sync.OnceFunc, OnceValue or OnceValues made. Its address is its identity. The
// runtime's own atomics order nothing for the race detector.
type lazy struct {
	site          uint32
	running, done atomic.Uint32
}

// begin stands before the function that runs once.
//
//go:norace
func (l *lazy) begin() {
	l.running.Store(1)
	if on() {
		emit(OnceRun, uintptr(unsafe.Pointer(l)), l.site)
	}
}

// end is deferred around it: it may panic.
//
//go:norace
func (l *lazy) end() {
	l.done.Store(1)
	if on() {
		emit(OnceRan, uintptr(unsafe.Pointer(l)), l.site)
	}
}

// waits reports whether a call has to wait for another goroutine, and records that.
//
//go:norace
func (l *lazy) waits() bool {
	if l.done.Load() != 0 || l.running.Load() == 0 || !on() {
		return false
	}
	emit(OnceWait, uintptr(unsafe.Pointer(l)), l.site)
	return true
}

// woken ends a wait.
//
//go:norace
func (l *lazy) woken() {
	if on() {
		emit(OnceWoken, uintptr(unsafe.Pointer(l)), l.site)
	}
}

// OnceFunc is sync.OnceFunc(f). The first argument is nil: it keeps the import of what it names used.
//
//go:norace
func OnceFunc(_ *sync.Once, site uint32, f func()) func() {
	l := &lazy{site: site}
	once := sync.OnceFunc(func() {
		l.begin()
		defer l.end()
		f()
	})
	return func() {
		if l.waits() {
			defer l.woken()
		}
		once()
	}
}

// OnceValue is sync.OnceValue(f).
//
//go:norace
func OnceValue[T any](_ *sync.Once, site uint32, f func() T) func() T {
	l := &lazy{site: site}
	once := sync.OnceValue(func() T {
		l.begin()
		defer l.end()
		return f()
	})
	return func() T {
		if l.waits() {
			defer l.woken()
		}
		return once()
	}
}

// OnceValues is sync.OnceValues(f).
//
//go:norace
func OnceValues[T, U any](_ *sync.Once, site uint32, f func() (T, U)) func() (T, U) {
	l := &lazy{site: site}
	once := sync.OnceValues(func() (T, U) {
		l.begin()
		defer l.end()
		return f()
	})
	return func() (T, U) {
		if l.waits() {
			defer l.woken()
		}
		return once()
	}
}

// OnceFuncAs is the function sync.OnceFunc itself, where it is not called.
//
//go:norace
func OnceFuncAs(o *sync.Once, site uint32) func(func()) func() {
	return func(f func()) func() { return OnceFunc(o, site, f) }
}

// OnceValueAs is sync.OnceValue[T].
//
//go:norace
func OnceValueAs[T any](o *sync.Once, site uint32) func(func() T) func() T {
	return func(f func() T) func() T { return OnceValue(o, site, f) }
}

// OnceValuesAs is sync.OnceValues[T, U].
//
//go:norace
func OnceValuesAs[T, U any](o *sync.Once, site uint32) func(func() (T, U)) func() (T, U) {
	return func(f func() (T, U)) func() (T, U) { return OnceValues(o, site, f) }
}
