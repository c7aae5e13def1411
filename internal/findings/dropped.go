package findings

import (
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
)

// dropped tells whether a context that s waits for can't end any more, though the main goroutine made it: a function that main called made it
// and came back, nobody ever called its cancel function, main has returned, and nobody else has it; and main did nothing more
// after that function with which it could have used what it got. The documentation of context demands the call on every path,
// but a client that main uses until the end is left to that end on purpose, as is a context that the function main itself made, or the
// initialisation of a package.
func (l *leaks) dropped(s *index.GState, o index.OID) bool {
	ix := l.w.ix
	if !l.over || o < 0 || ix.Objects()[o].Kind != "context" || ix.Objects()[o].MadeEvent < 0 {
		return false
	}
	made := ix.Objects()[o].MadeEvent
	if ix.Event(made).G != l.main || !passing(ix.Stack(made)) || l.usedAfter(made) {
		return false
	}
	for _, i := range ix.EventsOfObject(o) {
		if kind, _, _, _ := ix.Glance(int(i)); kind == index.KindCancel {
			return false
		}
	}
	c := l.circleOf(o)
	other := func(g index.GID) bool { return g != l.main && !l.dead[g] }
	if c.all || slices.ContainsFunc(c.sure, other) || slices.ContainsFunc(c.loose, other) {
		return false
	}
	if l.doubt[s.G] == "" {
		l.doubt[s.G] = "main may have kept the cancel function on purpose until the program ends"
	}
	return true
}

// passing tells whether a stack, innermost frame first, is of a function that main called and that comes back before main.
func passing(stack []index.Frame) bool {
	if len(stack) < 2 || stack[0].Func == "main.main" || strings.HasSuffix(stack[0].Func, ".TestMain") {
		return false
	}
	return !slices.ContainsFunc(stack, func(f index.Frame) bool {
		name := f.Func[strings.LastIndex(f.Func, "/")+1:]
		return strings.HasSuffix(name, ".init") || strings.Contains(name, ".init.")
	})
}

// restful are the events of a goroutine that uses nothing.
var restful = map[index.EventKind]bool{index.KindSleep: true, index.KindStart: true, index.KindStop: true, index.KindUnblock: true,
	index.KindAssistBegin: true, index.KindAssistEnd: true, index.KindRangeBegin: true, index.KindRangeEnd: true}

// unasking are the reasons of waits in which a goroutine uses nothing: it sleeps, or the runtime holds it up.
var unasking = map[string]bool{"sleep": true, "preempted": true}

// usedAfter tells whether main did anything after the function that made a context came back, other than to sleep and to run. What
// it does in the network, with a file, a lock or a channel may be done by what that function made. What it
// only calculates leaves no sign.
func (l *leaks) usedAfter(made int) bool {
	ix := l.w.ix
	inside := ix.Stack(made)
	for _, i := range ix.EventsOf(l.main) {
		ev := int(i)
		if ev <= made {
			continue
		}
		kind, _, _, _ := ix.Glance(ev)
		switch stack := ix.Stack(ev); {
		case restful[kind], within(stack, inside), kind == index.KindBlock && (unasking[ix.Event(ev).Reason] || collects(stack)):
		default:
			return true
		}
	}
	return false
}

// collects tells whether a goroutine waits for the garbage collector, which any that needs memory may start, or for the trace, which ends
// with the program: when a generation of it ends at that moment, main has to wait.
func collects(stack []index.Frame) bool {
	return slices.ContainsFunc(stack, func(f index.Frame) bool {
		return strings.HasPrefix(f.Func, "runtime.gc") || strings.HasPrefix(f.Func, "runtime.mallocgc") || strings.HasPrefix(f.Func, "runtime.stopTheWorld") ||
			f.Func == "runtime.traceAdvance"
	})
}

// within tells whether the function in which the stack inside was taken, innermost frame first, is one of those of a stack.
func within(stack, inside []index.Frame) bool {
	at := len(stack) - len(inside)
	if at < 0 {
		return false
	}
	for i, f := range inside {
		if stack[at+i].Func != f.Func {
			return false
		}
	}
	return true
}

// serviceCases is from how many channels on a select is the loop of a service.
const serviceCases = 4

// unasked tells whether s waits in the loop of a service that nobody ever asked for anything: a select on several channels of which no
// other goroutine used one. It holds up nobody, no work was lost with it, and who has the other ends of its channels may well
// keep them in a field until there is work.
func (l *leaks) unasked(s *index.GState) bool {
	ix, n := l.w.ix, 0
	for _, c := range s.Cases {
		if c.Obj < 0 || ix.Objects()[c.Obj].Owner >= 0 {
			continue
		}
		x, u := ix.Objects()[c.Obj], l.w.use(c.Obj)
		if n++; u.partial || slices.ContainsFunc(u.touch, func(u user) bool { return u.g != s.G && (u.n > 1 || u.last != x.MadeEvent) }) {
			return false
		}
	}
	return n >= serviceCases
}
