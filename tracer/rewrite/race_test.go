package rewrite_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

var raceLine = regexp.MustCompile(`main\.go:\d+`)

// TestRaceStaysVisible holds that hooks do not order the program's accesses: a race is reported in 20 of 20 runs, with the lines of the
// native program.
func TestRaceStaysVisible(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/race")); err != nil {
		t.Fatal(err)
	}
	b := build(t, dir, "-race")
	for _, args := range [][]string{nil, {"variable"}} {
		want := raceLines(run(t, b.native, "", args...).stderr)
		if len(want) < 2 {
			t.Fatalf("the native program has no race: %v", want)
		}
		var group sync.WaitGroup
		slots := make(chan bool, 4) // programs at a time
		for i := range 20 {
			recording := t.TempDir()
			group.Go(func() {
				slots <- true
				defer func() { <-slots }()
				got := run(t, b.hooked, recording, args...)
				if lines := raceLines(got.stderr); got.code != 66 || !slices.Equal(lines, want) {
					t.Errorf("run %d %v: got lines %v, want %v, code %d\n%s", i, args, lines, want, got.code, got.stderr)
				}
			})
		}
		group.Wait()
	}
}

// raceLines lists the lines of the program that race reports name.
func raceLines(stderr string) []string {
	if !strings.Contains(stderr, "WARNING: DATA RACE") {
		return nil
	}
	lines := raceLine.FindAllString(stderr, -1)
	slices.Sort(lines)
	return slices.Compact(lines)
}

// TestStress runs everything at once, with contention: the output is the native one and the records make sense.
func TestStress(t *testing.T) {
	for _, flags := range [][]string{nil, {"-race"}} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS("testdata/stress")); err != nil {
			t.Fatal(err)
		}
		b := build(t, dir, flags...)
		want := run(t, b.native, "")
		for range 3 {
			recording := t.TempDir()
			if got := run(t, b.hooked, recording); got != want {
				t.Errorf("%v: got %+v, want %+v", flags, got, want)
			}
			records := readRecords(t, recording+"/trace.out", b.result.Sites)
			checkRecords(t, records)
			seen := map[int]bool{}
			for _, r := range records {
				seen[r.site.ID] = true
			}
			for _, s := range b.result.Sites.Sites {
				if !seen[s.ID] && s.Op != "go" {
					t.Errorf("%v: no record of site %d: %s %q at line %d", flags, s.ID, s.Op, s.Name, s.Line)
				}
			}
		}
	}
}
