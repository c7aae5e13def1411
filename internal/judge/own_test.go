package judge

import (
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/tracetest"
)

// ownIn is what a written trace shows, with all goroutines but main as started by the program.
func ownIn(t *testing.T, text string) own {
	o := own{ix: tracetest.Index(t, text)}
	for _, g := range o.ix.Goroutines() {
		if g.Role == "main" {
			o.mains = append(o.mains, g)
		} else {
			o.started = append(o.started, g)
		}
	}
	return o
}

// Three work for 10 ms, two of them together, since the third asks for a lock first; one who has a proc for a moment only does not count.
func TestCrowded(t *testing.T) {
	o := ownIn(t, `
main go a main.work main.go:10
main go b main.work main.go:10
main go c main.work main.go:10
main go d main.work main.go:10
a start 1
b start 2
d start 3
d end +1000
a end +10000000
b end
c start 1
c lock m
c end +10000000
`)
	for n, want := range map[int]float64{0: 1, 1: 0.5, 2: 0} {
		if got := o.crowded(n); got < want-0.01 || got > want+0.01 {
			t.Errorf("more than %d: got %v, wanted %v", n, got, want)
		}
	}
	if got := o.most(); got != 4 {
		t.Errorf("got %d goroutines at one time, wanted 4", got)
	}
}

// Who asks nobody is at work with all that were begun, also where one proc has them one after another.
func TestCrowdedOnOneProc(t *testing.T) {
	o := ownIn(t, `
main go a main.work main.go:10
main go b main.work main.go:10
main end
a start 1
a end +10000000
b start 1
b end +10000000
`)
	if got := o.crowded(1); got < 0.45 || got > 0.55 {
		t.Errorf("got %v, wanted a half: b could have had a proc all the time", got)
	}
}

// Who gives up its proc after a short turn spins; who was preempted after a long one does not.
func TestWorstSpin(t *testing.T) {
	o := ownIn(t, `
main go a main.work main.go:10
main go b main.work main.go:10
a start 1
b start 2
`+strings.Repeat("a stop +1000\na start 1\n", 5)+strings.Repeat("b stop +10000000\nb start 2\n", 9)+`
a end
b end
`)
	if got := o.worstSpin(); got.times != 5 || !strings.HasPrefix(got.name, "work") {
		t.Errorf("got %+v, wanted 5 turns", got)
	}
}
