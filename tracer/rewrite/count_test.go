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

	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// A counter counts operations in another way than the rewriter finds them: it has its own parser and types, from source, and
// looks at each node by itself.
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
	total := 0
	for len(byDir) > 0 {
		before := len(byDir)
		for dir, trees := range byDir {
			info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
			cfg := &types.Config{Importer: counts}
			rel, err := filepath.Rel(r.ModuleDir, dir)
			if err != nil {
				t.Fatal(err)
			}
			path := slashpath.Join(r.ModulePath, filepath.ToSlash(rel))
			pkg, err := cfg.Check(path, counts.fset, trees, info)
			if err != nil {
				continue // it imports one whose turn comes later
			}
			counts.dirs[path] = pkg
			delete(byDir, dir)
			for _, tree := range trees {
				total += countIn(tree, info)
			}
		}
		if len(byDir) == before {
			t.Fatalf("packages that do not type-check: %d", before)
		}
	}
	return total
}

func (c *counter) Import(path string) (*types.Package, error) {
	if p := c.dirs[path]; p != nil {
		return p, nil
	}
	return c.std.Import(path)
}

// hooked are the methods of package sync that count, by receiver.
var hooked = map[string]string{
	"Mutex": " Lock Unlock TryLock ", "RWMutex": " Lock Unlock TryLock RLock RUnlock TryRLock ", "Locker": " Lock Unlock ",
	"WaitGroup": " Add Done Wait Go ", "Cond": " Wait Signal Broadcast ", "Once": " Do ",
}

func countIn(tree *ast.File, info *types.Info) (n int) {
	ast.Inspect(tree, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.FuncDecl:
			return node.Doc == nil || !strings.Contains(node.Doc.List[len(node.Doc.List)-1].Text, "go:nosplit")
		case *ast.SendStmt, *ast.SelectStmt:
			n++
		case *ast.UnaryExpr:
			if node.Op == token.ARROW {
				n++
			}
		case *ast.RangeStmt:
			if isChannel(info.TypeOf(node.X)) {
				n++
			}
		case *ast.CallExpr:
			if id, ok := node.Fun.(*ast.Ident); ok {
				_, builtin := info.Uses[id].(*types.Builtin)
				if builtin && (id.Name == "close" || id.Name == "make" && isChannel(info.TypeOf(node))) {
					n++
				}
			}
		case *ast.Ident:
			f, ok := info.Uses[node].(*types.Func)
			switch {
			case !ok || f.Pkg() == nil || f.Pkg().Path() != "sync":
			case f.Signature().Recv() == nil:
				if strings.HasPrefix(f.Name(), "Once") {
					n++
				}
			default:
				recv := f.Signature().Recv().Type().String()
				if strings.Contains(hooked[recv[strings.LastIndex(recv, ".")+1:]], " "+f.Name()+" ") {
					n++
				}
			}
		}
		return true
	})
	return n
}

// isChannel goes by the text of a type: that of a channel, or the type set of a parameter.
func isChannel(t types.Type) bool {
	text := t.Underlying().String()
	for _, prefix := range []string{"chan ", "chan<- ", "<-chan ", "~chan ", "interface{~chan ", "example.com/golden/generic.channel["} {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}
