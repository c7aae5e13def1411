package rewrite_test

import (
	"os"
	"strings"
	"testing"
)

// TestCgo runs a program whose channels carry types of C code.
func TestCgo(t *testing.T) {
	for name, flags := range map[string][]string{"plain": nil, "race": {"-race"}, "no optimisation": {"-gcflags=all=-N -l"}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS("testdata/cgo")); err != nil {
				t.Fatal(err)
			}
			b := build(t, dir, flags...)
			for _, w := range b.result.Warnings {
				t.Errorf("warning: %s", w)
			}
			if n := len(b.result.Sites.Sites); n != 33 {
				t.Errorf("got %d sites, want 33", n)
			}
			native, recording := run(t, b.native, ""), t.TempDir()
			for how, got := range map[string]ran{"hooked": run(t, b.hooked, ""), "traced": run(t, b.hooked, recording)} {
				if got.stdout != native.stdout || got.code != native.code {
					t.Errorf("%s: got\n%+v\nwant\n%+v", how, got, native)
				}
				if line := "main.go:95"; !strings.Contains(got.stderr, line) || !strings.Contains(native.stderr, line) {
					t.Errorf("%s: got\n%s\nwant a panic at %s, as in\n%s", how, got.stderr, line, native.stderr)
				}
			}
			checkRecords(t, readRecords(t, recording+"/trace.out", b.result.Sites))
		})
	}
}
