package index

import (
	"sort"

	"github.com/trace-viz/trace-viz/tracer/hook"
)

// Why a context or timer is over.
const (
	EndedByCall     = "call"     // a cancel function or Stop was called
	EndedByDeadline = "deadline" // the time came
	EndedByParent   = "parent"   // the context that it was made from was cancelled; of a timer of context.AfterFunc: its context
	EndedUnseen     = "unseen"   // it is over by now, as a receive shows, and nothing in the recording says why
)

// ContextState is a context at a cursor. Only calls are events: that a deadline passes is worked out from the time, and Inferred.
type ContextState struct {
	Obj       OID
	Parent    OID   // -1: none that can be cancelled, or not known
	Deadline  int64 // ns, the earliest of its own and its parents'; -1 if none is known
	Cancelled bool
	At        int64 // with Cancelled: ns
	Why       string
	By        GID // who called the cancel function, -1
	ByObj     OID // the context whose end it was: itself or one that it was made from; -1 while it lives
	Event     int // of the call, or of the receive that shows it; -1 if there is none
	Inferred  bool
	Open      bool  // it was made from one that the recording does not know, and that may be cancelled unseen
	Waiters   []GID // that wait for its end alone, or in a select
}

// TimerState is a timer at a cursor.
type TimerState struct {
	Obj      OID
	State    string // armed stopped fired
	Since    int64  // ns
	Event    int    // that brought it into this state, -1 if the time did
	Until    int64  // armed: ns at which it fires, of a ticker the next time; -1 if it waits for a context
	Every    int64  // period of a ticker in ns, else 0
	Context  OID    // of context.AfterFunc, -1
	Runs     bool   // it runs a function, and has no channel
	Inferred bool   // fired: because the time came
	Waiters  []GID
}

// States of a timer.
const (
	TimerArmed   = "armed"
	TimerStopped = "stopped"
	TimerFired   = "fired"
)

// ending is how a context ended.
type ending struct {
	at  int64
	ev  uint32 // noEvent: the deadline passed
	g   int32
	obj OID
	why string
}

// endOf returns the first thing that ended a context up to event ev, at whose time it is now: by itself or by what it was made from.
func (d *data) endOf(id OID, ev uint32, now int64) (first ending, over bool) {
	made := int64(0)
	if o := &d.objs[id]; o.make != noEvent {
		made = d.time(o.make)
	}
	for c := id; c >= 0; c = d.objs[c].parent {
		e, ok := d.objs[c].alone(d, ev, now)
		if ok && (!over || e.at < first.at) {
			e.obj = c
			first, over = e, true
		}
	}
	first.at = max(first.at, made)
	if over && first.obj != id {
		first.why = EndedByParent
	}
	return first, over
}

// alone is how a context ended by itself.
func (o *object) alone(d *data, ev uint32, now int64) (e ending, over bool) {
	for _, p := range o.phases {
		switch {
		case p.ev > ev || over && d.time(p.ev) >= e.at:
			return e, over
		case p.kind == phaseArmed && p.until <= now:
			e, over = ending{p.until, noEvent, None, None, EndedByDeadline}, true
		case p.kind == phaseCancelled:
			return ending{d.time(p.ev), p.ev, p.g, None, EndedByCall}, true
		case p.kind == phaseSeen:
			return ending{d.time(p.ev), p.ev, None, None, EndedUnseen}, true
		}
	}
	return e, over
}

// deadline is the earliest time at which a context ends by itself, never if none is known.
func (d *data) deadline(id OID) int64 {
	until := never
	for c := id; c >= 0; c = d.objs[c].parent {
		if list := d.objs[c].phases; len(list) > 0 && list[0].kind == phaseArmed {
			until = min(until, list[0].until)
		}
	}
	return until
}

// ContextAt returns the state of a context after event ev, without its waiters; false if o is none or not there yet.
func (ix *Index) ContextAt(o OID, ev int) (ContextState, bool) {
	s := ContextState{Obj: o, Parent: None, Deadline: None, By: None, ByObj: None, Event: None, Waiters: []GID{}}
	if !ix.there(o, KindContext, ev) {
		return s, false
	}
	s.Parent = ix.objs[o].parent
	for c := o; c >= 0 && !s.Open; c = ix.objs[c].parent {
		s.Open = ix.objs[c].open
	}
	if until := ix.deadline(o); until != never {
		s.Deadline = until
	}
	e, over := ix.endOf(o, uint32(ev), ix.time(uint32(ev)))
	if !over {
		return s, true
	}
	s.Cancelled, s.At, s.Why, s.By, s.ByObj = true, e.at, e.why, GID(e.g), e.obj
	if e.ev != noEvent {
		s.Event = int(e.ev)
	}
	s.Inferred = e.ev == noEvent || ix.kind(e.ev) != KindCancel
	return s, true
}

// there tells whether o is an object of that kind that was used up to event ev.
func (ix *Index) there(o OID, kind string, ev int) bool {
	return o >= 0 && int(o) < len(ix.objs) && ix.objs[o].kind == kind && ev >= 0 && ev < ix.n && int64(ix.objs[o].first) <= int64(ev)
}

// TimerAt returns the state of a timer after event ev, without its waiters; false if o is none or not there yet.
func (ix *Index) TimerAt(o OID, ev int) (TimerState, bool) {
	s := TimerState{Obj: o, State: TimerStopped, Event: None, Until: None, Context: None, Waiters: []GID{}}
	if !ix.there(o, KindTimer, ev) {
		return s, false
	}
	t := &ix.objs[o]
	s.Context, s.Runs = t.parent, t.how == hook.TimerFunc
	n := sort.Search(len(t.phases), func(i int) bool { return int64(t.phases[i].ev) > int64(ev) })
	if n == 0 {
		return s, true
	}
	p := t.phases[n-1]
	s.Event, s.Since = int(p.ev), ix.time(p.ev)
	switch p.kind {
	case phaseRun:
		s.State = TimerFired
	case phaseSeen:
		s.State, s.Inferred = TimerFired, true
	case phaseArmed:
		ix.armed(&s, p, ix.time(uint32(ev)))
	}
	return s, true
}

// armed tells what has become of a timer by now that was set.
func (ix *Index) armed(s *TimerState, p phase, now int64) {
	s.State, s.Every = TimerArmed, p.every
	switch {
	case s.Context >= 0:
		if c, ok := ix.ContextAt(s.Context, s.Event); ok && c.Cancelled {
			s.State, s.Inferred = TimerFired, true
		} else if e, over := ix.endOf(s.Context, ix.at(now), now); over {
			s.State, s.Inferred, s.Since, s.Event = TimerFired, true, e.at, None
		}
	case p.every > 0:
		s.Until = p.until
		if now >= p.until {
			s.Until += ((now-p.until)/p.every + 1) * p.every
		}
	case p.until <= now:
		s.State, s.Inferred, s.Since, s.Event = TimerFired, true, p.until, None
	case p.until != never:
		s.Until = p.until
	}
}

// at is the last event that is not after t, which there must be.
func (ix *Index) at(t int64) uint32 { return uint32(max(0, ix.eventAt(t))) }

// Wakes tells when, by itself, a channel that belongs to a context or timer will let goroutine g go on that waits for it after event
// ev: ns, or false if that is not known to come.
func (ix *Index) Wakes(channel OID, g GID, ev int) (until int64, ok bool) {
	if channel < 0 || int(channel) >= len(ix.objs) || ix.objs[channel].owner < 0 {
		return 0, false
	}
	owner := ix.objs[channel].owner
	if c, is := ix.ContextAt(owner, ev); is {
		return max(c.Deadline, c.At), c.Cancelled || c.Deadline >= 0
	}
	t := &ix.objs[owner]
	if t.how == hook.TimerAfter { // each has its own
		for i := len(t.phases) - 1; i >= 0; i-- {
			if p := t.phases[i]; int64(p.ev) <= int64(ev) && p.g == int32(g) {
				return p.until, true
			}
		}
	}
	s, is := ix.TimerAt(owner, ev)
	return s.Until, is && s.State == TimerArmed && s.Until >= 0
}

// endStates fills in the contexts and timers of s, whose goroutines are there. waiters are those that receive from their channels.
func (ix *Index) endStates(s *State, waiters map[OID][]waiter) {
	if ix.counts.Contexts+ix.counts.Timers == 0 {
		return
	}
	for i := range ix.objs {
		o, id := &ix.objs[i], OID(i)
		if o.phases == nil || int64(o.gone) <= int64(s.Event) {
			continue
		}
		past := len(ix.objs) > maxIdle && int64(o.last) <= int64(s.Event) && len(waiters[id]) == 0
		if c, ok := ix.ContextAt(id, s.Event); ok && !(past && c.Cancelled) {
			c.Waiters = queue(waiters[id])
			s.Contexts = append(s.Contexts, c)
		}
		if t, ok := ix.TimerAt(id, s.Event); ok && !(past && t.State != TimerArmed) {
			t.Waiters = queue(waiters[id])
			s.Timers = append(s.Timers, t)
		}
	}
}
