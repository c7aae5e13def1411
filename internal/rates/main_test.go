package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/scenarios"
)

// Every scenario shows what its entry in the registry says, three times out of three. The command counts more often. On a
// machine that is busy with other tests a program may be held up where it never is otherwise, so there is a second try.
func TestScenarios(t *testing.T) {
	var out bytes.Buffer
	if err := run(context.Background(), &out, 3, "0", false, false, nil); err != nil {
		t.Logf("first try: %v\n%s", err, &out)
		out.Reset()
		if err := run(context.Background(), &out, 3, "0", false, false, nil); err != nil {
			t.Errorf("%v\n%s", err, &out)
		}
	}
	if lines := strings.Count(out.String(), "\n"); lines < 3 {
		t.Errorf("got a table of %d lines:\n%s", lines, &out)
	}
}

func TestJudge(t *testing.T) {
	task := scenarios.Task{Prints: []scenarios.Print{{Times: 1, Line: `sum \d+`}}}
	right, wrong := []string{"begin", "sum 12"}, []string{"sum -1"}
	bug := scenarios.Variant{Bug: &scenarios.Bug{Expect: []string{"double-lock", "deadlock"}, Task: task}}
	fixed := bug.Twin()
	raced := scenarios.Variant{Bug: &scenarios.Bug{Expect: []string{"data-race"}, Task: task}}
	for _, c := range []struct {
		name    string
		v       scenarios.Variant
		outcome string
		kinds   []string
		lines   []string
		want    string
	}{
		{"all kinds, one twice", bug, "deadlock", []string{"deadlock", "double-lock", "deadlock"}, right, ""},
		{"one is missing", bug, "deadlock", []string{"deadlock"}, right, "deadlock with deadlock"},
		{"one too many", bug, "deadlock", []string{"deadlock", "double-lock", "imbalance"}, right, "deadlock with deadlock+double-lock+imbalance"},
		{"the bug did not show", bug, "exit", nil, right, "exit with no finding"},
		{"fixed", fixed, "exit", nil, right, ""},
		{"fixed, with a finding", fixed, "exit", []string{"deadlock"}, right, "exit with deadlock"},
		{"fixed, with a wrong output", fixed, "exit", nil, wrong, `output: got 0 lines like "sum \\d+", wanted 1`},
		{"a race without a detector", raced, "exit", nil, wrong, ""},
		{"a race without a detector that does not show", raced, "exit", nil, right, "the right output"},
		{"fixed, but it hangs", fixed, "hung", nil, right, "hung with no finding"},
	} {
		b := bench{noRace: "no compiler"}
		var found []findings.Finding
		for _, kind := range c.kinds {
			found = append(found, findings.Finding{Kind: kind})
		}
		if got := b.judge(c.v, c.outcome, c.lines, found); got != c.want {
			t.Errorf("%s: got %q, wanted %q", c.name, got, c.want)
		}
	}
}

func TestEnough(t *testing.T) {
	bug := scenarios.Variant{Bug: &scenarios.Bug{}}
	for _, c := range []struct {
		v              scenarios.Variant
		procs, good, n int
		want           bool
	}{
		{bug, 0, 99, 100, true}, {bug, 0, 98, 100, false}, {bug, 0, 19, 20, false}, {bug, 0, 3, 3, true},
		{bug, 1, 19, 20, true}, {bug, 4, 18, 20, false},
		{bug.Twin(), 0, 99, 100, false}, {bug.Twin(), 1, 20, 20, true},
	} {
		if got := enough(c.v, c.procs, c.good, c.n); got != c.want {
			t.Errorf("%d of %d on %d procs, fixed %t: got %t", c.good, c.n, c.procs, c.v.Fixed, got)
		}
	}
}

func TestChoose(t *testing.T) {
	for name, want := range map[string]string{
		"producer-consumer/never-closed":       "producer-consumer/never-closed producer-consumer/never-closed/fixed",
		"producer-consumer/never-closed/fixed": "producer-consumer/never-closed/fixed",
		"producer-consumer/buggy":              "producer-consumer/never-closed",
		"ex2/leaked-slot":                      "shared-state/leaked-slot shared-state/leaked-slot/fixed",
	} {
		list, err := choose([]string{name})
		var got []string
		for _, v := range list {
			got = append(got, v.Name())
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
	if list, err := choose([]string{"ex3"}); err != nil || len(list) < 6 {
		t.Errorf("ex3: got %d programs, %v", len(list), err)
	}
	for _, args := range []struct {
		n           int
		procs, name string
	}{{0, "0", "thread-pools"}, {1, "x", "thread-pools"}, {1, "-1", "thread-pools"}, {1, "0", "nothing"}} {
		if err := run(context.Background(), new(bytes.Buffer), args.n, args.procs, false, false, []string{args.name}); err == nil {
			t.Errorf("%+v: no error", args)
		}
	}
}

// What the corpus command says of a module becomes a line like that of a program.
func TestModuleTally(t *testing.T) {
	var m moduleResult
	text := `{"module":"m","version":"v1.2.3","tests":40,"native_failed":["a"],"different":[{"test":"b"}],"recorded_ns":2000000,
		"findings":[{"kind":"busy-wait","severity":"warning"},{"kind":"busy-wait","severity":"warning"},{"kind":"goroutine-leak","severity":"error"}],"failures":[]}`
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	got := m.tally()
	(&bench{out: &out}).line("m", "0", m.Tests, &got)
	if want := "38/  40      1        2       2ms  1× error goroutine-leak, 2× warning busy-wait\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("got %q, wanted %q at the end", &out, want)
	}
}
