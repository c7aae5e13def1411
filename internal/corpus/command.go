package main

import (
	"context"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/trace-viz/trace-viz/internal/modproxy"
)

// killWait is how long the pipes of a process that was killed may stay open.
const killWait = 5 * time.Second

// run runs a command in a folder. When ctx ends, all that it has started ends too.
func run(ctx context.Context, dir string, stdout, stderr io.Writer, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, modproxy.Environment(), stdout, stderr
	cmd.WaitDelay = killWait
	ownGroup(cmd)
	return cmd.Run()
}

// lastLines are the last of a text, on one line.
func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], " | ")
}
