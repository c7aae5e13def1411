//go:build slow

package main

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/trace-viz/trace-viz/internal/compare"
	"github.com/trace-viz/trace-viz/internal/store"
	"github.com/trace-viz/trace-viz/scenarios"
)

// These take minutes and want a quiet machine: go test -tags slow -run Slow -timeout 60m ./cmd/trace-viz
var (
	slowScenario    = flag.String("slow.scenario", "", "only this scenario")
	slowRuns        = flag.Int("slow.runs", 15, "runs of each side in a comparison")
	slowComparisons = flag.Int("slow.comparisons", 20, "comparisons, and runs of each scenario")
)

// compared runs and compares as the command does.
func compared(t *testing.T, runs int, args ...string) []compare.Result {
	t.Helper()
	f := compareFlags{runs: runs, run: runFlags{noUI: true, values: "on"}}
	sides, err := f.contenders(args)
	if err != nil {
		t.Fatal(err)
	}
	cmd := &cobra.Command{}
	cmd.SetContext(t.Context())
	list, _, err := f.results(cmd, sides)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Of every bug and its twin, in every run: the expected findings are only in A, and no goroutine is left over on both sides
// whose go statement both sources have.
func TestSlowScenarios(t *testing.T) {
	t.Setenv("TRACEVIZ_HOME", t.TempDir())
	for _, s := range scenarios.All {
		for i := range s.Bugs {
			v := scenarios.Variant{Scenario: s, Bug: &s.Bugs[i]}
			if *slowScenario != "" && *slowScenario != s.Name {
				continue
			}
			t.Run(v.Name(), func(t *testing.T) {
				a, b := program(t, v), program(t, v.Twin())
				for n, r := range compared(t, *slowComparisons, v.Name()) {
					checkTwins(t, n, &r, s.Bugs[i].Expect, a, b)
				}
			})
		}
	}
}

func checkTwins(t *testing.T, n int, r *compare.Result, expect []string, a, b []string) {
	t.Helper()
	var kinds []string
	for _, f := range r.Findings.OnlyA {
		kinds = append(kinds, f.Kind)
	}
	for _, want := range expect {
		if !slices.Contains(kinds, want) {
			t.Errorf("run %d: findings only in A are %v, wanted %s", n, kinds, want)
		}
	}
	if len(r.Findings.OnlyB)+len(r.Findings.Both) > 0 {
		t.Errorf("run %d: the twin has findings: %v", n, r.Findings)
	}
	for _, p := range r.Pairs {
		if x, y := line(a, p.A.Spawn), line(b, p.B.Spawn); x != y && (slices.Contains(trimmed(b), x) || slices.Contains(trimmed(a), y)) {
			t.Errorf("run %d: %s is paired with %s, but their go statements differ and one is in both sources: %s, %s", n, p.A.Name, p.B.Name, x, y)
		}
	}
	left := map[string]string{}
	for _, g := range r.OnlyA {
		left[line(a, g.Spawn)] = g.Name
	}
	for _, g := range r.OnlyB {
		if other, ok := left[line(b, g.Spawn)]; ok {
			t.Errorf("run %d: %s and %s have no partner, and come from the same go statement: %s", n, other, g.Name, line(b, g.Spawn))
		}
	}
}

// program gives the lines of a scenario's main.go.
func program(t *testing.T, v scenarios.Variant) []string {
	t.Helper()
	dir, err := v.Materialize(store.Programs())
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\n")
}

func trimmed(text []string) []string {
	list := make([]string, len(text))
	for i, l := range text {
		list[i] = strings.TrimSpace(l)
	}
	return list
}

func line(text []string, site string) string {
	_, number, _ := strings.Cut(site, ":")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(text) {
		return site
	}
	return strings.TrimSpace(text[n-1])
}

// The fixed program against itself, and against a copy that works 20 % longer.
func TestSlowSignificance(t *testing.T) {
	t.Setenv("TRACEVIZ_HOME", t.TempDir())
	v, err := scenarios.Find("producer-consumer/fixed")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(program(t, v), "\n")
	// A third of the scenario's work, and then 20 % more.
	usual, longer := copyOf(t, text, "40_000", "80_000"), copyOf(t, text, "48_000", "96_000")
	falseAlarms, found := 0, 0
	for n := range *slowComparisons {
		same, err := compare.Repeat(compared(t, *slowRuns, usual, usual))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range same.Metrics {
			if m.Significant {
				falseAlarms++
				t.Logf("comparison %d: %s is significant: %g and %g, p %g", n, m.Name, m.A, m.B, *m.P)
				break
			}
		}
		slow, err := compare.Repeat(compared(t, *slowRuns, usual, longer))
		if err != nil {
			t.Fatal(err)
		}
		slower := false
		for _, m := range slow.Metrics {
			if m.Name == "wall" || m.Name == "cpu" {
				slower = slower || m.Significant && m.B > m.A
				t.Logf("comparison %d: %s %.0f and %.0f ms, p %.4f, significant %v", n, m.Name, m.A/1e6, m.B/1e6, *m.P, m.Significant)
			}
		}
		if slower {
			found++
		}
	}
	t.Logf("of %d comparisons with %d runs: %d false alarms, %d slow-downs found", *slowComparisons, *slowRuns, falseAlarms, found)
	if allowed := *slowComparisons / 20; falseAlarms > allowed || found < *slowComparisons-allowed {
		t.Errorf("wanted at most %d false alarms, and at least %d slow-downs", allowed, *slowComparisons-allowed)
	}
}

// copyOf writes a copy of the program that makes hashes of other lengths, and returns its folder.
func copyOf(t *testing.T, text, produce, consume string) string {
	t.Helper()
	dir := t.TempDir()
	changed := strings.Replace(strings.Replace(text, "120_000", produce, 1), "240_000", consume, 1)
	if changed == text {
		t.Fatal("the scenario has other numbers than this test knows")
	}
	for name, content := range map[string]string{"main.go": changed, "go.mod": "module example.com/copy\n\ngo 1.26\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
