package index

import (
	"github.com/trace-viz/trace-viz/tracer/hook"
)

// What a phase of a context or timer begins with.
const (
	phaseArmed     uint8 = iota // it is made or set anew; until is when it ends by itself
	phaseStopped                // a timer is stopped
	phaseRun                    // the function of a timer begins to run
	phaseCancelled              // a cancel function is called
	phaseSeen                   // a receive shows that it is over by now
)

// phase is what a context or timer is from event ev on.
type phase struct {
	ev    uint32
	g     int32 // who did it
	kind  uint8
	until int64 // with phaseArmed: ns; never if it does not end by itself
	every int64 // with phaseArmed: the period of a ticker, else 0
}

// never is the time of what does not happen by itself.
const never = int64(1) << 62

// longest bounds durations, so that times can be added: 36 years.
const longest = int64(1) << 60

// owned is the address of a channel in a process.
type owned struct {
	process int16
	addr    uint64
}

// tie takes a record that is no operation but says what belongs together.
func (b *builder) tie(rec *hook.Record) {
	other := uint64(arg(rec, 0))
	switch rec.Op {
	case hook.ContextDone:
		if id, ok := b.addr[rec.Obj]; ok && b.objs[id].kind == KindContext {
			b.own(other, id)
		}
	case hook.TimerName:
		if id, ok := b.addr[other]; ok && b.objs[id].kind == KindTimer && rec.Obj != other {
			b.retire(rec.Obj)
			b.addr[rec.Obj] = id
		}
	}
}

// own notes that the channel at an address belongs to a context or timer.
func (b *builder) own(channel uint64, owner OID) {
	if channel == 0 {
		return
	}
	key := owned{b.num, channel}
	if b.owners == nil {
		b.owners = map[owned]OID{}
	}
	if old, ok := b.owners[key]; ok && old == owner {
		return
	}
	b.owners[key] = owner
	if id, ok := b.addr[channel]; ok && b.objs[id].kind == KindChannel {
		if o := &b.objs[id]; o.owner < 0 && o.make == noEvent && b.objs[owner].kind == KindContext {
			b.adopt(id, owner) // code without hooks asked for it before
			return
		}
		b.retire(channel)
	}
}

// adopt makes channel id one of owner's.
func (b *builder) adopt(id, owner OID) {
	o := &b.objs[id]
	if o.owner == owner {
		return
	}
	if o.owner < 0 {
		b.counts.Channels-- // it is a part of its owner
	}
	o.owner, o.doubt = owner, false
	o.timer = o.timer || b.objs[owner].kind == KindTimer
}

// retire lets the object at an address be gone: another one lives there from the event that is about to be added.
func (b *builder) retire(addr uint64) {
	if id, ok := b.addr[addr]; ok {
		b.objs[id].gone = uint32(b.n)
		delete(b.addr, addr)
	}
}

// ownerOf ties a channel to the context or timer that its real address belongs to.
func (b *builder) ownerOf(addr uint64, id OID) {
	if owner, ok := b.owners[owned{b.num, addr}]; ok && id >= 0 {
		b.adopt(id, owner)
	}
}

// waitObject returns the object of a record of a context or timer: a new one where it is made. Those that one site makes each time
// anew, as time.After does, are one object.
func (b *builder) waitObject(rec *hook.Record, kind string) OID {
	addr, fresh := rec.Obj, false
	switch rec.Op {
	case hook.ContextMake, hook.ContextAfter:
		fresh = true
	case hook.TimerMake:
		if how := arg(rec, 1); how == hook.TimerAfter || how == hook.TimerTick {
			addr = freshBit | uint64(rec.Site)
		} else {
			fresh = true
		}
	}
	return b.object(addr, kind, rec.Site, fresh)
}

// waitRecord takes the operations of contexts and timers, and of sleeping.
func (b *builder) waitRecord(ev uint32, g int32, id OID, rec *hook.Record) {
	b.forget(g, ev)
	if rec.Op == hook.SleepBegin {
		b.setSpan(ev, arg(rec, 0))
		return
	}
	if id < 0 {
		return
	}
	o := &b.objs[id]
	p := phase{ev: ev, g: g, until: never}
	switch rec.Op {
	case hook.ContextMake:
		o.make, o.site, o.parent = ev, rec.Site, b.contextAt(arg(rec, 0), id)
		o.open = o.parent < 0 && arg(rec, 0) != 0
		b.counts.Contexts++
		if len(rec.Args) > 1 {
			p.until = b.setSpan(ev, arg(rec, 1))
		}
	case hook.ContextAfter, hook.TimerMake:
		b.timerMade(o, id, &p, rec)
	case hook.TimerReset:
		p.until = b.setSpan(ev, arg(rec, 0))
		if o.how == hook.TimerTicker {
			p.every = p.until - b.now
		}
	case hook.TimerStop:
		p.kind = phaseStopped
	case hook.TimerRun:
		p.kind = phaseRun
		b.nameLater(g, o, rec.Site)
	case hook.ContextCancel:
		p.kind = phaseCancelled
	}
	o.phases = append(o.phases, p)
}

// contextAt returns the context at an address, -1 if none is known there that is older than child. So parents have smaller numbers
// than their children, and a chain of them ends.
func (b *builder) contextAt(addr int64, child OID) OID {
	if id, ok := b.addr[uint64(addr)]; ok && id < child && b.objs[id].kind == KindContext {
		return id
	}
	return None
}

// timerMade notes that a timer is made, or made once more by the same site.
func (b *builder) timerMade(o *object, id OID, p *phase, rec *hook.Record) {
	if o.make == noEvent {
		o.make, o.site = p.ev, rec.Site
		b.counts.Timers++
	}
	if rec.Op == hook.ContextAfter {
		o.how, o.parent = hook.TimerFunc, b.contextAt(arg(rec, 0), id)
		return
	}
	o.how = uint8(max(0, min(arg(rec, 1), hook.TimerTick)))
	p.until = b.setSpan(p.ev, arg(rec, 0))
	if o.how == hook.TimerTicker || o.how == hook.TimerTick {
		p.every = p.until - b.now
	}
	b.own(uint64(arg(rec, 2)), id)
}

// setSpan stores the duration that event ev tells, and returns when it is over.
func (b *builder) setSpan(ev uint32, d int64) (until int64) {
	d = max(-longest, min(d, longest))
	b.spans = append(b.spans, d)
	b.setK(ev, int32(len(b.spans)))
	return min(never, b.now) + min(max(d, 0), never-min(never, b.now))
}

// span is the duration that event ev tells, 0 if it tells none.
func (d *data) span(ev uint32) int64 {
	if k := d.k(ev); k > 0 && int(k) <= len(d.spans) {
		return d.spans[k-1]
	}
	return 0
}

// nameLater names a goroutine by the AfterFunc that it runs the function of, and makes it a child of the one that called that.
func (b *builder) nameLater(g int32, o *object, site uint32) {
	p := &b.gs[g]
	if p.later != 0 {
		return
	}
	p.later = site
	if len(o.phases) > 0 && o.phases[0].g >= 0 && o.phases[0].g < g {
		p.parent = o.phases[0].g
	}
	if name := b.names.later(site); name != "" {
		role := b.inProcess(b.in.str(name))
		for int(role) >= len(b.roles) {
			b.roles = append(b.roles, 0)
		}
		b.roles[role]++
		p.role, p.ord = role, b.roles[role]
	}
}

// ownerSeen takes a receive on a channel that belongs to a context or timer: that is over by then, whatever the clock says. The
// clock of a program in a bubble of testing/synctest is not that of the trace.
func (b *builder) ownerSeen(ev uint32, owner OID) {
	o := &b.objs[owner]
	seen := phase{ev: ev, g: None, kind: phaseSeen, until: never}
	if o.kind == KindContext {
		if _, over := b.endOf(owner, ev, b.now); !over {
			o.phases = append(o.phases, seen)
		}
		return
	}
	if n := len(o.phases); n > 0 {
		if last := o.phases[n-1]; last.kind == phaseArmed && last.every == 0 && last.until > b.now {
			o.phases = append(o.phases, seen)
		}
	}
}
