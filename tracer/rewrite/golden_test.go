package rewrite_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

var update = flag.Bool("update", false, "write the golden files anew")

// A golden is one rule of the rewriter: a txtar archive whose comment says the rule. Its files are a program. The files in want/ are
// what becomes of those that are rewritten; sites, spawns and warnings list what the rewriter says of them; records, where it
// is, lists what the program's only goroutine logs.
type golden struct {
	path, name, dir string
	archive         *txtar.Archive
	result          *rewrite.Result
}

// TestGolden holds what the rewriter writes, and that it compiles and prints the same as the native program, traced and not.
func TestGolden(t *testing.T) {
	module := t.TempDir()
	writeFiles(t, module, map[string]string{"go.mod": "module example.com/golden\n\ngo 1.26\n"})
	goldens := readGoldens(t, module)
	hooked, native := rewriteGoldens(t, module, goldens), t.TempDir()
	goBuild(t, module, "-o", native, "./...")
	for _, g := range goldens {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			g.check(t)
			g.runs(t, filepath.Join(native, g.name), filepath.Join(hooked, g.name))
			if *update {
				if err := os.WriteFile(g.path, txtar.Format(g.archive), 0o600); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// readGoldens writes the programs of all archives into folders of the module.
func readGoldens(t *testing.T, module string) (goldens []*golden) {
	paths, err := filepath.Glob("testdata/golden/*.txtar")
	if err != nil || len(paths) < 25 {
		t.Fatalf("got %d golden files: %v", len(paths), err)
	}
	for _, path := range paths {
		g := &golden{path: path, name: strings.TrimSuffix(filepath.Base(path), ".txtar")}
		if g.archive, err = txtar.ParseFile(path); err != nil {
			t.Fatal(err)
		}
		g.dir = filepath.Join(module, g.name)
		for _, f := range g.archive.Files {
			if !derived(f.Name) {
				writeFiles(t, g.dir, map[string]string{f.Name: string(f.Data)})
			}
		}
		goldens = append(goldens, g)
	}
	return goldens
}

// runs holds that the program prints and ends as the native one does, traced and not, and logs what it should.
func (g *golden) runs(t *testing.T, native, hooked string) {
	want, recording := run(t, native, ""), t.TempDir()
	for how, got := range map[string]ran{"hooked": run(t, hooked, ""), "traced": run(t, hooked, recording)} {
		if got != want {
			t.Errorf("%s: got\n%+v\nwant\n%+v", how, got, want)
		}
	}
	records := readRecords(t, filepath.Join(recording, "trace.out"), g.result.Sites)
	checkRecords(t, records)
	if g.file("records") != nil {
		g.compare(t, "records", formatRecords(records))
	}
}

// derived reports whether a file of the archive is written by the test.
func derived(name string) bool {
	return strings.HasPrefix(name, "want/") || name == "sites" || name == "spawns" || name == "warnings" || name == "records"
}

// rewriteGoldens rewrites each program on its own and builds all at once.
func rewriteGoldens(t *testing.T, module string, goldens []*golden) (dir string) {
	all := &rewrite.Result{Overlay: map[string]string{}}
	for _, g := range goldens {
		b := rewritten(t, rewrite.Options{Dir: module, Patterns: []string{"./" + g.name}, OutDir: t.TempDir()})
		g.result, all.GOROOT = b.result, b.result.GOROOT
		for original, copied := range g.result.Overlay {
			all.Overlay[original] = copied
		}
	}
	dir = t.TempDir()
	b := &target{dir: module, result: all}
	b.compile(t, dir, "./...")
	return dir
}

func (g *golden) file(name string) []byte {
	for _, f := range g.archive.Files {
		if f.Name == name {
			return append([]byte{}, f.Data...)
		}
	}
	return nil
}

// compare holds got against the file of the archive, or puts it there.
func (g *golden) compare(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		g.archive.Files = slices.DeleteFunc(g.archive.Files, func(f txtar.File) bool { return f.Name == name })
		if got != "" {
			g.archive.Files = append(g.archive.Files, txtar.File{Name: name, Data: []byte(got)})
		}
		return
	}
	if want := string(g.file(name)); got != want {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

func (g *golden) check(t *testing.T) {
	for _, f := range g.result.Files {
		rel, err := filepath.Rel(g.dir, f.Abs)
		if err != nil {
			t.Fatal(err)
		}
		before, err := os.ReadFile(f.Abs)
		if err != nil {
			t.Fatal(err)
		}
		after := ""
		if path := g.result.Overlay[f.Abs]; path != "" {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			after = string(b)
			checkLines(t, rel, before, b)
		}
		g.compare(t, "want/"+filepath.ToSlash(rel), after)
	}
	g.compare(t, "sites", formatSites(g.result.Sites))
	g.compare(t, "spawns", formatSpawns(g.result.Sites))
	g.compare(t, "warnings", strings.Join(append(g.result.Warnings, ""), "\n"))
	if count, sites := countOperations(t, g.result), len(g.result.Sites.Sites)+len(g.result.Warnings); count != sites {
		t.Errorf("got %d sites and warnings, the syntax tree has %d operations", sites, count)
	}
}

// checkLines holds that a rewritten file has the lines of the original: as many, and each directive where it was.
func checkLines(t *testing.T, name string, before, after []byte) {
	a, b := bytes.Split(before, []byte("\n")), bytes.Split(after, []byte("\n"))
	if len(a) != len(b) {
		t.Errorf("%s: got %d lines, want %d", name, len(b), len(a))
		return
	}
	for i := range a {
		if (bytes.HasPrefix(a[i], []byte("//go:")) || bytes.HasPrefix(a[i], []byte("//line "))) && !bytes.Equal(a[i], b[i]) {
			t.Errorf("%s:%d: got %s, want %s", name, i+1, b[i], a[i])
		}
	}
}

func formatSites(s *rewrite.Sites) string {
	var b strings.Builder
	for _, site := range s.Sites {
		op := site.Op
		if site.Select {
			op += "/select"
		}
		if site.Timer {
			op += "/timer"
		}
		if site.Fresh {
			op += "/fresh"
		}
		fmt.Fprintf(&b, "%d %s:%d:%d %s %q %s|%s %s\n", site.ID, s.Files[site.File], site.Line, site.Col, op, site.Name, site.Type, site.Elem, site.Func)
	}
	return b.String()
}

func formatSpawns(s *rewrite.Sites) string {
	var b strings.Builder
	for _, p := range s.Spawns {
		fmt.Fprintf(&b, "%s:%d:%d-%d %q %s -> %s", s.Files[p.File], p.Line, p.Col, p.EndLine, p.Name, p.Func, p.Callee)
		if p.Contexts != nil {
			fmt.Fprintf(&b, " contexts %v", p.Contexts)
		}
		b.WriteString("\n")
	}
	return b.String()
}
