package findings_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/tracetest"
	"github.com/trace-viz/trace-viz/tracer"
)

// TestRaces runs programs under the race detector and ties its reports to goroutines and lines.
func TestRaces(t *testing.T) {
	built, err := tracer.Build(t.Context(), tracer.BuildOptions{Dir: "testdata/raced", Patterns: []string{"."}, Name: "raced",
		Flags: []string{"-race"}, Stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(built.Close)
	for _, c := range []struct {
		mode string
		want []string // parts of the message; none: no finding
	}{
		{"two-places", []string{"add 100", "add 200", "raced/main.go:14)", "nothing orders the two",
			"Before its access add 100 was ordered by nothing but the go statement that began it, by main", "it held no lock"}},
		{"one-place", []string{"one of add 300 #1 and add 300 #2", "nothing orders the two"}},
		{"main", []string{"main", "add 400", "raced/main.go:14)", "raced/main.go:49)", "main spawns add 400"}},
		{"two-locks", []string{`locked "one" locks mu`, "it held mu #1", "it held mu #2", "hold no lock in common"}},
		{"guarded", nil},
		{"group", []string{"one of main.func@62 #1 and main.func@62 #2", "raced/main.go:62."}},
	} {
		t.Run(c.mode, func(t *testing.T) {
			rec, ix := record(t, built, c.mode)
			list := findings.RunRecording(rec, ix)
			if len(c.want) == 0 {
				if len(list) > 0 {
					t.Errorf("got %q, wanted no finding", list[0].Message)
				}
				return
			}
			if len(list) == 0 || list[0].Kind != "data-race" {
				t.Fatalf("got %v, wanted a data race", list)
			}
			check(t, ix, list[0])
			text := list[0].Message + "\n" + strings.Join(list[0].Why, "\n")
			for _, part := range c.want {
				if !strings.Contains(text, part) {
					t.Errorf("got %q, wanted %q in it", text, part)
				}
			}
		})
	}
}

// TestHostileRaceLog reads files that are no whole reports: what is not understood is left out, and nothing breaks.
func TestHostileRaceLog(t *testing.T) {
	for _, c := range []struct {
		text string
		want int // findings
	}{
		{"", 0},
		{"WARNING: DATA RACE\n", 0},
		{"WARNING: DATA RACE\nRead at 0x1 by goroutine 1:\n", 0},
		{strings.Repeat("WARNING: DATA RACE\n", 10_000), 0},
		{"WARNING: DATA RACE\nRead at 0x1 by goroutine 99999999999999999999:\n  f()\n      x.go:999999999999999999999\n\n" +
			"Previous write at 0x1 by main goroutine:\n  \n      :0\n", 1},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, recording.RaceFile), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := findings.RunRecording(&recording.Recording{Dir: dir}, tracetest.Index(t, "")); len(got) != c.want {
			t.Errorf("%.100q: got %d findings, wanted %d", c.text, len(got), c.want)
		}
	}
}
