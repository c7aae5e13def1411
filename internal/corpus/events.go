package main

import (
	"bufio"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"
)

// A testRun is what go test -json said of one run.
type testRun struct {
	tests    map[testName]string // how each ended: pass, fail or skip; "" when it did not
	packages map[string]string   // the same of packages
	elapsed  map[string]time.Duration
	said     map[testName][]string // what was printed
}

type testName struct{ Package, Test string }

func (n testName) String() string { return n.Package + " " + n.Test }

// top is the test that a subtest belongs to.
func (n testName) top() testName {
	n.Test, _, _ = strings.Cut(n.Test, "/")
	return n
}

// saidLines is how many of the last lines of a test are kept.
const saidLines = 40

// readEvents reads what go test -json printed. Lines that are not its own are left out: what could not be built comes between.
func readEvents(from io.Reader) (*testRun, error) {
	t := &testRun{tests: map[testName]string{}, packages: map[string]string{}, elapsed: map[string]time.Duration{}, said: map[testName][]string{}}
	r := bufio.NewReader(from)
	for {
		line, err := r.ReadBytes('\n')
		var e struct {
			Action, Package, Test, Output string
			Elapsed                       float64
		}
		if json.Unmarshal(line, &e) == nil && e.Package != "" {
			t.take(testName{e.Package, e.Test}, e.Action, e.Output, time.Duration(e.Elapsed*float64(time.Second)))
		}
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return t, err
		}
	}
}

func (t *testRun) take(name testName, action, output string, elapsed time.Duration) {
	ended := action == "pass" || action == "fail" || action == "skip"
	switch {
	case action == "output":
		lines := append(t.said[name], strings.TrimRight(output, "\n"))
		t.said[name] = lines[max(0, len(lines)-saidLines):]
	case name.Test == "" && ended:
		t.packages[name.Package], t.elapsed[name.Package] = action, elapsed
	case name.Test == "":
	case action == "run" && t.tests[name] == "":
		t.tests[name] = ""
	case ended && t.tests[name] != "fail": // with -count a name comes again
		t.tests[name] = action
	}
}

// all is the time of all packages.
func (t *testRun) all() (sum time.Duration) {
	for _, d := range t.elapsed {
		sum += d
	}
	return sum
}

// failed are the tests that failed or never ended, sorted. A package that failed though none of its tests did is one of them, with no
// name of a test.
func (t *testRun) failed() (list []testName) {
	in := map[string]bool{}
	for name, how := range t.tests {
		if how == "fail" || how == "" {
			list, in[name.Package] = append(list, name), true
		}
	}
	for pkg, how := range t.packages {
		if how == "fail" && !in[pkg] {
			list = append(list, testName{Package: pkg})
		}
	}
	slices.SortFunc(list, func(a, b testName) int { return strings.Compare(a.String(), b.String()) })
	return list
}

// onlyIn are the tests that failed in hooked and not in native, and those that native has and hooked has not run. Of a test and its
// subtests the innermost are enough.
func onlyIn(hooked, native *testRun) (list []testName) {
	for _, name := range hooked.failed() {
		if how, ran := native.outcome(name); ran && (how == "pass" || how == "skip") || !ran {
			list = append(list, name)
		}
	}
	for name, how := range native.tests {
		if _, ran := hooked.tests[name]; !ran && how == "pass" && (name.top() == name || hooked.tests[name.top()] == "pass") {
			list = append(list, name)
		}
	}
	list = slices.DeleteFunc(list, func(n testName) bool {
		return slices.ContainsFunc(list, func(m testName) bool {
			return m.Package == n.Package && n.Test != "" && strings.HasPrefix(m.Test, n.Test+"/")
		})
	})
	slices.SortFunc(list, func(a, b testName) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(list)
}

func (t *testRun) outcome(name testName) (how string, ran bool) {
	if name.Test == "" {
		how, ran = t.packages[name.Package]
		return how, ran
	}
	how, ran = t.tests[name]
	return how, ran
}
