package tracer

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// listedPackage is a package as go list describes it; its documentation has the meaning of the fields.
type listedPackage struct {
	ImportPath, Dir   string
	Standard          bool
	GoFiles, CgoFiles []string
	Deps              []string
	Error             *struct{ Err string }
	DepsErrors        []struct{ Err string }
}

const listedFields = "ImportPath,Dir,Standard,GoFiles,CgoFiles,Deps,Error,DepsErrors"

// testProgram is how the go command ends the import path of a test program.
const testProgram = ".test"

func (p *listedPackage) isTest() bool {
	return strings.HasSuffix(p.ImportPath, testProgram) && !strings.Contains(p.ImportPath, " ")
}

func (p *listedPackage) broken() bool { return p.Error != nil || len(p.DepsErrors) > 0 }

// testList is what the go command knows of the packages and all that they need, in the order that it lists them.
type testList struct {
	order []*listedPackage
	all   map[string]*listedPackage
}

// list asks the go command. With compiled it compiles the packages, so that it is known which of them it will refuse.
func (t *Tests) list(ctx context.Context, compiled bool) (*testList, error) {
	args := append([]string{"list", "-e", "-deps", "-test", "-export=" + strconv.FormatBool(compiled), "-json=" + listedFields}, t.args.Build...)
	out, err := t.goCommand(ctx, append(append(args, "--"), t.args.Patterns...)...)
	if err != nil {
		return nil, err
	}
	return readTestList(out)
}

func readTestList(out []byte) (*testList, error) {
	l := &testList{all: map[string]*listedPackage{}}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		p := &listedPackage{}
		err := d.Decode(p)
		if err == io.EOF {
			return l, nil
		}
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		l.order, l.all[p.ImportPath] = append(l.order, p), p
	}
}

// refused compiles the test programs with an overlay and returns what the go command says of those that do not compile. A package
// may do so only together with its test files, as go test compiles it, so what it is without them does not count.
func (t *Tests) refused(ctx context.Context, overlay string, patterns []string) (said string, err error) {
	args := append([]string{"list", "-e", "-export", "-test", "-json=ImportPath,Error,DepsErrors", "-overlay=" + overlay}, t.args.Build...)
	out, err := t.goCommand(ctx, append(append(append(args, t.flags...), "--"), patterns...)...)
	if err != nil {
		return "", err
	}
	l, err := readTestList(out)
	if err != nil {
		return "", err
	}
	for _, p := range l.order {
		if !p.isTest() {
			continue
		}
		if p.Error != nil {
			said += p.Error.Err + "\n"
		}
		for _, e := range p.DepsErrors {
			said += e.Err + "\n"
		}
	}
	return said, nil
}

// healthy are the packages that have tests and compile; those of patterns alone when these are files.
func (l *testList) healthy(patterns []string) []string {
	var paths []string
	for _, p := range l.order {
		if p.isTest() && !p.broken() {
			paths = append(paths, strings.TrimSuffix(p.ImportPath, testProgram))
		}
	}
	if len(paths) > 0 && len(patterns) > 0 && strings.HasSuffix(patterns[0], ".go") {
		return patterns
	}
	return paths
}

// packages describes those that have tests. b has the traced files and their sites.
func (l *testList) packages(b *Built) []TestPackage {
	byPath := map[string]int{}
	for i, f := range b.files {
		byPath[f.Abs] = i
	}
	wakers := l.wakers(b)
	var list []TestPackage
	for _, p := range l.order {
		if !p.isTest() {
			continue
		}
		t := TestPackage{Path: strings.TrimSuffix(p.ImportPath, testProgram), Dir: p.Dir}
		for _, path := range p.Deps {
			dep := l.all[path]
			if dep == nil {
				continue
			}
			t.HiddenWaker = cmp.Or(t.HiddenWaker, wakers[dep])
			for _, name := range slices.Concat(dep.GoFiles, dep.CgoFiles) {
				if i, traced := byPath[filepath.Join(dep.Dir, name)]; traced {
					t.Files = append(t.Files, i)
				}
			}
		}
		slices.Sort(t.Files)
		t.Files = slices.Compact(t.Files)
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b TestPackage) int { return strings.Compare(a.Path, b.Path) })
	return list
}

// wakers finds the packages outside of the standard library that could wake a goroutine without a trace of it, as
// Built.hiddenWaker does for one program.
func (l *testList) wakers(b *Built) map[*listedPackage]string {
	found := map[*listedPackage]string{}
	for _, p := range l.order {
		switch {
		case p.Standard || p.isTest():
			continue
		case len(p.CgoFiles) > 0:
			found[p] = p.CgoFiles[0] + " calls C code"
			continue
		}
		for _, name := range p.GoFiles {
			path := filepath.Join(p.Dir, name)
			if uses, err := contains(path, afterFunc); (uses || err != nil) && !b.knows(path) {
				found[p] = name + " uses AfterFunc"
				break
			}
		}
	}
	return found
}
