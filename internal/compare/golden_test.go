package compare_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/trace-viz/trace-viz/internal/compare"
	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

var update = flag.Bool("update", false, "write what the tests get into their testdata")

// TestGolden compares the two traces of each file in testdata, with their sources, and checks the pairs, the divergences
// and the findings against what is written there. Each file is one rule. Compared with itself, a side must have no
// divergence and nothing unpaired, whatever it is.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 10 {
		t.Fatalf("testdata: %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			a, b := side(t, ar, "a"), side(t, ar, "b")
			got := dump(compare.Compare(a, b))
			if *update {
				write(t, file, ar, got)
			} else if want := string(part(ar, "want")); got != want {
				t.Errorf("got:\n%s\nwanted:\n%s", got, want)
			}
			for _, s := range []compare.Side{a, b} {
				same := compare.Compare(s, s)
				if n := s.Index.NumGoroutines(); len(same.Pairs) != n || same.Divergence != nil {
					t.Errorf("compared with itself: %d of %d goroutines are paired, divergences %v", len(same.Pairs), n, same.Divergences)
				}
				for _, o := range same.Objects {
					if o.A == nil || o.B == nil || o.A.O != o.B.O {
						t.Errorf("compared with itself: %s %s is not its own partner", o.Kind, o.Name)
					}
				}
			}
		})
	}
}

func side(t *testing.T, ar *txtar.Archive, name string) compare.Side {
	t.Helper()
	data, sites := tracetest.Trace(t, string(part(ar, name)))
	ix, err := index.Read(bytes.NewReader(data), int64(len(data)), index.Options{Sites: sites})
	if err != nil {
		t.Fatal(err)
	}
	meta := recording.Meta{Program: name, Outcome: recording.Exit, Complete: part(ar, name+".incomplete") == nil, WallNS: ix.Duration()}
	return compare.Side{
		Rec:   &recording.Recording{Dir: "/" + name, Meta: meta, Sites: sites},
		Index: ix, Findings: leaks(findings.Run(ix, meta)),
		Source: func(file string) ([]byte, error) {
			if text := part(ar, name+"/"+file); text != nil {
				return text, nil
			}
			return nil, fs.ErrNotExist
		},
	}
}

// leaks leaves out the findings of other kinds: what further analyzers say of these traces is not what is tested.
func leaks(list []findings.Finding) []findings.Finding {
	return slices.DeleteFunc(list, func(f findings.Finding) bool { return f.Kind != "goroutine-leak" })
}

func dump(r compare.Result) string {
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	for _, n := range r.Notes {
		put("note: %s", n)
	}
	put("paired %d of %d and %d", r.Pairing.Paired, r.Pairing.A, r.Pairing.B)
	for _, p := range r.Pairs {
		put("%s: %s and %s, %.2f, renamed %v", p.Role, p.A.Name, p.B.Name, p.Confidence, p.Renamed)
	}
	for _, g := range r.OnlyA {
		put("only in A: %s, spawned at %q", g.Name, g.Spawn)
	}
	for _, g := range r.OnlyB {
		put("only in B: %s, spawned at %q", g.Name, g.Spawn)
	}
	for _, o := range r.Objects {
		put("%s %s: %s and %s, %.2f, renamed %v", o.Kind, o.Name, object(o.A), object(o.B), o.Confidence, o.Renamed)
	}
	for _, d := range r.Divergences {
		put("divergence %s of %s: event %d at %q, event %d at %q\n\t%s", d.Kind, d.Role, d.AEvent, d.ASite, d.BEvent, d.BSite, d.What)
	}
	for _, f := range r.Findings.OnlyA {
		put("finding only in A: %s", f.Kind)
	}
	for _, f := range r.Findings.OnlyB {
		put("finding only in B: %s", f.Kind)
	}
	for _, f := range r.Findings.Both {
		put("finding in both: %s", f.Kind)
	}
	return b.String()
}

func object(o *compare.Object) string {
	if o == nil {
		return "nothing"
	}
	return fmt.Sprintf("o%d %s", o.O, o.Name)
}

func part(ar *txtar.Archive, name string) []byte {
	for _, f := range ar.Files {
		if f.Name == name {
			return append([]byte{}, f.Data...)
		}
	}
	return nil
}

func write(t *testing.T, file string, ar *txtar.Archive, got string) {
	t.Helper()
	for i, f := range ar.Files {
		if f.Name == "want" {
			ar.Files = ar.Files[:i]
			break
		}
	}
	ar.Files = append(ar.Files, txtar.File{Name: "want", Data: []byte(got)})
	if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The JSON form: names of fields as they are documented, no list null, the same bytes each time.
func TestJSON(t *testing.T) {
	ar, err := txtar.ParseFile("testdata/unrelated.txtar")
	if err != nil {
		t.Fatal(err)
	}
	a, b := side(t, ar, "a"), side(t, ar, "b")
	first, err := json.Marshal(compare.Compare(a, b))
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if again, _ := json.Marshal(compare.Compare(a, b)); !bytes.Equal(first, again) {
			t.Fatalf("the same input gives different bytes:\n%s\n%s", first, again)
		}
	}
	var doc map[string]any
	if err := json.Unmarshal(first, &doc); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"metrics", "pairs", "only_a", "only_b", "objects"} {
		if _, ok := doc[name].([]any); !ok {
			t.Errorf("%s is no list: %v", name, doc[name])
		}
	}
	found, _ := doc["findings"].(map[string]any)
	for _, name := range []string{"only_a", "only_b", "both"} {
		if _, ok := found[name].([]any); !ok {
			t.Errorf("findings.%s is no list: %v", name, found[name])
		}
	}
	if doc["version"] != 1.0 || doc["divergence"] != nil && doc["divergence"].(map[string]any)["what"] == "" {
		t.Errorf("version %v, divergence %v", doc["version"], doc["divergence"])
	}
}
