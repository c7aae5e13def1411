package rewrite

import (
	"go/ast"
	"go/types"
	"slices"
)

// A spawn tells which contexts the goroutine is handed: those in the operands of its call, and those that its function literal
// uses. The value of such a variable is not recorded; what the source tells is on which lines it may have been made. With
// who spawned the goroutine, the recording then tells which context it was.

// contextFlow is what a file tells of its variables that hold contexts.
type contextFlow struct {
	made map[types.Object][][2]int       // first and last lines of the calls that gave a variable its value
	from map[types.Object][]types.Object // variables in such a call, and what callers pass for a parameter
}

// handed returns, for each variable with a context in the operands, the lines of the calls that may have made it. The list of one
// of which that is not known is empty.
func (f *file) handed(operands []ast.Expr) [][][2]int {
	var all [][][2]int
	var seen []types.Object
	for _, e := range operands {
		for _, v := range f.contextsIn(e) {
			if e.Pos() <= v.Pos() && v.Pos() < e.End() || slices.Contains(seen, v) {
				continue // declared inside of the literal
			}
			seen = append(seen, v)
			lines := f.flow().lines(v, nil, map[types.Object]bool{})
			if lines == nil {
				lines = [][2]int{}
			}
			all = append(all, lines)
		}
	}
	return all
}

// contextsIn lists the mentions of variables that hold a context.
func (f *file) contextsIn(n ast.Node) (list []types.Object) {
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if v, ok := f.info.Uses[id].(*types.Var); ok && isContext(v.Type()) {
				list = append(list, v)
			}
		}
		return true
	})
	return list
}

func isContext(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Name() == "Context" && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "context"
}

func (c *contextFlow) lines(v types.Object, list [][2]int, seen map[types.Object]bool) [][2]int {
	if seen[v] {
		return list
	}
	seen[v] = true
	list = append(list, c.made[v]...)
	for _, other := range c.from[v] {
		list = c.lines(other, list, seen)
	}
	return list
}

// flow looks through the file once.
func (f *file) flow() *contextFlow {
	if f.contexts == nil {
		f.contexts = &contextFlow{made: map[types.Object][][2]int{}, from: map[types.Object][]types.Object{}}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				f.flowInto(n.Lhs, n.Rhs)
			case *ast.ValueSpec:
				for i, name := range n.Names {
					f.flowInto([]ast.Expr{name}, n.Values[min(i, len(n.Values)):min(i+1, len(n.Values))])
				}
			case *ast.CallExpr:
				f.flowCall(n)
			}
			return true
		})
	}
	return f.contexts
}

// flowInto notes an assignment: of one call's results, or of as many values as there are variables.
func (f *file) flowInto(lhs, rhs []ast.Expr) {
	for i, left := range lhs {
		id, ok := ast.Unparen(left).(*ast.Ident)
		if !ok || len(rhs) == 0 {
			continue
		}
		v := f.info.ObjectOf(id)
		if v == nil || !isContext(v.Type()) {
			continue
		}
		right := ast.Unparen(rhs[min(i, len(rhs)-1)])
		if call, ok := right.(*ast.CallExpr); ok {
			line, _ := f.place(call.Pos())
			end, _ := f.place(call.End())
			f.contexts.made[v] = append(f.contexts.made[v], [2]int{line, end})
		}
		f.contexts.from[v] = append(f.contexts.from[v], f.contextsIn(right)...)
	}
}

// flowCall notes what is passed for the parameters of a function of the package.
func (f *file) flowCall(n *ast.CallExpr) {
	fn := f.calleeFunc(n.Fun)
	if fn == nil || fn.Pkg() != f.pkg {
		return
	}
	params := fn.Signature().Params()
	for i, arg := range n.Args {
		if i < params.Len() && isContext(params.At(i).Type()) {
			f.contexts.from[params.At(i)] = append(f.contexts.from[params.At(i)], f.contextsIn(arg)...)
		}
	}
}
