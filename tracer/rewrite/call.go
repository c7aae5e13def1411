package rewrite

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// A method is one of packages sync, time and context that is hooked.
type method struct {
	op     string // Site.Op
	hook   string
	arg    string // type of its parameter, "" if it has none; one that begins with a dot is of the hook package
	result string // type of its result, "" if it has none
	whole  string // the hook package's name for the interface that the hook takes, "" if it takes none
}

// methods has the hooked methods by the name that go/types gives them.
var methods = map[string]method{
	"(*sync.Mutex).Lock":    {op: OpLock, hook: "MuLock"},
	"(*sync.Mutex).Unlock":  {op: OpUnlock, hook: "MuUnlock"},
	"(*sync.Mutex).TryLock": {op: OpTryLock, hook: "MuTryLock", result: "bool"},

	"(*sync.RWMutex).Lock":     {op: OpLock, hook: "RwLock"},
	"(*sync.RWMutex).Unlock":   {op: OpUnlock, hook: "RwUnlock"},
	"(*sync.RWMutex).TryLock":  {op: OpTryLock, hook: "RwTryLock", result: "bool"},
	"(*sync.RWMutex).RLock":    {op: OpRLock, hook: "RwRLock"},
	"(*sync.RWMutex).RUnlock":  {op: OpRUnlock, hook: "RwRUnlock"},
	"(*sync.RWMutex).TryRLock": {op: OpTryRLock, hook: "RwTryRLock", result: "bool"},

	"(sync.Locker).Lock":   {op: OpLock, hook: "LkLock", whole: "Locker"},
	"(sync.Locker).Unlock": {op: OpUnlock, hook: "LkUnlock", whole: "Locker"},

	"(*sync.WaitGroup).Add":  {op: OpAdd, hook: "GroupAdd", arg: "int"},
	"(*sync.WaitGroup).Done": {op: OpDone, hook: "GroupDone"},
	"(*sync.WaitGroup).Wait": {op: OpWait, hook: "GroupWait"},
	"(*sync.WaitGroup).Go":   {op: OpGo, hook: "GroupGo", arg: "func()"},

	"(*sync.Cond).Wait":      {op: OpCondWait, hook: "CvWait"},
	"(*sync.Cond).Signal":    {op: OpSignal, hook: "CvSignal"},
	"(*sync.Cond).Broadcast": {op: OpBroadcast, hook: "CvBroadcast"},

	"(*sync.Once).Do": {op: OpOnce, hook: "OnceDo", arg: "func()"},

	"(*time.Timer).Stop":   {op: OpStop, hook: "TimerStops", result: "bool"},
	"(*time.Timer).Reset":  {op: OpReset, hook: "TimerResets", arg: ".Duration", result: "bool"},
	"(*time.Ticker).Stop":  {op: OpStop, hook: "TickerStops"},
	"(*time.Ticker).Reset": {op: OpReset, hook: "TickerResets", arg: ".Duration"},

	"(context.Context).Done": {op: OpCtxDone, hook: "Done", result: "<-chan struct{}", whole: "Context"},
}

// spawners are the methods of errgroup.Group that begin goroutines. They need no hook: their source has some.
var spawners = map[string]bool{"Go": true, "TryGo": true}

// call rewrites close, make of a channel, and calls of the hooked methods.
func (f *file) call(n *ast.CallExpr) {
	switch f.builtin(n) {
	case "close":
		if id, ok := n.Fun.(*ast.Ident); ok {
			_, site := f.site(n.Pos(), OpClose, n.Args[0], f.info.TypeOf(n.Args[0]))
			f.replace(f.at(id.Pos()), f.at(id.End()), f.depth(), f.hook("Close"))
			f.close(f.at(n.Args[0].End()), f.depth(), fmt.Sprintf(", %d", site))
		}
	case "make":
		if t := f.info.TypeOf(n); t != nil && channelOf(t) != nil {
			s, site := f.site(n.Pos(), OpMake, nil, t)
			s.Name = f.named[n]
			f.open(f.at(n.Pos()), f.depth(), f.hook("Make("))
			f.close(f.at(n.End()), f.depth(), fmt.Sprintf(", %d)", site))
		}
	}
	sel, ok := n.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	if s := f.info.Selections[sel]; s != nil && len(n.Args) == 1 && spawners[s.Obj().Name()] {
		if fn, ok := s.Obj().(*types.Func); ok && strings.HasPrefix(fn.FullName(), "(*golang.org/x/sync/errgroup.Group).") {
			f.spawn(n.Args[0], nil, n)
		}
	}
	use, ok := f.use(sel)
	if ok && use.expr {
		return // a method expression that is called on the spot
	}
	f.done[sel] = true
	if ok {
		f.callMethod(n, sel, use)
	}
}

// A use is a mention of a hooked method.
type use struct {
	method
	path  string     // fields from the operand to the lock, ".Emb.Mutex", for a promoted method
	point bool       // the path ends at a pointer or an interface
	expr  bool       // it is a method expression: the operand is a type
	t     types.Type // of the lock
}

// use tells whether sel mentions a hooked method, and how to reach its receiver.
func (f *file) use(sel *ast.SelectorExpr) (use, bool) {
	s := f.info.Selections[sel]
	if s == nil || s.Kind() == types.FieldVal {
		return use{}, false
	}
	m, ok := methods[s.Obj().(*types.Func).FullName()]
	if !ok {
		return use{}, false
	}
	u := use{method: m, expr: s.Kind() == types.MethodExpr, t: s.Recv()}
	for _, i := range s.Index()[:len(s.Index())-1] {
		t := u.t
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		st, ok := t.Underlying().(*types.Struct)
		if !ok {
			break // promoted through interfaces: the value itself serves
		}
		field := st.Field(i)
		if !field.Exported() && field.Pkg() != f.pkg {
			line, _ := f.place(sel.Pos())
			f.warn(line, fmt.Sprintf("%s gets no hook: it is promoted through a field of another package that has no exported name", f.text(sel)))
			return use{}, false
		}
		u.path += "." + field.Name()
		u.t = field.Type()
	}
	_, pointer := u.t.Underlying().(*types.Pointer)
	u.point = pointer || types.IsInterface(u.t)
	return u, true
}

// address is what stands before the operand: & where the hook needs the address of a lock.
func (u use) address() string {
	if u.point {
		return ""
	}
	return "&"
}

// callMethod turns x.Lock() into MuLock(&x.Mutex, site). When the name of the method stands on another line than the operand it
// becomes At(MuLock, &x.Mutex).Call(site): the runtime reports a call on the line of its selector.
func (f *file) callMethod(n *ast.CallExpr, sel *ast.SelectorExpr, u use) {
	id := f.useSite(sel, u)
	if u.op == OpGo && len(n.Args) == 1 {
		f.spawn(n.Args[0], nil, n)
	}
	from, to := f.at(sel.X.End()), f.at(n.Lparen)+1
	tail := ""
	switch {
	case len(n.Args) > 0 && f.src[to] == '\n':
		tail = ","
	case len(n.Args) > 0:
		tail = ", "
	case f.breaks(from, f.at(n.Rparen)) != "":
		tail = "," // a line break may follow a comma only
	}
	if f.breaks(f.at(n.Pos()), f.at(sel.Sel.Pos())) == "" {
		before, behind := u.address(), u.path
		if u.whole != "" && f.later(n) {
			before, behind = f.hook("Held("), behind+")" // that it is nil is found out now
		}
		f.open(f.at(n.Pos()), f.depth(), f.hook(u.hook)+"("+before)
		f.replace(from, to, f.depth(), fmt.Sprintf("%s, %d%s", behind, id, tail))
		return
	}
	before, behind := f.operand(u)
	f.open(f.at(n.Pos()), f.depth(), fmt.Sprintf("%s%s(%s, %s", f.hook("At"), u.form(), f.hook(u.hook), before))
	f.replace(from, f.at(sel.Sel.Pos()), f.depth(), behind+").")
	f.replace(f.at(sel.Sel.Pos()), to, f.depth(), fmt.Sprintf("Call(%d%s", id, tail))
}

// later reports whether a call, which is the node at hand, is deferred or that of a new goroutine.
func (f *file) later(n *ast.CallExpr) bool {
	switch s := f.stack[len(f.stack)-2].(type) {
	case *ast.DeferStmt:
		return s.Call == n
	case *ast.GoStmt:
		return s.Call == n
	}
	return false
}

// form tells the variants of At, Bind and Expr apart.
func (u use) form() (form string) {
	if u.arg != "" {
		form = "1"
	}
	if u.result != "" {
		form += "B"
	}
	return form
}

// operand is what stands before and behind the operand of At and Bind, which take the operand's type for the hook's.
func (f *file) operand(u use) (before, behind string) {
	if u.whole == "" || !types.IsInterface(u.t) || f.plainInterface(u) {
		return u.address(), u.path
	}
	return f.hook(u.whole) + "(", u.path + ")"
}

// method rewrites a hooked method that is not called on the spot: f := mu.Unlock becomes Bind(MuUnlock, &mu, site), and
// (*sync.Mutex).Unlock becomes Expr(MuUnlock, (*sync.Mutex).Unlock, site).
func (f *file) method(sel *ast.SelectorExpr) {
	if f.done[sel] {
		return
	}
	u, ok := f.use(sel)
	if !ok {
		return
	}
	form := u.form()
	id := f.useSite(sel, u)
	from, to := f.at(sel.X.End()), f.at(sel.End())
	switch {
	case !u.expr:
		before, behind := f.operand(u)
		f.open(f.at(sel.Pos()), f.depth(), fmt.Sprintf("%s%s(%s, %s", f.hook("Bind"), form, f.hook(u.hook), before))
		text := fmt.Sprintf("%s, %d", behind, id)
		if f.breaks(from, to) != "" {
			f.replace(from, to, f.depth(), text+",")
			f.close(to, f.depth(), ")")
			return
		}
		f.replace(from, to, f.depth(), text+")")
	case u.path == "" && f.plainInterface(u):
		f.open(f.at(sel.Pos()), f.depth(), fmt.Sprintf("%s%s(%s, ", f.hook("Expr"), form, f.hook(u.hook)))
		f.close(to, f.depth(), fmt.Sprintf(", %d)", id))
	default:
		f.literal(sel, u, id)
	}
}

// plainInterface reports whether an operand has the very type that the hook takes.
func (f *file) plainInterface(u use) bool {
	if !types.IsInterface(u.t) {
		return true
	}
	named, ok := types.Unalias(u.t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return false
	}
	name := named.Obj().Pkg().Path() + "." + named.Obj().Name()
	return name == "sync.Locker" || name == "context.Context"
}

// literal writes the method expression of a promoted method as a function literal.
func (f *file) literal(sel *ast.SelectorExpr, u use, id int) {
	p, a := f.id("p"), f.id("a")
	params, args, result, ret := "", "", "", ""
	if u.arg != "" {
		params, args = ", "+a+" "+u.arg, ", "+a
		if u.arg[0] == '.' {
			params = ", " + a + " " + f.id("h") + u.arg
		}
	}
	if u.result != "" {
		result, ret = " "+u.result, "return "
	}
	if len(f.funcs) > 0 {
		f.funcs[len(f.funcs)-1].literals++
	}
	f.open(f.at(sel.Pos()), f.depth(), "func("+p+" ")
	text := fmt.Sprintf("%s)%s { %s%s(%s%s%s, %d%s)", params, result, ret, f.hook(u.hook), u.address(), p, u.path, id, args)
	if f.breaks(f.at(sel.X.End()), f.at(sel.End())) != "" {
		text += ";"
	}
	f.replace(f.at(sel.X.End()), f.at(sel.End()), f.depth(), text)
	f.close(f.at(sel.End()), f.depth(), " }")
}

// useSite adds the site of a method that is called or mentioned.
func (f *file) useSite(sel *ast.SelectorExpr, u use) int {
	t := u.t
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, id := f.site(sel.Sel.Pos(), u.op, nil, t)
	if !u.expr {
		s.Name = strings.TrimPrefix(f.text(sel.X), "&")
	}
	return id
}
