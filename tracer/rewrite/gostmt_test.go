package rewrite_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/exp/trace"
)

const goStatements = `package main

import (
	"fmt"
	"runtime"
	"sync"
)

type counter struct{ sync.RWMutex }

// alone waits until all other goroutines have ended.
func alone() {
	for runtime.NumGoroutine() > 1 {
		runtime.Gosched()
	}
}

func main() {
	var l sync.Mutex
	go l.TryLock()
	alone()
	l.Unlock() // it is fatal if nobody has locked it

	var c counter
	go c.TryRLock()
	alone()
	c.RUnlock()

	var wg sync.WaitGroup
	wg.Add(2)
	go wg.Wait()
	defer wg.Wait()
	go wg.Done()
	go wg.Done()
	alone()
	fmt.Println("done", l.TryLock(), c.TryLock())
}
`

// TestGoStatementsOfHooked holds that go statements whose callee is a method with a hook, and whose results are dropped, do what
// they do natively, and that the record is of the new goroutine.
func TestGoStatementsOfHooked(t *testing.T) {
	for _, mode := range modes[:2] {
		t.Run(mode.name, func(t *testing.T) {
			dir := t.TempDir()
			writeFiles(t, dir, map[string]string{"go.mod": "module example.com/statements\n\ngo 1.21\n", "main.go": goStatements})
			b := build(t, dir, mode.flags...)
			native, recording := run(t, b.native, ""), t.TempDir()
			if native.code != 0 || native.stdout != "done true true\n" {
				t.Fatalf("native: got %+v", native)
			}
			for how, got := range map[string]ran{"hooked": run(t, b.hooked, ""), "traced": run(t, b.hooked, recording)} {
				if got != native {
					t.Errorf("%s: got\n%+v\nwant\n%+v", how, got, native)
				}
			}
			checkCount(t, b)
			records := readRecords(t, filepath.Join(recording, "trace.out"), b.result.Sites)
			checkRecords(t, records)
			by := map[int]trace.GoID{} // who was on a line
			for _, r := range records {
				by[r.site.Line] = r.g
			}
			for _, line := range []int{20, 25, 31, 33, 34} {
				if g, there := by[line]; !there || g == by[22] || g == 0 {
					t.Errorf("line %d: got goroutine %d, main is %d", line, g, by[22])
				}
			}
		})
	}
}
