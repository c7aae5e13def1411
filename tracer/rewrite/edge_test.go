package rewrite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// TestEdge runs the program of awkward forms, traced and not, in every kind of build that changes what the compiler makes of it.
func TestEdge(t *testing.T) {
	for _, c := range []struct {
		name, want, version string
		flags               []string
	}{
		{name: "plain", want: "want.txt"},
		{name: "race", want: "want.txt", flags: []string{"-race"}},
		{name: "no optimisation", want: "want.txt", flags: []string{"-gcflags=all=-N -l"}},
		{name: "go 1.21", want: "want21.txt", version: "1.21"},
		{name: "go 1.18", want: "want21.txt", version: "1.18"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS("testdata/edge")); err != nil {
				t.Fatal(err)
			}
			// Its odd layout is a part of the test, so its name keeps it from gofmt.
			if err := os.Rename(filepath.Join(dir, "main.go.txt"), filepath.Join(dir, "main.go")); err != nil {
				t.Fatal(err)
			}
			if c.version != "" {
				writeFiles(t, dir, map[string]string{"go.mod": "module example.com/edge\n\ngo " + c.version + "\n"})
			}
			want, err := os.ReadFile(filepath.Join(dir, c.want))
			if err != nil {
				t.Fatal(err)
			}
			b := build(t, dir, c.flags...)
			for _, w := range b.result.Warnings {
				t.Errorf("warning: %s", w)
			}
			recording := t.TempDir()
			for name, got := range map[string]ran{
				"native": run(t, b.native, ""), "hooked": run(t, b.hooked, ""), "traced": run(t, b.hooked, recording),
			} {
				if got.stdout != string(want) || got.stderr != "" || got.code != 0 {
					t.Errorf("%s: got\n%s%s(code %d), want\n%s", name, got.stdout, got.stderr, got.code, want)
				}
			}
			checkCount(t, b)
			if c.flags == nil && c.version == "" { // the program TestLanguage runs is held to it in all builds
				checkExecuted(t, b, readRecords(t, filepath.Join(recording, "trace.out"), b.result.Sites), rewrite.OpCondWait)
			}
			// The last line of the program closes a nil channel, where the native program says.
			native, traced := run(t, b.native, "", "panic"), run(t, b.hooked, t.TempDir(), "panic")
			line := "main.go:312"
			if !strings.Contains(native.stderr, line) || !strings.Contains(traced.stderr, line) || traced.code != native.code {
				t.Errorf("panic: got code %d\n%s\nwant code %d\n%s", traced.code, traced.stderr, native.code, native.stderr)
			}
		})
	}
}
