// Package target finds out what a person means by the TARGET of a command: a scenario, a Go package, a directory or Go
// files; and what to say when it is none of these.
package target

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/scenarios"
)

// A Target is something to build and run.
type Target struct {
	Program  string             // how recordings name it
	Dir      string             // where the go command is run
	Patterns []string           // what the go command is given: one package or Go files
	Scenario *scenarios.Variant // nil if it is the user's own program
}

// Find resolves name. Scenario programs are written below programs.
func Find(name, programs string) (Target, error) {
	if !isPath(name) {
		v, err := scenarios.Find(name)
		if err == nil {
			dir, err := v.Materialize(programs)
			if err != nil {
				return Target{}, fmt.Errorf("write the scenario's program: %w", err)
			}
			return Target{Program: v.Name(), Dir: dir, Patterns: []string{"."}, Scenario: &v}, nil
		}
		if !errors.Is(err, scenarios.ErrUnknown) || known(name) {
			return Target{}, withNearest(err, name)
		}
	}
	return userTarget(name)
}

// withNearest adds the name that a person may have meant.
func withNearest(err error, name string) error {
	var all []string
	for _, s := range scenarios.All {
		for i := range s.Bugs {
			v := scenarios.Variant{Scenario: s, Bug: &s.Bugs[i]}
			all = append(all, v.Name(), v.Twin().Name())
		}
	}
	if near := Nearest(name, all); near != "" {
		return fmt.Errorf("%w\n  did you mean %s?", err, near)
	}
	return err
}

// known reports whether the first part of name is a scenario, so that the rest is what is wrong.
func known(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	_, err := scenarios.Find(first)
	return err == nil
}

func isPath(name string) bool {
	return name == "." || name == ".." || strings.HasPrefix(name, "./") || strings.HasPrefix(name, "../") ||
		filepath.IsAbs(name) || strings.HasSuffix(name, ".go")
}

// userTarget takes name as Go files, a directory, or an import path, in this order.
func userTarget(name string) (Target, error) {
	if strings.HasSuffix(name, ".go") {
		st, err := os.Stat(name)
		if err != nil || st.IsDir() {
			return Target{}, unknown(name, "there is no such file")
		}
		abs, err := filepath.Abs(name)
		return at(Target{Program: filepath.Base(name), Dir: filepath.Dir(abs), Patterns: []string{filepath.Base(abs)}}, name), err
	}
	if isPath(name) {
		st, err := os.Stat(name)
		if err != nil || !st.IsDir() {
			return Target{}, unknown(name, "there is no such directory")
		}
		abs, err := filepath.Abs(name)
		return at(Target{Program: filepath.Base(abs), Dir: abs, Patterns: []string{"."}}, name), err
	}
	dir, err := os.Getwd()
	if err != nil {
		return Target{}, err
	}
	cmd := exec.Command("go", "list", "-find", "-f", "{{.ImportPath}}", "--", name)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return Target{}, errors.New("the go command is not in PATH: trace-viz needs the Go toolchain (1.26 or newer) to build programs")
		}
		return Target{}, unknown(name, "the go command says: "+strings.TrimSpace(stderr.String()))
	}
	return Target{Program: path.Base(strings.TrimSpace(string(out))), Dir: dir, Patterns: []string{name}}, nil
}

// at lets the go command run in the working directory, so that its messages name files as the person did, when that
// belongs to the same module as the target; the target's own directory is used otherwise.
func at(t Target, name string) Target {
	wd, err := os.Getwd()
	if err == nil && moduleRoot(wd) == moduleRoot(t.Dir) {
		t.Dir, t.Patterns = wd, []string{name}
	}
	return t
}

// moduleRoot is the nearest directory from dir upwards that has a go.mod, or "".
func moduleRoot(dir string) string {
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

// unknown is the error for a name that stands for nothing: what was asked, what exists, and the nearest name.
func unknown(name, why string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "no scenario or package %q: %s", name, why)
	names := scenarioNames()
	if near := Nearest(name, append(names, localPackages()...)); near != "" {
		fmt.Fprintf(&b, "\n  did you mean %s?", near)
	}
	fmt.Fprintf(&b, "\n  scenarios: %s", strings.Join(names, ", "))
	if pkgs := localPackages(); len(pkgs) > 0 {
		fmt.Fprintf(&b, "\n  programs below this directory: %s", strings.Join(pkgs, ", "))
	}
	return errors.New(b.String())
}

func scenarioNames() []string {
	var names []string
	for _, s := range scenarios.All {
		names = append(names, s.Name)
	}
	return names
}

// localPackages lists a few programs of the module around the working directory.
func localPackages() []string {
	wd, err := os.Getwd()
	if err != nil {
		return nil
	}
	cmd := exec.Command("go", "list", "-e", "-find", "-f", `{{if eq .Name "main"}}{{.Dir}}{{end}}`, "./...")
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	var pkgs []string
	for dir := range strings.Lines(string(out)) {
		rel, err := filepath.Rel(wd, strings.TrimSpace(dir))
		if err == nil && len(pkgs) < 8 {
			pkgs = append(pkgs, "./"+filepath.ToSlash(rel))
		}
	}
	return pkgs
}

// Nearest returns the candidate that is closest to name by edit distance, or whose beginning is, or "" if none is close.
func Nearest(name string, candidates []string) string {
	name = strings.TrimPrefix(name, "./")
	best, least := "", len(name)/2+1
	for _, c := range candidates {
		full := strings.TrimPrefix(c, "./")
		begin := full[:min(len(full), len(name)+1)]
		if d := min(distance(name, full), distance(name, begin)+1); d < least {
			best, least = c, d
		}
	}
	return best
}

// distance is the edit distance of Levenshtein (insert, delete, replace).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			above := row[j+1]
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			row[j+1] = slices.Min([]int{cost, above + 1, row[j] + 1})
			diagonal = above
		}
	}
	return row[len(b)]
}
