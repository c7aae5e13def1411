package tracer

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

const (
	putModule = "module example.com/put\n\ngo 1.26\n"
	putSource = "package put\n\nfunc Put(c chan<- int) { c <- 1 }\n"
	putMain   = "package main\n\nimport \"example.com/put\"\n\nfunc main() {\n\tc := make(chan int, 1)\n\tput.Put(c)\n\t<-c\n}\n"
	modules   = "module example.com/m\n\ngo 1.26\n\nrequire example.com/put v1.0.0\n"
)

// Wherever a program lies and wherever its packages come from, the go command finds the hooks under the names that it uses itself.
func TestBuildPlaces(t *testing.T) {
	here := map[string]string{"go.mod": "module example.com/m\n\ngo 1.26\n", "main.go": strings.Replace(putMain, "example.com/put", "example.com/m/put", 1),
		"put/put.go": putSource}
	for _, c := range []struct {
		name  string
		files map[string]string
		at    string // folder of the program
		link  string // to it; the program is reached that way
		want  []string
	}{
		{"odd names", here, "späces & 世界/a  b", "", []string{"main.go", "put/put.go"}},
		{"link", here, "real", "läufer ein", []string{"main.go", "put/put.go"}},
		{"workspace", map[string]string{
			"go.work": "go 1.26\n\nuse ./m\nuse ./put\n", "m/go.mod": "module example.com/m\n\ngo 1.26\n", "m/main.go": putMain,
			"put/go.mod": putModule, "put/put.go": putSource,
		}, "m", "", []string{"main.go", "example.com/put/put.go"}},
		{"workspace by a link", map[string]string{
			"go.work": "go 1.26\n\nuse ./m\nuse ./put\n", "m/go.mod": "module example.com/m\n\ngo 1.26\n", "m/main.go": putMain,
			"put/go.mod": putModule, "put/put.go": putSource,
		}, ".", "link", []string{"main.go", "example.com/put/put.go"}},
		{"vendor", map[string]string{
			"go.mod": modules, "main.go": putMain, "vendor/example.com/put/put.go": putSource,
			"vendor/modules.txt": "# example.com/put v1.0.0\n## explicit; go 1.26\nexample.com/put\n",
		}, ".", "", []string{"main.go"}},
		{"replaced", map[string]string{
			"go.mod": modules + "\nreplace example.com/put => ./put\n", "main.go": putMain, "put/go.mod": putModule, "put/put.go": putSource,
		}, ".", "", []string{"main.go"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			top := t.TempDir()
			root := top
			if c.files["go.work"] == "" {
				root = filepath.Join(top, c.at)
			}
			writeModule(t, root, c.files)
			dir := filepath.Join(top, c.at)
			if c.link != "" {
				link := filepath.Join(t.TempDir(), c.link)
				if err := os.Symlink(dir, link); err != nil {
					t.Fatal(err)
				}
				dir = link
			}
			if _, err := os.Stat(filepath.Join(dir, "m")); err == nil {
				dir = filepath.Join(dir, "m")
			}
			checkPut(t, dir, ".", c.want)
		})
	}
}

// A relative folder is relative to the working directory by the name that it was entered by.
func TestBuildRelativeFolder(t *testing.T) {
	real, link := t.TempDir(), filepath.Join(t.TempDir(), "a link")
	writeModule(t, real, map[string]string{"go.mod": "module example.com/m\n\ngo 1.26\n", "p/main.go": strings.Replace(putMain, "example.com/put", "example.com/m/put", 1),
		"put/put.go": putSource})
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	t.Chdir(link)
	for _, dir := range []string{"", "p", filepath.Join("p", "..", "p")} {
		pattern := "."
		if dir == "" {
			pattern = "./p"
		}
		checkPut(t, dir, pattern, []string{"p/main.go", "put/put.go"})
	}
}

// checkPut builds and runs the program and holds that its traced files are want, and that all of their operations are recorded.
func checkPut(t *testing.T, dir, pattern string, want []string) {
	t.Helper()
	b, err := Build(t.Context(), BuildOptions{Dir: dir, Patterns: []string{pattern}, Name: "put", Stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if got := slices.Sorted(slices.Values(b.Sites.Files)); !slices.Equal(got, slices.Sorted(slices.Values(want))) || len(b.Notes) > 0 {
		t.Errorf("got files %q, notes %q, want %q", got, b.Notes, want)
	}
	m, out := runProgram(t, b, RunOptions{})
	if m.Outcome != recording.Exit || m.ExitCode != 0 {
		t.Errorf("got %+v", m)
	}
	ix, seen := openIndex(t, out), map[string]bool{}
	for i := range ix.NumEvents() {
		if e := ix.Event(i); e.Obj >= 0 {
			seen[e.Site.File] = true
		}
	}
	for _, file := range want {
		if !seen[file] {
			t.Errorf("no operation of %s is recorded: %v", file, seen)
		}
		if _, err := os.Stat(filepath.Join(out, "source", filepath.FromSlash(file))); err != nil {
			t.Error(err)
		}
	}
}

func writeModule(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// What does not compile is refused in the go command's own words, with its exit code and the places of the original files.
func TestBuildRefused(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"types":   {map[string]string{"go.mod": "module m\n\ngo 1.26\n", "main.go": "package main\n\nfunc main() {\n\tnothing()\n}\n"}, "./main.go:4:2: undefined: nothing"},
		"go.mod":  {map[string]string{"go.mod": "modul m\n", "main.go": "package main\n"}, "go.mod:1: unknown directive: modul"},
		"too new": {map[string]string{"go.mod": "module m\n\ngo 1.999\n", "main.go": "package main\n\nfunc main() {}\n"}, "1.999"},
		"missing": {map[string]string{"go.mod": "module m\n\ngo 1.26\n"}, "no Go files in"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GOTOOLCHAIN", "local")
			dir := t.TempDir()
			writeModule(t, dir, c.files)
			var stderr bytes.Buffer
			_, err := Build(context.Background(), BuildOptions{Dir: dir, Patterns: []string{"."}, Name: "m", Stderr: &stderr})
			if code, ok := BuildFailed(err); !ok || code != 1 || !strings.Contains(stderr.String(), c.want) {
				t.Errorf("got %v, code %d; want %q in\n%s", err, code, c.want, stderr.String())
			}
		})
	}
}

// A toolchain that is too old is refused before anything is built. The script says what such a go command would.
func TestBuildOldToolchain(t *testing.T) {
	bin := t.TempDir()
	script := "#!/bin/sh\ntest \"$1\" = env && echo '{\"GOVERSION\":\"go1.25.4\"}'\n"
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	_, err := Build(t.Context(), BuildOptions{Dir: t.TempDir(), Patterns: []string{"."}, Name: "m", Stderr: os.Stderr})
	if _, ok := errors.AsType[*rewrite.UnsupportedError](err); !ok || !strings.Contains(err.Error(), "go1.25.4") {
		t.Errorf("got %v", err)
	}
}
