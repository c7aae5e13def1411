package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
)

// A chanCase is a case of a select statement that has a channel.
type chanCase struct {
	clause *ast.CommClause
	send   *ast.SendStmt  // or
	recv   *ast.UnaryExpr // one of the two
	id     int            // of its site
}

func (c chanCase) channel() ast.Expr {
	if c.send != nil {
		return c.send.Chan
	}
	return c.recv.X
}

// choose rewrites a select statement. With one case and default it becomes a switch over a try; any other stays a select
// whose operands are wrapped and whose clauses begin with a call.
func (f *file) choose(n *ast.SelectStmt) {
	_, id := f.site(n.Pos(), OpSelect, nil, nil)
	var cases []chanCase
	var other *ast.CommClause
	for _, s := range n.Body.List {
		clause := s.(*ast.CommClause)
		if clause.Comm == nil {
			other = clause
			continue
		}
		c := chanCase{clause: clause}
		c.send, _ = clause.Comm.(*ast.SendStmt)
		if c.send == nil {
			c.recv = received(clause.Comm)
			f.done[c.recv] = true
		} else {
			f.done[c.send] = true
		}
		s, number := f.site(clause.Comm.Pos(), OpRecv, c.channel(), f.info.TypeOf(c.channel()))
		s.Select, c.id = true, number
		if c.send != nil {
			s.Op = OpSend
		}
		cases = append(cases, c)
	}
	if len(n.Body.List) == 0 {
		f.open(f.at(n.Pos()), f.depth(), fmt.Sprintf("%s(%d); ", f.hook("SelNone"), id))
		return
	}
	if len(cases) == 1 && other != nil && f.try(n, cases[0], other, id) {
		return
	}
	block := id
	if other != nil {
		block = 0
		f.open(f.at(other.Colon)+1, f.depth(), fmt.Sprintf(" %s(%d);", f.hook("SelElse"), id))
	}
	for i, c := range cases {
		last := 0
		if i == len(cases)-1 {
			last = block
		}
		f.wrap(c, i, last)
	}
	fn := f.funcs[len(f.funcs)-1]
	fn.cases = max(fn.cases, len(cases))
}

// received returns the receive of a case: <-ch, v = <-ch or v := <-ch.
func received(comm ast.Stmt) *ast.UnaryExpr {
	switch s := comm.(type) {
	case *ast.ExprStmt:
		return receiveIn(s.X)
	case *ast.AssignStmt:
		return receiveIn(s.Rhs[0])
	}
	return nil
}

// wrap wraps the operands of case i of a select that stays one. block is the select's site if this is its last case and it
// may block.
func (f *file) wrap(c chanCase, i, block int) {
	ch := c.channel()
	state := f.id("s") + "[:]"
	hook, first := "SelR", block
	if c.send != nil {
		hook = "SelS"
		if f.plain(ch) {
			first = 0
			f.open(f.at(c.send.Value.Pos()), f.depth(),
				fmt.Sprintf("%s(%s, %d, %d, %s).V(", f.hook("SelV"), state, i, block, f.source(ch)))
			f.close(f.at(c.send.Value.End()), f.depth(), ")")
		}
	}
	f.open(f.at(ch.Pos()), f.depth(), fmt.Sprintf("%s(%s, %d, %d, ", f.hook(hook), state, i, first))
	f.close(f.at(ch.End()), f.depth(), ")")
	f.open(f.at(c.clause.Colon)+1, f.depth(), fmt.Sprintf(" %s(%s, %d, %d);", f.hook("SelDone"), state, i, c.id))
}

// plain reports whether an operand may be written twice: reading it again does nothing else, and its text has one line and
// no edits.
func (f *file) plain(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return f.plain(e.X) && f.breaks(f.at(e.Pos()), f.at(e.End())) == ""
	}
	return false
}

// try turns a select with one case and default into a switch, which makes the operation a single step for the log:
//
//	select { case ch <- v: … default: … }         switch { case TryS(ch, …).Send(v): … default: … }
//	select { case <-ch: … default: … }            switch { case TryR(ch, …): … default: … }
//	select { case v, ok := <-ch: … default: … }   switch w, o, chosen := TryR2(ch, …); { case chosen: v, ok := w, o; … default: … }
//
// break leaves a switch as it leaves a select. It reports false for the forms that do not fit.
func (f *file) try(n *ast.SelectStmt, c chanCase, other *ast.CommClause, id int) bool {
	sites := fmt.Sprintf(", %d, %d)", id, c.id)
	keyword := f.at(n.Select)
	toSwitch := func() { f.replace(keyword, keyword+len("select"), f.depth(), "switch") }
	if c.send != nil {
		toSwitch()
		f.sendWith(c.send, f.hook("TryS("), sites+".Send(")
		return true
	}
	assign, ok := c.clause.Comm.(*ast.AssignStmt)
	if !ok {
		toSwitch()
		f.receiveWith(c.recv, f.hook("TryR("), sites)
		return true
	}
	if assign.Tok != token.DEFINE || other.Pos() < c.clause.Pos() {
		return false
	}
	vars, values, hook := f.id("v"), f.id("v"), "TryR1("
	left := f.source(assign.Lhs[0])
	if len(assign.Lhs) == 2 {
		vars, values, hook = f.id("v")+", "+f.id("ok"), f.id("v")+", "+f.id("ok"), "TryR2("
		left += ", " + f.source(assign.Lhs[1])
	}
	chosen := f.id("c")
	f.replace(keyword, f.at(c.recv.X.Pos()), f.depth(), fmt.Sprintf("switch %s, %s := %s", vars, chosen, f.hook(hook)))
	f.close(f.at(c.recv.X.End()), f.depth(), fmt.Sprintf("%s; { case %s: %s := %s;", sites, chosen, left, values))
	f.replace(f.at(c.recv.X.End()), f.at(c.clause.Colon)+1, f.depth(), "")
	return true
}
