package judge

import (
	"testing"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/hunt"
	"github.com/trace-viz/trace-viz/tracer"
)

// Among the disturbed runs of an attempt are some in which goroutines begin late: who is not waited for shows then. The
// seeds are the same in each check.
func TestSeedsOfAttempts(t *testing.T) {
	const byStart = 0x80 // a seed that chooses goroutines has this bit, and no size below it
	first, again, late := hunt.NewScout(1), hunt.NewScout(1), 0
	for n := len(procs); n < DefaultRuns; n++ {
		seed := first.Seed(n + beginLate)
		if seed == 0 {
			t.Errorf("run %d is not disturbed", n+1)
		}
		if other := again.Seed(n + beginLate); other != seed {
			t.Errorf("run %d has seed %d, then %d", n+1, seed, other)
		}
		if seed%0x100 == byStart {
			late++
		}
		for _, s := range []*hunt.Scout{first, again} {
			s.Learn(hunt.Shown{Size: hunt.Size{Points: 40, Sites: 5}})
		}
	}
	if late < 2 {
		t.Errorf("goroutines begin late in %d of the runs, wanted at least 2", late)
	}
}

// Who is held back with a lock held is no bug of the attempt; an early exit and errors are.
func TestDisturbedRunsDoNotWarn(t *testing.T) {
	s := good()
	s.findings = []findings.Finding{{Kind: "imbalance", Severity: findings.Warning}, {Kind: "main-exited-early", Severity: findings.Warning}, {Kind: "goroutine-leak", Severity: findings.Error}}
	got, err := (&court{}).again(nil, tracer.RunOptions{Perturb: 1}, s)
	if err != nil || len(got.findings) != 2 || got.findings[0].Kind != "main-exited-early" || got.findings[1].Kind != "goroutine-leak" {
		t.Errorf("got %+v, %v, wanted the early exit and the leak", got.findings, err)
	}
}
