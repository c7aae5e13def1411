package findings

import (
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
)

// TestCollects holds which waits are none of the program's: those for the garbage collector and for the end of the trace.
func TestCollects(t *testing.T) {
	for _, c := range []struct {
		stack string
		want  bool
	}{
		{"runtime.chanrecv1 runtime.gcBgMarkStartWorkers runtime.gcStart runtime.mallocgc main.load main.main", true},
		{"runtime.stopTheWorld runtime.Stack main.main", true},
		{"runtime.traceAdvance runtime.StopTrace tracevizhook.stop internal/runtime/exithook.Run", true},
		{"runtime.chanrecv1 main.load main.main", false},
		{"sync.(*Mutex).Lock main.main", false},
		{"", false},
	} {
		var stack []index.Frame
		for _, fn := range strings.Fields(c.stack) {
			stack = append(stack, index.Frame{Func: fn})
		}
		if got := collects(stack); got != c.want {
			t.Errorf("%q: got %v", c.stack, got)
		}
	}
}

// TestInitFunc holds which functions initialize a package.
func TestInitFunc(t *testing.T) {
	for fn, want := range map[string]bool{
		"example.com/m/v2/pool.init": true, "main.init.0": true, "main.init.0.func1": true, "gopkg.in/yaml%2ev3.init": true, "m.init.func2": true,
		"main.initAll": false, "main.(*T).init": false, "example.com/m.T.init": false, "main.main": false, "main.reinit": false, "x.y/init.Start": false,
	} {
		if got := initFunc.MatchString(fn); got != want {
			t.Errorf("%s: got %v", fn, got)
		}
	}
}

// FuzzCrash holds that any crash output is taken: a recording may be hostile.
func FuzzCrash(f *testing.F) {
	for _, text := range []string{"", "panic: x", "panic: send on closed channel\n\ngoroutine 7 [running]:\nmain.f(0x1)\n\t/src/app/main.go:12 +0x1d\n",
		"goroutine 99999999999999999999 [running]:\n\t:\n", "\ngoroutine 1 [running]:\ninternal/sync.fatal({0x1})\n\t/go/src/runtime/panic.go:1\n(\n\t/x:1\n",
		"goroutine 1 [running]:\n\n\n", "goroutine 1 [running]:\nmain.main()"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := parseCrash(text)
		for _, fr := range c.frames {
			if strings.Contains(fr.fn, "\n") || strings.Contains(fr.file, "\n") || fr.line < 0 {
				t.Errorf("got frame %+v", fr)
			}
		}
		c.panicked("x")
		c.in("sync.fatal")
	})
}
