package rewrite

import (
	"fmt"
	"go/ast"
	"go/types"
)

// An original is a function of packages time, context and signal that is hooked by one that calls it. It stays in the source as its first
// argument, so that nothing else can be meant by its name, and the import that it needs stays used.
type original struct{ op, hook string }

// originals has them by the name that go/types gives them.
var originals = map[string]original{
	"time.Sleep":     {OpSleep, "Sleep"},
	"time.NewTimer":  {OpTimer, "NewTimer"},
	"time.NewTicker": {OpTimer, "NewTicker"},
	"time.After":     {OpTimer, "After"},
	"time.Tick":      {OpTimer, "Tick"},
	"time.AfterFunc": {OpAfterFunc, "AfterFunc"},

	"context.WithCancel":        {OpContext, "WithCancel"},
	"context.WithCancelCause":   {OpContext, "WithCancelCause"},
	"context.WithTimeout":       {OpContext, "WithTimeout"},
	"context.WithTimeoutCause":  {OpContext, "WithTimeoutCause"},
	"context.WithDeadline":      {OpContext, "WithDeadline"},
	"context.WithDeadlineCause": {OpContext, "WithDeadlineCause"},
	"context.AfterFunc":         {OpAfterFunc, "ContextAfterFunc"},
	"os/signal.NotifyContext":   {OpContext, "NotifyContext"},
}

// original rewrites a mention of one of the originals: time.Sleep(d) becomes Sleep(time.Sleep, site, d), and time.Sleep that is not
// called on the spot becomes SleepAs(time.Sleep, site), which is called then as the function would be.
func (f *file) original(id *ast.Ident) {
	fn, ok := f.info.Uses[id].(*types.Func)
	if !ok {
		return
	}
	o, ok := originals[fn.FullName()]
	if !ok {
		return
	}
	name, _, call, _ := f.mention(id)
	s, site := f.site(id.Pos(), o.op, nil, nil)
	s.Name = f.text(name)
	if o.op == OpAfterFunc && call != nil && len(call.Args) == 2 {
		f.spawn(call.Args[1], nil, call)
		s.Name = "AfterFunc(" + f.sites.Spawns[len(f.sites.Spawns)-1].Name + ")"
	}
	if call != nil {
		f.describeMade(s, call)
	}
	// The arguments may be the results of one call. Of a variadic function those alone do not tell the type of the parameter.
	if call == nil || fn.Signature().Variadic() || len(call.Args) != fn.Signature().Params().Len() {
		f.open(f.at(name.Pos()), f.depth(), f.hook(o.hook)+"As(")
		f.close(f.at(name.End()), f.depth(), fmt.Sprintf(", %d)", site))
		return
	}
	f.open(f.at(name.Pos()), f.depth(), f.hook(o.hook)+"(")
	text := fmt.Sprintf(", %d, ", site)
	if f.src[f.at(call.Lparen)+1] == '\n' {
		text = fmt.Sprintf(", %d,", site)
	}
	f.replace(f.at(name.End()), f.at(call.Lparen)+1, f.depth(), text)
}

// describeMade gives the site of a call the name and type of what the call makes.
func (f *file) describeMade(s *Site, call *ast.CallExpr) {
	if n := f.named[call]; n != "" {
		s.Name = n
	} else if s.Op == OpTimer {
		s.Name = f.text(call)
	}
	t := f.info.TypeOf(call)
	if tuple, ok := t.(*types.Tuple); ok && tuple.Len() > 0 {
		t = tuple.At(0).Type()
	}
	if t != nil && s.Op != OpSleep {
		s.Type = f.typeName(t)
	}
}
