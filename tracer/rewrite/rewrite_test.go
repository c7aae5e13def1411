package rewrite_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

const (
	goMod    = "module example.com/m\n\ngo 1.26\n"
	sendMain = "package main\n\nfunc main() {\n\tc := make(chan int, 1)\n\tc <- 1\n\tprintln(<-c)\n}\n"
)

// TestProblems holds that a target which the go command refuses is left alone, with the reason.
func TestProblems(t *testing.T) {
	for _, c := range []struct {
		name, pattern, want string
		files               map[string]string
	}{
		{"types", ".", "undefined: nothing", map[string]string{"main.go": sendMain, "b.go": "package main\n\nvar _ = nothing\n"}},
		{"unused", ".", "declared and not used", map[string]string{"main.go": "package main\n\nfunc main() {\n\tc := make(chan int)\n}\n"}},
		{"syntax", ".", "expected", map[string]string{"main.go": "package main\n\nfunc main() {\n"}},
		{"dependency", ".", "undefined: nothing", map[string]string{
			"main.go": "package main\n\nimport _ \"example.com/m/b\"\n\nfunc main() {}\n", "b/b.go": "package b\n\nvar _ = nothing\n"}},
		{"import", ".", "example.com/missing", map[string]string{"main.go": "package main\n\nimport _ \"example.com/missing\"\n\nfunc main() {}\n"}},
		{"no package", "./none", "none", map[string]string{"main.go": sendMain}},
		{"no files", ".", "no Go files", map[string]string{"x.txt": ""}},
		{"go.mod", ".", "go.mod", map[string]string{"main.go": sendMain, "go.mod": "modul x\n"}},
		{"query", "file=main.go", "file=main.go", map[string]string{"main.go": sendMain}},
		{"flag-like", "-x", "", map[string]string{"main.go": sendMain}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, out := t.TempDir(), t.TempDir()
			writeFiles(t, dir, map[string]string{"go.mod": goMod})
			writeFiles(t, dir, c.files)
			r, err := rewrite.Rewrite(t.Context(), rewrite.Options{Dir: dir, Patterns: []string{c.pattern}, OutDir: out})
			if err != nil {
				t.Fatal(err)
			}
			if r.Problem == "" || !strings.Contains(r.Problem, c.want) {
				t.Errorf("got problem %q, want %q", r.Problem, c.want)
			}
			if len(r.Overlay) > 0 || len(r.Sites.Sites) > 0 || len(r.Files) > 0 {
				t.Errorf("got %d files in the overlay, %d sites, %d files, want none", len(r.Overlay), len(r.Sites.Sites), len(r.Files))
			}
		})
	}
}

// TestFiles rewrites a program given by its files, in a module and outside of one.
func TestFiles(t *testing.T) {
	for _, mod := range []string{goMod, ""} {
		dir := t.TempDir()
		writeFiles(t, dir, map[string]string{"cmd/main.go": sendMain, "cmd/ignored.go": "package other\n"})
		if mod != "" {
			writeFiles(t, dir, map[string]string{"go.mod": mod})
		}
		b := rewritten(t, rewrite.Options{Dir: dir, Patterns: []string{"cmd/main.go"}, OutDir: t.TempDir()})
		if len(b.result.Sites.Sites) != 3 || !b.result.Main {
			t.Errorf("got %d sites, main %v", len(b.result.Sites.Sites), b.result.Main)
		}
		if mod != "" && (b.result.ModuleDir != dir || b.result.Files[0].Rel != "cmd/main.go") {
			t.Errorf("got module in %s, file %s", b.result.ModuleDir, b.result.Files[0].Rel)
		}
		program := filepath.Join(t.TempDir(), "p")
		b.compile(t, program, "cmd/main.go")
		if got := run(t, program, t.TempDir()); got.stderr != "1\n" {
			t.Errorf("got %+v", got)
		}
	}
}

// TestOtherDriver holds that the go command alone says what a program is made of, as it builds it.
func TestOtherDriver(t *testing.T) {
	t.Setenv("GOPACKAGESDRIVER", filepath.Join(t.TempDir(), "none"))
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"go.mod": goMod, "main.go": sendMain})
	b := rewritten(t, rewrite.Options{Dir: dir, Patterns: []string{"."}, OutDir: t.TempDir()})
	if len(b.result.Sites.Sites) != 3 {
		t.Errorf("got %+v", b.result.Sites)
	}
}

// TestSymlink works in a folder that is reached through a symbolic link: the go command calls its files by that way.
func TestSymlink(t *testing.T) {
	real := t.TempDir()
	writeFiles(t, real, map[string]string{"go.mod": goMod, "main.go": sendMain})
	link := filepath.Join(t.TempDir(), "a link with späces")
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	b := build(t, link)
	recording := t.TempDir()
	if got := run(t, b.hooked, recording); got.stderr != "1\n" {
		t.Errorf("got %+v", got)
	}
	if n := len(readRecords(t, recording+"/trace.out", b.result.Sites)); n != 3 {
		t.Errorf("got %d records, want 3: the overlay was ignored", n)
	}
}

// TestModuleUntouched holds that the folder of the target is the same after as before, and that the same sources give the same result.
func TestModuleUntouched(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"go.mod": goMod, "main.go": sendMain, "sub/sub.go": "package sub\n\nfunc F(c chan int) { c <- 1 }\n"})
	list := func() (out []string) {
		if err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			text, _ := os.ReadFile(path)
			out = append(out, path, string(text))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	before := list()
	var sites []string
	for range 2 {
		b := rewritten(t, rewrite.Options{Dir: dir, Patterns: []string{"./..."}, OutDir: t.TempDir()})
		path := filepath.Join(t.TempDir(), "sites.json")
		if err := b.result.Sites.Write(path); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		sites = append(sites, string(text))
		read, err := rewrite.ReadSites(path)
		if err != nil || !slices.Equal(read.Sites, b.result.Sites.Sites) || !slices.Equal(read.Files, []string{"main.go", "sub/sub.go"}) {
			t.Errorf("got %+v: %v", read, err)
		}
	}
	if !slices.Equal(list(), before) {
		t.Error("the module changed")
	}
	if sites[0] != sites[1] {
		t.Errorf("got\n%s\nthen\n%s", sites[0], sites[1])
	}
}

// TestTests rewrites test files, those of a package and those of its external test package, when asked to, each file once.
func TestTests(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{
		"go.mod": goMod,
		"a.go":   "package m\n\nfunc Put(c chan int) { c <- 1 }\n",
		"in_test.go": "package m\n\nimport \"testing\"\n\nfunc export(c chan int) { c <- 2 }\n\n" +
			"func TestIn(t *testing.T) {\n\tc := make(chan int, 2)\n\tPut(c)\n\texport(c)\n\tif <-c != 1 {\n\t\tt.Fail()\n\t}\n}\n",
		"out_test.go": "package m_test\n\nimport (\n\t\"testing\"\n\n\t\"example.com/m\"\n)\n\n" +
			"func TestOut(t *testing.T) {\n\tc := make(chan int, 2)\n\tm.Put(c)\n\tclose(c)\n}\n",
	})
	for _, c := range []struct {
		tests bool
		sites int
	}{{false, 1}, {true, 6}} {
		b := rewritten(t, rewrite.Options{Dir: dir, Patterns: []string{"."}, Tests: c.tests, OutDir: t.TempDir()})
		if len(b.result.Sites.Sites) != c.sites {
			t.Errorf("tests %v: got %d sites, want %d: %+v", c.tests, len(b.result.Sites.Sites), c.sites, b.result.Sites.Sites)
		}
		hooks, _, err := rewrite.HookOverlay(t.TempDir(), b.result.GOROOT)
		if err != nil {
			t.Fatal(err)
		}
		overlay := filepath.Join(t.TempDir(), "overlay.json")
		if err := rewrite.WriteOverlay(overlay, b.result.Overlay, hooks); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "go", "test", "-vet=off", "-overlay", overlay, ".")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("tests %v: %v\n%s", c.tests, err, out)
		}
	}
}

// TestOldModule hooks modules whose language has no generics, unless the user's -gcflags are in the way. A variable of a loop is
// still one for all turns.
func TestOldModule(t *testing.T) {
	for _, line := range []string{"go 1.17\n", "go 1.11\n", ""} {
		dir, recording := t.TempDir(), t.TempDir()
		writeFiles(t, dir, map[string]string{
			"go.mod": "module example.com/m\n\n" + line,
			"main.go": "package main\n\nimport \"example.com/m/sub\"\n\nfunc main() {\n\tc, all := make(chan int, 2), []*int{}\n" +
				"\tfor i := 0; i < 2; i++ {\n\t\tall = append(all, &i)\n\t}\n\tsub.Put(c, *all[0])\n\tprintln(<-c)\n}\n",
			"sub/sub.go": "package sub\n\nfunc Put(c chan<- int, i int) { c <- i }\n",
		})
		b := build(t, dir)
		if len(b.result.Flags) != 2 || len(b.result.Warnings) != 0 {
			t.Errorf("%q: got flags %q, warnings %q", line, b.result.Flags, b.result.Warnings)
		}
		if got := run(t, b.hooked, recording); got.stderr != "2\n" || got != run(t, b.native, "") {
			t.Errorf("%q: got %+v", line, got)
		}
		if n := len(readRecords(t, recording+"/trace.out", b.result.Sites)); n != 3 {
			t.Errorf("%q: got %d records, want 3", line, n)
		}
		for _, o := range []rewrite.Options{{Flags: []string{"-gcflags=-N"}}, {Env: append(os.Environ(), "GOFLAGS='-gcflags=all=-N -l'")}} {
			o.Dir, o.Patterns, o.OutDir = dir, []string{"."}, t.TempDir()
			r := rewritten(t, o).result
			if len(r.Overlay)+len(r.Flags) != 0 || len(r.Warnings) != 2 || !strings.Contains(r.Warnings[0], "-gcflags") || len(r.Files) != 2 {
				t.Errorf("%q: got %+v", line, r)
			}
		}
	}
}

// TestDropFailed spoils a rewritten file, since no form is known whose hooks do not compile. The build fails, the file is left with the
// import alone, and the next build is whole. When it fails again the file is dropped.
func TestDropFailed(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	writeFiles(t, dir, map[string]string{
		"go.mod": goMod, "main.go": sendMain,
		"bad.go": "package main\n\nfunc send(c chan int) {\n\tc <- 2\n}\n",
	})
	b := rewritten(t, rewrite.Options{Dir: dir, Patterns: []string{"."}, OutDir: out})
	bad := b.result.Overlay[filepath.Join(dir, "bad.go")]
	if err := os.WriteFile(bad, []byte("package main\n\nfunc send(c chan int) {\n\tundefined()\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	hooks, _, err := rewrite.HookOverlay(t.TempDir(), b.result.GOROOT)
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(t.TempDir(), "overlay.json")
	try := func() (string, error) {
		if err := rewrite.WriteOverlay(overlay, b.result.Overlay, hooks); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "-o", os.DevNull, ".")
		cmd.Dir = dir
		said, err := cmd.CombinedOutput()
		return string(said), err
	}
	said, err := try()
	if err == nil {
		t.Fatal("the bad file compiles")
	}
	if !b.result.DropFailed(dir, said) || len(b.result.Overlay) != 2 {
		t.Fatalf("nothing was dropped for\n%s", said)
	}
	want := "package main; import _ \"tracevizhook\"\n\nfunc send(c chan int) {\n\tc <- 2\n}\n"
	if text, err := os.ReadFile(bad); err != nil || string(text) != want {
		t.Errorf("got %s, %v", text, err)
	}
	if w := b.result.Warnings; len(w) != 1 || !strings.HasPrefix(w[0], "bad.go gets no hooks") {
		t.Errorf("got warnings %q", w)
	}
	if said, err := try(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	if !b.result.DropFailed(dir, "bad.go:1:2: bad\nbad.go:2:2: bad\n") || len(b.result.Overlay) != 1 {
		t.Errorf("got overlay %v", b.result.Overlay)
	}
	if b.result.DropFailed(dir, "main.go is fine\nother.go:1:2: bad\n") {
		t.Error("dropped a file for no reason")
	}
}

// TestReadSites refuses files whose numbers point nowhere.
func TestReadSites(t *testing.T) {
	for text, want := range map[string]string{
		`{`: "unexpected end", `{"version":2}`: "version 2", `{"version":0}`: "version 0",
		`{"version":1,"files":[],"sites":[{"id":1,"file":0}]}`:                   "file 0 of 0",
		`{"version":1,"files":["a.go"],"sites":[{"id":2,"file":0}]}`:             "id 2",
		`{"version":1,"files":["a.go"],"sites":[],"spawns":[{"file":-1}]}`:       "file -1",
		`{"version":1,"files":["a.go"],"sites":[{"id":1,"file":4611686018427}]}`: "of 1",
	} {
		path := filepath.Join(t.TempDir(), "sites.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := rewrite.ReadSites(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
	var none *rewrite.Sites
	if _, ok := none.Site(1); ok {
		t.Error("got a site of nothing")
	}
}
