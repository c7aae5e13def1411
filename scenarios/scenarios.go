// Package scenarios holds the exercise programs: plain Go that knows nothing of trace-viz, each bug beside its fixed twin,
// and a registry of what they teach and what must be found in them. The programs lie in _src, where ./... does not look.
package scenarios

import (
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed all:_src
var source embed.FS

// A Scenario is one exercise: a pattern of concurrent programs with its typical bugs.
type Scenario struct {
	Name    string
	Aliases []string
	Level   string   // easy, medium, hard
	Lesson  string   // what it teaches, in a sentence
	Python  []string // what it stands for in Python, from where the exercises come
	Bugs    []Bug    // the first is the one that the bare name stands for
}

// A Bug is one way to get the pattern wrong. Its folder has the programs "buggy" and "fixed".
type Bug struct {
	Slug   string
	What   string
	Keep   string   // what a fix must not change, for who has it as an exercise
	Expect []string // kinds of the findings that the buggy program must have; the fixed one must have none
	Task   Task     // what can be measured of a program that is right
}

// A Variant is one program of a scenario.
type Variant struct {
	Scenario *Scenario
	Bug      *Bug
	Fixed    bool
}

// ErrUnknown is the error of Find for a name that no scenario has.
var ErrUnknown = errors.New("no such scenario")

// Find gives the program that name stands for: NAME and NAME/buggy (the first bug), NAME/fixed (its twin), NAME/BUG and
// NAME/BUG/fixed.
func Find(name string) (Variant, error) {
	parts := strings.Split(name, "/")
	for _, s := range All {
		if parts[0] != s.Name && !slices.Contains(s.Aliases, parts[0]) {
			continue
		}
		return s.find(parts[1:])
	}
	return Variant{}, fmt.Errorf("%w: %s", ErrUnknown, parts[0])
}

func (s *Scenario) find(rest []string) (Variant, error) {
	v := Variant{Scenario: s, Bug: &s.Bugs[0]}
	if len(rest) > 0 && rest[0] != "buggy" && rest[0] != "fixed" {
		i := slices.IndexFunc(s.Bugs, func(b Bug) bool { return b.Slug == rest[0] })
		if i < 0 {
			return Variant{}, fmt.Errorf("%w: %s has no bug %q, it has %s", ErrUnknown, s.Name, rest[0], s.slugs())
		}
		v.Bug, rest = &s.Bugs[i], rest[1:]
	}
	switch {
	case len(rest) == 0 || len(rest) == 1 && rest[0] == "buggy":
	case len(rest) == 1 && rest[0] == "fixed":
		v.Fixed = true
	default:
		return Variant{}, fmt.Errorf("%w: %q after %s, wanted nothing, buggy or fixed", ErrUnknown, strings.Join(rest, "/"), s.Name)
	}
	return v, nil
}

func (s *Scenario) slugs() string {
	var names []string
	for _, b := range s.Bugs {
		names = append(names, b.Slug)
	}
	return strings.Join(names, ", ")
}

// Name is the variant's full name: scenario/bug or scenario/bug/fixed.
func (v Variant) Name() string {
	name := v.Scenario.Name + "/" + v.Bug.Slug
	if v.Fixed {
		name += "/fixed"
	}
	return name
}

// Twin is the other program of the pair.
func (v Variant) Twin() Variant {
	v.Fixed = !v.Fixed
	return v
}

// files gives the program's folder.
func (v Variant) files() fs.FS {
	side := "buggy"
	if v.Fixed {
		side = "fixed"
	}
	sub, err := fs.Sub(source, path.Join("_src", v.Scenario.Name, v.Bug.Slug, side))
	if err != nil {
		panic(err) // the registry and the embedded files are of one build
	}
	return sub
}

// Files gives the program's own files by their names with slashes. It has no go.mod.
func (v Variant) Files() (map[string][]byte, error) {
	content := map[string][]byte{}
	err := fs.WalkDir(v.files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			content[name], err = fs.ReadFile(v.files(), name)
		}
		return err
	})
	return content, err
}

// GoVersion is the language version of the programs, for their go.mod.
const GoVersion = "1.26"

// Materialize writes the program as a module of its own below dir and returns the module's folder. The folder's name holds
// the digest of the content, so that one that is there already is used as it is and the Go build cache knows it again.
func (v Variant) Materialize(dir string) (string, error) {
	content, err := v.Files()
	if err != nil {
		return "", err
	}
	content["go.mod"] = []byte("module " + v.Scenario.Name + "\n\ngo " + GoVersion + "\n")
	to := filepath.Join(dir, strings.ReplaceAll(v.Name(), "/", "-")+"-"+digest(content))
	if _, err := os.Stat(to); err == nil {
		return to, nil
	}
	return to, writeAll(to, content)
}

func digest(content map[string][]byte) string {
	h := sha256.New()
	for _, name := range sorted(content) {
		fmt.Fprintf(h, "%s %d\n%s", name, len(content[name]), content[name])
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:6])
}

// writeAll makes the folder to with the files, as a whole or not at all: another process may do the same at the same time.
func writeAll(to string, content map[string][]byte) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(to), ".new")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	for _, name := range sorted(content) {
		file := filepath.Join(tmp, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(file, content[name], 0o600); err != nil {
			return err
		}
	}
	if err := os.Rename(tmp, to); err != nil {
		if _, there := os.Stat(to); there == nil {
			return nil
		}
		return err
	}
	return nil
}

func sorted(content map[string][]byte) []string {
	names := make([]string, 0, len(content))
	for name := range content {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
