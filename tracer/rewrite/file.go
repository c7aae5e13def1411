package rewrite

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// hookPath is where the overlay puts the hook package.
const hookPath = "tracevizhook"

// A file is one source file on its way.
type file struct {
	splicer
	tree   *ast.File
	pos    *token.File
	pkg    *types.Package
	info   *types.Info
	prefix string // of our identifiers; nothing in the package looks like it
	sites  *Sites
	index  int // in sites.Files
	warn   func(line int, text string)

	stack    []ast.Node            // path from the tree's root to the node at hand
	funcs    []*function           // the functions around it, innermost last
	contexts *contextFlow          // nil: not looked for yet
	done     map[ast.Node]bool     // nodes that a node above has dealt with
	named    map[ast.Expr]string   // names that makes get from what they are assigned to
	asOK     map[ast.Expr]ast.Expr // receives with two values: what ok is assigned to; nil for a plain bool
}

// A function is a function declaration or literal that the walk is in.
type function struct {
	name     string // as the runtime names it, with the package's name
	literal  bool
	literals int // literals seen in it, which the compiler numbers
	body     *ast.BlockStmt
	cases    int // most channel cases of a select in it
	depth    int
}

// rewrite makes the edits of the whole file.
func (f *file) rewrite() {
	f.done = map[ast.Node]bool{}
	f.named = map[ast.Expr]string{}
	f.asOK = map[ast.Expr]ast.Expr{}
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if n == nil {
			f.leave()
			return true
		}
		if d, ok := n.(*ast.FuncDecl); ok && noSplit(d) {
			return false // no room on the stack for a call
		}
		f.stack = append(f.stack, n)
		f.visit(n)
		return true
	})
	if len(f.edits) > 0 {
		f.importHook(f.id("h") + " ")
	}
}

// importHook adds the import on the line of the package clause.
func (f *file) importHook(name string) {
	f.close(f.at(f.tree.Name.End()), 0, fmt.Sprintf("; import %s%q", name, hookPath))
}

// noSplit reports whether a function must not grow its stack.
func noSplit(d *ast.FuncDecl) bool {
	if d.Doc == nil {
		return false
	}
	for _, c := range d.Doc.List {
		if strings.HasPrefix(c.Text, "//go:nosplit") {
			return true
		}
	}
	return false
}

func (f *file) leave() {
	n := f.stack[len(f.stack)-1]
	f.stack = f.stack[:len(f.stack)-1]
	switch n.(type) {
	case *ast.FuncDecl, *ast.FuncLit:
		fn := f.funcs[len(f.funcs)-1]
		f.funcs = f.funcs[:len(f.funcs)-1]
		if fn.cases > 0 {
			// At the top of the function: a goto may not jump over a declaration.
			f.open(f.at(fn.body.Lbrace)+1, fn.depth, fmt.Sprintf(" var %s [%d]%s.Case;", f.id("s"), fn.cases, f.id("h")))
		}
	}
}

func (f *file) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		f.funcs = append(f.funcs, &function{name: f.declName(n), body: n.Body, depth: f.depth()})
	case *ast.FuncLit:
		f.funcs = append(f.funcs, &function{name: f.literalName(), literal: true, body: n.Body, depth: f.depth()})
	case *ast.AssignStmt:
		f.assigned(n.Lhs, n.Rhs)
	case *ast.ValueSpec:
		f.declared(n)
	case *ast.KeyValueExpr:
		f.nameMake(n.Value, f.text(n.Key))
	case *ast.CompositeLit:
		f.nameFields(n)
	case *ast.SendStmt:
		f.send(n)
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			f.receive(n)
		}
	case *ast.RangeStmt:
		f.loop(n)
	case *ast.SelectStmt:
		f.choose(n)
	case *ast.CallExpr:
		f.call(n)
	case *ast.SelectorExpr:
		f.method(n)
	case *ast.Ident:
		f.lazy(n)
		f.original(n)
		f.stackText(n)
	case *ast.GoStmt:
		f.spawn(n.Call.Fun, n.Call.Args, n)
	}
}

func (f *file) depth() int { return len(f.stack) }

// at is the offset of p in the file as it is on disk, whatever //line directives say.
func (f *file) at(p token.Pos) int { return f.pos.Offset(p) }

// id is an identifier of ours.
func (f *file) id(name string) string { return f.prefix + name }

// hook is a function of the hook package.
func (f *file) hook(name string) string { return f.id("h") + "." + name }

// source is the text of a node as it stands in the file.
func (f *file) source(n ast.Node) string { return string(f.src[f.at(n.Pos()):f.at(n.End())]) }

// place is the line and column of p in the file on disk.
func (f *file) place(p token.Pos) (line, col int) {
	at := f.pos.PositionFor(p, false)
	return at.Line, at.Column
}

// site adds a site at p and returns it to be completed, with its number.
func (f *file) site(p token.Pos, op string, object ast.Expr, t types.Type) (*Site, int) {
	line, col := f.place(p)
	s := Site{ID: len(f.sites.Sites) + 1, File: f.index, Line: line, Col: col, Op: op, Func: f.within()}
	if object != nil {
		s.Name = f.text(object)
		s.Timer, s.Fresh = f.timer(object)
	}
	if t != nil {
		s.Type = f.typeName(t)
		if c := channelOf(t); c != nil {
			s.Elem = f.typeName(c.Elem())
		}
	}
	f.sites.Sites = append(f.sites.Sites, s)
	return &f.sites.Sites[s.ID-1], s.ID
}

// prefixFor finds a prefix that no identifier in the sources begins with.
func prefixFor(sources [][]byte) string {
	for n := 0; ; n++ {
		prefix := "_tv"
		if n > 0 {
			prefix = fmt.Sprintf("_tv%d_", n)
		}
		used := false
		for _, src := range sources {
			used = used || bytes.Contains(src, []byte(prefix))
		}
		if !used {
			return prefix
		}
	}
}
