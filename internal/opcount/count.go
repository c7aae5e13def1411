// Package opcount counts the operations that the rewriter has to find, in another way than the rewriter finds them: it looks at
// each node of a syntax tree by itself and knows nothing of sites. It is for tests and the corpus command; the product does not
// use it.
package opcount

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// hooked are the methods that count by receiver, and the functions by package.
var hooked = map[string]string{
	"sync.Mutex": " Lock Unlock TryLock ", "sync.RWMutex": " Lock Unlock TryLock RLock RUnlock TryRLock ", "sync.Locker": " Lock Unlock ",
	"sync.WaitGroup": " Add Done Wait Go ", "sync.Cond": " Wait Signal Broadcast ", "sync.Once": " Do ",
	"sync": " OnceFunc OnceValue OnceValues ",
	"time": " Sleep NewTimer NewTicker After Tick AfterFunc ", "time.Timer": " Stop Reset ", "time.Ticker": " Stop Reset ",
	"context": " WithCancel WithCancelCause WithTimeout WithTimeoutCause WithDeadline WithDeadlineCause AfterFunc ", "context.Context": " Done ",
	"os/signal": " NotifyContext ",
}

// NewInfo is what File needs, empty, for the type checker to fill.
func NewInfo() *types.Info {
	return &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
}

// File counts the operations in a file that was parsed with its comments. Functions that must not grow their stack do not count.
func File(tree *ast.File, info *types.Info) (n int) {
	ast.Inspect(tree, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.FuncDecl:
			return !noSplit(node.Doc)
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
			if id, ok := ast.Unparen(node.Fun).(*ast.Ident); ok {
				_, builtin := info.Uses[id].(*types.Builtin)
				if builtin && (id.Name == "close" || id.Name == "make" && isChannel(info.TypeOf(node))) {
					n++
				}
			}
		case *ast.Ident:
			f, ok := info.Uses[node].(*types.Func)
			if ok && f.Pkg() != nil && isHooked(f) {
				n++
			}
		}
		return true
	})
	return n
}

func noSplit(doc *ast.CommentGroup) bool {
	if doc == nil {
		return false
	}
	for _, c := range doc.List {
		if strings.HasPrefix(c.Text, "//go:nosplit") {
			return true
		}
	}
	return false
}

// isHooked tells whether a function or method of the standard library counts.
func isHooked(f *types.Func) bool {
	if recv := f.Signature().Recv(); recv != nil {
		_, name, _ := strings.Cut(strings.TrimPrefix(recv.Type().String(), "*"), ".")
		return strings.Contains(hooked[f.Pkg().Path()+"."+name], " "+f.Name()+" ")
	}
	return strings.Contains(hooked[f.Pkg().Path()], " "+f.Name()+" ")
}

// isChannel tells whether a type is that of a channel, or a type parameter that stands for channels alone.
func isChannel(t types.Type) bool {
	if t == nil {
		return false
	}
	if p, ok := types.Unalias(t).(*types.TypeParam); ok {
		return onlyChannels(p.Constraint())
	}
	_, ok := t.Underlying().(*types.Chan)
	return ok
}

// onlyChannels tells whether an element of a constraint leaves channels alone: one that it embeds does, or all of a union do.
func onlyChannels(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Union:
		for term := range t.Terms() {
			if !onlyChannels(term.Type()) {
				return false
			}
		}
		return t.Len() > 0
	case *types.TypeParam:
		return onlyChannels(t.Constraint())
	}
	switch u := t.Underlying().(type) {
	case *types.Chan:
		return true
	case *types.Interface:
		for e := range u.EmbeddedTypes() {
			if onlyChannels(e) {
				return true
			}
		}
	}
	return false
}
