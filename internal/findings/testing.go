package findings

import (
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// testingFrame is how the functions of package testing begin. Its fuzzing lies in another package.
const testingFrame = "testing."

// waitsForTest tells whether a goroutine waits inside of package testing: for a test to end, or to go on in parallel. Only another
// test of the program can end such a wait. The alarm of -timeout ends none: it ends the program.
func waitsForTest(ix *index.Index, s *index.GState) bool {
	if s.SinceEvent < 0 || s.State != index.StateRecv && s.State != index.StateSend {
		return false
	}
	for _, f := range ix.Stack(s.SinceEvent) {
		if !strings.HasPrefix(f.Func, "runtime.") {
			return strings.HasPrefix(f.Func, testingFrame)
		}
	}
	return false
}

// testStart is what the goroutine of a test runs.
const testStart = "testing.tRunner"

// testsFailed tells whether the program is a test program that ran to its end and said that a test failed. Who calls os.Exit(1) in
// the middle of a test leaves that test behind.
func (p *Pass) testsFailed() bool {
	if p.Meta.Outcome != recording.Exit || p.Meta.ExitCode != 1 {
		return false
	}
	tests := false
	for _, g := range p.Index.Goroutines() {
		if g.Start == testStart && g.Process == 1 {
			if tests = true; g.Ended < 0 {
				return false
			}
		}
	}
	return tests
}

// testsLate tells whether package testing ended the program because of -timeout: it was stopped from outside then.
func (p *Pass) testsLate() bool {
	return p.Meta.Outcome == recording.Panic && strings.HasPrefix(p.crash().text, "test timed out after ")
}

// testsOf gives for each goroutine the test that runs it, itself or through those that spawned it: the outermost one; -1 outside of tests.
func testsOf(ix *index.Index) []index.GID {
	all := ix.Goroutines()
	tests := make([]index.GID, len(all))
	for g, x := range all { // parents come first
		tests[g] = index.None
		if x.Parent >= 0 && int(x.Parent) < g {
			tests[g] = tests[x.Parent]
		}
		if tests[g] < 0 && x.Start == testStart {
			tests[g] = x.ID
		}
	}
	return tests
}

// testsAwaited are the tests for which a goroutine waits inside of package testing, ascending: those that it started, or the one that
// started it, which in parallel come first.
func (w *graph) testsAwaited(s *index.GState) (list []index.GID) {
	if !waitsForTest(w.ix, s) {
		return nil
	}
	if parent := w.ix.Goroutines()[s.G].Parent; w.parallel(s) {
		if w.lives(parent) {
			list = append(list, parent)
		}
		return list
	}
	for _, c := range w.children(s.G) {
		if c.Start == testStart && w.lives(c.ID) {
			list = append(list, c.ID)
		}
	}
	slices.Sort(list)
	return list
}

// parallel tells whether a goroutine waits in a call of T.Parallel.
func (w *graph) parallel(s *index.GState) bool {
	return slices.ContainsFunc(w.ix.Stack(s.SinceEvent), func(f index.Frame) bool { return f.Func == "testing.(*T).Parallel" })
}

// testWait is a wait inside of package testing in words, "" if it is none or if nothing is known of it.
func (w *graph) testWait(s *index.GState) string {
	tests := w.testsAwaited(s)
	switch {
	case len(tests) == 0:
		return ""
	case w.parallel(s):
		return " in t.Parallel until " + w.names(tests) + " has returned"
	}
	return " for " + w.names(tests) + " to end"
}

// testsLast are the numbers of groups, those that wait inside of package testing last: they tell least.
func (w *graph) testsLast(all []*group) (order []int) {
	var last []int
	for n, gr := range all {
		if waitsForTest(w.ix, gr.first) {
			last = append(last, n)
		} else {
			order = append(order, n)
		}
	}
	return append(order, last...)
}

// testIn is the test, with its function as name, that runs a stack, innermost frame first; "" if none does or if it is a literal, as those
// of subtests are.
func testIn(frames []frame) string {
	n := slices.IndexFunc(frames, func(f frame) bool { return f.fn == testStart })
	if n < 1 {
		return ""
	}
	fn := frames[n-1].fn
	fn = fn[strings.LastIndexByte(fn, '/')+1:]
	if _, name, ok := strings.Cut(fn, "."); ok && !strings.Contains(name, ".") {
		return name
	}
	return ""
}

// outsideTests leaves out the frames of package testing that a stack begins with: those that start a test.
func outsideTests(frames []frame) []frame {
	for len(frames) > 1 && strings.HasPrefix(frames[0].fn, testingFrame) {
		frames = frames[1:]
	}
	return frames
}
