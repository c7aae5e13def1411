package rewrite

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"io"
	"maps"
	"os"
	"slices"

	"golang.org/x/tools/go/gcexportdata"
	"golang.org/x/tools/go/packages"
)

// sourceTypes finds the types that packages export without compiling the target: those of the packages that get hooks, and of those
// that import one of them, come from their source, without the bodies of functions; those of all others from what the go command
// compiled. Compiling a large package with its tests can take minutes and gigabytes, only to be done again with hooks in it.
type sourceTypes struct {
	own     map[*packages.Package]bool // whose types come from source
	export  map[string]string          // import path → file of the compiled types
	imports map[string]*types.Package  // those that were read from such files, with all that they mention
}

// findSource decides whose types come from where, and lets the go command compile the others.
func (l *loaded) findSource(ctx context.Context, o Options, roots []*packages.Package) error {
	s := &sourceTypes{own: map[*packages.Package]bool{}, export: map[string]string{}, imports: map[string]*types.Package{}}
	l.source = s
	for _, p := range slices.Concat(l.inner, l.bare) {
		s.own[p] = true
	}
	packages.Visit(roots, nil, func(p *packages.Package) { // imports come first
		for _, q := range p.Imports {
			s.own[p] = s.own[p] || s.own[q]
		}
	})
	need := map[string]bool{}
	for p, own := range s.own {
		for _, q := range p.Imports {
			if own && !made(p) && !s.own[q] && q.PkgPath != "unsafe" {
				need[q.PkgPath] = true
				if q.ForTest != "" {
					l.problem = q.ID + " is compiled for a test alone"
					return nil
				}
			}
		}
	}
	if len(need) == 0 {
		return nil
	}
	args := append([]string{"list", "-e", "-export", "-json=ImportPath,Export,Error"}, o.Flags...)
	out, said, err := goCommand(ctx, o, append(append(args, "--"), slices.Sorted(maps.Keys(need))...)...)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		l.problem = said + err.Error()
		return nil
	}
	return s.readList(out)
}

func (s *sourceTypes) readList(out []byte) error {
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ ImportPath, Export string }
		if err := d.Decode(&p); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("go list: %w", err)
		}
		s.export[p.ImportPath] = p.Export
	}
}

// find gives a package its types.
func (s *sourceTypes) find(l *loaded, p *packages.Package) (err error) {
	if s.own[p] {
		p.Types, err = s.check(l, p)
		return err
	}
	if s.export[p.PkgPath] == "" {
		return errors.New("the go command has no types of " + p.PkgPath)
	}
	f, err := os.Open(s.export[p.PkgPath])
	if err != nil {
		return err
	}
	defer f.Close()
	//lint:ignore SA1019 go list -export gives archives up to Go 1.27, and later what this function passes through
	r, err := gcexportdata.NewReader(f)
	if err != nil {
		return err
	}
	p.Types, err = gcexportdata.Read(r, l.fset, s.imports, p.PkgPath)
	return err
}

// check finds the types that a package exports in its source. A package that uses cgo has some that only the compiler knows.
func (s *sourceTypes) check(l *loaded, p *packages.Package) (*types.Package, error) {
	var trees []*ast.File
	for _, path := range files(p) {
		tree, err := parser.ParseFile(l.fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		if importsC(tree) {
			return nil, fmt.Errorf("%s uses cgo", p.PkgPath)
		}
		trees = append(trees, tree)
	}
	cfg := &types.Config{Importer: importer{l, p}, Sizes: types.SizesFor("gc", l.env.GOARCH), GoVersion: goVersion(p), IgnoreFuncBodies: true}
	return cfg.Check(p.PkgPath, l.fset, trees, nil)
}
