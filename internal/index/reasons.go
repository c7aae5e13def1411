package index

import (
	"strings"

	"golang.org/x/exp/trace"
)

// plainState is the state of which the trace tells nothing more.
func plainState(s trace.GoState) uint8 {
	switch s {
	case trace.GoRunnable:
		return StateRunnable
	case trace.GoRunning:
		return StateRunning
	case trace.GoWaiting:
		return StateBlocked
	case trace.GoSyscall:
		return StateSyscall
	case trace.GoNotExist:
		return StateEnded
	}
	return StateNone
}

// sameState tells whether our state agrees with the coarser one of the trace.
func sameState(ours uint8, s trace.GoState) bool {
	switch s {
	case trace.GoRunnable:
		return ours == StateRunnable
	case trace.GoRunning:
		return ours == StateRunning || ours == StateGC
	case trace.GoSyscall:
		return ours == StateSyscall
	case trace.GoWaiting:
		return ours != StateRunnable && ours != StateRunning && ours != StateSyscall && ours != StateNone
	}
	return false
}

// blockState returns the state for the runtime's reason of blocking.
func blockState(reason string) uint8 {
	switch reason {
	case "chan send":
		return StateSend
	case "chan receive":
		return StateRecv
	case "select":
		return StateSelect
	case "sync", "sync.(*Cond).Wait":
		return StateLock
	case "network":
		return StateNetwork
	case "sleep":
		return StateSleep
	case "GC mark assist wait for work", "wait until GC ends", "GC weak to strong wait", "GC background sweeper wait":
		return StateGC
	}
	return StateBlocked
}

// stackState guesses from its stack why a goroutine waits that blocked before the recording began.
func (b *builder) stackState(stack uint32) uint8 {
	for _, id := range b.stackFrames(stack) {
		fn := b.strs[b.frames[id].fn]
		switch {
		case strings.HasPrefix(fn, "runtime.chanrecv"):
			return StateRecv
		case strings.HasPrefix(fn, "runtime.chansend"):
			return StateSend
		case fn == "runtime.selectgo":
			return StateSelect
		case strings.HasPrefix(fn, "sync.") || strings.HasPrefix(fn, "internal/sync."):
			return StateLock
		case strings.HasPrefix(fn, "internal/poll."):
			return StateNetwork
		case fn == "time.Sleep":
			return StateSleep
		}
	}
	return StateBlocked
}

// laterStart begins the name of the function of the hooks with which the goroutine of an AfterFunc starts.
const laterStart = "tracevizhook.(*later).run"

// systemFunc tells whether goroutines that run fn are not the program's.
func systemFunc(fn string) bool {
	if strings.HasPrefix(fn, laterStart) {
		return false
	}
	return strings.HasPrefix(fn, "runtime.") && fn != "runtime.main" || strings.HasPrefix(fn, "runtime/trace.") || hookFunc(fn)
}

// gcFunc tells whether goroutines that run fn work for the garbage collector.
func gcFunc(fn string) bool {
	return strings.HasPrefix(fn, "runtime.gcBg") || strings.HasPrefix(fn, "runtime.bg")
}

// hookFunc tells whether fn belongs to what trace-viz links into a target.
func hookFunc(fn string) bool {
	rest, ok := strings.CutPrefix(fn, "tracevizhook")
	return ok && rest != "" && (rest[0] == '.' || rest[0] == '/')
}

// startsWith tells whether the name of the innermost function of a stack begins with prefix.
func startsWith(s trace.Stack, prefix string) bool {
	for f := range s.Frames() {
		return strings.HasPrefix(f.Func, prefix)
	}
	return false
}

// hookStart tells whether the innermost frame of a stack is of the hooks.
func hookStart(s trace.Stack) bool {
	for f := range s.Frames() {
		return hookFunc(f.Func)
	}
	return false
}

// stdTop are the first elements of the import paths of the standard library.
var stdTop = map[string]bool{}

func init() {
	for _, s := range strings.Fields(`archive bufio bytes cmp compress container context crypto database debug embed
		encoding errors expvar flag fmt go hash html image index internal io iter log maps math mime net os path plugin reflect
		regexp runtime slices sort strconv strings structs sync syscall testing text time unicode unique unsafe vendor weak`) {
		stdTop[s] = true
	}
}

// stdFunc tells whether a function belongs to the standard library, by its name and its file.
func stdFunc(fn, file string) bool {
	pkg := funcPackage(fn)
	top, _, _ := strings.Cut(pkg, "/")
	if !stdTop[top] {
		return false
	}
	// A module may be called like a package of the standard library. Its files lie elsewhere.
	return strings.Contains(file, "/src/"+pkg+"/") || strings.HasPrefix(file, pkg+"/") || file == ""
}

// funcPackage returns the import path in a function's name: "net/http" of "net/http.(*conn).serve".
func funcPackage(fn string) string {
	slash := strings.LastIndexByte(fn, '/') + 1
	dot := strings.IndexByte(fn[slash:], '.')
	if dot < 0 {
		return fn
	}
	return fn[:slash+dot]
}
