package tracer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// GoTest says how to run go test.
type GoTest struct {
	Exec           string // the program that go test gives each test program to, by its path
	ExecArgs       []string
	Stdin          *os.File
	Stdout, Stderr io.Writer
}

// goTestGrace is how long go test may take to end after the second interrupt, when its test programs have been killed.
const goTestGrace = 5 * time.Second

// Run runs go test to its end and returns its exit code. Signals go to it and to the test programs.
func (t *Tests) Run(ctx context.Context, g GoTest) (code int, err error) {
	args := []string{"test"}
	if t.sites != nil {
		words, err := quoteWords(append([]string{g.Exec}, g.ExecArgs...))
		if err != nil {
			return 0, err
		}
		args = append(args, "-vet=off", "-overlay="+filepath.Join(t.folder, overlayFile), "-exec="+words)
		args = append(args, t.flags...)
	}
	cmd := t.command(context.WithoutCancel(ctx), append(args, t.args.All...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = g.Stdin, g.Stdout, g.Stderr
	signals, stop := catch()
	defer stop()
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("go test: %w", err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	err = t.wait(ctx, cmd.Process, done, signals)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code, _ := ending(exit.ProcessState)
		return code, nil
	}
	return 0, err
}

// wait passes signals on until go test has ended.
func (t *Tests) wait(ctx context.Context, goTest *os.Process, done chan error, signals chan os.Signal) error {
	interrupts := 0
	var late <-chan time.Time
	stopped := ctx.Done()
	for {
		select {
		case err := <-done:
			return err
		case <-stopped:
			killTree(goTest.Pid)
			stopped = nil
		case <-late:
			killTree(goTest.Pid)
		case sig := <-signals:
			if sig == os.Interrupt {
				interrupts++
			}
			if interrupts > 2 {
				killTree(goTest.Pid)
				continue
			}
			if interrupts == 2 && late == nil {
				late = time.After(goTestGrace)
			}
			if !terminalSignals[sig] || !inForeground() {
				t.signal(goTest, sig)
			}
		}
	}
}

// signal gives a signal to the recorders of the test programs, which pass it on, and, as a terminal would, to go test: it then
// starts no further ones. Signals that would end go test alone do not go to it, for its children would be left without a parent.
func (t *Tests) signal(goTest *os.Process, sig os.Signal) {
	recorders, _ := filepath.Glob(filepath.Join(t.folder, runningDir, "*"))
	for _, path := range recorders {
		if pid, err := strconv.Atoi(filepath.Base(path)); err == nil {
			if p, err := os.FindProcess(pid); err == nil {
				p.Signal(sig) // an error: it has ended
			}
		}
	}
	switch {
	case terminalSignals[sig]:
		goTest.Signal(sig)
	case len(recorders) == 0:
		signalTree(goTest, sig) // it dies of that at once, and its compilers would go on
	}
}

// quoteWords makes one text of words, as the go command takes them apart again: it knows both quotes and no escape.
func quoteWords(words []string) (string, error) {
	quoted := slices.Clone(words)
	for i, w := range words {
		switch {
		case w != "" && !strings.ContainsAny(w, " \t\n\r'\""):
		case !strings.Contains(w, "'"):
			quoted[i] = "'" + w + "'"
		case !strings.Contains(w, `"`):
			quoted[i] = `"` + w + `"`
		default:
			return "", fmt.Errorf("the go command can't take a path with both kinds of quotes: %s", w)
		}
	}
	return strings.Join(quoted, " "), nil
}
