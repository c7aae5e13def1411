package compare_test

import (
	"errors"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/compare"
	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/report"
)

// runs makes results of which each has the metrics wall and others, with the values of a run.
func runs(n int, value func(run, metric, side int) float64, metrics int) []compare.Result {
	list := make([]compare.Result, n)
	for i := range list {
		for m := range metrics {
			name := "m" + string(rune('a'+m))
			if m == 0 {
				name = "wall"
			}
			list[i].Metrics = append(list[i].Metrics, compare.Metric{Name: name, Unit: "ns", Worse: "up", A: value(i, m, 0), B: value(i, m, 1)})
		}
	}
	return list
}

func repeat(t *testing.T, list []compare.Result) compare.Result {
	t.Helper()
	r, err := compare.Repeat(list)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// byHand is the p-value by dealing the values to the groups in all ways.
func byHand(a, b []float64) float64 {
	all := slices.Concat(a, b)
	ranks := make([]float64, len(all))
	for i, v := range all {
		for _, w := range all {
			if w < v {
				ranks[i]++
			} else if w == v {
				ranks[i] += 0.5
			}
		}
	}
	distance := func(set uint) float64 {
		sum, mean := 0.0, 0.0
		for i, r := range ranks {
			mean += r * float64(len(a)) / float64(len(all))
			if set>>i&1 == 1 {
				sum += r
			}
		}
		return math.Abs(sum - mean)
	}
	tail, ways := 0, 0
	for set := range uint(1) << len(all) {
		if bits.OnesCount(set) != len(a) {
			continue
		}
		ways++
		if distance(set) >= distance(1<<len(a)-1)-1e-9 {
			tail++
		}
	}
	return float64(tail) / float64(ways)
}

func TestRankTest(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		n := 2 + rng.IntN(4)
		values := make([][2]float64, n)
		for i := range values {
			values[i] = [2]float64{float64(rng.IntN(6)), float64(rng.IntN(6) + 1)} // with ties
		}
		r := repeat(t, runs(n, func(run, _, side int) float64 { return values[run][side] }, 1))
		var a, b []float64
		for _, v := range values {
			a, b = append(a, v[0]), append(b, v[1])
		}
		if got, want := *r.Metrics[0].P, byHand(a, b); math.Abs(got-want) > 1e-9 {
			t.Fatalf("%v against %v: got p %v, by hand it is %v", a, b, got, want)
		}
	}
	// The textbook's extreme: complete separation of five and five is one of 252 ways, on each side.
	r := repeat(t, runs(5, func(run, _, side int) float64 { return float64(run + 100*side) }, 1))
	if p := *r.Metrics[0].P; math.Abs(p-2.0/252) > 1e-12 {
		t.Errorf("five against five, separated: got p %v, wanted 2/252", p)
	}
}

func TestBounds(t *testing.T) {
	// Of 25 differences between 1…5 and 1…5 plus 10, the table of the test for five and five gives the third from each end.
	r := repeat(t, runs(5, func(run, _, side int) float64 { return float64(run + 10*side) }, 1))
	m := r.Metrics[0]
	if m.A != 2 || m.B != 12 || m.Low == nil || m.High == nil || *m.Low != 7 || *m.High != 13 {
		t.Errorf("got medians %v and %v, bounds %v to %v, wanted 2, 12, 7 to 13", m.A, m.B, *m.Low, *m.High)
	}
	if r := repeat(t, runs(3, func(run, _, side int) float64 { return float64(run + 10*side) }, 1)); r.Metrics[0].Low != nil || r.Metrics[0].Significant {
		t.Error("three runs bound nothing with 95 % confidence, and nothing is significant")
	}
	one := repeat(t, runs(1, func(_, _, side int) float64 { return float64(side) }, 1))
	if one.Test != "" || one.Metrics[0].P != nil || one.Metrics[0].Significant {
		t.Error("one run was tested")
	}
}

// A machine is one that others use too, and on which a program is run again and again, A and B in turn. What it adds lasts for
// some runs of both: it gets slower bit by bit, and now and then it is busy for a while, which wall times show most.
type machine struct {
	rng        *rand.Rand
	drift      float64
	busy, left float64
}

// run returns the wall and the processor time of the next run of a program that needs so much, and a number of another kind.
func (m *machine) run(work float64) [3]float64 {
	m.drift += 0.002
	if m.left--; m.left < 0 {
		m.busy, m.left = 1, float64(m.rng.IntN(12))
		if m.rng.IntN(3) == 0 {
			m.busy = 1 + m.rng.Float64()
		}
	}
	own := math.Exp(0.03 * m.rng.NormFloat64()) // of this run
	if m.rng.IntN(25) == 0 {
		own *= 1.5
	}
	cpu := work * own * (1 + m.drift) * (1 + 0.1*(m.busy-1))
	wall := cpu * m.busy * math.Exp(0.05*m.rng.NormFloat64())
	return [3]float64{wall, cpu, 100 * math.Exp(0.2*m.rng.NormFloat64())}
}

// comparison is one with n runs of each side, who begins alternating, as the command does it.
func (m *machine) comparison(t *testing.T, n int, workA, workB float64) compare.Result {
	t.Helper()
	list := make([]compare.Result, n)
	for i := range list {
		var side [2][3]float64
		for k := range 2 {
			which := (i + k) % 2
			side[which] = m.run([2]float64{workA, workB}[which])
		}
		for k, name := range []string{"wall", "cpu", "waits.jobs"} {
			list[i].Metrics = append(list[i].Metrics, compare.Metric{Name: name, Unit: "ns", Worse: "up", A: side[0][k], B: side[1][k]})
		}
		for k := range 8 { // numbers that have nothing to do with one another
			list[i].Metrics = append(list[i].Metrics, compare.Metric{Name: "m" + string(rune('a'+k)), Unit: "ns",
				A: m.rng.ExpFloat64(), B: m.rng.ExpFloat64()})
		}
	}
	return repeat(t, list)
}

// A comparison of a program with itself calls no metric at all significant in at least 19 of 20 cases; one that works 20 %
// longer is called slower in at least as many, and never faster: in each group of 20, on a machine that is not quiet.
func TestErrorRates(t *testing.T) {
	const groups, comparisons, n = 4, 20, 15
	m := &machine{rng: rand.New(rand.NewPCG(3, 4))}
	falseAll := 0
	for group := range groups {
		falseAlarms, found := 0, 0
		m.drift = 0
		for range comparisons {
			same := m.comparison(t, n, 100, 100)
			if slices.ContainsFunc(same.Metrics, func(m compare.Metric) bool { return m.Significant }) {
				falseAlarms++
			}
			slow := m.comparison(t, n, 100, 120)
			slower := false
			for _, v := range slow.Metrics[:2] {
				slower = slower || v.Significant && v.B > v.A
				if v.Significant && v.B < v.A {
					t.Errorf("%s of what works longer is called less", v.Name)
				}
			}
			if slower {
				found++
			}
		}
		falseAll += falseAlarms
		if falseAlarms > 1 || found < comparisons-1 {
			t.Errorf("group %d of %d: %d false alarms, %d slow-downs found, wanted at most 1 and at least %d", group, comparisons, falseAlarms, found, comparisons-1)
		}
	}
	t.Logf("%d false alarms in %d comparisons", falseAll, groups*comparisons)
}

// What is certain but next to nothing is not called a change; with 5 runs the two times can be decided.
func TestSmallestEffect(t *testing.T) {
	for _, c := range []struct {
		n    int
		more float64
		want bool
	}{{20, 1.005, false}, {20, 1.02, true}, {5, 1.2, true}, {4, 2, false}} {
		r := repeat(t, runs(c.n, func(run, _, side int) float64 {
			return (1e6 + float64(run)) * []float64{1, c.more}[side]
		}, 1))
		if m := r.Metrics[0]; m.Significant != c.want {
			t.Errorf("%d runs, %g times as much, always: significant %v with p %g, wanted %v", c.n, c.more, m.Significant, *m.P, c.want)
		}
	}
}

func TestRepeatRefuses(t *testing.T) {
	if _, err := compare.Repeat(nil); err == nil {
		t.Error("no runs: wanted an error")
	}
	if _, err := compare.Repeat(make([]compare.Result, compare.MaxRuns+1)); err == nil {
		t.Error("too many runs: wanted an error")
	}
	list := runs(2, func(_, _, _ int) float64 { return 1 }, 1)
	list[1].Metrics = nil
	if _, err := compare.Repeat(list); !errors.Is(err, compare.ErrRuns) {
		t.Errorf("got %v, wanted ErrRuns", err)
	}
}

func TestWorse(t *testing.T) {
	base := func() compare.Result {
		return compare.Result{A: report.Report{Outcome: "exit"}, B: report.Report{Outcome: "exit"}, Metrics: []compare.Metric{
			{Name: "outcome"}, {Name: "wall", Label: "wall time", Unit: "ns", A: 100, B: 100, Worse: "up"}, {Name: "goroutines.left"},
			{Name: "throughput.jobs", Label: "throughput of jobs", A: 10, B: 10, Worse: "down"}}}
	}
	for _, c := range []struct {
		name   string
		change func(r *compare.Result)
		want   string // in the only reason; "": none
	}{
		{"nothing", func(*compare.Result) {}, ""},
		{"fails", func(r *compare.Result) { r.Metrics[0].B, r.B.Outcome, r.B.ExitCode = 2, "deadlock", 2 }, "A ends with exit, B with deadlock"},
		{"failed before", func(r *compare.Result) { r.Metrics[0].A, r.Metrics[0].B = 1, 2 }, ""},
		{"finding", func(r *compare.Result) {
			r.Findings.OnlyB = []findings.Finding{{Kind: "goroutine-leak", Severity: findings.Error}}
		}, "only in B: goroutine-leak"},
		{"harmless finding", func(r *compare.Result) {
			r.Findings.OnlyB = []findings.Finding{{Kind: "unread-results", Severity: findings.Info}}
		}, ""},
		{"finding gone", func(r *compare.Result) { r.Findings.OnlyA = []findings.Finding{{Severity: findings.Error}} }, ""},
		{"left", func(r *compare.Result) { r.Metrics[2].B = 1 }, "left behind: 0 in A, 1 in B"},
		{"slower, within the noise", func(r *compare.Result) { r.Metrics[1].B = 200 }, ""},
		{"slower", func(r *compare.Result) { r.Metrics[1].B, r.Metrics[1].Significant = 120, true }, "wall time: 100 ns in A, 120 ns in B"},
		{"a little slower", func(r *compare.Result) { r.Metrics[1].B, r.Metrics[1].Significant = 105, true }, ""},
		{"faster", func(r *compare.Result) { r.Metrics[1].B, r.Metrics[1].Significant = 50, true }, ""},
		{"less throughput", func(r *compare.Result) { r.Metrics[3].B, r.Metrics[3].Significant = 5, true }, "throughput of jobs"},
	} {
		r := base()
		c.change(&r)
		got := r.Worse(compare.DefaultThreshold)
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
			t.Errorf("%s: got %q, wanted %q", c.name, got, c.want)
		}
	}
}

// A bug that shows in one run of several must not be lost, and one that both sides have is no difference.
func TestFindingsOfAllRuns(t *testing.T) {
	list := runs(3, func(_, _, _ int) float64 { return 1 }, 1)
	leak := findings.Finding{Kind: "goroutine-leak", Sites: []string{"main.go:7"}}
	dead := findings.Finding{Kind: "deadlock", Sites: []string{"main.go:9"}}
	list[0].Findings.OnlyA = []findings.Finding{leak}
	list[1].Findings.OnlyB = []findings.Finding{leak}
	list[2].Findings.OnlyB = []findings.Finding{dead}
	r := repeat(t, list)
	if len(r.Findings.Both) != 1 || r.Findings.Both[0].Kind != "goroutine-leak" || len(r.Findings.OnlyA) != 0 ||
		len(r.Findings.OnlyB) != 1 || r.Findings.OnlyB[0].Kind != "deadlock" {
		t.Errorf("got %+v, wanted the leak in both and the deadlock in B", r.Findings)
	}
}

// What one side proves and the other only suspects is told as that.
func TestVerdictsOfBoth(t *testing.T) {
	dead := findings.Finding{Kind: "deadlock", Verdict: findings.Proven, Message: "main waits."}
	unsure := dead
	unsure.Verdict = findings.Suspected
	for want, b := range map[string]findings.Finding{"deadlock (proven): main": dead, "deadlock (proven in A, suspected in B): main": unsure} {
		var r compare.Result
		r.Findings.Both = []findings.Finding{dead}
		r.A.Findings, r.B.Findings = []findings.Finding{dead}, []findings.Finding{b}
		var out strings.Builder
		if err := compare.Text(&out, r); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("got %v and\n%s\nwanted %q in it", err, &out, want)
		}
	}
}
