//go:build unix

package tracer

import (
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// killTree ends a process and all that descends from it. The program stays in our process group, so that it can read the
// terminal; so the group can't be the means to find its children.
func killTree(pid int) {
	all := heldTree(pid)
	syscall.Kill(pid, syscall.SIGKILL)
	for _, child := range all {
		syscall.Kill(child, syscall.SIGKILL)
	}
}

// signalTree gives a signal to a process and to all that descends from it.
func signalTree(p *os.Process, sig os.Signal) {
	n, ok := sig.(syscall.Signal)
	if !ok {
		p.Signal(sig)
		return
	}
	all := append(heldTree(p.Pid), p.Pid)
	for _, pid := range all {
		syscall.Kill(pid, n)
	}
	for _, pid := range all {
		syscall.Kill(pid, syscall.SIGCONT)
	}
}

// How often heldTree looks for further descendants, and how long it waits in between: a process that is told to stop may be
// in the middle of starting another.
const (
	heldLooks = 20
	heldPause = 2 * time.Millisecond
)

// heldTree stops a process and all that descends from it, so that none can start another one that nobody knows, and returns
// the descendants. They have to be ended, or told to go on.
func heldTree(pid int) []int {
	syscall.Kill(pid, syscall.SIGSTOP)
	held := map[int]bool{}
	var all []int
	for look, calm := 0, 0; look < heldLooks && calm < 2; look++ {
		calm++
		for _, child := range descendants(pid) {
			if !held[child] {
				held[child], calm = true, 0
				all = append(all, child)
				syscall.Kill(child, syscall.SIGSTOP)
			}
		}
		time.Sleep(heldPause)
	}
	return all
}

// descendants finds the processes below pid by /proc; elsewhere than on Linux it finds none.
func descendants(pid int) []int {
	children := map[int][]int{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		words := processStat(file)
		if len(words) < 2 {
			continue // ended meanwhile
		}
		child, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		parent, _ := strconv.Atoi(words[1])
		children[parent] = append(children[parent], child)
	}
	var all []int
	for queue := children[pid]; len(queue) > 0; queue = queue[1:] {
		all = append(all, queue[0])
		queue = append(queue, children[queue[0]]...)
	}
	return all
}

// childrenWith returns the processes that this one started with a variable in their environment; none where there is no /proc.
func childrenWith(variable string) (list []*os.Process) {
	for _, pid := range descendants(os.Getpid()) {
		dir := "/proc/" + strconv.Itoa(pid)
		env, err := os.ReadFile(dir + "/environ")
		if words := processStat(dir + "/stat"); err != nil || len(words) < 2 || words[1] != strconv.Itoa(os.Getpid()) {
			continue // ended meanwhile, or a child of a child
		}
		if p, err := os.FindProcess(pid); err == nil && slices.Contains(strings.Split(string(env), "\x00"), variable) {
			list = append(list, p)
		}
	}
	return list
}

// processStat gives the words of /proc/PID/stat after the name, which may hold anything: "PID (NAME) STATE PPID ...".
func processStat(file string) []string {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	return strings.Fields(string(b[strings.LastIndex(string(b), ")")+1:]))
}

// processorTicks is the processor time that a process has had, mostly in steps of 10 ms; 0 where that is not known.
func processorTicks(pid int) int64 {
	const user, system = 11, 12
	words := processStat("/proc/" + strconv.Itoa(pid) + "/stat")
	if len(words) <= system {
		return 0
	}
	u, _ := strconv.ParseInt(words[user], 10, 64)
	s, _ := strconv.ParseInt(words[system], 10, 64)
	return u + s
}

// terminalSignals are those that a terminal sends to its whole foreground process group, so to the program too.
var terminalSignals = map[os.Signal]bool{syscall.SIGINT: true, syscall.SIGQUIT: true}

// inForeground reports whether our process group is the one that the terminal's keys reach.
func inForeground() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == syscall.Getpgrp()
}

// catch gives the signals that are meant for the program.
func catch() (signals chan os.Signal, stop func()) {
	signals = make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2)
	return signals, func() { signal.Stop(signals) }
}

// supported says whether programs can be recorded on this system.
const supported = true

// ending tells how a process ended: its exit code, or the signal that ended it.
func ending(state *os.ProcessState) (code int, sig string) {
	ws, ok := state.Sys().(syscall.WaitStatus)
	if !ok || !ws.Signaled() {
		return state.ExitCode(), ""
	}
	return 128 + int(ws.Signal()), unix.SignalName(ws.Signal())
}
