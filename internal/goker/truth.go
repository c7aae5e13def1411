package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/exp/trace"
)

// What stays blocked is told by the program alone: natively by the stacks that it writes at its end, in a recording by
// the last states of goroutines in the plain trace. Our own index and analyzers have no say in it.

// nativeLimit ends a native run that does not come to its end.
const nativeLimit = 10 * time.Second

var header = regexp.MustCompile(`(?m)^goroutine (\d+) .*\[([^\],]+)`)

// waiting are the states, as the runtime prints them, of goroutines that wait for other goroutines.
var waiting = []string{"chan ", "select", "sync.", "semacquire"}

// native runs a program without hooks and says how many of its goroutines stay blocked.
func native(ctx context.Context, binary, arg string, turn int) (blocked int, err error) {
	ctx, cancel := context.WithTimeout(ctx, nativeLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, arg)
	cmd.Env = append(os.Environ(), "GOKER_STATES=1", "GOKER_TURN="+strconv.Itoa(turn))
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("native run: %w", err)
	}
	for _, m := range header.FindAllSubmatch(out, -1) {
		for _, w := range waiting {
			if bytes.HasPrefix(m[2], []byte(w)) {
				blocked++
				break
			}
		}
	}
	return blocked, nil
}

// rest is how long a goroutine must have waited at the end to count as blocked: the kernel's main goroutine pauses longer
// between its last two looks (helper.go).
const rest = 15 * time.Millisecond

// A last is what the trace says of a goroutine at its end.
type last struct {
	state  trace.GoState
	reason string
	since  trace.Time
	ours   bool // runs code of the program
}

// traced says how many goroutines of the program stay blocked at the end of a plain trace.
func traced(path string) (blocked int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	r, err := trace.NewReader(bufio.NewReader(f))
	if err != nil {
		return 0, err
	}
	all, now := map[trace.GoID]last{}, trace.Time(0)
	for {
		ev, err := r.ReadEvent()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, err
		}
		now = ev.Time()
		if ev.Kind() != trace.EventStateTransition || ev.StateTransition().Resource.Kind != trace.ResourceGoroutine {
			continue
		}
		st := ev.StateTransition()
		from, to := st.Goroutine()
		g := all[st.Resource.Goroutine()]
		g.ours = g.ours || ours(st.Stack)
		if from != to { // the same at the beginning of a generation says nothing new
			g.state, g.reason, g.since = to, st.Reason, now
		}
		all[st.Resource.Goroutine()] = g
	}
	for _, g := range all {
		if g.state == trace.GoWaiting && g.ours && forOthers(g.reason) && now.Sub(g.since) >= rest {
			blocked++
		}
	}
	return blocked, nil
}

func ours(stack trace.Stack) bool {
	for f := range stack.Frames() {
		if strings.HasPrefix(f.Func, "main.") {
			return true
		}
	}
	return false
}

// forOthers tells whether a wait of that reason, as the runtime writes it into the trace, is for another goroutine.
func forOthers(reason string) bool {
	return strings.HasPrefix(reason, "chan ") || reason == "select" || reason == "sync" || strings.HasPrefix(reason, "forever")
}
