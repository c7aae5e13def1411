package rewrite_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	slashpath "path"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/trace-viz/trace-viz/internal/opcount"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// A counter counts operations in another way than the rewriter finds them: it has its own parser and types, from source, and
// package opcount looks at each node by itself.
type counter struct {
	mu   sync.Mutex
	fset *token.FileSet
	std  types.Importer
	dirs map[string]*types.Package
}

var counts = func() *counter {
	fset := token.NewFileSet()
	return &counter{fset: fset, std: importer.ForCompiler(fset, "source", nil), dirs: map[string]*types.Package{}}
}()

// countOperations counts the operations in the files of a result.
func countOperations(t *testing.T, r *rewrite.Result) int {
	t.Helper()
	counts.mu.Lock()
	defer counts.mu.Unlock()
	byDir := map[string][]*ast.File{}
	for _, f := range r.Files {
		tree, err := parser.ParseFile(counts.fset, f.Abs, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		byDir[filepath.Dir(f.Abs)] = append(byDir[filepath.Dir(f.Abs)], tree)
	}
	total, left := 0, map[string]error{}
	for len(byDir) > 0 {
		before := len(byDir)
		for dir, trees := range byDir {
			info := opcount.NewInfo()
			var wrong []error
			cfg := &types.Config{Importer: counts, FakeImportC: true, Error: func(err error) {
				if !strings.Contains(err.Error(), "invalid type") { // one of C, of which nothing is known here
					wrong = append(wrong, err)
				}
			}}
			rel, err := filepath.Rel(r.ModuleDir, dir)
			if err != nil {
				t.Fatal(err)
			}
			path := slashpath.Join(r.ModulePath, filepath.ToSlash(rel))
			if !filepath.IsLocal(rel) || strings.HasPrefix(rel, "xsync") { // of a dependency, which is named by its import path
				path = importPath(r, dir)
			}
			pkg, _ := cfg.Check(path, counts.fset, trees, info)
			if len(wrong) > 0 {
				left[dir] = wrong[0]
				continue // it imports one whose turn comes later
			}
			counts.dirs[path] = pkg
			delete(byDir, dir)
			for _, tree := range trees {
				total += opcount.File(tree, info)
			}
		}
		if len(byDir) == before {
			t.Fatalf("packages that do not type-check: %v", left)
		}
	}
	return total
}

// importPath is that of a package outside of the main module.
func importPath(r *rewrite.Result, dir string) string {
	for _, f := range r.Files {
		if filepath.Dir(f.Abs) == dir {
			return slashpath.Dir(f.Rel)
		}
	}
	return ""
}

func (c *counter) Import(path string) (*types.Package, error) {
	if p := c.dirs[path]; p != nil {
		return p, nil
	}
	return c.std.Import(path)
}
