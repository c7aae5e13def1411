package rewrite_test

import (
	"strings"
	"testing"
)

// readers is a program that asks two dependencies for the stacks of its goroutines. One lies where goleak reads them.
var readers = map[string]string{
	"go.mod": `module example.com/readers

go 1.26

require (
	example.com/other v1.0.0
	go.uber.org/goleak v1.0.0
)

replace (
	example.com/other => ./other
	go.uber.org/goleak => ./leaks
)
`,
	"leaks/go.mod":                  "module go.uber.org/goleak\n\ngo 1.20\n",
	"leaks/leaks.go":                "package goleak\n\nimport \"go.uber.org/goleak/internal/stack\"\n\nfunc Stacks() string { return stack.All() }\n",
	"leaks/internal/stack/stack.go": "package stack\n" + allStacks,
	"other/go.mod":                  "module example.com/other\n\ngo 1.20\n",
	"other/other.go":                "package other\n" + allStacks,
	"main.go": `package main

import (
	"fmt"
	"runtime"
	"strings"

	"example.com/other"
	"go.uber.org/goleak"
)

func wait(c chan int) { <-c }

func main() {
	c := make(chan int)
	go wait(c)
	for !strings.Contains(goleak.Stacks(), "[chan receive]:\n") {
		runtime.Gosched()
	}
	fmt.Println(strings.Contains(goleak.Stacks(), "[chan receive]:\nmain.wait("), strings.Contains(other.All(), "[chan receive]:\nmain.wait("))
}
`,
}

const allStacks = `
import "runtime"

func All() string {
	buf := make([]byte, 1<<20)
	return string(buf[:runtime.Stack(buf, true)])
}
`

// TestStackReader holds that goleak finds the program's own function on top of a goroutine that blocks in a hook, without being
// asked for with --instrument, as other dependencies have to be.
func TestStackReader(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, readers)
	b := build(t, dir)
	if got := run(t, b.native, ""); got.stdout != "true true\n" {
		t.Fatalf("native: got %+v", got)
	}
	if got := run(t, b.hooked, ""); strings.TrimSpace(got.stdout) != "true false" {
		t.Errorf("got %+v, want the own frame on top for goleak, and a hook's for the other", got)
	}
}
