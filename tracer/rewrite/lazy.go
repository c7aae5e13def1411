package rewrite

import (
	"fmt"
	"go/ast"
	"go/types"
)

// lazies are the functions of package sync that make a function which runs once, by the name that go/types gives them, with the
// hooks for them.
var lazies = map[string]string{"sync.OnceFunc": "OnceFunc", "sync.OnceValue": "OnceValue", "sync.OnceValues": "OnceValues"}

// lazyHook is the hook for the function that an identifier names, "" if it names none of the lazies.
func (f *file) lazyHook(id *ast.Ident) string {
	if fn, ok := f.info.Uses[id].(*types.Func); ok {
		return lazies[fn.FullName()]
	}
	return ""
}

// lazy rewrites a mention of one of the lazies: sync.OnceValue(g) becomes OnceValue((*sync.Once)(nil), site, g), and sync.OnceFunc
// that is not called on the spot becomes OnceFuncAs((*sync.Once)(nil), site). The pointer keeps the import of sync used.
func (f *file) lazy(id *ast.Ident) {
	hook := f.lazyHook(id)
	if hook == "" {
		return
	}
	name, whole, call, pkg := f.mention(id)
	called := call != nil
	if why := f.lazyProblem(id, whole != name, called, pkg); why != "" {
		line, _ := f.place(id.Pos())
		f.warn(line, f.text(name)+" gets no hook: "+why)
		return
	}
	s, site := f.site(id.Pos(), OpOnce, nil, f.info.TypeOf(whole))
	s.Name = f.text(name)
	keep := fmt.Sprintf("((*%sOnce)(nil), %d", pkg, site)
	if pkg != "" {
		f.replace(f.at(name.Pos()), f.at(id.Pos()), f.depth(), f.id("h")+".")
		pkg = f.id("h") + "."
	}
	if !called {
		f.replace(f.at(id.Pos()), f.at(id.End()), f.depth(), f.lazyName(pkg, hook)+"As")
		f.close(f.at(whole.End()), f.depth(), keep+")")
		return
	}
	s.Type = f.typeName(f.info.TypeOf(call))
	if n := f.named[call]; n != "" {
		s.Name = n
	}
	f.replace(f.at(id.Pos()), f.at(id.End()), f.depth(), f.lazyName(pkg, hook))
	f.replace(f.at(call.Lparen), f.at(call.Lparen)+1, f.depth(), keep+",")
	if f.src[f.at(call.Lparen)+1] != '\n' {
		f.open(f.at(call.Lparen)+1, 0, " ")
	}
}

// mention is what of the tree an identifier stands for: its qualified name, that with type arguments, the call of it if it is called
// on the spot, and the text of the package with a dot.
func (f *file) mention(id *ast.Ident) (name, whole ast.Expr, call *ast.CallExpr, pkg string) {
	up := len(f.stack) - 2
	name = id
	if sel, ok := f.stack[up].(*ast.SelectorExpr); ok {
		name, pkg = sel, f.source(sel.X)+"."
		up--
	}
	whole = name
	switch inst := f.stack[up].(type) {
	case *ast.IndexExpr:
		if inst.X == name {
			whole = inst
		}
	case *ast.IndexListExpr:
		whole = inst
	}
	if whole != name {
		up--
	}
	if c, ok := f.stack[up].(*ast.CallExpr); ok && c.Fun == whole {
		call = c
	}
	return name, whole, call, pkg
}

// lazyName is the name of the hook behind what stands before it already.
func (f *file) lazyName(before, hook string) string {
	if before != "" {
		return hook
	}
	return f.hook(hook)
}

// lazyProblem says why a mention can't be rewritten, "" if it can.
func (f *file) lazyProblem(id *ast.Ident, typed, called bool, pkg string) string {
	if !called && !typed && f.lazyHook(id) != "OnceFunc" {
		return "it is mentioned without its types"
	}
	if pkg != "" {
		return ""
	}
	scope := f.pkg.Scope().Innermost(id.Pos())
	if scope == nil {
		return "what Once means there is not known"
	}
	if _, o := scope.LookupParent("Once", id.Pos()); o == nil || o.Pkg() == nil || o.Pkg().Path() != "sync" {
		return "Once means something else there"
	}
	return ""
}
