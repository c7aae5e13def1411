//go:build tracevizhook

package hook

import (
	"internal/runtime/exithook"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"syscall"
	_ "unsafe" // for go:linkname
)

// Environment variables by which trace-viz speaks to a program that it built. A child of the program inherits them, so
// that a child built with hooks records itself into the same folder.
const (
	EnvDir     = "TRACEVIZ_DIR"     // the recording's folder
	EnvControl = "TRACEVIZ_CONTROL" // path of the control socket
	EnvValues  = "TRACEVIZ_VALUES"  // "off": record no values
)

//go:linkname nanotime runtime.nanotime
func nanotime() int64

var (
	out     output
	stopMu  sync.Mutex
	stopped atomic.Bool

	// startWall begins a wall-clock profile into the recording's folder and returns what ends and writes it. It is set by
	// the file wall.go, which is part of the overlay only when a profile is wanted.
	startWall func(dir string) (stop func())
	stopWall  func()
)

func init() {
	dir, _ := syscall.Getenv(EnvDir)
	if dir == "" {
		return
	}
	if v, _ := syscall.Getenv(EnvValues); v == "off" {
		valuesOff = true
	}
	start(dir)
}

// start begins to trace into dir. It changes nothing in the program when it can't: the command says what is missing.
func start(dir string) {
	if !out.open(dir) {
		return
	}
	pollerUp(out.fd)
	calibrate()
	began := nanotime()
	if !trace.TracevizStart(out.write) {
		return
	}
	exithook.Add(exithook.Hook{F: stop, RunOnFailure: true})
	crashOutput(dir, out.first)
	if out.first && startWall != nil {
		stopWall = startWall(dir)
	}
	startControl(began) // at last, since its goroutine reads in stop what was written here, and nothing else orders the two
}

// stop ends our part of the trace: at the exit of the program, or when trace-viz asks for it. It returns when all that
// happened before is in the file.
func stop() {
	stopMu.Lock() // who comes second waits until the first is through
	defer stopMu.Unlock()
	if stopped.Load() {
		return
	}
	stopped.Store(true)
	trace.TracevizStop()
	noCrash()
	if stopWall != nil {
		stopWall() // fgprof ends by a message, on which main would be seen to wait if the trace went on
	}
	goodbye()
}
