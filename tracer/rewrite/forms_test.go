package rewrite_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// builds are the kinds of builds that change what the compiler makes of a program.
var builds = []struct {
	name  string
	flags []string
}{
	{"plain", nil}, {"race", []string{"-race"}}, {"no optimisation", []string{"-gcflags=all=-N -l"}},
	{"trimpath", []string{"-trimpath"}}, {"tags", []string{"-tags=special"}},
}

// copyModule copies a module of testdata to a folder of the test.
func copyModule(t *testing.T, name string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", name))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// place matches where a stack trace passes through the program's own source.
var place = regexp.MustCompile(`(?m)^panic: .*|(main\.go|grammar\.y):\d+`)

// TestForms runs a program of code in unusual places: generated, tagged, beside assembly, in loops over functions and coroutines.
func TestForms(t *testing.T) {
	for _, c := range builds {
		t.Run(c.name, func(t *testing.T) {
			b := build(t, copyModule(t, "forms"), c.flags...)
			for _, w := range b.result.Warnings {
				t.Errorf("warning: %s", w)
			}
			native, recording := run(t, b.native, ""), t.TempDir()
			if !strings.Contains(native.stdout, "grammar.y:101") || strings.Contains(native.stdout, "with the tag") != (c.name == "tags") {
				t.Fatalf("native: got %s", native.stdout)
			}
			for how, got := range map[string]ran{"hooked": run(t, b.hooked, ""), "traced": run(t, b.hooked, recording)} {
				if got.stdout != native.stdout || got.code != native.code || !slices.Equal(place.FindAllString(got.stderr, -1), place.FindAllString(native.stderr, -1)) {
					t.Errorf("%s: got\n%s%s(code %d), want\n%s%s(code %d)", how, got.stdout, got.stderr, got.code, native.stdout, native.stderr, native.code)
				}
			}
			checkRecords(t, readRecords(t, filepath.Join(recording, "trace.out"), b.result.Sites))
			if c.name != "race" {
				return
			}
			if count, sites := countOperations(t, b.result), len(b.result.Sites.Sites); count != sites {
				t.Errorf("got %d sites, the syntax tree has %d operations", sites, count)
			}
		})
	}
}

// duration matches what differs in the output of the same tests.
var duration = regexp.MustCompile(`\(\d+\.\d+s\)|\s+[0-9.]+ ns/op`)

// testOutput is the output of tests without what depends on which of those that run beside each other goes first.
func testOutput(r ran) string {
	lines := slices.Sorted(strings.Lines(duration.ReplaceAllString(r.stdout, "")))
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "=== ") }), "")
}

// TestTestPackages runs tests inside and outside of a package, in bubbles of testing/synctest among them.
func TestTestPackages(t *testing.T) {
	for _, c := range builds[:3] {
		t.Run(c.name, func(t *testing.T) {
			dir, out := copyModule(t, "forms"), t.TempDir()
			b := rewritten(t, rewrite.Options{Dir: dir, Flags: c.flags, Patterns: []string{"./tests"}, Tests: true, OutDir: t.TempDir()})
			if len(b.result.Warnings) > 0 || len(b.result.Overlay) != 3 {
				t.Errorf("got %d files, warnings %q", len(b.result.Overlay), b.result.Warnings)
			}
			native, hooked := filepath.Join(out, "native"), filepath.Join(out, "hooked")
			hooks, goroot, err := rewrite.HookOverlay(out, b.result.GOROOT)
			if err != nil {
				t.Fatal(err)
			}
			overlay := filepath.Join(out, "overlay.json")
			if err := rewrite.WriteOverlay(overlay, b.result.Overlay, hooks); err != nil {
				t.Fatal(err)
			}
			t.Setenv("GOROOT", goroot)
			goRun(t, dir, slices.Concat([]string{"test", "-c", "-o", native}, c.flags, []string{"./tests"})...)
			goRun(t, dir, slices.Concat([]string{"test", "-c", "-vet=off", "-overlay", overlay, "-o", hooked}, c.flags, []string{"./tests"})...)
			args, recording := []string{"-test.v", "-test.bench=.", "-test.benchtime=1x", "-test.run=^(Test|Fuzz|Example)"}, t.TempDir()
			want := run(t, native, "", args...)
			if want.code != 0 || !strings.Contains(want.stdout, "3 24h1m1s") {
				t.Fatalf("native: got %+v", want)
			}
			for how, got := range map[string]ran{"hooked": run(t, hooked, "", args...), "traced": run(t, hooked, recording, args...)} {
				if got.code != 0 || got.stderr != want.stderr || testOutput(got) != testOutput(want) {
					t.Errorf("%s: got\n%s%s\nwant\n%s%s", how, got.stdout, got.stderr, want.stdout, want.stderr)
				}
			}
			checkRecords(t, readRecords(t, filepath.Join(recording, "trace.out"), b.result.Sites))
		})
	}
}
