package index

// A Span is a stretch of time in which a goroutine was in one state.
type Span struct {
	State  uint8
	T0, T1 int64 // ns
	Obj    OID   // what it waits for; -1: nothing, or not known
	Event  int   // that began it; -1: it was so from the beginning
}

// Spans calls f with the spans of goroutine g in the order of time: those in which it was alive and its state is known.
func (ix *Index) Spans(g GID, f func(Span)) {
	t := ix.goTimeline(int32(g))
	for i := range t.n {
		s := Span{State: t.state(i), T0: t.time(i), T1: t.end, Obj: None, Event: None}
		if hidden(s.State) {
			continue
		}
		if i+1 < t.n {
			s.T1 = t.time(i + 1)
		}
		if i >= t.first {
			s.Event = int(t.ev[i-t.first])
		}
		if Blocked(s.State) {
			s.Obj = OID(t.info(i)) - 1
		}
		f(s)
	}
}

// ProcSpans calls f with what ran on proc p, which is a number of the runtime, in the order of time: a goroutine, or None
// for the runtime's own work.
func (ix *Index) ProcSpans(p int, f func(g GID, state uint8, t0, t1 int64)) {
	for i := range ix.procs {
		if int(ix.procs[i].id) != p {
			continue
		}
		t := ix.laneTimeline(i)
		for i := range t.n {
			if s := t.state(i); !hidden(s) {
				end := t.end
				if i+1 < t.n {
					end = t.time(i + 1)
				}
				f(GID(t.info(i))-1, s, t.time(i), end)
			}
		}
	}
}

// Messages calls f with the messages of channel o in their order, of which both ends are known.
func (ix *Index) Messages(o OID, f func(Flow)) {
	for k := range min(len(ix.objs[o].sends), len(ix.objs[o].recvs)) {
		if m, ok := ix.message(o, k); ok {
			f(m)
		}
	}
}

// Levels calls f with how many elements were in channel o from each time on at which that changed.
func (ix *Index) Levels(o OID, f func(t int64, level int)) {
	last := -1
	for _, s := range ix.objs[o].steps {
		if level := max(0, int(s.a)); level != last {
			last = level
			f(ix.time(s.ev), level)
		}
	}
}
