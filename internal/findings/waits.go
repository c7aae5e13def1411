package findings

import (
	"slices"
	"sort"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

// Channels of contexts and timers have no senders: time wakes those who wait for one, or a call of a cancel function.

// What is known of the end of a wait for a context or timer.
const (
	comesNever = iota // only a goroutine of the program can bring it
	comesMaybe        // something that the recording does not show may bring it
	comesSure         // it comes by itself
)

// lateNS is how long after its time a timer is given to wake whom it has to: a machine that is busy takes some milliseconds.
const lateNS = 1e9

// comes tells whether what goroutine g waits for at the channel of a context or timer comes by itself after event ev.
func comes(ix *index.Index, ev int, g index.GID, channel index.OID) int {
	owner, now := describe.Owner(ix, channel), ix.Event(ev).Time
	if c, ok := ix.ContextAt(owner, ev); ok {
		switch {
		case c.Cancelled || c.Deadline >= 0:
			return comesSure
		case c.Open || ix.Objects()[owner].Reused:
			return comesMaybe
		}
		return comesNever
	}
	if until, ok := ix.Wakes(channel, g, ev); ok && until+lateNS > now {
		return comesSure
	}
	if t, ok := ix.TimerAt(owner, ev); ok && t.State == index.TimerFired && t.Since+lateNS > now {
		return comesSure
	}
	return comesNever
}

// owned lists the channels of contexts and timers that a goroutine waits to receive from.
func owned(ix *index.Index, s *index.GState) (list []index.OID) {
	add := func(o index.OID) {
		if describe.Owner(ix, o) >= 0 {
			list = append(list, o)
		}
	}
	if s.Op == "recv" {
		add(s.Obj)
	}
	for _, c := range s.Cases {
		if c.Recv {
			add(c.Obj)
		}
	}
	return list
}

// wakesItself says what will let a goroutine go on by itself after event ev, "" if nothing does for certain.
func wakesItself(ix *index.Index, ev int, s *index.GState) string {
	if !known(s) {
		return ""
	}
	for _, o := range owned(ix, s) {
		if comes(ix, ev, s.G, o) == comesSure {
			return awaited(ix, describe.Owner(ix, o), ev)
		}
	}
	return ""
}

// awaited is a context or timer in the words of a wait for it: "ctx (main.go:12, deadline in 1.2 s) to be cancelled".
func awaited(ix *index.Index, owner index.OID, ev int) string {
	if _, ok := ix.ContextAt(owner, ev); ok {
		return describe.Context(ix, owner, ev) + " to be cancelled"
	}
	text := describe.Object(ix, owner)
	if t, ok := ix.TimerAt(owner, ev); ok {
		made := ix.Objects()[owner].Made.String()
		if made != "" {
			made += ", "
		}
		text += " (" + made + describe.Timer(ix, t, ev) + ")"
	}
	return text + " to fire"
}

// pending says which function will be called by itself after event ev, "" if none will: that of an AfterFunc.
func pending(ix *index.Index, ev int) string {
	if ix.Counts().Timers == 0 {
		return ""
	}
	now := ix.Event(ev).Time
	for _, o := range ix.Objects() {
		t, ok := ix.TimerAt(o.ID, ev)
		if !ok || !t.Runs {
			continue
		}
		due := t.State == index.TimerArmed && t.Until >= 0
		if c, ok := ix.ContextAt(t.Context, ev); ok && t.State == index.TimerArmed {
			due = c.Deadline >= 0 || c.Open
		}
		if due || t.State == index.TimerFired && t.Inferred && t.Since+lateNS > now {
			return describe.Object(ix, o.ID) + at(o.Made) + " " + describe.Timer(ix, t, ev)
		}
	}
	return ""
}

// lineage is a context with those that it was made from; their end is its too. Of a timer it is the timer alone.
func lineage(ix *index.Index, owner index.OID) (list []index.OID) {
	for o := owner; o >= 0; o = ix.Objects()[o].Parent {
		list = append(list, o)
	}
	return list
}

// cancellers are those who made a context or one that it was made from, or called a cancel function, ascending: they have it. Of
// a timer they are those who set it.
func (w *graph) cancellers(owner index.OID) (list []index.GID) {
	for _, o := range lineage(w.ix, owner) {
		for _, u := range w.use(o).touch {
			if i := sort.Search(len(list), func(i int) bool { return list[i] >= u.g }); i == len(list) || list[i] != u.g {
				list = slices.Insert(list, i, u.g)
			}
		}
	}
	return list
}

// owner is the context or timer that s alone waits for, -1 if it waits for something else.
func owner(s *index.GState) index.OID {
	if s.Op == "recv" && s.Obj >= 0 {
		return s.Owner
	}
	return index.None
}

// endedBy tells whether somebody who is alive could end the wait of s for the channel of a context or timer.
func (l *leaks) endedBy(s *index.GState, channel index.OID) bool {
	if comes(l.w.ix, l.w.ev, s.G, channel) != comesNever {
		return true
	}
	return slices.ContainsFunc(lineage(l.w.ix, describe.Owner(l.w.ix, channel)), func(o index.OID) bool { return !l.dropped(s, o) && l.answered(s, o, true) })
}
