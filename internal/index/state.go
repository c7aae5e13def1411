package index

import (
	"slices"
	"sort"
)

// maxIdle is how many objects State lists; beyond that, those are left out that were not used after the cursor or that
// nobody waits for, holds or has elements in.
const maxIdle = 1000

// State returns the state of everything after event ev. ev may be -1: the state before the first event.
func (ix *Index) State(ev int) State {
	ev = max(-1, min(ev, ix.n-1))
	s := State{Event: ev, Goroutines: []GState{}, Chans: []ChanState{}, Locks: []LockState{}, WGs: []WGState{},
		Conds: []CondState{}, Onces: []OnceState{}, Contexts: []ContextState{}, Timers: []TimerState{}, Cycles: [][]GID{}}
	if ev >= 0 {
		s.Time = ix.time(uint32(ev))
	}
	for b, l := range ix.lifetimes() {
		if l.born > int64(ev) || l.ended <= int64(ev) {
			continue
		}
		for g := b * livesLen; g < min(len(ix.gs), (b+1)*livesLen); g++ {
			if ix.lives(int32(g), ev) {
				s.Goroutines = append(s.Goroutines, ix.stateOf(ev, int32(g)))
			}
		}
	}
	ix.objectStates(&s)
	held := map[GID][]OID{}
	for i := range s.Locks {
		l := &s.Locks[i]
		for _, g := range l.holders() {
			if !slices.Contains(held[g], l.Obj) {
				held[g] = append(held[g], l.Obj)
			}
		}
	}
	for i := range s.Goroutines {
		if h := held[s.Goroutines[i].G]; h != nil {
			s.Goroutines[i].Held = h
		}
	}
	s.Cycles = cycles(&s)
	return s
}

// holders returns the goroutines that hold a lock in any way.
func (l *LockState) holders() []GID {
	if l.Holder >= 0 {
		return append([]GID{l.Holder}, l.Readers...)
	}
	return l.Readers
}

// StateOf returns the state of goroutine g after event ev.
func (ix *Index) StateOf(ev int, g GID) GState {
	ev = max(-1, min(ev, ix.n-1))
	s := ix.stateOf(ev, int32(g))
	for i := range ix.objs {
		o := &ix.objs[i]
		if o.kind != KindMutex && o.kind != KindRWMutex || int64(o.first) > int64(ev) || int64(o.gone) <= int64(ev) {
			continue
		}
		st := o.stepAt(ev)
		if st.a == int32(g) || st.r > 0 && slices.Contains(o.readersAt(ev), g) {
			s.Held = append(s.Held, OID(i))
		}
	}
	return s
}

// stateOf is StateOf without the locks that are held.
func (ix *Index) stateOf(ev int, g int32) GState {
	p := &ix.gs[g]
	s := GState{G: GID(g), State: p.init, SinceEvent: None, Obj: None, Owner: None, Until: None, OpEvent: None, Proc: None, Held: []OID{},
		Cases: []SelectCase{}, WokenBy: None, WokenEv: None, LastHook: None}
	if p.proc >= 0 {
		s.Proc = ix.procs[p.proc].id
	}
	if ev < 0 {
		return s
	}
	states, acts := ix.states(g), ix.acts(g)
	i := states.upTo(uint32(ev)) - 1
	if i >= 0 {
		at := states.at(i)
		s.State, s.SinceEvent, s.Since = ix.columns.state(at), int(at), ix.time(at)
		s.Proc = None
		if k := ix.kind(at); (s.State == StateRunning || s.State == StateSyscall || s.State == StateGC) && k != KindSpawn {
			s.Proc = ix.procID(at)
		}
	}
	ix.wokenBy(&s, states, i)
	j := acts.upTo(uint32(ev)) - 1
	s.Site = ix.siteAt(g, states, i, acts, j)
	for ; j >= 0; j-- {
		if at := acts.at(j); ix.kind(at).Hook() {
			s.LastHook = int(at)
			if ix.kind(at) == KindSleep {
				ix.sleeping(&s, at, states, i)
			} else {
				ix.waiting(&s, at, ev)
			}
			break
		}
	}
	if s.State == StateNetwork || s.State == StateSyscall {
		ix.pipeWait(&s, states, i, acts)
	}
	s.Forever = ix.ended && i == states.n-1 && Blocked(s.State)
	return s
}

func (ix *Index) procID(ev uint32) int32 {
	if p := ix.proc(ev); p >= 0 {
		return ix.procs[p].id
	}
	return None
}

// wokenBy finds who last made the goroutine able to run, at or before element i of its states.
func (ix *Index) wokenBy(s *GState, states *track, i int) {
	for ; i >= 0; i-- {
		at := states.at(i)
		if ix.kind(at) == KindUnblock {
			s.WokenBy, s.WokenEv = GID(ix.g(at)), int(at)
			return
		}
	}
}

// siteAt returns where a goroutine is: the place of its own last event with a stack, at most some back.
func (ix *Index) siteAt(g int32, states *track, i int, acts *track, j int) Site {
	for n := 0; n < 64 && (i >= 0 || j >= 0); n++ {
		var at uint32
		if j < 0 || i >= 0 && states.at(i) > acts.at(j) {
			at, i = states.at(i), i-1
		} else {
			at, j = acts.at(j), j-1
		}
		if ix.g(at) != g {
			continue // somebody else's stack: it was spawned or woken
		}
		if site := ix.siteOfStack(ix.stackID(at)); site.File != "" {
			return site
		}
	}
	return ix.startSite(g)
}

// startSite is where a goroutine that did nothing yet was spawned.
func (ix *Index) startSite(g int32) Site {
	if ev := ix.gs[g].spawnEv; ev != noEvent {
		return ix.siteOfStack(ix.stackID(ev))
	}
	return Site{}
}

// waitOps are the names of what goroutines announce.
var waitOps = [numKinds]string{KindSendBlock: "send", KindRecvBlock: "recv", KindSelect: "select", KindLockBlock: "lock",
	KindRLockBlock: "rlock", KindWait: "wait", KindCondWait: "cond", KindOnceWait: "once"}

// waiting fills in what a goroutine waits for, if the hook event at, its last up to ev, announced it.
func (ix *Index) waiting(s *GState, at uint32, ev int) {
	kind := ix.kind(at)
	op := waitOps[kind]
	if op == "" {
		return
	}
	s.OpEvent = int(at)
	effective := ix.effect(at) != noEvent && int64(ix.effect(at)) <= int64(ev)
	if kind == KindCondWait && effective {
		// It was signalled and waits for the lock.
		s.Op, s.Obj = "lock", OID(ix.k(at)-1)
		return
	}
	if effective {
		s.OpEvent = None
		return
	}
	s.Op = op
	if kind != KindSelect {
		if s.Obj = OID(ix.other(at)); s.Obj >= 0 {
			s.Owner = ix.objs[s.Obj].owner
		}
		return
	}
	for _, c := range ix.casesOf(at) {
		s.Cases = append(s.Cases, SelectCase{c.obj, c.recv})
	}
}

// sleeping fills in the sleep that a goroutine is in, if its last hook event at announced it and it slept only once since then.
func (ix *Index) sleeping(s *GState, at uint32, states *track, i int) {
	if s.State != StateSleep || s.SinceEvent < int(at) {
		return
	}
	for j := i - 1; j >= 0 && states.at(j) > at; j-- {
		if ix.columns.state(states.at(j)) == StateSleep {
			return // this one is of code without hooks
		}
	}
	s.Op, s.OpEvent, s.Until = "sleep", int(at), ix.time(at)+max(0, ix.span(at))
}

// stepAt returns the state of an object after event ev.
func (o *object) stepAt(ev int) step {
	n := sort.Search(len(o.steps), func(i int) bool { return int64(o.steps[i].ev) > int64(ev) })
	if n == 0 {
		return (&object{kind: o.kind}).lastStep()
	}
	return o.steps[n-1]
}

// readersAt returns who holds a lock for reading after event ev, in the order in which they got it.
func (o *object) readersAt(ev int) []GID {
	n := sort.Search(len(o.readers), func(i int) bool { return int64(o.readers[i].ev) > int64(ev) })
	// Back to where nobody read: coming and going, seen from there, are balanced.
	first, count := n, int(o.stepAt(ev).r)
	for first > 0 && count > 0 {
		first--
		if o.readers[first].got {
			count--
		} else {
			count++
		}
	}
	list := []GID{}
	for _, r := range o.readers[first:n] {
		if r.got {
			list = append(list, GID(r.g))
		} else if i := slices.Index(list, GID(r.g)); i >= 0 {
			list = slices.Delete(list, i, i+1)
		} else if len(list) > 0 {
			list = list[1:] // unlocked by another goroutine than the one that locked
		}
	}
	return list
}

// waiter is a goroutine that waits, with the event that announced it.
type waiter struct {
	g  GID
	ev int
}

// objectStates fills in the objects of s, whose goroutines are there.
func (ix *Index) objectStates(s *State) {
	send, recv, ended := map[OID][]waiter{}, map[OID][]waiter{}, map[OID][]waiter{}
	for i := range s.Goroutines {
		g := &s.Goroutines[i]
		w := waiter{g.G, g.OpEvent}
		switch g.Op {
		case "", "sleep":
		case "select":
			for j, c := range g.Cases {
				m := send
				if c.Recv {
					m = recv
				}
				if c.Obj >= 0 && !slices.Contains(g.Cases[:j], c) {
					m[c.Obj] = append(m[c.Obj], w)
				}
			}
		case "recv":
			recv[g.Obj] = append(recv[g.Obj], w)
		default:
			send[g.Obj] = append(send[g.Obj], w)
		}
	}
	for i := range ix.objs {
		o := &ix.objs[i]
		if int64(o.first) > int64(s.Event) || int64(o.gone) <= int64(s.Event) || ix.over(o, OID(i), s.Event, send, recv) {
			continue
		}
		ix.objectState(s, OID(i), queue(send[OID(i)]), queue(recv[OID(i)]))
		if o.owner >= 0 {
			ended[o.owner] = append(ended[o.owner], recv[OID(i)]...)
		}
	}
	ix.endStates(s, ended)
}

// over tells whether an object may be left out of a state: there are many, and it is idle for good.
func (ix *Index) over(o *object, id OID, ev int, send, recv map[OID][]waiter) bool {
	if len(ix.objs) <= maxIdle || int64(o.last) > int64(ev) || len(send[id]) > 0 || len(recv[id]) > 0 {
		return false
	}
	st := o.stepAt(ev)
	switch o.kind {
	case KindChannel, KindWaitGroup:
		return st.a == 0
	case KindMutex, KindRWMutex:
		return st.a < 0 && st.r == 0
	}
	return st.a < 0 || o.kind == KindCond
}

// queue returns waiters in the order in which they came.
func queue(list []waiter) []GID {
	sort.Slice(list, func(i, j int) bool { return list[i].ev < list[j].ev })
	q := make([]GID, len(list))
	for i, w := range list {
		q[i] = w.g
	}
	return q
}

func (ix *Index) objectState(s *State, id OID, q, recvQ []GID) {
	o := &ix.objs[id]
	st := o.stepAt(s.Event)
	switch o.kind {
	case KindChannel:
		c := ChanState{Obj: id, Buf: ix.buffer(o, s.Event), SendQ: q, RecvQ: recvQ}
		c.Closed = o.closed != noEvent && int64(o.closed) <= int64(s.Event)
		s.Chans = append(s.Chans, c)
	case KindMutex, KindRWMutex:
		l := LockState{Obj: id, Holder: GID(st.a), Readers: []GID{}, Queue: q}
		if st.r > 0 {
			l.Readers = o.readersAt(s.Event)
		}
		s.Locks = append(s.Locks, l)
	case KindWaitGroup:
		s.WGs = append(s.WGs, WGState{Obj: id, Counter: int(st.a), Waiters: q})
	case KindCond:
		s.Conds = append(s.Conds, CondState{Obj: id, Waiters: q})
	case KindOnce:
		s.Onces = append(s.Onces, OnceState{Obj: id, Runner: GID(st.a), Done: st.r > 0, Waiters: q})
	}
}

// maxBuffer is how many elements of a channel State lists.
const maxBuffer = 1024

// buffer returns the elements that are in a channel after event ev, the oldest first.
func (ix *Index) buffer(o *object, ev int) []Message {
	sent := countOps(o.sends, ev)
	got := countOps(o.recvs, ev)
	list := []Message{}
	for k := got; k < sent && len(list) < maxBuffer; k++ {
		m := Message{K: k + 1, From: None}
		if at := o.sends[k].ev; at != noEvent {
			m.From, m.Value = GID(ix.g(at)), ix.strs[ix.val(at)]
		}
		list = append(list, m)
	}
	return list
}

// countOps returns how many operations took effect up to event ev.
func countOps(list []op, ev int) int {
	return sort.Search(len(list), func(i int) bool { return int64(list[i].effect) > int64(ev) })
}

// cycles finds goroutines that wait for one another through locks: each waits for a lock that the next one holds.
func cycles(s *State) [][]GID {
	state := map[GID]*GState{}
	for i := range s.Goroutines {
		state[s.Goroutines[i].G] = &s.Goroutines[i]
	}
	holders := map[OID][]GID{}
	for i := range s.Locks {
		holders[s.Locks[i].Obj] = s.Locks[i].holders()
	}
	next := func(g GID) []GID {
		st := state[g]
		if st == nil || st.Op != "lock" && st.Op != "rlock" {
			return nil
		}
		return holders[st.Obj]
	}
	list := [][]GID{}
	done := map[GID]int{} // 1: on the path, 2: finished
	var path []GID
	var visit func(g GID)
	visit = func(g GID) {
		done[g] = 1
		path = append(path, g)
		for _, h := range next(g) {
			if done[h] == 0 {
				visit(h)
			} else if done[h] == 1 {
				list = append(list, slices.Clone(path[slices.Index(path, h):]))
			}
		}
		path = path[:len(path)-1]
		done[g] = 2
	}
	for i := range s.Goroutines {
		if g := s.Goroutines[i].G; done[g] == 0 {
			visit(g)
		}
	}
	return list
}
