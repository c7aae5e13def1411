package index

import (
	"math"

	"golang.org/x/exp/trace"
)

func (b *builder) procTransition(st *trace.StateTransition) {
	from, to := st.Proc()
	p := b.proc(st.Resource.Proc())
	if p < 0 {
		return
	}
	if from == trace.ProcRunning && to == trace.ProcIdle && b.procs[p].state != StateNone {
		b.laneExtra(p, 0, StateNone)
	}
}

// proc numbers the procs by their first appearance; -1 is none.
func (b *builder) proc(id trace.ProcID) int16 {
	if uint64(id) < uint64(len(b.procFast)) {
		if p := b.procFast[id]; p > 0 {
			return p - 1
		}
	}
	if id < 0 || id > math.MaxInt32 {
		return None
	}
	key := int32(id)
	if p, ok := b.procIdx[key]; ok {
		return p
	}
	lane, ok := b.laneID(key)
	if !ok || len(b.procs) == math.MaxInt16 {
		return None
	}
	p := int16(len(b.procs))
	b.procIdx[key] = p
	b.procs = append(b.procs, procLane{id: lane, since: b.now})
	if int(key) < len(b.procFast) {
		b.procFast[key] = p + 1
	}
	return p
}

// lane notes that the event at the current time changed what a proc does. The event itself is in the columns.
func (b *builder) lane(p int16, kind EventKind, state uint8) {
	if p < 0 || kind == KindSysExit && state != StateRunning {
		return
	}
	switch kind {
	case KindStop, KindBlock, KindEnd:
		state = StateNone
	}
	b.setLane(p, state)
}

func (b *builder) setLane(p int16, state uint8) {
	l := &b.procs[p]
	if l.state != StateNone {
		l.busy += b.now - l.since
	}
	l.state, l.since = state, b.now
}

func (b *builder) laneExtra(p int16, info uint32, state uint8) {
	if p < 0 {
		return
	}
	b.procs[p].extra = append(b.procs[p].extra, laneStep{b.now, info, state})
	b.setLane(p, state)
}

func (b *builder) rangeEvent(e *trace.Event, kind trace.EventKind) {
	r := e.Range()
	switch {
	case r.Scope.Kind == trace.ResourceNone:
		b.gcPhase(kind == trace.EventRangeEnd, r.Name)
	case r.Name == "GC mark assist":
		ref := b.goids.get(int64(r.Scope.Goroutine()))
		if ref <= 0 || kind == trace.EventRangeActive {
			return
		}
		k, state := KindAssistBegin, StateGC
		if kind == trace.EventRangeEnd {
			k, state = KindAssistEnd, StateRunning
		}
		p := b.proc(e.Proc())
		ev := b.add(row{kind: k, state: state, proc: p, g: ref - 1, other: None, stack: b.in.stack(e.Stack()),
			reason: b.in.reason(r.Name)})
		b.change(ref-1, ev, state)
		b.lane(p, k, state)
	case r.Scope.Kind == trace.ResourceGoroutine && kind != trace.EventRangeActive:
		b.stopTheWorld(e, kind, r.Name)
	}
}

// stopTheWorld takes the ranges in which a goroutine stops all others, but for those of the hooks.
func (b *builder) stopTheWorld(e *trace.Event, kind trace.EventKind, name string) {
	if kind == trace.EventRangeBegin {
		if b.ownWork(b.in.stack(e.Stack())) {
			b.ownStop = e.Goroutine()
			return
		}
		b.annotation(e, KindRangeBegin, name, "")
	} else if b.ownStop == e.Goroutine() {
		b.ownStop = trace.NoGoroutine
	} else {
		b.annotation(e, KindRangeEnd, name, "")
	}
}

func (b *builder) gcPhase(end bool, name string) {
	if b.gcOpen == !end {
		return
	}
	b.gcOpen = !end
	b.gcs++
	kind := KindRangeBegin
	if end {
		kind = KindRangeEnd
	}
	if end {
		b.marking--
	}
	if b.marking == 0 {
		b.gc = append(b.gc, b.now)
	}
	if !end {
		b.marking++
	}
	b.add(row{kind: kind, proc: None, g: None, other: None, reason: b.in.reason(name)})
}
