//go:build tracevizhook

// This file becomes a part of package runtime/trace inside a target: the build overlay places it beside the package's own
// files. From there it can do what a caller of trace.Start can't: read the trace in a goroutine that bears a name of the
// runtime, so that runtime.NumGoroutine, runtime.Stack and goleak do not see it, and leave trace.Start and the flight
// recorder free for the program. It needs the multiplexer of Go 1.25 to 1.27; where that has changed it does not compile,
// which is better than to be wrong.

package trace

import (
	"internal/trace/tracev2"
	"io"
	"runtime"
	"sync/atomic"
	_ "unsafe" // for go:linkname
)

var (
	tracevizWants atomic.Bool
	tracevizWrite func([]byte)
)

// TracevizStart begins to trace and hands all data to write. It reports false when tracing is on already.
func TracevizStart(write func([]byte)) bool {
	tracing.Lock()
	defer tracing.Unlock()
	if tracing.enabled.Load() || runtime.StartTrace() != nil {
		return false
	}
	tracevizWants.Store(true)
	tracing.subscribers++
	tracevizWrite = write
	go tracevizReader() // without arguments: the compiler would start a closure with a name of its own
	tracing.enabled.Store(true)
	return true
}

// TracevizStop ends what TracevizStart began; tracing itself goes on while the program has a use for it. All data from
// before has been written when it returns, but for a program that goes on tracing: then up to the last whole generation.
func TracevizStop() {
	tracing.Lock()
	defer tracing.Unlock()
	tracing.removingSubscriber()
	tracevizWants.Store(false)
	tracing.removedSubscriber()
}

// TracevizFlush ends the generation.
func TracevizFlush() { runtime_traceAdvance(false) }

// tracevizReader does what the goroutine of traceMultiplexer.startLocked does, for one more subscriber.
//
//go:linkname tracevizReader runtime.tracevizReader
func tracevizReader() {
	write := tracevizWrite
	var user io.Writer
	var flight *recorder
	header := runtime.ReadTrace()
	write(header)
	for {
		data := runtime.ReadTrace()
		if data == nil {
			return
		}
		if write != nil {
			write(data)
		}
		if user != nil {
			user.Write(data)
		}
		if flight != nil {
			flight.Write(data)
		}
		if len(data) != 1 || tracev2.EventType(data[0]) != tracev2.EvEndOfGeneration {
			continue
		}
		if flight != nil {
			flight.endGeneration()
		}
		if !tracevizWants.Load() {
			write = nil
		}
		tracing.subscribersMu.Lock()
		newUser, newFlight := tracing.traceStartWriter, tracing.flightRecorder
		tracing.subscribersMu.Unlock()
		if newUser != nil && newUser != user {
			newUser.Write(header)
		}
		if newFlight != nil && newFlight != flight {
			newFlight.Write(header)
		}
		user, flight = newUser, newFlight
	}
}
