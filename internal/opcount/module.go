package opcount

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A Module is what the go command knows of packages with their tests and of all that they need.
type Module struct {
	Healthy []string // import paths of the packages that the patterns name and that compile with their tests
	Tested  []string // those of them that have test files
	Broken  []string // what the go command says of those that do not compile, a line each

	order    []*listed
	packages map[string]*listed
	embedded map[string]bool // files that a package embeds
	fset     *token.FileSet
}

// A Counted is the number of operations by the absolute names of files.
type Counted struct {
	Files   map[string]int
	Unknown []string // files that could not be counted, and why
}

// listed is a package as go list describes it; its documentation has the meaning of the fields.
type listed struct {
	ImportPath, Name, Dir, Export, ForTest string
	GoFiles, CgoFiles                      []string
	TestGoFiles, XTestGoFiles, EmbedFiles  []string
	ImportMap                              map[string]string
	DepOnly, Standard                      bool
	Module                                 *struct {
		Main      bool
		GoVersion string
	}
	Error      *struct{ Err string }
	DepsErrors []*struct{ Err string }
}

const listedFields = "ImportPath,Name,Dir,Export,ForTest,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,EmbedFiles,ImportMap,DepOnly,Standard,Module,Error,DepsErrors"

// Load asks the go command, which compiles the packages for it. dir is where it runs, flags are those of the build.
func Load(ctx context.Context, dir string, env, flags, patterns []string) (*Module, error) {
	m := &Module{packages: map[string]*listed{}, embedded: map[string]bool{}, fset: token.NewFileSet()}
	args := append([]string{"list", "-e", "-deps", "-test", "-export", "-json=" + listedFields}, flags...)
	cmd := exec.CommandContext(ctx, "go", append(append(args, "--"), patterns...)...)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, fmt.Errorf("go list: %s", cmp.Or(strings.TrimSpace(string(exit.Stderr)), err.Error()))
	}
	if err != nil {
		return nil, err
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		p := &listed{}
		if err := d.Decode(p); err == io.EOF {
			m.sort()
			return m, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		m.order, m.packages[p.ImportPath] = append(m.order, p), p
		for _, name := range p.EmbedFiles {
			m.embedded[filepath.Join(p.Dir, filepath.FromSlash(name))] = true
		}
	}
}

// Count counts the operations in the files of the main module, with tests, and in those of its dependencies that are in also. Types
// come from what the go command compiled.
func (m *Module) Count(also []string) *Counted {
	c := &Counted{Files: map[string]int{}}
	for _, p := range m.order {
		if p.Module == nil || strings.HasSuffix(p.ImportPath, ".test") || p.broken() {
			continue
		}
		path, _, _ := strings.Cut(p.ImportPath, " ")
		if slices.ContainsFunc(m.Broken, func(line string) bool { return strings.HasPrefix(line, path+": ") }) {
			continue // in one of its variants: it gets no hooks
		}
		files := p.files()
		if !p.Module.Main && !slices.ContainsFunc(files, func(f string) bool { return slices.Contains(also, f) }) {
			continue
		}
		if slices.ContainsFunc(files, func(f string) bool { _, known := c.Files[f]; return !known }) {
			m.count(c, p, files)
		}
	}
	return c
}

func (p *listed) broken() bool { return p.Error != nil || len(p.DepsErrors) > 0 }

// why is the first line of what is wrong with a package.
func (p *listed) why() string {
	text := ""
	if p.Error != nil {
		text = p.Error.Err
	} else if len(p.DepsErrors) > 0 {
		text = p.DepsErrors[0].Err
	}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			return line
		}
	}
	return text
}

// files are the absolute names of a package's files, cgo's among them.
func (p *listed) files() (list []string) {
	for _, name := range slices.Concat(p.GoFiles, p.CgoFiles) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(p.Dir, name)
		}
		list = append(list, name)
	}
	return list
}

// sort tells the packages that compile with their tests from the others.
func (m *Module) sort() {
	for _, p := range m.order {
		if p.DepOnly || p.ForTest != "" || strings.HasSuffix(p.ImportPath, ".test") {
			continue
		}
		wrong := ""
		for _, q := range m.order {
			if (q == p || q.ForTest == p.ImportPath || q.ImportPath == p.ImportPath+".test") && q.broken() {
				wrong = cmp.Or(wrong, q.why())
			}
		}
		switch {
		case wrong != "":
			m.Broken = append(m.Broken, p.ImportPath+": "+wrong)
		case len(p.GoFiles)+len(p.CgoFiles)+len(p.TestGoFiles)+len(p.XTestGoFiles) > 0:
			m.Healthy = append(m.Healthy, p.ImportPath)
			if len(p.TestGoFiles)+len(p.XTestGoFiles) > 0 {
				m.Tested = append(m.Tested, p.ImportPath)
			}
		}
	}
}

// count counts the files of a package that were not counted in another variant of it.
func (m *Module) count(c *Counted, p *listed, files []string) {
	var trees []*ast.File
	for _, path := range files {
		tree, err := parser.ParseFile(m.fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			c.Unknown = append(c.Unknown, err.Error())
			return
		}
		trees = append(trees, tree)
	}
	info, err := m.check(p, trees)
	for i, tree := range trees {
		switch _, known := c.Files[files[i]]; {
		case known:
		case err != nil:
			c.Unknown = append(c.Unknown, fmt.Sprintf("%s: %v", files[i], err))
		default:
			c.Files[files[i]] = File(tree, info)
			if m.embedded[files[i]] { // the program would find hooks in it
				c.Files[files[i]] = 0
			}
		}
	}
}

// check finds the types in a package. What is of a type of C has none.
func (m *Module) check(p *listed, trees []*ast.File) (*types.Info, error) {
	info := NewInfo()
	lookup := func(path string) (io.ReadCloser, error) {
		if to, mapped := p.ImportMap[path]; mapped {
			path = to
		}
		q := m.packages[path]
		if q == nil || q.Export == "" {
			return nil, errors.New("the go command has no types of " + path)
		}
		return os.Open(q.Export)
	}
	var first error
	cfg := &types.Config{Importer: importer.ForCompiler(m.fset, "gc", lookup), FakeImportC: true, Error: func(err error) {
		if first == nil && !(len(p.CgoFiles) > 0 && strings.Contains(err.Error(), "invalid type")) {
			first = err
		}
	}}
	if p.Module != nil && p.Module.GoVersion != "" {
		cfg.GoVersion = "go" + p.Module.GoVersion
	}
	path, _, _ := strings.Cut(p.ImportPath, " ")
	cfg.Check(path, m.fset, trees, info)
	return info, first
}
