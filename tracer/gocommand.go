package tracer

import (
	"context"
	"os"
	"os/exec"
	"time"
)

// goCommandWait is how long an interrupted go command may take to put its own things away.
const goCommandWait = 3 * time.Second

// goCommand is a go command that runs in dir and ends with ctx as by Ctrl+C. Where that comes too early for it to remove its
// temporary folder, which then is one in tmp, that goes with tmp.
func goCommand(ctx context.Context, dir, tmp string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), goTemporary(tmp)...)
	cmd.Cancel = func() error { // as a terminal does, which reaches the compilers too
		signalTree(cmd.Process, os.Interrupt)
		return nil
	}
	cmd.WaitDelay = goCommandWait
	return cmd
}

// goTmpVariable names the folder in which the go command makes its temporary ones.
const goTmpVariable = "GOTMPDIR"

// goTemporary is the environment of a go command that is to have its temporary folder in tmp, "" for the usual place.
func goTemporary(tmp string) []string {
	if tmp == "" {
		return nil
	}
	return []string{goTmpVariable + "=" + tmp}
}
