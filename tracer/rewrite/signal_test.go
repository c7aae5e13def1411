package rewrite_test

import (
	"path/filepath"
	"testing"

	"github.com/trace-viz/trace-viz/tracer/hook"
)

const signals = `package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGUSR1)
	child, cancel := context.WithCancel(ctx)
	defer cancel()
	go syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	<-child.Done()
	fmt.Println(ctx, context.Cause(ctx), child.Err())
	stop()

	again, halt := signal.NotifyContext(child)
	halt()
	<-again.Done()
	notify, list := signal.NotifyContext, []os.Signal{os.Interrupt}
	last, end := notify(context.Background(), list...)
	go end()
	<-last.Done()
	fmt.Println(again, again.Err(), last, context.Cause(last))
}
`

// TestNotifyContext holds that the contexts of signal.NotifyContext are recorded with what ends them: a signal, or their function
// stop, on whichever goroutine, and that contexts made from them know their parent.
func TestNotifyContext(t *testing.T) {
	for _, mode := range []string{"plain", "race"} {
		t.Run(mode, func(t *testing.T) {
			dir := t.TempDir()
			writeFiles(t, dir, map[string]string{"go.mod": "module example.com/signals\n\ngo 1.21\n", "main.go": signals})
			var flags []string
			if mode == "race" {
				flags = []string{"-race"}
			}
			b := build(t, dir, flags...)
			native, recording := run(t, b.native, ""), t.TempDir()
			for how, got := range map[string]ran{"hooked": run(t, b.hooked, ""), "traced": run(t, b.hooked, recording)} {
				if got != native || native.code != 0 {
					t.Errorf("%s: got\n%+v\nwant\n%+v", how, got, native)
				}
			}
			checkCount(t, b)
			checkSignalContexts(t, readRecords(t, filepath.Join(recording, "trace.out"), b.result.Sites))
		})
	}
}

// checkSignalContexts looks at the four contexts of that program.
func checkSignalContexts(t *testing.T, records []record) {
	t.Helper()
	var made []record
	cancelled := map[int][]record{} // by line
	for _, r := range records {
		switch r.Op {
		case hook.ContextMake:
			made = append(made, r)
		case hook.ContextCancel:
			cancelled[r.site.Line] = append(cancelled[r.site.Line], r)
		}
	}
	if len(made) != 4 {
		t.Fatalf("got %d contexts", len(made))
	}
	ctx, child, again := made[0], made[1], made[2]
	if uint64(child.Args[0]) != ctx.Obj || uint64(again.Args[0]) != child.Obj {
		t.Errorf("parents: got %x of %x, %x of %x", child.Args[0], ctx.Obj, again.Args[0], child.Obj)
	}
	main := ctx.g
	byMain := func(line int) (list []bool) {
		for _, r := range cancelled[line] {
			list = append(list, r.g == main)
		}
		return list
	}
	if got := byMain(ctx.site.Line); len(got) != 2 || got[0] || !got[1] {
		t.Errorf("that of the signal was cancelled by main: %v, want not, and then by stop", got)
	}
	if got := byMain(again.site.Line); len(got) != 1 || !got[0] {
		t.Errorf("that of stop was cancelled by main: %v", got)
	}
	if got := byMain(made[3].site.Line); len(got) != 1 || got[0] {
		t.Errorf("that of another goroutine was cancelled by main: %v", got)
	}
}
