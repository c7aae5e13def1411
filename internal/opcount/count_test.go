package opcount

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Each line of the program ends with the number of operations that it has.
const program = `package p

import ("context"; "sync"; "time")

type chans[T any] interface{ ~chan T | ~<-chan T }
type both[T any] interface{ chans[T]; comparable }

type T struct { sync.Mutex; wg sync.WaitGroup; c chan int }

func f[C chans[int], D both[int], S ~[]int | ~chan int](c C, d D, s S, t *T, ctx context.Context) {
	for range c {} // 1
	for range d {} // 1
	for range s {} // 0
	for range t.c {} // 1
	for range []int{1} {} // 0
	for range 3 {} // 0
	t.c = (make)(chan int) // 1
	_ = make([]int, 1) // 0
	close(t.c) // 1
	t.c <- <-t.c // 2
	select { case <-t.c: case t.c <- 1: default: } // 3
	t.Lock(); defer t.Mutex.Unlock() // 2
	u := t.Unlock // 1
	t.wg.Add(1); t.wg.Go(u); t.wg.Wait() // 3
	var l sync.Locker = t // 0
	l.Lock() // 1
	_ = (*sync.Mutex).TryLock // 1
	time.Sleep(1); <-time.After(1); _ = time.Now // 3
	ctx, _ = context.WithTimeout(ctx, 1) // 1
	<-ctx.Done() // 2
	_ = sync.OnceFunc(func() {}) // 1
	close := func(chan int) {} // 0
	close(t.c) // 0
}

// quick must not grow its stack.
//
//go:nosplit
func quick(c chan int) { c <- 1 } // 0
`

func TestFile(t *testing.T) {
	fset := token.NewFileSet()
	for i, line := range strings.Split(program, "\n") {
		_, want, has := strings.Cut(line, "} // ")
		if !has {
			_, want, has = strings.Cut(line, " // ")
		}
		if !has || want == "0" {
			continue
		}
		// The program without this line has so many operations less; what it declares is declared elsewhere then.
		if n := countText(t, fset, program) - countText(t, fset, without(i)); n != int(want[0]-'0') {
			t.Errorf("line %d: got %d operations: %s", i+1, n, line)
		}
	}
	if n := countText(t, fset, program); n != 25 {
		t.Errorf("got %d operations in all, want 25", n)
	}
}

// without is the program without a line.
func without(i int) string {
	lines := strings.Split(program, "\n")
	lines[i] = ""
	return strings.Join(lines, "\n")
}

var std = importer.ForCompiler(token.NewFileSet(), "source", nil)

func countText(t *testing.T, fset *token.FileSet, text string) int {
	t.Helper()
	tree, err := parser.ParseFile(fset, "p.go", text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	info := NewInfo()
	cfg := types.Config{Importer: std, Error: func(error) {}} // a line that is left out may have declared something
	cfg.Check("p", fset, []*ast.File{tree}, info)
	return File(tree, info)
}

func TestModule(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":             "module example.com/m\n\ngo 1.26\n",
		"a/a.go":             "package a\n\nfunc A(c chan int) { c <- 1 }\n",
		"a/a_test.go":        "package a\n\nvar _ = make(chan int)\n",
		"a/x_test.go":        "package a_test\n\nimport \"example.com/m/a\"\n\nfunc init() { c := make(chan int, 1); a.A(c); <-c }\n",
		"e/e.go":             "package e\n\nimport _ \"embed\"\n\n//go:embed e.go\nvar Text string\n\nfunc E(c chan int) { c <- 1 }\n",
		"b/b.go":             "package b\n\nimport \"example.com/m/a\"\n\nfunc B() { a.A(nil) }\n",
		"broken/broken.go":   "package broken\n\nvar x int = \"text\"\n",
		"untested/u_test.go": "package untested\n\nvar x int = \"text\"\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m, err := Load(t.Context(), dir, nil, nil, []string{"./..."})
	if err != nil {
		t.Fatal(err)
	}
	c := m.Count(nil)
	for name, want := range map[string]int{"a/a.go": 1, "a/a_test.go": 1, "a/x_test.go": 2, "b/b.go": 0, "e/e.go": 0} {
		if got, ok := c.Files[filepath.Join(dir, name)]; !ok || got != want {
			t.Errorf("%s: got %d, %v, want %d", name, got, ok, want)
		}
	}
	if want := []string{"example.com/m/a", "example.com/m/b", "example.com/m/e"}; !slices.Equal(m.Healthy, want) || !slices.Equal(m.Tested, want[:1]) {
		t.Errorf("got healthy %q, tested %q", m.Healthy, m.Tested)
	}
	if len(m.Broken) != 2 || !strings.Contains(m.Broken[0], "example.com/m/broken: ") || !strings.Contains(m.Broken[0], "cannot use") {
		t.Errorf("got broken %q", m.Broken)
	}
	if len(c.Unknown) != 0 {
		t.Errorf("got unknown %q", c.Unknown)
	}
}
