package scenarios

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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

// Every program of the registry builds, is formatted, opens with a comment, and differs from its twin in the fix alone; and no
// program lies in _src that the registry does not know.
func TestPrograms(t *testing.T) {
	known := map[string]bool{}
	module := t.TempDir()
	for _, s := range All {
		for i := range s.Bugs {
			v := Variant{Scenario: s, Bug: &s.Bugs[i]}
			twins(t, v, program(t, v, module), program(t, v.Twin(), module))
			known[s.Name+"/"+s.Bugs[i].Slug] = true
			if len(s.Bugs[i].Expect) == 0 {
				t.Errorf("%s: the registry expects no finding", v.Name())
			}
		}
	}
	build(t, module)
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

// comment is the opening comment in two parts: the last paragraph, and what comes before it.
func comment(program string) [2]string {
	text, _, _ := strings.Cut(program, "\npackage ")
	text = strings.ReplaceAll(strings.TrimPrefix(text, "// "), "\n// ", "\n")
	i := max(0, strings.LastIndex(text, "\n//\n"))
	return [2]string{text[:i], strings.TrimPrefix(text[i:], "\n//\n")}
}

func code(program string) string {
	_, text, _ := strings.Cut(program, "\npackage ")
	return text
}

// different counts the lines of a that b does not have and those of b that a does not have.
func different(a, b string) (n int) {
	count := map[string]int{}
	for line := range strings.Lines(a) {
		count[line]++
	}
	for line := range strings.Lines(b) {
		count[line]--
	}
	for _, c := range count {
		n += max(c, -c)
	}
	return n
}

// table is the order in which the scenarios are learned and their bugs are told; the first bug has the bare name. Those that
// are not there yet leave a gap.
var table = []string{
	"basic-threading/no-wait", "basic-threading/late-add", "basic-threading/shared-variable", "basic-threading/unbounded",
	"shared-state/lost-update", "shared-state/double-lock", "shared-state/slow-hold", "shared-state/leaked-slot",
	"producer-consumer/never-closed", "producer-consumer/wrong-closer", "producer-consumer/missed-signal", "producer-consumer/dead-consumers",
	"thread-pools/self-wait", "thread-pools/unread", "thread-pools/uneven", "thread-pools/one-process",
	"async-await/one-by-one", "async-await/no-cancel", "async-await/late-sender",
	"race-conditions/counter", "race-conditions/check-then-act", "race-conditions/lock-order", "race-conditions/publish",
	"race-conditions/double-check", "race-conditions/missed-done",
}

func TestOrder(t *testing.T) {
	last := -1
	for _, s := range All {
		for _, b := range s.Bugs {
			at := slices.Index(table, s.Name+"/"+b.Slug)
			if at <= last {
				t.Errorf("%s/%s is not in its place", s.Name, b.Slug)
			}
			last = at
			if b.What == "" || b.Keep == "" || s.Lesson == "" || len(s.Python) == 0 || !slices.Contains([]string{"easy", "medium", "hard"}, s.Level) {
				t.Errorf("%s/%s: something is not told of it", s.Name, b.Slug)
			}
		}
	}
}

// twins compares the two programs of a bug.
func twins(t *testing.T, v Variant, buggy, fixed string) {
	t.Helper()
	if b, f := code(buggy), code(fixed); b == f || different(b, f) > 16 {
		t.Errorf("%s: the twins differ in %d lines of code, wanted the fix and no more", v.Name(), different(b, f))
	}
	if b, f := comment(buggy), comment(fixed); b[0] != f[0] || !strings.HasPrefix(b[1], "The bug: ") || !strings.HasPrefix(f[1], "Fixed: ") {
		t.Errorf("%s: wanted a comment of what it teaches and then of the bug or the fix, got %q and %q", v.Name(), b, f)
	}
}

// program writes one program into a folder of module and returns its main.go.
func program(t *testing.T, v Variant, module string) string {
	t.Helper()
	files, err := v.Files()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		to := filepath.Join(module, filepath.FromSlash(v.Name()), "main", name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.WriteFile(to, content, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.HasPrefix(string(files["main.go"]), "// ") {
		t.Errorf("%s: main.go does not open with a comment", v.Name())
	}
	return string(files["main.go"])
}

// build formats and compiles all programs in one go.
func build(t *testing.T, module string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(module, "go.mod"), []byte("module all\n\ngo "+GoVersion+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"gofmt", "-l", "."}, {"go", "build", "./..."}} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = module
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// A program is written as a module of its own, and once.
func TestMaterialize(t *testing.T) {
	v, err := Find("producer-consumer/fixed")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	first, err := v.Materialize(dir)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-o", os.DevNull, ".")
	cmd.Dir = first
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if again, err := v.Materialize(dir); err != nil || again != first {
		t.Errorf("the second time: got %s, %v, wanted %s", again, err, first)
	}
	if other, err := v.Twin().Materialize(dir); err != nil || other == first {
		t.Errorf("its twin: got %s, %v", other, err)
	}
}
