//go:build tracevizhook

package hook

import (
	"syscall"
	_ "unsafe" // for go:linkname
)

// highFD is where our descriptors go, so that the program's own get the numbers that they get without us.
const highFD = 700

// output is the trace file. Descriptors belong to the program: it may close ours and open a file of its own under the
// same number. So each write first makes sure that the descriptor still is our file.
type output struct {
	path     string
	fd       int
	dev, ino uint64
	first    bool // this is the first process of the recording
	broken   bool // the disk is full or the file is gone; the program goes on
	bytes    int64
}

// open creates the trace file of this process: trace.out for the first one, trace-PID.out for its children.
func (o *output) open(dir string) bool {
	const flags = syscall.O_CREAT | syscall.O_EXCL | syscall.O_WRONLY | syscall.O_APPEND | syscall.O_CLOEXEC
	o.path = dir + "/trace.out"
	fd, err := syscall.Open(o.path, flags, 0o600)
	o.first = err == nil
	if err != nil {
		o.path = dir + "/trace-" + decimal(syscall.Getpid()) + ".out"
		if fd, err = syscall.Open(o.path, flags, 0o600); err != nil {
			return false
		}
	}
	o.use(fd)
	return true
}

func (o *output) use(fd int) {
	o.fd = moveUp(fd)
	var st syscall.Stat_t
	if syscall.Fstat(o.fd, &st) != nil {
		o.broken = true
	}
	o.dev, o.ino = uint64(st.Dev), st.Ino
}

// moveUp gives a descriptor a number that no program counts on.
func moveUp(fd int) int {
	up, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_DUPFD_CLOEXEC, highFD)
	if errno != 0 {
		return fd
	}
	syscall.Close(fd)
	return int(up)
}

// pollServerInit is what package internal/poll calls before it opens its first file.
//
//go:linkname pollServerInit internal/poll.runtime_pollServerInit
func pollServerInit()

// pollerUp lets the runtime make its network poller now, with descriptors as high as ours: an active trace needs it for its
// timers, and a program that closes all low descriptors would die of that, which without us has none yet. The kernel gives
// the lowest free number, so these are all taken for a moment.
func pollerUp(from int) {
	var low [highFD]int
	n := 0
	for n < len(low) {
		fd, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(from), syscall.F_DUPFD_CLOEXEC, 3)
		if errno != 0 {
			break
		}
		if int(fd) > highFD {
			syscall.Close(int(fd))
			break
		}
		low[n] = int(fd)
		n++
	}
	pollServerInit()
	for _, fd := range low[:n] {
		syscall.Close(fd)
	}
}

// write appends b. After an error nothing more is written: a trace with a hole is worse than one that ends.
func (o *output) write(b []byte) {
	if o.broken {
		return
	}
	var st syscall.Stat_t
	if syscall.Fstat(o.fd, &st) != nil || uint64(st.Dev) != o.dev || st.Ino != o.ino {
		fd, err := syscall.Open(o.path, syscall.O_WRONLY|syscall.O_APPEND|syscall.O_CLOEXEC, 0)
		if err != nil {
			o.broken = true
			return
		}
		o.use(fd)
	}
	for len(b) > 0 {
		n, err := syscall.Write(o.fd, b)
		if err == syscall.EINTR || err == syscall.EAGAIN {
			continue
		}
		if err != nil || n <= 0 {
			o.broken = true
			if errno, ok := err.(syscall.Errno); ok {
				say("broken " + decimal(int(errno)) + "\n")
			}
			return
		}
		o.bytes += int64(n)
		b = b[n:]
	}
}

func decimal(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return decimal(n/10) + string(rune('0'+n%10))
}
