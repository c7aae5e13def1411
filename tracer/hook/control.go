//go:build tracevizhook

package hook

import (
	"internal/runtime/atomic"
	"runtime"
	"runtime/trace"
	"syscall"
	"unsafe"
)

// The control socket. The program sends lines, trace-viz sends single bytes.
//
//	hello PID PROCS NANOTIME PARENT ARGS   the trace began at that time of the monotonic clock
//	flushed            answers f: all that happened before f is in the file
//	broken ERRNO       the trace could not be written and ends here
//	cost SAMPLES EVENTS NS   so many records were measured so far; they stand for EVENTS, which took NS
//	bye PROCS LEFTOUT  the trace is ended
const (
	askFlush = 'f' // end the generation now
	askStop  = 's' // stop tracing; the program goes on
)

// A generation of the trace is ended every minAdvance, or less often when that costs more than one part in advanceShare
// of the time: ending one visits each goroutine. The first ones are shorter, so that little is lost of a program that is
// killed soon.
const (
	firstAdvance = 5e6   // ns
	minAdvance   = 100e6 // ns
	advanceShare = 100
)

var (
	control     atomic.Int32  // descriptor of the control socket, 0 if there is none
	controlIno  atomic.Uint64 // by which the socket is known: see output
	controlPath string
	hello       string // what trace-viz is told first
)

func startControl(began int64) {
	controlPath, _ = syscall.Getenv(EnvControl)
	hello = "hello " + decimal(syscall.Getpid()) + " " + decimal(runtime.GOMAXPROCS(0)) + " " + decimal(int(began)) + " " +
		decimal(syscall.Getppid()) + " " + argsHex() + "\n"
	connect()
	go advance()
}

// connect opens the control socket if there is one. It never waits: where nobody takes the connection, or nobody reads what is
// said, the program goes on.
func connect() {
	control.Store(0)
	if controlPath == "" {
		return
	}
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return
	}
	fd = moveUp(fd)
	var st syscall.Stat_t
	if syscall.Connect(fd, &syscall.SockaddrUnix{Name: controlPath}) != nil || syscall.Fstat(fd, &st) != nil {
		syscall.Close(fd)
		return
	}
	controlIno.Store(st.Ino)
	control.Store(int32(fd))
	say(hello)
}

// taken reports whether the program has closed the control socket; another file of its own may have the number by now.
func taken(fd int) bool {
	var st syscall.Stat_t
	return syscall.Fstat(fd, &st) != nil || st.Mode&syscall.S_IFMT != syscall.S_IFSOCK || st.Ino != controlIno.Load()
}

// say sends a line to trace-viz; when nobody listens it is dropped.
func say(line string) {
	fd := int(control.Load())
	if fd != 0 && taken(fd) {
		connect()
		fd = int(control.Load())
	}
	if fd == 0 {
		return
	}
	b := unsafe.Slice(unsafe.StringData(line), len(line))
	syscall.SendmsgN(fd, b, nil, nil, syscall.MSG_NOSIGNAL)
}

func goodbye() {
	sayCost()
	say("bye " + decimal(runtime.GOMAXPROCS(0)) + " " + decimal(int(leftOut())) + "\n")
}

// advance ends generations, so that a live view is prompt and a kill loses little, and answers the control socket. It
// sleeps in the kernel and not in a timer, so that a program whose goroutines all wait stays still in its trace. Its
// name lets the runtime take it for a goroutine of its own.
//
//go:linkname advance runtime.tracevizControl
func advance() {
	wait, least := int64(firstAdvance), int64(firstAdvance)
	told := uint64(0) // of what records cost: a program that is killed has no last word
	for !stopped.Load() {
		ask, gone := poll(wait)
		if gone {
			syscall.Close(int(control.Swap(0)))
		}
		if ask == askStop {
			stop()
			return
		}
		if stopped.Load() {
			return
		}
		if held.Load() > 0 && ask != askFlush {
			continue
		}
		began, used := nanotime(), processTime()
		trace.TracevizFlush()
		if ask == askFlush {
			say("flushed\n")
		}
		if samples.Load() != told {
			told = sayCost()
		}
		least = min(2*least, minAdvance)
		// Each of the two is too much: the clock has what a busy machine makes us wait, the processors' time has what the
		// program does meanwhile.
		wait = max(least, min(nanotime()-began, processTime()-used)*advanceShare)
	}
}

// held counts who wants no generation to end for now.
var held atomic.Int32

// Hold lets no generation end until the function that it returns is called, unless trace-viz asks for it: the runtime allocates
// memory then, for each stack in it, and package testing counts the allocations of the whole process in AllocsPerRun.
func Hold() (release func()) {
	held.Add(1)
	return letGo
}

func letGo() { held.Add(-1) }

// processTime is the processors' time that the process has had, in ns.
func processTime() int64 {
	const processClock = 2 // CLOCK_PROCESS_CPUTIME_ID
	var ts syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, processClock, uintptr(unsafe.Pointer(&ts)), 0)
	return ts.Nano()
}

// pollFD is struct pollfd of poll(2).
type pollFD struct {
	fd      int32
	events  int16
	revents int16
}

const pollIn = 1

// poll waits for a request, at most ns nanoseconds.
func poll(ns int64) (ask byte, gone bool) {
	p := pollFD{fd: -1, events: pollIn} // a negative descriptor is ignored: a plain sleep
	if fd := control.Load(); fd != 0 {
		p.fd = fd
	}
	ts := syscall.NsecToTimespec(ns)
	n, _, _ := syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&p)), 1, uintptr(unsafe.Pointer(&ts)), 0, 0, 0)
	if int(n) != 1 || p.revents == 0 {
		return 0, false
	}
	if taken(int(p.fd)) {
		connect()
		return 0, false
	}
	var b [1]byte
	got, err := syscall.Read(int(p.fd), b[:])
	if err == syscall.EINTR || err == syscall.EAGAIN {
		return 0, false
	}
	return b[0], got <= 0
}

// setCrashFD is what debug.SetCrashOutput calls. That takes the lowest free descriptor, and opening a file by package os
// makes the runtime's network poller, which a program that closes all descriptors then has to do without.
//
//go:linkname setCrashFD runtime.setCrashFD
func setCrashFD(fd uintptr) uintptr

// childCrash is the file for the crash of this process, if it is a child and has one.
var childCrash string

// crashOutput lets the runtime write the text of a crash to the recording too, which tells a panic from a runtime error: to
// crash.log, or for a child to crash-PID.log.
func crashOutput(dir string, first bool) {
	path := dir + "/crash.log"
	if !first {
		path = dir + "/crash-" + decimal(syscall.Getpid()) + ".log"
	}
	fd, err := syscall.Open(path, syscall.O_CREAT|syscall.O_WRONLY|syscall.O_APPEND|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return
	}
	setCrashFD(uintptr(moveUp(fd)))
	if !first {
		childCrash = path
	}
}

// noCrash takes the file of a child away that has come to its end without one.
func noCrash() {
	if childCrash != "" {
		syscall.Unlink(childCrash)
	}
}
