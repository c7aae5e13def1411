//go:build tracevizhook

// This file becomes a part of package internal/poll inside a target that starts other programs: it tells the hooks what is
// read from pipes and written to them, by whatever means: bufio, encoding/json, fmt.Println, the goroutines of os/exec.

package poll

import (
	"internal/runtime/atomic"
	"syscall"
	"unsafe"
)

// TracevizPipe is told what was read from and written to pipes. It is set before main, and nil without hooks.
var TracevizPipe func(dev, ino uint64, fd, n int, write bool)

// tracevizIdent is what a pipe is known by. It belongs to one descriptor and is found out when that is first used. The
// atomics of the runtime order nothing for the race detector.
type tracevizIdent struct {
	known    atomic.Uint32 // one of the constants below
	dev, ino atomic.Uint64
}

const (
	tracevizOther = 1 // a file or terminal
	tracevizIsOne = 2
)

// tracevizDid is called after each read and write, with the number of bytes or what came of it instead. The caller holds the
// lock of the descriptor, so it is not closed meanwhile.
//
//go:norace
func (fd *FD) tracevizDid(n int, write bool) {
	f := TracevizPipe
	if f == nil || n <= 0 || !fd.isFile {
		return
	}
	id := &fd.traceviz
	known := id.known.Load()
	if known == 0 {
		known = id.look(fd.Sysfd)
	}
	if known == tracevizIsOne {
		f(id.dev.Load(), id.ino.Load(), fd.Sysfd, n, write)
	}
}

// look asks the kernel what a descriptor is, without a word to the scheduler and so without an event in the trace: fstat of
// an open descriptor does not wait. A reader and a writer may come here at once and find the same.
//
//go:norace
func (id *tracevizIdent) look(fd int) uint32 {
	var st syscall.Stat_t
	known := uint32(tracevizOther)
	_, _, errno := syscall.RawSyscall(syscall.SYS_FSTAT, uintptr(fd), uintptr(unsafe.Pointer(&st)), 0)
	if errno == 0 && st.Mode&syscall.S_IFMT == syscall.S_IFIFO {
		id.dev.Store(uint64(st.Dev))
		id.ino.Store(st.Ino)
		known = tracevizIsOne
	}
	id.known.Store(known)
	return known
}
