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
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// loaded is what the go command knows of the target, with the types that its packages export. It has no syntax yet: packages
// are parsed and checked one after another against the exported types of the others, so that memory is that of the largest.
type loaded struct {
	targets []*packages.Package // what the patterns name
	inner   []*packages.Package // those among them and their dependencies that get hooks; sorted
	bare    []*packages.Package // programs that get none, but for the import that starts the trace
	choice  *choice
	problem string
	env     goEnv
	fset    *token.FileSet
	embeds  map[string]bool // files that the program embeds: it reads those of the overlay, so they must stay as they are
	loses   string          // file whose assembly loses the frame pointer
	source  *sourceTypes    // nil when all types come from what the go command has compiled
}

// goEnv is a part of go env.
type goEnv struct{ GOROOT, GOARCH, GOVERSION, GOMOD, GOFLAGS, GOMODCACHE, GOWORK string }

// mode asks for the graph of packages with the types that they export, and no syntax: types come from the files of go list
// -export.
const mode = packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps | packages.NeedExportFile |
	packages.NeedTypes | packages.NeedModule | packages.NeedForTest | packages.NeedEmbedFiles

// files are the absolute paths of the sources, cgo's among them, sorted.
func files(p *packages.Package) []string { return slices.Sorted(slices.Values(p.GoFiles)) }

// load asks the go command what the target is made of. What that refuses is a problem of the target, not an error. With fromSource
// the target's own packages need not be compiled for it.
func load(ctx context.Context, o Options, fromSource bool) (*loaded, error) {
	choice, err := newChoice(o)
	if err != nil {
		return nil, err
	}
	l := &loaded{fset: token.NewFileSet(), choice: choice}
	if err := l.readEnv(ctx, o); err != nil || l.problem != "" {
		return l, err
	}
	cfg := &packages.Config{
		Mode: mode, Context: ctx, Dir: o.Dir, BuildFlags: o.Flags, Tests: o.Tests, Fset: l.fset,
		// The go command builds the program, so no other build system may say what it is made of.
		Env: append(slices.Clone(o.Env), "GOPACKAGESDRIVER=off"),
	}
	if fromSource {
		cfg.Mode &^= packages.NeedExportFile | packages.NeedTypes
	}
	var patterns []string
	for _, p := range o.Patterns {
		patterns = append(patterns, "pattern="+p) // else file=x has a meaning that it has not for go build
	}
	roots, err := packages.Load(cfg, patterns...)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		l.problem = err.Error()
		return l, nil
	}
	l.loses, l.embeds = l.framePointer(roots), embedded(roots)
	if l.take(roots); fromSource && l.problem == "" {
		err = l.findSource(ctx, o, roots)
	}
	return l, err
}

// readEnv asks the go command for its settings. A go command that refuses the module is a problem of the target.
func (l *loaded) readEnv(ctx context.Context, o Options) error {
	out, said, err := goCommand(ctx, o, "env", "-json", "GOROOT", "GOARCH", "GOVERSION", "GOMOD", "GOFLAGS", "GOMODCACHE", "GOWORK")
	if _, refused := errors.AsType[*exec.ExitError](err); refused {
		l.problem = cmp.Or(strings.TrimSpace(said), err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(out, &l.env); err != nil {
		return fmt.Errorf("go env: %w", err)
	}
	return supported(l.env.GOVERSION)
}

// goCommand runs the go command and returns what it wrote.
func goCommand(ctx context.Context, o Options, args ...string) (out []byte, said string, err error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = o.Dir, o.Env, &stdout, &stderr
	err = cmd.Run()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return stdout.Bytes(), stderr.String(), err
}

// take sorts the packages by what is to be done with them.
func (l *loaded) take(roots []*packages.Package) {
	named := map[*packages.Package]bool{}
	for _, p := range roots {
		if !made(p) {
			named[p] = true
			l.targets = append(l.targets, p)
		}
	}
	packages.Visit(roots, nil, func(p *packages.Package) {
		if l.problem == "" && len(p.Errors) > 0 {
			l.problem = p.Errors[0].Msg
		}
		// Files outside of any module are the program's when the patterns name them.
		inner := p.Module != nil && p.Module.Main || p.Module == nil && named[p] && !within(l.env.GOROOT, p.Dir)
		switch {
		case made(p) || len(p.GoFiles) == 0:
		case l.choice.wants(p, inner):
			l.inner = append(l.inner, p)
		case inner && p.Name == "main":
			l.bare = append(l.bare, p)
		}
	})
	if l.problem == "" && len(l.targets) == 0 {
		l.problem = "the go command finds no package"
	}
	slices.SortFunc(l.inner, func(a, b *packages.Package) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.ID, b.ID))
	})
}

// made reports whether a package is a main package that the go command makes for tests.
func made(p *packages.Package) bool { return strings.HasSuffix(p.ID, ".test") }

// within reports whether a folder is dir or lies below it.
func within(dir, folder string) bool {
	rel, err := filepath.Rel(dir, folder)
	return err == nil && filepath.IsLocal(rel)
}

// rank puts a package with its test files before the same package without: each file is rewritten once, where most is known.
// Dependencies come last.
func rank(p *packages.Package) int {
	if dependency(p) {
		return 2
	}
	if p.ForTest != "" && p.ForTest == p.PkgPath {
		return 0
	}
	return 1
}

// dependency reports whether a package is of another module than the main one.
func dependency(p *packages.Package) bool { return p.Module != nil && !p.Module.Main }

// describe fills in what is known of the target without its syntax.
func (r *Result) describe(ctx context.Context, l *loaded, o Options) {
	p := l.targets[0]
	r.Package, r.Main, r.Dir, r.ModuleDir = p.PkgPath, p.Name == "main", p.Dir, p.Dir
	m := p.Module
	if m == nil {
		m = moduleAround(ctx, l.env.GOMOD, p.Dir, o)
	}
	if m != nil && m.Main {
		r.ModuleDir, r.ModulePath = m.Dir, m.Path
	}
}

// moduleAround returns the module that a folder lies in, for a package that is given by its files: the go command gives it none.
func moduleAround(ctx context.Context, gomod, dir string, o Options) *packages.Module {
	if gomod == "" || gomod == os.DevNull || !within(filepath.Dir(gomod), dir) {
		return nil
	}
	out, _, err := goCommand(ctx, o, "list", "-m", "-json")
	if err != nil {
		return nil
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; { // several in a workspace
		m := &packages.Module{}
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
func (l *loaded) parse(p *packages.Package) (s *parsed, problem string, err error) {
	s = &parsed{paths: files(p)}
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
		Importer: importer{l, p}, FakeImportC: true, Sizes: types.SizesFor("gc", l.env.GOARCH), GoVersion: goVersion(p),
		Error: func(err error) {
			// With C faked, what is of a type of C has none, and conversions of it do not check; the go command knows better.
			if problem == "" && !(strings.Contains(err.Error(), "invalid type") && usesC(s)) {
				problem = err.Error()
			}
		},
	}
	s.pkg, _ = cfg.Check(p.PkgPath, l.fset, s.trees, s.info) // its error is the first that Error got
	return s, problem, nil
}

// goVersion is the language version of a package by its go.mod, "" for the newest.
func goVersion(p *packages.Package) string {
	switch {
	case p.Module == nil:
		return ""
	case p.Module.GoVersion == "":
		return "go1.16" // what a go.mod without a go line means
	}
	return "go" + p.Module.GoVersion
}

// importer gives a package the types of those that it imports.
type importer struct {
	l *loaded
	p *packages.Package
}

func (i importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	p := i.p.Imports[path]
	if p != nil && p.Types == nil && i.l.source != nil {
		if err := i.l.source.find(i.l, p); err != nil {
			return nil, err
		}
	}
	if p == nil || p.Types == nil || !p.Types.Complete() {
		return nil, errors.New("no types of " + path)
	}
	return p.Types, nil
}

// embedded are the files that go:embed directives name in any of the packages.
func embedded(roots []*packages.Package) map[string]bool {
	set := map[string]bool{}
	packages.Visit(roots, nil, func(p *packages.Package) {
		for _, path := range p.EmbedFiles {
			set[path] = true
		}
	})
	return set
}
