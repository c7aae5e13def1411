package findings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

// mostSteps bounds a chain: longer ones are cut, and say so.
const mostSteps = 12

// Why tells in words why goroutine g does not run after event ev: what it waits for, who could end that wait and what that
// one waits for, down to the end of the chain: a goroutine that goes on, nobody who is left, or a cycle. It is empty for a
// goroutine that runs or that does not exist.
//
// Who could act is known from what was done up to ev: who sent to a channel may send again.
func Why(ix *index.Index, ev int, g index.GID) []string {
	if g < 0 || int(g) >= ix.NumGoroutines() || ix.NumEvents() == 0 {
		return []string{}
	}
	return newGraph(ix, max(-1, min(ev, ix.NumEvents()-1))).why(g)
}

func (w *graph) why(g index.GID) []string {
	if !w.lives(g) {
		if who := w.ix.Goroutine(g); who.EndEvent >= 0 && who.EndEvent <= w.ev {
			return []string{who.Name + " ended at " + w.when(who.Ended)}
		}
		return []string{}
	}
	c := &chain{w: w, path: w.chainOf(g)}
	var objects []index.OID
	for _, g := range c.path {
		objects = append(objects, (&group{first: w.state(g)}).objects()...)
	}
	w.distinguish(objects)
	return c.tell()
}

// chainOf follows what g waits for. The last goroutine of the path does not wait, waits for nobody who is left, or waits for
// one of those before it.
func (w *graph) chainOf(g index.GID) []index.GID {
	path := []index.GID{g}
	for len(path) < mostSteps {
		s := w.state(path[len(path)-1])
		if !index.Blocked(s.State) || wakesItself(w.ix, w.ev, s) != "" {
			break
		}
		next, ok := w.follow(s, path)
		if !ok || slices.Contains(path, next) {
			break
		}
		path = append(path, next)
	}
	return path
}

// follow picks the one of those that could end a wait to go on with: one that goes on itself ends the chain soonest, one that
// is on the path already closes a cycle, else the first.
func (w *graph) follow(s *index.GState, path []index.GID) (index.GID, bool) {
	k := w.wakersOf(s)
	list := k.alive
	if len(list) == 0 && len(k.maybe) == 1 {
		list = k.maybe
	}
	for _, g := range list {
		if !w.blocked(g) {
			return g, true
		}
	}
	for _, g := range list {
		if slices.Contains(path, g) {
			return g, true
		}
	}
	if len(list) == 0 {
		return index.None, false
	}
	return list[0], true
}

// A chain is a path of goroutines, each of which could end the wait of the one before.
type chain struct {
	w     *graph
	path  []index.GID
	lines []string
}

func (c *chain) add(format string, args ...any) {
	c.lines = append(c.lines, fmt.Sprintf(format, args...))
}

func (c *chain) tell() []string {
	w := c.w
	for i, g := range c.path {
		s := w.state(g)
		if !index.Blocked(s.State) {
			if text := w.busy(s); i > 0 || s.State != index.StateRunning {
				c.add("%s %s", w.name(g), text)
			}
			break
		}
		c.add("%s %s%s since %s", w.name(g), w.waits(s), place(w.site(s)), w.when(s.Since))
		c.others(s)
		if len(c.lines) > 2*mostSteps {
			break
		}
	}
	return notNil(c.lines)
}

func place(site string) string {
	if site == "" {
		return ""
	}
	return " (" + site + ")"
}

// waits is what s waits for, in the words of a chain.
func (w *graph) waits(s *index.GState) string {
	text := w.does(s, 1)
	text = strings.Replace(text, "receives from ", "waits to receive from ", 1)
	if strings.HasPrefix(text, "sends to ") {
		return "waits to send to " + w.object(s.Obj) + w.full(s.Obj)
	}
	return text
}

// busy is what a goroutine does that waits for no other one.
func (w *graph) busy(s *index.GState) string {
	since := " since " + w.when(s.Since)
	if s.Op == index.OpPipeRead || s.Op == index.OpPipeWrite {
		return describe.GState(w.ix, &w.st, *s) + since
	}
	switch s.State {
	case index.StateRunning:
		return "runs" + since
	case index.StateRunnable:
		if s.WokenBy >= 0 {
			return "could run and waits for a core" + since + ", when " + w.name(s.WokenBy) + " woke it"
		}
		return "could run and waits for a core" + since
	case index.StateNetwork:
		return "waits for the network" + since
	case index.StateSyscall:
		return "is in a system call" + since
	case index.StateSleep:
		if s.Until >= 0 {
			return "sleeps" + since + at(s.Site) + ", until " + w.when(s.Until)
		}
		return "sleeps" + since
	case index.StateGC:
		return "works or waits for the garbage collector" + since
	}
	return "is in a state that the recording does not tell"
}

// others tells who could end the wait of s.
func (c *chain) others(s *index.GState) {
	w := c.w
	if !known(s) || (s.Op == "send" || s.Op == "recv") && s.Obj < 0 || s.Op == "select" && len(s.Cases) == 0 {
		return
	}
	if text := wakesItself(w.ix, w.ev, s); text != "" {
		if owner(s) < 0 {
			c.add("it need not wait longer than for %s", text)
		}
		return
	}
	k := w.wakersOf(s)
	cycle := ""
	if next, ok := w.follow(s, c.path); ok && w.blocked(next) && slices.Contains(c.path, next) && s.G == c.path[len(c.path)-1] {
		cycle = ": a cycle"
		if next == s.G && len(k.alive) == 1 {
			cycle = "" // it waits for itself, and the line says so
		}
	}
	if lock := s.Op == "lock" || s.Op == "rlock"; lock {
		c.lines[len(c.lines)-1] += w.heldBy(s, k, 1) + cycle
		return
	}
	switch {
	case len(k.alive) > 0:
		c.add("%s%s", w.could(s, k.alive), cycle)
	case len(k.maybe) > 0:
		c.add("%s; %s might%s", w.never(s), w.names(k.maybe), cycle)
	default:
		c.add("%s", w.left0(s, k.gone))
	}
	if s.Op == "recv" && owner(s) < 0 && len(k.alive)+len(k.maybe) == 0 && w.ix.Objects()[s.Obj].Closed < 0 {
		c.add("%s was never closed", w.object(s.Obj))
	}
}

// acts are what the other side of each operation does.
var acts = map[string]string{"recv": "send to", "send": "receive from", "cond": "signal", "wait": "call Done of", "once": "end the function of"}

func (w *graph) act(s *index.GState) string {
	if s.Op == "select" {
		return "make a case of it ready"
	}
	if end := owner(s); end >= 0 {
		return ending(w.ix, end) + " " + w.object(end)
	}
	return acts[s.Op] + " " + w.object(s.Obj)
}

// ending is what ends the wait for a context or timer.
func ending(ix *index.Index, owner index.OID) string {
	if ix.Objects()[owner].Kind == index.KindContext {
		return "cancel"
	}
	return "set"
}

// could names those that can end a wait.
func (w *graph) could(s *index.GState, list []index.GID) string {
	if s.Op == "once" {
		if list[0] == s.G {
			return "it runs that function itself"
		}
		return w.name(list[0]) + " runs that function"
	}
	if len(list) == 1 && list[0] == s.G {
		return "only it itself can " + w.act(s)
	}
	return w.names(list) + " can " + w.act(s)
}

func (w *graph) never(s *index.GState) string {
	switch s.Op {
	case "recv":
		return "nobody has sent to " + w.object(s.Obj) + " or closed it yet"
	case "send":
		return "nobody has received from " + w.object(s.Obj) + " yet"
	}
	return "nobody has made a case of it ready yet"
}

// left0 tells that nobody is left, and when the last ones ended.
func (w *graph) left0(s *index.GState, gone []index.GID) string {
	text := "nobody who can " + w.act(s) + " is left"
	var ends []string
	for i, g := range gone {
		if i == mostNames {
			ends = append(ends, fmt.Sprintf("%d more", len(gone)-i))
			break
		}
		word := " at "
		if i == 0 {
			word = " ended at "
		}
		ends = append(ends, w.name(g)+word+w.when(w.ix.Goroutine(g).Ended))
	}
	if len(ends) == 0 {
		return text
	}
	return text + ": " + strings.Join(ends, ", ")
}
