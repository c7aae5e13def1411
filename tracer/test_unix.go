//go:build unix

package tracer

import (
	"os/signal"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// plainSignals end a Go program without a word.
var plainSignals = []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGALRM, syscall.SIGUSR1, syscall.SIGUSR2}

// DieOf ends this process by the signal of that name, so that its parent sees what it would see of a program that died of it.
// It returns when that can't be.
func DieOf(name string) {
	sig := unix.SignalNum(name)
	if slices.Contains(plainSignals, sig) {
		signal.Reset(sig)
		syscall.Kill(syscall.Getpid(), sig)
		time.Sleep(time.Second) // it comes at once, unless our parent had it ignored
	}
}
