package rewrite_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// modes are the kinds of builds in which a program must do the same with hooks and without.
var modes = []struct {
	name  string
	old   bool // go.mod says go 1.21
	flags []string
}{
	{name: "plain"}, {name: "race", flags: []string{"-race"}}, {name: "no optimisation", flags: []string{"-gcflags=all=-N -l"}},
	{name: "go 1.21", old: true},
}

// TestLanguage runs the program of all other forms, x/sync among them, in all modes: it prints and ends as the native one does,
// the operations that the syntax tree has by another count are those that have a site, and whatever was executed, by the
// coverage of a native run, is in the recording.
func TestLanguage(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.name, func(t *testing.T) {
			dir := copyModule(t, "language")
			if mode.old {
				lowerGo(t, dir)
			}
			b := build(t, dir, mode.flags...)
			for _, w := range b.result.Warnings {
				t.Errorf("warning: %s", w)
			}
			native, recording := run(t, b.native, ""), t.TempDir()
			if native.code != 3 || !strings.HasSuffix(native.stdout, "close of nil channel\n") || native.stderr != "" {
				t.Fatalf("native: got %+v", native)
			}
			for how, got := range map[string]ran{"hooked": run(t, b.hooked, ""), "traced": run(t, b.hooked, recording)} {
				if got != native {
					t.Errorf("%s: got\n%+v\nwant\n%+v", how, got, native)
				}
			}
			checkCount(t, b)
			records := readRecords(t, filepath.Join(recording, "trace.out"), b.result.Sites)
			checkRecords(t, records)
			checkExecuted(t, b, records)
		})
	}
}

// lowerGo makes the module one of Go 1.21. x/sync asks for more, so it is replaced by a copy that says otherwise.
func lowerGo(t *testing.T, dir string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/sync").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for _, pkg := range []string{"errgroup", "semaphore"} {
		if err := os.CopyFS(filepath.Join(dir, "xsync", pkg), os.DirFS(filepath.Join(strings.TrimSpace(string(out)), pkg))); err != nil {
			t.Fatal(err)
		}
	}
	writeFiles(t, dir, map[string]string{
		"xsync/go.mod": "module golang.org/x/sync\n\ngo 1.21\n",
		"go.mod":       "module example.com/language\n\ngo 1.21\n\nrequire golang.org/x/sync v0.24.0\n\nreplace golang.org/x/sync => ./xsync\n",
	})
}

// checkCount compares the sites with an independent count of the operations in the syntax trees.
func checkCount(t *testing.T, b *target) {
	t.Helper()
	if count, sites := countOperations(t, b.result), len(b.result.Sites.Sites); count != sites {
		t.Errorf("got %d sites, the syntax tree has %d operations", sites, count)
	}
}
