package findings_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

var update = flag.Bool("update", false, "write what the tests get into their testdata")

// TestGolden reads each trace in testdata and compares what is said about it with what is written there: the judgement of the
// last event, the findings, and why each goroutine waits. The bugs have innocent look-alikes beside them, of which nothing
// may be found and which must not be called stuck; of a trace that may be cut in the middle nothing may be found either.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 20 {
		t.Fatalf("testdata: %d files, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			ix, list := find(t, ar)
			got, innocent := dump(t, ix, list), strings.HasPrefix(name, "innocent-")
			if proven, _, _ := findings.Stuck(ix); innocent && proven {
				t.Error("proven to be stuck, and it is not")
			}
			if quiet := innocent || strings.HasPrefix(name, "cut-"); quiet != (len(list) == 0) {
				t.Errorf("found %d, a bug is looked at: %v", len(list), !quiet)
			}
			if *update {
				write(t, file, ar, got)
			} else if want := string(part(ar, "want")); got != want {
				t.Errorf("got:\n%s\nwanted:\n%s", got, want)
			}
		})
	}
}

// find gives the index and the findings of a trace in text: with a crash, as a recording on disk is looked at.
func find(t *testing.T, ar *txtar.Archive) (*index.Index, []findings.Finding) {
	t.Helper()
	data, sites := tracetest.Trace(t, string(part(ar, "trace")))
	ix, err := index.Read(bytes.NewReader(data), int64(len(data)), index.Options{Sites: sites})
	if err != nil {
		t.Fatal(err)
	}
	outcome, code, _ := strings.Cut(strings.TrimSpace(string(part(ar, "outcome"))), " ")
	meta := recording.Meta{Outcome: outcome, Complete: true, WallNS: max(5e9, ix.Duration())}
	meta.ExitCode, _ = strconv.Atoi(code)
	crash := part(ar, "crash")
	if crash == nil {
		return ix, findings.Run(ix, meta)
	}
	rec := &recording.Recording{Dir: t.TempDir(), Meta: meta, Sites: sites}
	if err := os.WriteFile(filepath.Join(rec.Dir, "crash.log"), crash, 0o600); err != nil {
		t.Fatal(err)
	}
	return ix, findings.RunRecording(rec, ix)
}

func part(ar *txtar.Archive, name string) []byte {
	for _, f := range ar.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

func write(t *testing.T, file string, ar *txtar.Archive, got string) {
	t.Helper()
	var keep []txtar.File
	for _, f := range ar.Files {
		if f.Name != "want" {
			keep = append(keep, f)
		}
	}
	ar.Files = append(keep, txtar.File{Name: "want", Data: []byte(got)})
	if err := os.WriteFile(file, txtar.Format(ar), 0o666); err != nil {
		t.Fatal(err)
	}
}

// dump tells in text all that this package says about an index.
func dump(t *testing.T, ix *index.Index, list []findings.Finding) string {
	t.Helper()
	var b strings.Builder
	proven, suspected, why := findings.Stuck(ix)
	fmt.Fprintf(&b, "stuck: proven %v, suspected %v %s\n", proven, suspected, why)
	for _, f := range list {
		fmt.Fprintf(&b, "%s %s %s at %d\n\t%s\n", f.Kind, f.Verdict, f.Severity, f.TimeNS, f.Message)
		for _, why := range f.Why {
			fmt.Fprintf(&b, "\t- %s\n", why)
		}
		for _, g := range f.Goroutines {
			fmt.Fprintf(&b, "\tgoroutine %d/%d %s, spawned at %q, at %q\n", g.Process, g.ID, g.Name, g.Spawn, g.Site)
		}
		for _, o := range f.Objects {
			fmt.Fprintf(&b, "\t%s %s made at %q\n", o.Kind, o.Name, o.Made)
		}
		fmt.Fprintf(&b, "\tsites %q events %v\n", f.Sites, f.Events)
		check(t, ix, f)
	}
	last := ix.NumEvents() - 1
	for _, g := range ix.Goroutines() {
		for i, line := range findings.Why(ix, last, g.ID) {
			if i == 0 {
				fmt.Fprintf(&b, "why %s:\n", g.Name)
			}
			fmt.Fprintf(&b, "\t%s\n", line)
		}
	}
	return b.String()
}

// check holds what every finding promises.
func check(t *testing.T, ix *index.Index, f findings.Finding) {
	t.Helper()
	a := findings.Find(f.Kind)
	if a == nil || f.Severity != a.Severity {
		t.Errorf("%s: severity %q is not its kind's", f.Kind, f.Severity)
	}
	if len(f.G) != len(f.Goroutines) || len(f.O) != len(f.Objects) {
		t.Errorf("%s: %d of %d goroutines and %d of %d objects have a number of the index", f.Kind, len(f.G), len(f.Goroutines), len(f.O), len(f.Objects))
	}
	for i, g := range f.G {
		if who := ix.Goroutines()[g]; who.Name != f.Goroutines[i].Name {
			t.Errorf("%s: goroutine %d is %s, wanted %s", f.Kind, g, who.Name, f.Goroutines[i].Name)
		}
	}
	for i, e := range f.Events {
		if e < 0 || e >= ix.NumEvents() || i > 0 && e <= f.Events[i-1] {
			t.Errorf("%s: events %v do not ascend within %d", f.Kind, f.Events, ix.NumEvents())
		}
	}
	if f.TimeNS < 0 || f.TimeNS > ix.Duration() || len(f.Sites) == 0 || !strings.HasSuffix(f.Message, ".") {
		t.Errorf("%s: time %d of %d, sites %v, message %q", f.Kind, f.TimeNS, ix.Duration(), f.Sites, f.Message)
	}
	if b, err := json.Marshal(f); err != nil || strings.Contains(string(b), "null") {
		t.Errorf("%s: JSON %s: %v", f.Kind, b, err)
	}
}

// TestWhyEverywhere asks about every goroutine at every event, and about what does not exist.
func TestWhyEverywhere(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		ix := tracetest.Index(t, string(part(ar, "trace")))
		for ev := -2; ev <= ix.NumEvents(); ev++ {
			for g := index.GID(-1); int(g) <= ix.NumGoroutines(); g++ {
				lines := findings.Why(ix, ev, g)
				if lines == nil {
					t.Errorf("%s: event %d, goroutine %d: got nil, wanted a list", file, ev, g)
				}
				s := waits(ix, ev, g)
				if s && len(lines) == 0 {
					t.Errorf("%s: event %d: %s waits and nothing says why", file, ev, ix.Goroutines()[g].Name)
				}
			}
		}
	}
}

func waits(ix *index.Index, ev int, g index.GID) bool {
	if g < 0 || int(g) >= ix.NumGoroutines() || ev >= ix.NumEvents() {
		return false
	}
	return index.Blocked(ix.StateOf(ev, g).State)
}

// TestSameAgain holds that the same recording gives the same findings, byte for byte.
func TestSameAgain(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		again := func() string {
			ix, list := find(t, ar)
			return dump(t, ix, list)
		}
		first := again()
		for range 5 {
			if again := again(); again != first {
				t.Fatalf("%s: got\n%s\nthen\n%s", file, first, again)
			}
		}
	}
}
