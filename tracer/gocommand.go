package tracer

import (
	"context"
	"os"
	"os/exec"
	"time"

	"github.com/trace-viz/trace-viz/tracer/rewrite"
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

// rewriteIn is rewrite.Rewrite with its temporary files in o.OutDir. When ctx ends, the go commands that it has started end as by
// Ctrl+C too, with their compilers: package packages would interrupt the command alone, whose compilers then go on.
func rewriteIn(ctx context.Context, o rewrite.Options) (*rewrite.Result, error) {
	temporary := goTemporary(o.OutDir)
	o.Env = append(os.Environ(), temporary...)
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		for _, p := range childrenWith(temporary[0]) {
			signalTree(p, os.Interrupt)
		}
		cancel()
	})
	defer stop()
	res, err := rewrite.Rewrite(inner, o)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return res, err
}
