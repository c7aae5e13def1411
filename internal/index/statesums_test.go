package index_test

import (
	"math"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
)

// TestStateTimes holds sums told from marks against those that are added up from all spans.
func TestStateTimes(t *testing.T) {
	ix := mustRead(t, mixed(t, 1e6))
	const px = 20
	exact, quick := ix.Overview(px), index.ManyOverview(ix, px)
	width := float64(ix.Duration()) / px
	alive := 0.0
	for _, ns := range exact.States {
		for _, v := range ns {
			alive = max(alive, v/width)
		}
	}
	// Between two marks anything may have happened, so that is how far a boundary may be off; the rest is for goroutines that
	// show up late.
	var mark int64
	for i := index.MarkLen; i < ix.NumEvents(); i++ {
		mark = max(mark, ix.Event(i).Time-ix.Event(i-index.MarkLen).Time)
	}
	off := alive * (2*float64(mark) + 0.01*width)
	for s := range index.NumStates {
		for x := range px {
			var want, got float64
			if exact.States[s] != nil {
				want = exact.States[s][x]
			}
			if quick.States[s] != nil {
				got = quick.States[s][x]
			}
			if math.Abs(got-want) > off && x > 0 {
				t.Errorf("state %d, part %d: %.0f of %.0f ns, more than %.0f off", s, x, got, want, off)
			}
		}
	}
	for x := range px {
		if math.Abs(quick.Forever[x]-exact.Forever[x]) > 1 {
			t.Errorf("for ever, part %d: %.0f, want %.0f", x, quick.Forever[x], exact.Forever[x])
		}
	}
	whole, half := index.StateTimes(ix, 0, ix.Duration(), 1)[0], index.StateTimes(ix, 0, ix.Duration(), 2)
	for s := range whole {
		if sum := half[0][s] + half[1][s]; math.Abs(sum-whole[s]) > 1e-6*whole[s]+1 {
			t.Errorf("state %d: halves have %.0f, the whole %.0f", s, sum, whole[s])
		}
	}
	if _, ok := ix.StateTimes(0, ix.Duration(), 1); ok != (ix.NumEvents() >= 1<<20) {
		t.Errorf("%d events: told from marks %v", ix.NumEvents(), ok)
	}
}
