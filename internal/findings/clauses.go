package findings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

// mostClauses is how many groups of waiting goroutines a message tells about.
const mostClauses = 5

// message tells what the groups wait for: the root cause in full, then what waits because of it.
func (w *graph) message(all []*group, roots [][]int) string {
	var sentences []string
	told, waiting := map[int]bool{}, 0
	var before []int // the groups of the sentence before
	for i, part := range roots {
		if i == mostClauses {
			break
		}
		sentences = append(sentences, w.part(all, part))
		before = part
		for _, n := range part {
			told[n] = true
		}
	}
	for _, n := range w.testsLast(all) {
		gr := all[n]
		if told[n] {
			continue
		}
		if len(sentences) >= mostClauses {
			waiting += len(gr.members)
			continue
		}
		sentences = append(sentences, w.names(gr.members)+" "+w.story(gr, w.members(all, before)))
		before = nil
	}
	text := strings.Join(sentences, ". ") + "."
	if waiting > 0 {
		text += fmt.Sprintf(" %d more %s too.", waiting, plural(waiting, "waits", "wait"))
	}
	return text
}

func (w *graph) members(all []*group, part []int) []index.GID {
	var list []index.GID
	for _, n := range part {
		list = append(list, all[n].members...)
	}
	slices.Sort(list)
	return list
}

// part tells about a strongly connected part: one group, or a cycle of them.
func (w *graph) part(all []*group, part []int) string {
	order := w.order(all, part)
	var clauses []string
	var them []index.GID
	for _, n := range order {
		clauses = append(clauses, w.names(all[n].members)+" "+w.story(all[n], them))
		them = all[n].members
	}
	if len(order) == 1 {
		return clauses[0]
	}
	return strings.Join(clauses, "; ") + ": a cycle"
}

// order walks a part along what each waits for, from its first group on. A WaitGroup is never the root cause, so one is no
// good beginning.
func (w *graph) order(all []*group, part []int) []int {
	left := slices.Sorted(slices.Values(part))
	start := max(0, slices.IndexFunc(left, func(n int) bool { return all[n].first.Op != "wait" }))
	var order []int
	for n := left[start]; ; {
		order = append(order, n)
		left = slices.DeleteFunc(left, func(m int) bool { return m == n })
		if len(left) == 0 {
			return order
		}
		next := left[0]
		for _, m := range all[n].next {
			if slices.Contains(left, m) {
				next = m
				break
			}
		}
		n = next
	}
}

// story tells what a group waits for and why nobody ends that. them are the goroutines that the sentence before was about.
func (w *graph) story(gr *group, them []index.GID) string {
	s, n := gr.first, len(gr.members)
	text := w.does(s, n)
	if !known(s) {
		return text
	}
	k := gr.wakers
	switch s.Op {
	case "send", "recv", "select":
		return text + w.nobody(gr)
	case "lock", "rlock":
		return text + w.heldBy(s, k, n)
	case "wait":
		return w.waitsFor(gr, them)
	case "cond":
		if len(k.alive) == 0 {
			return text + ", but no goroutine is left that signals it"
		}
		return text + ", which only " + w.names(k.alive) + " " + plural(len(k.alive), "signals", "signal")
	}
	return text + w.ranBy(s, k)
}

// nobody tells about the other side of channel operations.
func (w *graph) nobody(gr *group) string {
	s, k := gr.first, gr.wakers
	one := s.Op != "select"
	can, does, closed := "can send to it", "sends to", ", and nobody closed it"
	if end := owner(s); end >= 0 {
		can, does, closed = "can "+ending(w.ix, end)+" it", "can "+ending(w.ix, end), ""
	}
	if s.Op == "send" {
		can, does, closed = "receives from it", "receives from", ""
	}
	switch {
	case s.Op == "select" && len(s.Cases) == 0 || one && s.Obj < 0:
		return ""
	case !one && len(k.alive) == 0 && len(k.maybe) == 0:
		return ", but no goroutine is left that can make a case ready"
	case !one && len(k.alive) > 0:
		return ", which only " + w.names(k.alive) + " could make ready"
	case !one:
		return ", which nobody has made ready; " + w.names(k.maybe) + " might, but " + plural(len(k.maybe), "waits", "wait") + " too"
	case len(k.alive) > 0 && slices.Equal(k.alive, gr.members):
		return ", which only " + plural(len(k.alive), "it itself ", "they themselves ") + plural(len(k.alive), does, strings.Replace(does, "s ", " ", 1))
	case len(k.alive) > 0:
		return ", which only " + w.names(k.alive) + " " + plural(len(k.alive), does, strings.Replace(does, "s ", " ", 1)) + closed
	case len(k.maybe) > 0 && s.Op == "recv":
		return ", to which nobody has sent and which nobody has closed yet"
	case len(k.maybe) > 0:
		return ", from which nobody has received yet"
	}
	return ", but no goroutine is left that " + can + closed
}

// heldBy tells who holds the lock that s and n-1 others wait for.
func (w *graph) heldBy(s *index.GState, k wakers, n int) string {
	holders := append(slices.Clone(k.alive), k.gone...)
	if len(holders) == 0 && w.neverTaken(s.Obj) {
		return ", which nobody has locked: it may be the copy of a locked one"
	}
	if len(holders) == 0 {
		return ", whose holder is not known"
	}
	h := holders[0]
	if l := w.locks[s.Obj]; l != nil && l.Holder < 0 && s.Op == "rlock" {
		return ", which must wait until " + w.name(h) + " has had it for writing"
	}
	switch {
	case !w.lives(h):
		got := w.taken(s.Obj, h)
		text := ", which " + w.name(h) + " locked"
		if got.event >= 0 {
			text += " at " + w.when(got.time) + at(got.site)
		}
		return text + " and never unlocked"
	case len(holders) > 1:
		return ", which " + w.names(holders) + " hold for reading"
	}
	return w.hold(s, h, h == s.G && n == 1)
}

// hold tells since when goroutine h holds the lock that s waits for. it says that the sentence is about h.
func (w *graph) hold(s *index.GState, h index.GID, it bool) string {
	who, self := w.name(h), ""
	if it {
		who, self = "it", " itself"
	}
	got := w.taken(s.Obj, h)
	if got.event < 0 {
		return ", which " + who + " holds" + self
	}
	return ", which " + who + " has held" + self + " since " + w.when(got.time) + at(got.site)
}

// waitsFor tells about a WaitGroup.
func (w *graph) waitsFor(gr *group, them []index.GID) string {
	s, k, n := gr.first, gr.wakers, len(gr.members)
	wait, call := plural(n, "waits", "wait"), " ("+w.object(s.Obj)+".Wait)"
	switch {
	case len(k.alive) > 1 && slices.Equal(k.alive, them):
		return wait + " for them" + call
	case len(k.alive) > 0:
		return wait + " for " + w.names(k.alive) + call
	}
	return w.does(s, n) + ", but no goroutine is left that can call Done"
}

func (w *graph) ranBy(s *index.GState, k wakers) string {
	switch {
	case len(k.alive) == 0:
		return ""
	case k.alive[0] == s.G:
		return ", which it runs itself"
	}
	return ", which " + w.name(k.alive[0]) + " runs"
}

// evidence tells, one sentence each, what the recording shows about those that could have ended the wait of a group.
func (w *graph) evidence(gr *group) []string {
	s, k := gr.first, gr.wakers
	if !known(s) {
		return nil
	}
	var lines []string
	switch s.Op {
	case "send", "recv":
		if s.Obj < 0 {
			return nil
		}
		lines = w.ended(k.gone)
		if owner(s) < 0 {
			lines = append(lines, w.traffic(s.Obj, s.Op == "recv")...)
		}
	case "select":
		lines = w.ended(k.gone)
		for i, c := range s.Cases {
			if c.Obj >= 0 && describe.Owner(w.ix, c.Obj) < 0 && !slices.Contains(s.Cases[:i], c) && i < mostNames {
				lines = append(lines, w.traffic(c.Obj, c.Recv)...)
			}
		}
	case "wait":
		for _, g := range k.gone[:min(len(k.gone), mostNames)] {
			line := w.name(g) + " ended at " + w.when(w.ix.Goroutine(g).Ended) + " without a call of Done"
			if o := w.copied(g); o >= 0 {
				line += " but of one of " + w.object(o) + ", for which nobody ever called Add: it is a copy"
			}
			lines = append(lines, line+".")
		}
	case "cond":
		lines = append(w.ended(k.gone), w.signals(s.Obj))
	}
	return lines
}

// ended tells when goroutines ended, the last ones if there are many.
func (w *graph) ended(list []index.GID) []string {
	all := w.ix.Goroutines()
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b index.GID) int { return int(all[a].EndEvent) - int(all[b].EndEvent) })
	var lines []string
	if more := len(list) - mostNames; more > 0 {
		lines = append(lines, fmt.Sprintf("%d others ended before.", more))
		list = list[more:]
	}
	for _, g := range list {
		lines = append(lines, w.name(g)+" ended at "+w.when(all[g].Ended)+".")
	}
	return lines
}

// traffic tells of the last operation on the other side of a channel.
func (w *graph) traffic(o index.OID, recv bool) []string {
	u := w.use(o)
	last, did, none := u.lastRecv, "receive from ", "Nobody ever received from "
	list := u.recv
	if recv {
		last, did, none, list = u.lastSend, "send to ", "Nobody ever sent to ", u.send
	}
	switch {
	case last >= 0:
		e := w.ix.Event(last)
		return []string{fmt.Sprintf("The last %s%s was #%d at %s%s.", did, w.object(o), e.Message, w.when(e.Time), at(e.Site))}
	case len(list) == 0 && !u.partial:
		return []string{none + w.object(o) + "."}
	}
	return nil
}

func (w *graph) signals(o index.OID) string {
	u := w.use(o)
	if u.lastSignal < 0 {
		return "Nobody ever signalled " + w.object(o) + "."
	}
	e := w.ix.Event(u.lastSignal)
	return "The last signal of " + w.object(o) + " was at " + w.when(e.Time) + at(e.Site) + "."
}
