package findings

import (
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

// A worker that looks as if it had much to do, and the processor time that the process had.
const lone = `
site make main.go:9 wg
main make c 1 @main.go:9
main go a main.work main.go:10
main go b main.work main.go:10
main go c main.work main.go:10
main block sync
a start 0
b start 1
c start 2
a end +10000000
b end
c end +390000000
- wake main
main start 0
main end
`

// A trace shows who has a proc, and on a busy machine that is not who has a processor: what may have been somebody else's time
// is no imbalance.
func TestImbalanceStolen(t *testing.T) {
	ix := tracetest.Index(t, lone)
	for cpu, want := range map[int64]int{0: 1, 420e6: 1, 300e6: 1, 20e6: 0} {
		meta := recording.Meta{Outcome: recording.Exit, Complete: true, Hooks: true, Procs: 4, CPUNS: cpu}
		if list := findImbalance(&Pass{Index: ix, Meta: meta}); len(list) != want {
			t.Errorf("processor time %d: got %+v, wanted %d findings", cpu, list, want)
		}
	}
}

// One that sleeps longer than the others had to do has no more work than they.
func TestImbalanceSleeping(t *testing.T) {
	text := strings.Replace(lone, "c end +390000000", "c block sleep\n- wake c +390000000\nc start 2\nc end", 1)
	ix := tracetest.Index(t, text)
	meta := recording.Meta{Outcome: recording.Exit, Complete: true, Hooks: true, Procs: 4}
	if list := findImbalance(&Pass{Index: ix, Meta: meta}); len(list) != 0 {
		t.Errorf("got %+v, wanted nothing", list)
	}
}
