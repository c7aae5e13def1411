package tracer

import (
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/recording"
)

// losing is a program whose assembly leaves something else in the frame pointer, which kills it as soon as the tracer follows that.
var losing = map[string]string{
	"go.mod": "module example.com/losing\n\ngo 1.26\n",
	"lose_amd64.s": `#include "textflag.h"

// func lose(n int) int
TEXT ·lose(SB), NOSPLIT, $0-16
	MOVQ n+0(FP), AX
	MOVQ AX, ret+8(FP)
	MOVQ $0x76, BP
	RET
`,
	"lose_amd64.go": "package main\n\nfunc lose(n int) int\n",
	"lose_other.go": "//go:build !amd64\n\npackage main\n\nfunc lose(n int) int { return n }\n",
	"main.go": `package main

import "os"

//go:noinline
func work(c chan int, n int) {
	v := lose(n)
	c <- v
}

func main() {
	c := make(chan int, 10)
	for i := range 10 {
		work(c, i)
	}
	if len(c) != 10 || os.Getenv("GODEBUG") != os.Getenv("WANT") {
		os.Exit(5)
	}
}
`,
}

// A program whose assembly loses the frame pointer runs to its end under the tracer, and the recording says what was done for it.
func TestLostFramePointer(t *testing.T) {
	dir := t.TempDir()
	writeModule(t, dir, losing)
	b, err := Build(t.Context(), BuildOptions{Dir: dir, Patterns: []string{"."}, Name: "losing", Stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	wants := runtime.GOARCH == "amd64"
	for _, c := range [][2]string{{"", "tracefpunwindoff=1"}, {"panicnil=1", "panicnil=1,tracefpunwindoff=1"}} {
		want := c[1]
		if !wants {
			want = c[0]
		}
		env := append(os.Environ(), "GODEBUG="+c[0], "WANT="+want)
		m, _ := runProgram(t, b, RunOptions{Env: env})
		noted := slices.ContainsFunc(m.Notes, func(n string) bool { return strings.Contains(n, "example.com/losing/lose_amd64.s") })
		if m.Outcome != recording.Exit || m.ExitCode != 0 || !m.Complete || noted != wants {
			t.Errorf("GODEBUG=%s: got outcome %s, exit code %d, complete %v, notes %q", c[0], m.Outcome, m.ExitCode, m.Complete, m.Notes)
		}
	}
}

// The functions of timers that have hooks are known, so they are no doubt about a deadlock in tests; a mention without one is.
func TestTestsHiddenWaker(t *testing.T) {
	dir := t.TempDir()
	const head = "import (\n\t\"testing\"\n\t\"time\"\n)\n\nfunc TestIt(t *testing.T) {\n\tc := make(chan int)\n\ttime.AfterFunc(time.Millisecond, func() { close(c) })\n\t<-c\n}\n"
	writeModule(t, dir, map[string]string{
		"go.mod":             "module example.com/wakers\n\ngo 1.26\n",
		"known/a_test.go":    "package known\n\n" + head,
		"doubtful/a_test.go": "package doubtful\n\n" + head + "\n// AfterFunc\n",
	})
	args, err := ParseTestArgs([]string{"-C=" + dir, "./..."})
	if err != nil {
		t.Fatal(err)
	}
	tests, err := PrepareTests(t.Context(), TestOptions{Args: args})
	if err != nil {
		t.Fatal(err)
	}
	defer tests.Close()
	want := map[string]string{"example.com/wakers/known": "", "example.com/wakers/doubtful": "a_test.go uses AfterFunc"}
	if len(tests.Packages) != len(want) {
		t.Fatalf("got %+v", tests.Packages)
	}
	for _, p := range tests.Packages {
		if p.HiddenWaker != want[p.Path] {
			t.Errorf("%s: got %q, want %q", p.Path, p.HiddenWaker, want[p.Path])
		}
	}
}
