package index_test

import (
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

// A goroutine of the runtime that sleeps in a system call keeps a proc, as the reader of the trace does; the proc is not busy then.
func TestSyscallOfRuntimeIsNoWork(t *testing.T) {
	ix := tracetest.Index(t, `
		main go reader runtime.reader main.go:1
		main block sleep
		reader start 1
		reader syscall +100
		reader sysexit +5000
		reader syscall +100
		reader sysexit +5000
		reader block sleep +100
		- wake main
		main start 0
		main end +200`)
	for _, p := range ix.Procs() {
		if p.P != 1 {
			continue
		}
		if got := p.Busy * float64(ix.Duration()); got < 290 || got > 310 {
			t.Errorf("proc 1 was busy for %.0f ns, wanted the 300 outside of system calls", got)
		}
		rows := ix.Window(0, ix.Duration(), 1000, []index.RowKey{index.RowKey("p1")})
		if n := len(rows[0].Start); n != 3 {
			t.Errorf("got %d spans on proc 1, wanted 3: %+v", n, rows[0])
		}
		return
	}
	t.Fatal("there is no proc 1")
}
