package arch

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the folder of go.mod, as seen from the folder of this package.
const root = "../.."

// A file is one file of the project, by its slash-separated path from the root.
type file struct {
	path string
	text []byte
}

// projectFiles are the files that are committed or would be. Outside a git checkout they are all files but hidden folders.
func projectFiles(t *testing.T) []file {
	t.Helper()
	names, err := gitFiles()
	if err != nil {
		names = walkFiles(t)
	}
	var files []file
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted, but not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file{name, text})
	}
	if len(files) < 20 {
		t.Fatalf("found only %d files: the rules would hold for nothing", len(files))
	}
	return files
}

func gitFiles() ([]string, error) {
	// A checkout may belong to another user, in containers above all.
	cmd := exec.Command("git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	names := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	slices.Sort(names)
	return slices.Compact(names), nil
}

func walkFiles(t *testing.T) []string {
	var names []string
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if d.Type().IsRegular() {
			rel, err := filepath.Rel(root, p)
			if err != nil {
				return err
			}
			names = append(names, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// foreign reports whether a file is not written by us: a library that the page embeds, or what a tool made.
func foreign(name string) bool {
	base := path.Base(name)
	return strings.Contains("/"+name, "/vendor/") || strings.Contains(base, ".min.") || base == "package-lock.json" || base == "go.sum"
}

// fixture reports whether a file is test data, which follows its own rules.
func fixture(name string) bool { return strings.Contains("/"+name, "/testdata/") }

func isText(text []byte) bool { return !bytes.Contains(text[:min(len(text), 8000)], []byte{0}) }

// Paths of one machine, and hosts of package registries: they say where something was written and work nowhere else. They
// are put together here, so that this file holds none.
func TestNothingOfOneMachine(t *testing.T) {
	banned := []string{
		"/wo" + "rk/", "/tmp/bash" + "_jobs", "/ro" + "ot/", "/fa" + "rm/", "/home" + "/",
		"proxy.go" + "lang", "registry.np" + "mjs", "deb.deb" + "ian", "sum.go" + "lang",
	}
	for _, f := range projectFiles(t) {
		if !isText(f.text) || f.path == "go.sum" {
			continue
		}
		for i, line := range bytes.Split(f.text, []byte("\n")) {
			for _, bad := range banned {
				if bytes.Contains(line, []byte(bad)) {
					t.Errorf("%s:%d: has %q: a path of one machine or the host of a registry", f.path, i+1, bad)
				}
			}
		}
	}
}

// A test that skips itself looks like one that passes.
func TestNoSkips(t *testing.T) {
	banned := []string{"t.Sk" + "ip", "b.Sk" + "ip", "testing.Sh" + "ort(", "test.sk" + "ip(", "it.sk" + "ip("}
	for _, f := range projectFiles(t) {
		if !strings.HasSuffix(f.path, "_test.go") && !strings.HasSuffix(f.path, ".js") || foreign(f.path) {
			continue
		}
		for _, bad := range banned {
			if bytes.Contains(f.text, []byte(bad)) {
				t.Errorf("%s: has %s: a test runs, or fails and says why", f.path, bad)
			}
		}
	}
}
