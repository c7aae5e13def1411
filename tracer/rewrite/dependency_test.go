package rewrite_test

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// waiting is a program that waits in dependencies and shows the stack of a panic in one of them.
const waiting = `package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

func main() {
	g, ctx := errgroup.WithContext(context.Background())
	s := semaphore.NewWeighted(1)
	g.SetLimit(2)
	for range 4 {
		g.Go(func() error {
			if err := s.Acquire(ctx, 1); err != nil {
				return err
			}
			defer s.Release(1)
			return errors.New("first")
		})
	}
	fmt.Println(g.Wait())
	debug.SetTraceback("none")
	defer func() {
		fmt.Println(recover())
		pcs := make([]uintptr, 20)
		frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
		for f, more := frames.Next(); more; f, more = frames.Next() {
			fmt.Println(f.Function, f.File, f.Line)
		}
	}()
	s.Release(5)
}
`

// ownSync are the lines of our own go.mod and go.sum about golang.org/x/sync, which our tools need, so it is at hand.
func ownSync(t *testing.T) (version, sums string) {
	t.Helper()
	for _, name := range []string{"../../go.mod", "../../go.sum"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			words := strings.Fields(line)
			switch {
			case len(words) < 2 || words[0] != "golang.org/x/sync":
			case name == "../../go.mod":
				version = words[1]
			default:
				sums += line
			}
		}
	}
	if version == "" || sums == "" {
		t.Fatal("go.mod and go.sum do not name golang.org/x/sync")
	}
	return version, sums
}

// goRun runs the go command, which must do well.
func goRun(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// places are the ways in which the go command finds a dependency.
var places = []struct {
	name, dir string
	flags     []string
	setup     func(t *testing.T, dir string)
	file      string // of the semaphore, in the recording
}{
	{name: "module cache", file: "golang.org/x/sync/semaphore/semaphore.go"},
	{name: "trimpath", flags: []string{"-trimpath"}, file: "golang.org/x/sync/semaphore/semaphore.go"},
	{name: "race", flags: []string{"-race"}, file: "golang.org/x/sync/semaphore/semaphore.go"},
	{name: "mod", flags: []string{"-mod=mod"}, file: "golang.org/x/sync/semaphore/semaphore.go"},
	{name: "vendor", file: "vendor/golang.org/x/sync/semaphore/semaphore.go", setup: func(t *testing.T, dir string) {
		goRun(t, dir, "mod", "vendor")
	}},
	{name: "workspace", dir: "in here", file: "golang.org/x/sync/semaphore/semaphore.go", setup: func(t *testing.T, dir string) {
		writeFiles(t, filepath.Dir(dir), map[string]string{"go.work": "go 1.26.0\n\nuse \"./in here\"\n"})
	}},
	{name: "modfile", flags: []string{"-modfile=other.mod"}, file: "golang.org/x/sync/semaphore/semaphore.go", setup: func(t *testing.T, dir string) {
		writeFiles(t, dir, map[string]string{"other.mod": waitingModule(t)["go.mod"], "other.sum": waitingModule(t)["go.sum"], "go.mod": "module example.com/waiting\n\ngo 1.26.0\n"})
	}},
	{name: "replaced by itself", file: "golang.org/x/sync/semaphore/semaphore.go", setup: func(t *testing.T, dir string) {
		version, _ := ownSync(t)
		line := "\nreplace golang.org/x/sync => golang.org/x/sync " + version + "\n"
		writeFiles(t, dir, map[string]string{"go.mod": waitingModule(t)["go.mod"] + line})
	}},
}

// waitingModule is the module of that program.
func waitingModule(t *testing.T) map[string]string {
	version, sums := ownSync(t)
	return map[string]string{
		"go.mod":  "module example.com/waiting\n\ngo 1.26.0\n\nrequire golang.org/x/sync " + version + "\n",
		"go.sum":  sums,
		"main.go": waiting,
	}
}

// TestDependency runs a program whose dependencies get hooks in all the ways in which the go command finds these.
func TestDependency(t *testing.T) {
	module := waitingModule(t)
	for _, c := range places {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), c.dir)
			writeFiles(t, dir, module)
			if c.setup != nil {
				c.setup(t, dir)
			}
			before := tree(t, dir)
			b := build(t, dir, c.flags...)
			if len(b.result.Warnings) > 0 {
				t.Errorf("warnings: %q", b.result.Warnings)
			}
			if !slices.ContainsFunc(b.result.Sites.Spawns, func(s rewrite.Spawn) bool { return s.Name == "main.func@19" && s.Func == "main.main" }) {
				t.Errorf("errgroup's Go is no spawn: %+v", b.result.Sites.Spawns)
			}
			recording := t.TempDir()
			native := run(t, b.native, "")
			for how, got := range map[string]ran{"hooked": run(t, b.hooked, ""), "traced": run(t, b.hooked, recording)} {
				if got != native || !strings.Contains(got.stdout, "semaphore.go") {
					t.Errorf("%s: got\n%+v\nwant\n%+v", how, got, native)
				}
			}
			holdsSites(t, readRecords(t, filepath.Join(recording, "trace.out"), b.result.Sites), b.result.Sites, c.file)
			if after := tree(t, dir); after != before {
				t.Errorf("the module has changed: got\n%s\nwant\n%s", after, before)
			}
		})
	}
}

// holdsSites holds that some records are of a file.
func holdsSites(t *testing.T, records []record, sites *rewrite.Sites, file string) {
	t.Helper()
	if !slices.ContainsFunc(records, func(r record) bool { return sites.Files[r.site.File] == file }) {
		t.Errorf("no record of %s; files: %q", file, sites.Files)
	}
}

// tree is the names and contents of all files below dir.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		b.WriteString(path + "\n" + string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// proxy makes a module proxy of one module in a folder and a module cache that is used with it.
func proxy(t *testing.T, path, escaped, version string, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(path + "@" + version + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	writeFiles(t, filepath.Join(dir, filepath.FromSlash(escaped), "@v"), map[string]string{
		version + ".info": `{"Version":"` + version + `"}`, version + ".mod": "module " + path + "\n", version + ".zip": b.String(),
	})
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(out)))
	t.Setenv("XDG_CACHE_HOME", t.TempDir()) // the links to modules lie there
	t.Setenv("GOPROXY", "file://"+dir)
	t.Setenv("GOMODCACHE", t.TempDir())
	t.Setenv("GOFLAGS", "-mod=mod -modcacherw")
	t.Setenv("GONOSUMDB", path)
}

// choices are patterns, and what gets hooks with them.
var choices = []struct {
	name             string
	instrument, skip []string
	ops, warnings    string
}{
	{name: "default", ops: "lock"},
	{name: "one package", instrument: []string{"example.com/Old/queue"}, ops: "lock make send recv"},
	{name: "pattern", instrument: []string{"example.com/Old/..."}, ops: "lock make send recv"},
	{name: "skip by path", instrument: []string{"example.com/..."}, skip: []string{"example.com/m/inner"}, ops: "make send recv"},
	{name: "skip by folder", skip: []string{"./inner/..."}},
	{name: "skip all", instrument: []string{"..."}, skip: []string{"example.com/..."}},
	{name: "unknown", instrument: []string{"example.com/Oldest"}, skip: []string{"./none"}, ops: "lock",
		warnings: "example.com/Oldest matches no package of the program\n./none matches no package of the program"},
	{name: "standard library", instrument: []string{"runtime"}, ops: "lock", warnings: "runtime gets no hooks: it is part of the standard library"},
}

// TestInstrument adds a dependency that is older than modules, with a name that the module cache escapes, and takes it away.
func TestInstrument(t *testing.T) {
	proxy(t, "example.com/Old", "example.com/!old", "v1.2.3", map[string]string{
		"queue/queue.go": "package queue\n\nfunc Pass(v int) int {\n\tc := make(chan int, 1)\n\tc <- v\n\treturn <-c\n}\n",
	})
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{
		"go.mod":         "module example.com/m\n\ngo 1.26.0\n\nrequire example.com/Old v1.2.3\n",
		"main.go":        "package main\n\nimport (\n\t\"example.com/Old/queue\"\n\t\"example.com/m/inner\"\n)\n\nfunc main() {\n\tinner.Lock()\n\tprintln(queue.Pass(7))\n}\n",
		"inner/inner.go": "package inner\n\nimport \"sync\"\n\nvar mu sync.Mutex\n\nfunc Lock() { mu.Lock() }\n",
	})
	goRun(t, dir, "build", "-o", t.TempDir(), ".") // writes go.sum
	for _, c := range choices {
		t.Run(c.name, func(t *testing.T) {
			o := rewrite.Options{Dir: dir, Patterns: []string{"."}, OutDir: t.TempDir(), Instrument: c.instrument, Skip: c.skip}
			b := rewritten(t, o)
			var ops []string
			for _, s := range b.result.Sites.Sites {
				ops = append(ops, s.Op)
			}
			if got := strings.Join(ops, " "); got != c.ops {
				t.Errorf("got sites %q, want %q", got, c.ops)
			}
			if got := strings.Join(b.result.Warnings, "\n"); got != c.warnings {
				t.Errorf("got warnings %q, want %q", got, c.warnings)
			}
			program := filepath.Join(t.TempDir(), "program")
			b.compile(t, program)
			recording := t.TempDir()
			if got := run(t, program, recording); got.stderr != "7\n" || got.code != 0 {
				t.Errorf("got %+v", got)
			}
			if records := readRecords(t, filepath.Join(recording, "trace.out"), b.result.Sites); len(records) != len(ops) {
				t.Errorf("got %d records, want %d", len(records), len(ops))
			}
		})
	}
	o := rewrite.Options{Dir: dir, Patterns: []string{"."}, OutDir: t.TempDir(), Instrument: []string{" "}}
	if _, err := rewrite.Rewrite(t.Context(), o); err == nil || !strings.Contains(err.Error(), `the pattern of packages " " is empty`) {
		t.Errorf("empty pattern: got %v", err)
	}
	dropDependencies(t, dir)
}

// dropDependencies holds that a build without the dependencies is possible after one with them has failed.
func dropDependencies(t *testing.T, dir string) {
	o := rewrite.Options{Dir: dir, Patterns: []string{"."}, OutDir: t.TempDir(), Instrument: []string{"example.com/Old/..."}}
	b := rewritten(t, o)
	if !b.result.DropDependencies() {
		t.Error("there were no dependencies to drop")
	}
	if b.result.DropDependencies() {
		t.Error("they are dropped twice")
	}
	for file := range b.result.Overlay {
		if rel, err := filepath.Rel(dir, file); err != nil || !filepath.IsLocal(rel) || !strings.HasSuffix(file, ".go") {
			t.Errorf("still in the overlay: %s", file)
		}
	}
	b.compile(t, filepath.Join(t.TempDir(), "program"))
}
