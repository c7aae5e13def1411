package findings

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

// mostNames is how many goroutines a sentence names before the rest is counted.
const mostNames = 5

func (w *graph) name(g index.GID) string { return describe.Goroutine(w.ix, g) }

// names lists goroutines: "a", "a and b", "a, b and c", "a, b, c, d and 93 more".
func (w *graph) names(list []index.GID) string {
	var words []string
	for i, g := range list {
		if i == mostNames-1 && len(list) > mostNames {
			words = append(words, fmt.Sprintf("%d more", len(list)-i))
			break
		}
		words = append(words, w.name(g))
	}
	return join(words, "and")
}

func join(words []string, last string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " " + last + " " + words[n-1]
	}
	return strings.Join(words, "")
}

// object names an object. Of those given to distinguish no two have the same name.
func (w *graph) object(o index.OID) string {
	if label := w.labels[o]; label != "" {
		return label
	}
	return describe.Object(w.ix, o)
}

// distinguish numbers the objects of a text that go by one name in the source, such as the locks of two accounts.
// The numbers are those of the page: among all objects of the name, in the order in which they were first used.
func (w *graph) distinguish(list []index.OID) {
	byName := map[string][]index.OID{}
	for _, o := range list {
		if o >= 0 && !slices.Contains(byName[describe.Object(w.ix, o)], o) {
			name := describe.Object(w.ix, o)
			byName[name] = append(byName[name], o)
		}
	}
	maps.DeleteFunc(byName, func(_ string, same []index.OID) bool { return len(same) < 2 })
	if len(byName) == 0 {
		return // there may be very many objects
	}
	number := map[string]int{}
	for i := range w.ix.NumObjects() {
		o := index.OID(i)
		name := describe.Object(w.ix, o)
		if number[name]++; slices.Contains(byName[name], o) {
			w.labels[o] = fmt.Sprintf("%s #%d", name, number[name])
		}
	}
}

// when writes a time of the recording: "1.204 s", or "3.1 ms" early in it.
func (w *graph) when(ns int64) string {
	if ns < 100e6 {
		return describe.Duration(ns)
	}
	return fmt.Sprintf("%.3f s", float64(ns)/1e9)
}

// at writes a place behind a time or a name: " (main.go:41)", or "" if it is not known.
func at(s index.Site) string {
	if text := s.String(); text != "" {
		return " (" + text + ")"
	}
	return ""
}

func plural(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// does is what goroutines that wait like s do: "receive from jobs". n is how many they are.
func (w *graph) does(s *index.GState, n int) string {
	wait := plural(n, "waits", "wait")
	name := w.object(s.Obj)
	if !known(s) {
		return wait + cmp.Or(w.testWait(s), w.unhooked(s))
	}
	switch s.Op {
	case "send", "recv":
		if s.Obj < 0 {
			return wait + " for ever on a nil channel"
		}
		if end := owner(s); end >= 0 {
			return wait + " for " + awaited(w.ix, end, w.ev)
		}
		if s.Op == "recv" {
			return plural(n, "receives", "receive") + " from " + name
		}
		return plural(n, "sends", "send") + " to " + name + w.full(s.Obj)
	case "select":
		if len(s.Cases) == 0 {
			return wait + " for ever in a select without cases"
		}
		return wait + " in a select " + w.cases(s)
	case "lock":
		return wait + " to lock " + name
	case "rlock":
		return wait + " to read-lock " + name
	case "wait":
		return wait + " for " + name + w.left(s.Obj)
	case "cond":
		return wait + " on " + name
	}
	return wait + " for the function of " + name
}

// unhooked tells what the runtime alone knows of a wait.
func (w *graph) unhooked(s *index.GState) string {
	where := ""
	if f := s.Site.Func; f != "" {
		where = " in " + f
	}
	if s.SinceEvent >= 0 {
		if reason := w.ix.Event(s.SinceEvent).Reason; reason == "forever" {
			return " for ever" + where
		} else if reason != "" {
			return where + " (" + reason + ")"
		}
	}
	return where
}

// full tells why a send to a channel blocks.
func (w *graph) full(o index.OID) string {
	if c := w.ix.Objects()[o].Cap; c > 0 {
		return fmt.Sprintf(", whose buffer of %d is full", c)
	}
	return ""
}

// cases tells what a select waits for: "to receive from a, to receive from b or to send to c".
func (w *graph) cases(s *index.GState) string {
	var words []string
	for i, c := range s.Cases {
		if i == mostNames-1 && len(s.Cases) > mostNames {
			words = append(words, fmt.Sprintf("%d more", len(s.Cases)-i))
			break
		}
		name := "a nil channel"
		if c.Obj >= 0 {
			name = w.object(c.Obj)
		}
		word := "to send to " + name
		if c.Recv {
			word = "to receive from " + name
		}
		if end := describe.Owner(w.ix, c.Obj); c.Recv && end >= 0 {
			word = "for " + awaited(w.ix, end, w.ev)
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return join(words, "or")
}

// left tells what the counter of a WaitGroup is.
func (w *graph) left(o index.OID) string {
	for _, g := range w.st.WGs {
		if g.Obj == o {
			return fmt.Sprintf(" (%d left)", g.Counter)
		}
	}
	return ""
}
