package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// send turns ch <- v into S(ch, site).Send(v). Where v calls something the compiler reads a variable ch after it, so that becomes
// { w := v; S(ch, site).Send(w) }.
func (f *file) send(n *ast.SendStmt) {
	if f.done[n] {
		return
	}
	_, id := f.site(n.Pos(), OpSend, n.Chan, f.info.TypeOf(n.Chan))
	if f.readsLate(n) {
		v := f.id("v")
		f.replace(f.at(n.Pos()), f.at(n.Value.Pos()), f.depth(), fmt.Sprintf("{ %s := ", v))
		f.close(f.at(n.End()), f.depth(), fmt.Sprintf("; %s(%s, %d).Send(%s) }", f.hook("S"), f.source(n.Chan), id, v))
		return
	}
	f.sendWith(n, f.hook("S("), fmt.Sprintf(", %d).Send(", id))
}

// readsLate reports whether the order of reading ch and calling what is in v matters and can be kept: the send is a statement in a
// list, on one line, and v declares a variable of a type that may be sent.
func (f *file) readsLate(n *ast.SendStmt) bool {
	switch f.stack[len(f.stack)-2].(type) {
	case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause, *ast.LabeledStmt:
	default:
		return false
	}
	return f.typed(n.Value) && f.plain(n.Chan) && f.calls(n.Value) && f.breaks(f.at(n.Pos()), f.at(n.End())) == ""
}

// typed reports whether e has the type that v := e gives to v, also where e is assigned to something of another type: nothing in
// it is untyped until it is assigned.
func (f *file) typed(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		return f.builtin(e) == ""
	case *ast.Ident, *ast.SelectorExpr:
		return f.info.Types[e].Value == nil && !f.info.Types[e].IsNil()
	case *ast.IndexExpr, *ast.CompositeLit, *ast.TypeAssertExpr, *ast.StarExpr:
		return f.info.Types[e].Value == nil
	case *ast.UnaryExpr:
		return e.Op == token.ARROW || e.Op == token.AND || e.Op != token.NOT && f.typed(e.X)
	case *ast.BinaryExpr:
		switch e.Op {
		case token.ADD, token.SUB, token.MUL, token.QUO, token.REM, token.AND, token.OR, token.XOR, token.AND_NOT:
			return f.typed(e.X) || f.typed(e.Y)
		}
	}
	return false
}

// calls reports whether evaluating e may run code of the program, which can change variables.
func (f *file) calls(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			found = found || f.builtin(n) == "" && !f.info.Types[n.Fun].IsType()
		}
		return !found
	})
	return found
}

func (f *file) sendWith(n *ast.SendStmt, head, middle string) {
	f.open(f.at(n.Pos()), f.depth(), head)
	f.replace(f.at(n.Chan.End()), f.at(n.Value.Pos()), f.depth(), middle)
	f.close(f.at(n.End()), f.depth(), ")")
}

// receive turns <-ch into R(ch, site), and R2 or R2As where ok is wanted too.
func (f *file) receive(n *ast.UnaryExpr) {
	if f.done[n] {
		return
	}
	ok, two := f.asOK[n]
	name, extra := "R(", ""
	if two {
		name = "R2("
	}
	if ok != nil {
		t, known := f.boolName(ok)
		if !known {
			line, _ := f.place(n.Pos())
			f.warn(line, "a receive gets no hook: the type of its second value can't be named here")
			return
		}
		if t != "" {
			name, extra = "R2As(", ", "+t+"(false)"
		}
	}
	_, id := f.site(n.Pos(), OpRecv, n.X, f.info.TypeOf(n.X))
	f.receiveWith(n, f.hook(name), fmt.Sprintf(", %d%s)", id, extra))
}

func (f *file) receiveWith(n *ast.UnaryExpr, head, tail string) {
	f.replace(f.at(n.OpPos), f.at(n.X.Pos()), f.depth(), head)
	f.close(f.at(n.X.End()), f.depth(), tail)
}

// boolName says how to write the boolean type of ok, which a receive assigns to: "" where a plain bool serves.
func (f *file) boolName(ok ast.Expr) (name string, known bool) {
	t := f.info.TypeOf(ok)
	if id, is := ok.(*ast.Ident); is && t == nil {
		if o := f.info.ObjectOf(id); o != nil {
			t = o.Type()
		}
	}
	if t == nil || types.Identical(t, types.Typ[types.Bool]) || types.Identical(t, types.Typ[types.UntypedBool]) {
		return "", true
	}
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return f.visible(t.Obj(), ok.Pos())
	case *types.Named:
		if _, is := t.Underlying().(*types.Interface); is {
			return "", true
		}
		if t.TypeArgs().Len() > 0 {
			return "", false
		}
		return f.visible(t.Obj(), ok.Pos())
	}
	return "", true
}

// visible returns the name of a type if it means that type at p.
func (f *file) visible(o *types.TypeName, p token.Pos) (string, bool) {
	scope := f.pkg.Scope().Innermost(p)
	if scope == nil {
		return "", false
	}
	_, found := scope.LookupParent(o.Name(), p)
	return o.Name(), found == o
}

// assigned notes what an assignment says about receives and makes on its right side.
func (f *file) assigned(lhs, rhs []ast.Expr) {
	if len(lhs) == 2 && len(rhs) == 1 {
		if r := receiveIn(rhs[0]); r != nil {
			f.asOK[r] = lhs[1]
		} else {
			f.nameMake(rhs[0], f.text(lhs[0])) // ctx, cancel := context.WithCancel(parent)
		}
		return
	}
	for i := range min(len(lhs), len(rhs)) {
		f.nameMake(rhs[i], f.text(lhs[i]))
	}
}

func (f *file) declared(n *ast.ValueSpec) {
	names := make([]ast.Expr, len(n.Names))
	for i, name := range n.Names {
		names[i] = name
	}
	f.assigned(names, n.Values)
}

// receiveIn returns the receive that e is, but for parentheses.
func receiveIn(e ast.Expr) *ast.UnaryExpr {
	if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok && u.Op == token.ARROW {
		return u
	}
	return nil
}

// nameMake gives what a call makes the name of what it is assigned to.
func (f *file) nameMake(e ast.Expr, name string) {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok && name != "_" {
		f.named[call] = name
	}
}

// nameFields names the makes in a struct literal without keys by its fields.
func (f *file) nameFields(n *ast.CompositeLit) {
	t := f.info.TypeOf(n)
	if t == nil {
		return
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i, e := range n.Elts {
		if _, keyed := e.(*ast.KeyValueExpr); !keyed && i < s.NumFields() {
			f.nameMake(e, s.Field(i).Name())
		}
	}
}

// builtin returns the name of the built-in function that a call calls, "" if it calls something else.
func (f *file) builtin(call *ast.CallExpr) string {
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok {
		return ""
	}
	if b, ok := f.info.Uses[id].(*types.Builtin); ok {
		return b.Name()
	}
	return ""
}

// loop turns the clause of a range over a channel into one that asks the hook for each element:
//
//	for v := range ch {        for i, v := Range(ch, site); ; { if w, ok := i.Next(); ok { v = w } else { break };
//
// v is declared by the clause of the loop in both, so it is one variable or one an iteration by the same rule.
func (f *file) loop(n *ast.RangeStmt) {
	t := f.info.TypeOf(n.X)
	if t == nil || channelOf(t) == nil {
		return
	}
	_, id := f.site(n.Pos(), OpRange, n.X, t)
	from := n.Range
	key, blank := n.Key, true
	if key != nil {
		from = key.Pos()
		name, ok := key.(*ast.Ident)
		blank = ok && name.Name == "_"
	}
	iter, elem, ok := f.id("i"), f.id("v"), f.id("ok")
	head := iter + " := " + f.hook("Each(")
	if !blank && n.Tok == token.DEFINE {
		head = iter + ", " + f.source(key) + " := " + f.hook("Range(")
	}
	f.replace(f.at(from), f.at(n.X.Pos()), f.depth(), head)
	f.close(f.at(n.X.End()), f.depth(), fmt.Sprintf(", %d); ;", id))
	body := f.at(n.Body.Lbrace) + 1
	if blank {
		f.open(body, f.depth(), fmt.Sprintf(" if _, %s := %s.Next(); !%s { break };", ok, iter, ok))
		return
	}
	f.quote(body, f.depth(), fmt.Sprintf(" if %s, %s := %s.Next(); %s { ", elem, ok, iter, ok),
		span{f.at(key.Pos()), f.at(key.End())}, fmt.Sprintf(" = %s } else { break };", elem))
}
