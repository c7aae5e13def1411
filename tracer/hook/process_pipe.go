//go:build tracevizhook

package hook

import (
	iopoll "internal/poll"
	"runtime/trace"
)

// Package internal/poll has a place for this function when the overlay changes it, which is when this file is part of the
// target: for programs that start others. It is set before the first init function runs that could use a pipe of package os.
var _ = func() bool {
	iopoll.TracevizPipe = pipe
	return true
}()

// pipe records that n bytes were read from a pipe, or written to it, by descriptor fd. It runs while the descriptor's own
// lock is held, so the order of the records is that of the bytes. dev and ino are the same at both ends of a pipe and in all
// processes that have it. It waits for nothing and may not be held up: other goroutines wait for that lock.
//
//go:norace
func pipe(dev, ino uint64, fd, n int, write bool) {
	if !trace.IsEnabled() {
		return
	}
	op := PipeRead
	if write {
		op = PipeWrite
	}
	emit3(op, uintptr(ino), 0, int64(n), int64(fd), int64(dev))
}
