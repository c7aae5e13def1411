package tracer

import (
	"testing"

	"github.com/trace-viz/trace-viz/internal/recording"
)

// The hooks of a real program measure what their records cost.
func TestCostMeasured(t *testing.T) {
	m, dir := runProgram(t, buildProgram(t, "testdata/cost"), RunOptions{})
	if m.Outcome != recording.Exit || m.ExitCode != 0 || m.CPUNS <= 0 {
		t.Fatalf("got %+v", m)
	}
	// 20,000 pairs on one channel and 20,000 channels of their own with three operations each.
	const pairs, fresh = 2 * 20_000, 3 * 20_000
	n := openIndex(t, dir).HookRecords()
	if n.N < pairs+fresh || n.N > pairs+fresh+100 || n.First < fresh/2 || n.First > fresh+100 {
		t.Errorf("got %+v, wanted %d records and a few, about %d of them of what was new", n, pairs+fresh, fresh)
	}
	// By chance one in 1,024 beside the first 256: their number tells that it is not all of them, nor the first alone.
	if m.Cost == nil || m.Cost.Samples <= 256 || m.Cost.Samples > 1000 || m.Cost.PerEventNS <= 1 || m.Cost.PerEventNS > 100_000 {
		t.Errorf("got %+v, wanted more than the first 256 samples and their mean", m.Cost)
	}
	rec, err := recording.Open(dir)
	if err != nil || rec.Meta.Cost == nil || *rec.Meta.Cost != *m.Cost {
		t.Errorf("stored %+v, %v; wanted %+v", rec.Meta.Cost, err, m.Cost)
	}
}

// What a process says of its cost may be nonsense; what several say is put together.
func TestHearCost(t *testing.T) {
	c := &control{peers: map[int]*peer{1: {}, 2: {}}}
	if c.cost() != nil {
		t.Error("a cost that nobody measured")
	}
	for _, said := range [][]string{{"-1", "5", "5"}, {"1", "5", "x"}, {"5", "1", "7"}, {"1", "99999999999999999999", "1"}} {
		if c.hearCost(1, said); c.cost() != nil {
			t.Errorf("%q was believed", said)
		}
	}
	c.hearCost(3, []string{"1", "1", "1"}) // of a process that said no hello
	c.hearCost(1, []string{"1", "1", "900"})
	c.hearCost(1, []string{"2", "1000", "100000"})
	c.hearCost(2, []string{"1", "1000", "300000"})
	if got, want := *c.cost(), (recording.Cost{Samples: 3, PerEventNS: 200}); got != want {
		t.Errorf("got %+v, wanted %+v", got, want)
	}
	most := "9223372036854775807"
	c.hearCost(1, []string{most, most, most})
	c.hearCost(2, []string{most, most, most})
	if got := c.cost(); got.Samples <= 0 || got.PerEventNS != 1 {
		t.Errorf("got %+v of the largest numbers", got)
	}
}
