package rewrite

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/gcexportdata"
)

// loaded is what the go command knows of the target. It has no syntax yet: packages are parsed and checked one after another
// against the export data of the others, so that memory is that of the largest. One query of the go command serves for all.
type loaded struct {
	packages map[string]*listed
	targets  []*listed // what the patterns name
	inner    []*listed // packages of the main module among them and their dependencies; sorted
	problem  string
	env      goEnv

	fset *token.FileSet
	deps map[string]*types.Package // from export data, by import path
}

// listed is a package as go list describes it; its documentation has the meaning of the fields.
type listed struct {
	ImportPath, Name, Dir, Export, ForTest string
	GoFiles, CgoFiles                      []string
	ImportMap                              map[string]string
	Standard, DepOnly                      bool
	Module                                 *module
	Error                                  *struct{ Pos, Err string }
}

type module struct {
	Path, Dir, GoVersion string
	Main                 bool
}

// goEnv is a part of go env.
type goEnv struct{ GOROOT, GOARCH, GOVERSION, GOMOD string }

// fields of listed, as go list wants them named.
const fields = "ImportPath,Name,Dir,Export,ForTest,GoFiles,CgoFiles,ImportMap,Standard,DepOnly,Module,Error"

// path is the import path without the mark of a test variant, as in "p [p.test]".
func (p *listed) path() string {
	path, _, _ := strings.Cut(p.ImportPath, " ")
	return path
}

// files are the absolute paths of the sources, cgo's among them, sorted.
func (p *listed) files() []string {
	var paths []string
	for _, name := range slices.Concat(p.GoFiles, p.CgoFiles) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(p.Dir, name)
		}
		paths = append(paths, name)
	}
	slices.Sort(paths)
	return paths
}

func load(ctx context.Context, o Options) (*loaded, error) {
	l := &loaded{packages: map[string]*listed{}, fset: token.NewFileSet(), deps: map[string]*types.Package{}}
	out, _, err := goCommand(ctx, o, "env", "-json", "GOROOT", "GOARCH", "GOVERSION", "GOMOD")
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(out, &l.env); err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	args := []string{"list", "-e", "-deps", "-export", "-json=" + fields}
	if o.Tests {
		args = append(args, "-test")
	}
	out, said, err := goCommand(ctx, o, append(append(append(args, o.Flags...), "--"), o.Patterns...)...)
	var refused *exec.ExitError
	if errors.As(err, &refused) {
		l.problem = cmp.Or(strings.TrimSpace(said), err.Error())
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		p := &listed{}
		err := d.Decode(p)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		l.add(p)
	}
	slices.SortFunc(l.inner, func(a, b *listed) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.ImportPath, b.ImportPath))
	})
	return l, nil
}

// goCommand runs the go command and returns what it wrote.
func goCommand(ctx context.Context, o Options, args ...string) (out []byte, said string, err error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = o.Dir, o.Env, &stdout, &stderr
	if o.Dir != "" && o.Env != nil {
		// The go command calls a folder by its name in PWD, which may lead through a symbolic link.
		dir, err := filepath.Abs(o.Dir)
		if err != nil {
			return nil, "", err
		}
		cmd.Env = append(slices.Clone(o.Env), "PWD="+dir)
	}
	err = cmd.Run()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return stdout.Bytes(), stderr.String(), err
}

func (l *loaded) add(p *listed) {
	l.packages[p.ImportPath] = p
	if l.problem == "" && p.Error != nil {
		l.problem = p.Error.Err
	}
	made := strings.HasSuffix(p.ImportPath, ".test") // by the go command
	if !p.DepOnly && !made {
		l.targets = append(l.targets, p)
	}
	// Files outside of any module are the program's when the patterns name them.
	inner := p.Module != nil && p.Module.Main || p.Module == nil && !p.Standard && !p.DepOnly
	if inner && !made && len(p.GoFiles)+len(p.CgoFiles) > 0 {
		l.inner = append(l.inner, p)
	}
}

// rank puts a package with its test files before the same package without: each file is rewritten once, where most is known.
func rank(p *listed) int {
	if p.ForTest != "" && p.ForTest == p.path() {
		return 0
	}
	return 1
}

// describe fills in what is known of the target without its syntax.
func (r *Result) describe(ctx context.Context, l *loaded, o Options) {
	p := l.targets[0]
	r.Package, r.Main, r.Dir, r.ModuleDir = p.path(), p.Name == "main", p.Dir, p.Dir
	m := p.Module
	if m == nil {
		m = moduleAround(ctx, l.env.GOMOD, p.Dir, o)
	}
	if m != nil && m.Main {
		r.ModuleDir, r.ModulePath = m.Dir, m.Path
	}
}

// moduleAround returns the module that a folder lies in, for a package that is given by its files: the go command gives it none.
func moduleAround(ctx context.Context, gomod, dir string, o Options) *module {
	if gomod == "" || gomod == os.DevNull {
		return nil
	}
	if rel, err := filepath.Rel(filepath.Dir(gomod), dir); err != nil || !filepath.IsLocal(rel) {
		return nil
	}
	out, _, err := goCommand(ctx, o, "list", "-m", "-json")
	if err != nil {
		return nil
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; { // several in a workspace
		m := &module{}
		if d.Decode(m) != nil {
			return nil
		}
		if m.Dir == filepath.Dir(gomod) {
			return m
		}
	}
}

// parsed is the syntax of a package.
type parsed struct {
	paths   []string
	sources [][]byte
	trees   []*ast.File
	pkg     *types.Package
	info    *types.Info
}

// parse reads and checks a package. The error is that of a file that can't be read; problem is what is wrong with the code.
func (l *loaded) parse(p *listed) (s *parsed, problem string, err error) {
	s = &parsed{paths: p.files()}
	for _, path := range s.paths {
		src, err := os.ReadFile(path)
		if err != nil {
			return nil, "", err
		}
		tree, err := parser.ParseFile(l.fset, path, src,
			parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err.Error(), nil
		}
		s.sources, s.trees = append(s.sources, src), append(s.trees, tree)
	}
	s.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Scopes: map[ast.Node]*types.Scope{},
		FileVersions: map[*ast.File]string{},
	}
	cfg := &types.Config{
		Importer: importer{l, p, map[string]*types.Package{}}, FakeImportC: true, Sizes: types.SizesFor("gc", l.env.GOARCH), GoVersion: goVersion(p),
		Error: func(err error) {
			if problem == "" {
				problem = err.Error()
			}
		},
	}
	s.pkg, _ = cfg.Check(p.path(), l.fset, s.trees, s.info) // its error is the first that Error got
	return s, problem, nil
}

// goVersion is the language version of a package by its go.mod, "" for the newest.
func goVersion(p *listed) string {
	switch {
	case p.Module == nil:
		return ""
	case p.Module.GoVersion == "":
		return "go1.16" // what a go.mod without a go line means
	}
	return "go" + p.Module.GoVersion
}

// importer gives a package the types of those that it imports, from the export data that the go command has.
type importer struct {
	l   *loaded
	p   *listed
	own map[string]*types.Package // for a test variant
}

func (i importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	p := i.l.packages[cmp.Or(i.p.ImportMap[path], path)]
	if p == nil || p.Export == "" {
		return nil, errors.New("no export data for " + path)
	}
	deps := i.l.deps
	if i.p.ForTest != "" {
		deps = i.own // packages may be other variants of themselves
	}
	if done := deps[p.path()]; done != nil && done.Complete() {
		return done, nil
	}
	f, err := os.Open(p.Export)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	//lint:ignore SA1019 Go 1.26 and 1.27 put export data into archives, which Read alone refuses.
	r, err := gcexportdata.NewReader(f)
	if err != nil {
		return nil, err
	}
	return gcexportdata.Read(r, i.l.fset, deps, p.path())
}
