package rewrite

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"strings"
)

// maxName is the length at which names of objects and goroutines are cut, in bytes.
const maxName = 60

// text is an operand as a name: its source without parentheses, & and * around it and on one line.
func (f *file) text(e ast.Expr) string {
	for {
		switch inner := ast.Unparen(e).(type) {
		case *ast.StarExpr:
			e = inner.X
			continue
		case *ast.UnaryExpr:
			if inner.Op.String() == "&" {
				e = inner.X
				continue
			}
		}
		return f.short(ast.Unparen(e))
	}
}

// timer tells whether a channel is one of package time, and whether evaluating e makes it.
func (f *file) timer(e ast.Expr) (timer, fresh bool) {
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		fn := f.calleeFunc(e.Fun)
		made := fn != nil && (fn.FullName() == "time.After" || fn.FullName() == "time.Tick")
		return made, made
	case *ast.SelectorExpr:
		s := f.info.Selections[e]
		return s != nil && s.Kind() == types.FieldVal && s.Obj().Name() == "C" && s.Obj().Pkg() != nil && s.Obj().Pkg().Path() == "time", false
	}
	return false, false
}

// short is the source of a node on one line, cut when it is long.
func (f *file) short(n ast.Node) string {
	s := strings.ReplaceAll(strings.Join(strings.Fields(f.source(n)), " "), ". ", ".")
	if len(s) > maxName {
		s = strings.ToValidUTF8(s[:maxName], "") + "…"
	}
	return s
}

// typeName is a type as this package would write it. The types of C code are not known.
func (f *file) typeName(t types.Type) string {
	text := types.TypeString(t, func(p *types.Package) string {
		if p == f.pkg {
			return ""
		}
		return p.Name()
	})
	return strings.ReplaceAll(text, "invalid type", "C type")
}

// within is the function around the node at hand.
func (f *file) within() string {
	if len(f.funcs) == 0 {
		return f.pkg.Name() + ".init"
	}
	return f.funcs[len(f.funcs)-1].name
}

// declName is the name that the runtime gives to a function, with the package's name instead of its path.
func (f *file) declName(d *ast.FuncDecl) string {
	name := f.pkg.Name() + "."
	if d.Recv != nil && len(d.Recv.List) == 1 {
		t := d.Recv.List[0].Type
		star, pointer := ast.Unparen(t).(*ast.StarExpr)
		if pointer {
			t = star.X
		}
		base := f.baseName(t)
		if pointer {
			base = "(*" + base + ")"
		}
		name += base + "."
	} else if d.Type.TypeParams != nil {
		return name + d.Name.Name + "[...]"
	}
	return name + d.Name.Name
}

// baseName is the name of a receiver's type, with type parameters left out as the runtime does.
func (f *file) baseName(t ast.Expr) string {
	switch t := ast.Unparen(t).(type) {
	case *ast.IndexExpr:
		return f.source(t.X) + "[...]"
	case *ast.IndexListExpr:
		return f.source(t.X) + "[...]"
	}
	return f.source(t)
}

// literalName numbers function literals as the compiler does: f.func1 is the first in f, f.func1.1 the first in that.
func (f *file) literalName() string {
	if len(f.funcs) == 0 {
		return f.pkg.Name() + ".init.func"
	}
	outer := f.funcs[len(f.funcs)-1]
	outer.literals++
	return outer.child(outer.literals)
}

// child is the name of the n-th literal in fn.
func (fn *function) child(n int) string {
	if fn.literal {
		return fmt.Sprintf("%s.%d", fn.name, n)
	}
	return fmt.Sprintf("%s.func%d", fn.name, n)
}

// spawn notes that the statement or call n begins a goroutine that calls fun.
func (f *file) spawn(fun ast.Expr, args []ast.Expr, n ast.Node) {
	line, col := f.place(n.Pos())
	end, _ := f.place(n.End())
	s := Spawn{File: f.index, Line: line, Col: col, EndLine: end, Func: f.within()}
	switch fun := ast.Unparen(fun).(type) {
	case *ast.FuncLit:
		at, _ := f.place(fun.Pos())
		s.Name = LiteralName(f.within(), at)
		s.Callee = f.nextLiteral(n, fun)
	default:
		s.Name = f.short(fun) + f.constants(args)
		s.Callee = f.callee(fun)
	}
	s.Contexts = f.handed(append([]ast.Expr{fun}, args...))
	f.sites.Spawns = append(f.sites.Spawns, s)
}

// constants is the list of those arguments that are constants, each after a space. Where there are strings among them, only
// these: they are what tells two workers apart, while numbers beside them are mostly amounts (produce "A", not produce "A" 12).
func (f *file) constants(args []ast.Expr) string {
	var all, texts strings.Builder
	for _, a := range args {
		v := f.info.Types[a].Value
		if v == nil || all.Len() > maxName {
			continue
		}
		text := v.String() // quoted, and cut when it is long
		if v.Kind() == constant.Int {
			text = v.ExactString()
		}
		all.WriteString(" " + text)
		if v.Kind() == constant.String {
			texts.WriteString(" " + text)
		}
	}
	if texts.Len() > 0 {
		return texts.String()
	}
	return all.String()
}

// calleeFunc is the function that an expression names, nil for one that is known only at run time.
func (f *file) calleeFunc(fun ast.Expr) *types.Func {
	var id *ast.Ident
	switch e := ast.Unparen(fun).(type) {
	case *ast.Ident:
		id = e
	case *ast.SelectorExpr:
		id = e.Sel
	case *ast.IndexExpr:
		return f.calleeFunc(e.X)
	case *ast.IndexListExpr:
		return f.calleeFunc(e.X)
	default:
		return nil
	}
	fn, ok := f.info.Uses[id].(*types.Func)
	if !ok || fn.Pkg() == nil {
		return nil
	}
	return fn
}

// callee is the name of the function that an expression names, "" for one that is known only at run time.
func (f *file) callee(fun ast.Expr) string {
	fn := f.calleeFunc(fun)
	if fn == nil {
		return ""
	}
	recv := fn.Signature().Recv()
	if recv == nil {
		name := fn.Pkg().Name() + "." + fn.Name()
		if fn.Signature().TypeParams().Len() > 0 {
			name += "[...]"
		}
		return name
	}
	t, star := recv.Type(), false
	if p, ok := t.(*types.Pointer); ok {
		t, star = p.Elem(), true
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || types.IsInterface(t) {
		return ""
	}
	base := named.Obj().Name()
	if named.TypeArgs().Len() > 0 {
		base += "[...]"
	}
	if star {
		base = "(*" + base + ")"
	}
	return fmt.Sprintf("%s.%s.%s", fn.Pkg().Name(), base, fn.Name())
}

// nextLiteral is the name that lit, which lies in n and was not visited yet, will get: literals in the operands before it
// come first.
func (f *file) nextLiteral(n ast.Node, lit *ast.FuncLit) string {
	if len(f.funcs) == 0 {
		return f.pkg.Name() + ".init.func"
	}
	before := 0
	ast.Inspect(n, func(m ast.Node) bool {
		other, ok := m.(*ast.FuncLit)
		if ok && other.Pos() < lit.Pos() {
			before++
		}
		return !ok
	})
	outer := f.funcs[len(f.funcs)-1]
	return outer.child(outer.literals + before + 1)
}

// channelOf returns the channel type that values of type t have. For a type parameter that is a channel with the one
// element type of its type set; nil if there is none.
func channelOf(t types.Type) *types.Chan {
	if p, ok := types.Unalias(t).(*types.TypeParam); ok {
		return channelOfSet(p.Constraint(), 0)
	}
	c, _ := t.Underlying().(*types.Chan)
	return c
}

func channelOfSet(t types.Type, depth int) *types.Chan {
	i, ok := t.Underlying().(*types.Interface)
	if !ok || depth > 10 {
		return nil
	}
	for e := range i.EmbeddedTypes() {
		switch e := types.Unalias(e).(type) {
		case *types.Union:
			if e.Len() > 0 {
				return channelOf(e.Term(0).Type())
			}
		case *types.Named:
			if types.IsInterface(e) {
				if c := channelOfSet(e, depth+1); c != nil {
					return c
				}
				continue
			}
			return channelOf(e)
		case *types.Chan:
			return e
		}
	}
	return nil
}
