package index_test

import (
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

// The row of a role tells what most of its goroutines did at a time, and how many of them were there.
func TestRoleRow(t *testing.T) {
	ix := tracetest.Index(t, `
		main go a main.worker main.go:5
		main go b main.worker main.go:5
		main go c main.worker main.go:5
		main go d main.other main.go:6
		a start 1
		b start 2
		a block "chan receive"
		b block "chan receive"
		main log x y +10000
		- wake a
		- wake b
		a start 1
		b start 2
		a end
		b end
		main log x y +10000`)
	row := func(key string) index.Row {
		return ix.Window(0, ix.Duration(), 10, []index.RowKey{index.RowKey(key)})[0]
	}
	workers := row("r1")
	if workers.Enc != index.EncTexture || len(workers.State) != 10 {
		t.Fatalf("got %+v, wanted a texture of 10 pixels", workers)
	}
	// First two of three receive, then only c is left, which never ran.
	if s, c := workers.State[2], workers.Cover[2]; s != index.StateRecv || c < 250 {
		t.Errorf("got state %d with cover %d while two of three received and one waited for a core", s, c)
	}
	if s, c := workers.State[7], workers.Cover[7]; s != index.StateRunnable || c < 80 || c > 90 {
		t.Errorf("got state %d with cover %d while one of three was there, wanted a third of 255", s, c)
	}
	if other := row("r4"); other.State[5] != index.StateRunnable || other.Cover[5] < 250 {
		t.Errorf("got %+v for the role of d, wanted it to wait for a core", other)
	}
	if none := row("r99"); len(none.State) != 0 {
		t.Errorf("got %+v for a goroutine that is not there", none)
	}
}
