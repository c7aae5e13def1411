package judge

import (
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/scenarios"
)

// good is a run in which nothing is wrong.
func good() shown {
	return shown{how: "run 1", meta: recording.Meta{Outcome: recording.Exit, WallNS: 100e6}, most: 4, beside: 0.8, messages: 10,
		all: load{compute: 100e6, network: 50e6}, before: load{compute: 90e6, network: 50e6}}
}

// courtOf has one run beside those of the scenario's programs, which are good and take three times as long when they are buggy.
func courtOf(task scenarios.Task, run shown) *court {
	slow := good()
	slow.meta.WallNS = 300e6
	return &court{verdict: Verdict{Exercise: scenarios.Variant{Bug: &scenarios.Bug{Task: task}}}, runs: []shown{run}, fixed: []shown{good(), good()}, buggy: []shown{slow}}
}

// Each way to be wrong fails its own criterion with its own words, and no other; what is just within the limits passes.
func TestCriteria(t *testing.T) {
	task := scenarios.Task{AtLeast: 2, AtMost: 8, AtOnce: 3, Through: 10, Read: true, Prompt: true, Faster: 2.5}
	main9 := index.Site{File: "main.go", Line: 9}
	for _, c := range []struct {
		name   string
		change func(*shown)
		want   map[string]string // what the criterion that fails has to say
	}{
		{"right", func(*shown) {}, nil},
		{"exit code", func(s *shown) { s.meta.ExitCode = 3 }, map[string]string{Ends: "it exits with code 3 (run 1)", Work: "not judged", Speed: "not judged"}},
		{"signal", func(s *shown) { s.meta.Outcome, s.meta.Signal = recording.Signal, "SIGKILL" }, map[string]string{Ends: "it ends with a signal SIGKILL", Work: "not judged", Speed: "not judged"}},
		{"hangs", func(s *shown) { s.meta.Outcome = recording.Hung }, map[string]string{Ends: "it hangs: it still ran after 10s", Work: "not judged", Speed: "not judged"}},
		{"wrong line", func(s *shown) { s.wrong = "got 0 lines" }, map[string]string{Output: "got 0 lines (run 1)"}},
		{"finding", func(s *shown) { s.findings = []findings.Finding{{Kind: "goroutine-leak", Message: "stuck."}} }, map[string]string{Findings: "goroutine-leak: stuck. (run 1)"}},
		{"too few", func(s *shown) { s.most = 1 }, map[string]string{Goroutines: "at most 1 goroutines"}},
		{"too many", func(s *shown) { s.most = 9 }, map[string]string{Goroutines: "it has 9 goroutines at one time, wanted at most 8"}},
		{"as many as may be", func(s *shown) { s.most = 8 }, nil},
		{"no channels", func(s *shown) { s.messages = 9 }, map[string]string{Goroutines: "9 messages"}},
		{"crowd", func(s *shown) { s.crowded = 0.5 }, map[string]string{Goroutines: "more than 3 of them work at once for 50 % of the time (run 1)"}},
		{"unread", func(s *shown) { s.unread = places{4, "reports"} }, map[string]string{Goroutines: "4 messages are left in channel reports at the end"}},
		{"wide semaphore", func(s *shown) { s.slots = places{10, "slots"} }, map[string]string{Goroutines: "slots lets in 10 of them at once, wanted at most 3 (run 1)"}},
		{"semaphore", func(s *shown) { s.slots = places{3, "slots"} }, nil},
		{"a crowd for a moment", func(s *shown) { s.crowded = 0.1 }, nil},
		{"by turns", func(s *shown) { s.beside = 0.1 }, map[string]string{Goroutines: "they compute one after another: two or more at once for 10 % of the time, for 80 %"}},
		{"partly by turns", func(s *shown) { s.beside = 0.3 }, nil},
		{"sleep", func(s *shown) { s.sleep = stretch{60e6, "main", main9} }, map[string]string{Waiting: "main sleeps for 60ms at main.go:9"}},
		{"nap", func(s *shown) { s.sleep = stretch{40e6, "main", main9} }, nil},
		{"spin", func(s *shown) { s.spin = spin{5000, "main", main9} }, map[string]string{Waiting: "main gives up its proc 5000 times at main.go:9"}},
		{"waits for a lock", func(s *shown) { s.lock = stretch{20e6, "teller", main9} }, map[string]string{Waiting: "teller waits 20ms for a lock"}},
		{"no work", func(s *shown) { s.all.compute, s.before.compute = 10e6, 10e6 }, map[string]string{Work: "it computes for 10ms, the fixed program 100ms: the work is not done"}},
		{"no requests", func(s *shown) { s.all.network, s.before.network = 0, 0 }, map[string]string{Work: "it waits for the network for 0s"}},
		{"less work", func(s *shown) { s.all.compute, s.before.compute = 25e6, 25e6 }, nil},
		{"answer first", func(s *shown) { s.before.compute = 1e6 }, map[string]string{Work: "it prints its result before the work: it computes for 1ms before"}},
		{"slow", func(s *shown) { s.meta.WallNS = 150e6 }, map[string]string{Speed: "2.0 times as fast, wanted 2.5"}},
	} {
		run := good()
		c.change(&run)
		court := courtOf(task, run)
		court.judge()
		for _, cr := range court.verdict.Criteria {
			want, fails := c.want[cr.Name]
			if cr.Pass == fails || !strings.Contains(cr.Why, want) {
				t.Errorf("%s: %s: pass %v, %q; wanted a failure: %v %q", c.name, cr.Name, cr.Pass, cr.Why, fails, want)
			}
		}
	}
}

// Where an exercise sets no limit, none is held; and one core says nothing of taking turns.
func TestCriteriaWithoutLimits(t *testing.T) {
	run := good()
	run.slots, run.unread = places{10, "slots"}, places{4, "reports"}
	run.most, run.messages, run.crowded, run.meta.WallNS, run.lock.ns = 1000, 0, 1, 900e6, 900e6
	c := courtOf(scenarios.Task{}, run)
	c.judge()
	if !c.verdict.Pass() {
		t.Errorf("got %+v", c.verdict.Criteria)
	}
	alone := good()
	alone.beside = 0
	c = courtOf(scenarios.Task{}, good())
	c.runs = append(c.runs, alone) // the second run has one proc
	if c.judge(); !c.verdict.Pass() {
		t.Errorf("one proc: got %+v", c.verdict.Criteria)
	}
}

func TestShareAbove(t *testing.T) {
	change := map[int64]int{0: 2, 10: 2, 30: -2, 40: -2, 100: 1, 160: -1} // 2, 4, 2 for 10, 20, 10, and 1 for 60 later
	for n, want := range map[int]float64{0: 1, 1: 0.4, 3: 0.2, 4: 0} {
		if got := shareAbove(change, n); got != want {
			t.Errorf("more than %d: got %v, wanted %v", n, got, want)
		}
	}
	if got := shareAbove(nil, 1); got != 0 {
		t.Errorf("nothing: got %v", got)
	}
}
