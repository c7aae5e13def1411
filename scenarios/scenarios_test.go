package scenarios

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"producer-consumer", "producer-consumer/never-closed"},
		{"producer-consumer/buggy", "producer-consumer/never-closed"},
		{"producer-consumer/fixed", "producer-consumer/never-closed/fixed"},
		{"ex3/never-closed/buggy", "producer-consumer/never-closed"},
		{"producer-consumer/never-closed/fixed", "producer-consumer/never-closed/fixed"},
	} {
		v, err := Find(c.name)
		if err != nil || v.Name() != c.want {
			t.Errorf("Find(%q) = %s, %v, wanted %s", c.name, v.Name(), err, c.want)
		}
	}
	for _, name := range []string{"", "consumer", "producer-consumer/open", "producer-consumer/fixed/buggy", "producer-consumer/never-closed/x"} {
		if _, err := Find(name); !errors.Is(err, ErrUnknown) {
			t.Errorf("Find(%q): got %v, wanted ErrUnknown", name, err)
		}
	}
}

// Every program of the registry builds, is formatted, opens with a comment, and differs from its twin; and no program lies
// in _src that the registry does not know.
func TestPrograms(t *testing.T) {
	known := map[string]bool{}
	for _, s := range All {
		for i := range s.Bugs {
			v := Variant{Scenario: s, Bug: &s.Bugs[i]}
			buggy, fixed := program(t, v), program(t, v.Twin())
			if buggy == fixed {
				t.Errorf("%s: the fixed twin is the same program", v.Name())
			}
			known[s.Name+"/"+s.Bugs[i].Slug] = true
			if len(s.Bugs[i].Expect) == 0 {
				t.Errorf("%s: the registry expects no finding", v.Name())
			}
		}
	}
	err := fs.WalkDir(source, "_src", func(name string, d fs.DirEntry, err error) error {
		if bug := strings.TrimPrefix(name, "_src/"); err == nil && d.IsDir() && strings.Count(bug, "/") == 1 && !known[bug] {
			t.Errorf("%s is not in the registry", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// program materializes, formats and builds one program and returns its main.go.
func program(t *testing.T, v Variant) string {
	t.Helper()
	dir, err := v.Materialize(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"gofmt", "-l", "."}, {"go", "build", "-o", os.DevNull, "."}} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %s: %v\n%s", v.Name(), strings.Join(args, " "), err, out)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(b), "// ") {
		t.Errorf("%s: main.go does not open with a comment", v.Name())
	}
	return string(b)
}
