package index

import (
	"github.com/trace-viz/trace-viz/tracer/hook"
)

// queue changes how many goroutines wait for an object.
func (b *builder) queue(o *object, at uint32, d int) {
	s := o.lastStep()
	s.ev, s.q = at, clip16(int(s.q)+d)
	o.addStep(s)
}

// lockRecord takes the operations of Mutex and RWMutex.
func (b *builder) lockRecord(ev uint32, g int32, id OID) {
	o := &b.objs[id]
	switch kind := b.kind(ev); kind {
	case KindLockBlock, KindRLockBlock:
		b.announce(g, kind, ev, id)
		b.queue(o, ev, 1)
		b.counts.LockWaits++
	case KindLock, KindLockDone:
		b.forget(g, ev)
		b.hold(o, ev, g)
	case KindUnlock:
		b.forget(g, ev)
		b.hold(o, ev, None)
	case KindRLock, KindRLockDone:
		b.forget(g, ev)
		b.read(o, ev, g, true)
	case KindRUnlock:
		b.forget(g, ev)
		b.read(o, ev, g, false)
	default:
		b.forget(g, ev)
	}
}

// hold notes who holds a lock for writing.
func (b *builder) hold(o *object, ev uint32, g int32) {
	s := o.lastStep()
	s.ev, s.a = ev, g
	o.addStep(s)
}

// read notes a reader that comes or goes.
func (b *builder) read(o *object, ev uint32, g int32, got bool) {
	s := o.lastStep()
	s.ev = ev
	if got {
		s.r = clip16(int(s.r) + 1)
	} else if s.r > 0 {
		s.r--
	} else {
		return // nobody reads: the program dies of it
	}
	o.addStep(s)
	o.readers = append(o.readers, readerOp{ev, g, got})
}

// syncRecord takes the operations of WaitGroup, Cond and Once.
func (b *builder) syncRecord(ev uint32, g int32, id OID, rec *hook.Record) {
	o := &b.objs[id]
	kind := b.kind(ev)
	switch kind {
	case KindAdd:
		b.forget(g, ev)
		d := int32(max(-1<<30, min(arg(rec, 0), 1<<30)))
		b.setK(ev, d)
		s := o.lastStep()
		s.ev, s.a = ev, s.a+d
		o.addStep(s)
	case KindWait, KindOnceWait:
		b.announce(g, kind, ev, id)
		b.queue(o, ev, 1)
	case KindWaited, KindOnceWoken, KindSignal, KindBroadcast:
		b.forget(g, ev)
	case KindCondWait:
		b.announce(g, kind, ev, id)
		b.queue(o, ev, 1)
		b.condLock(ev, g, arg(rec, 0))
	case KindCondWoken:
		b.condWoken(ev, g, arg(rec, 0))
	case KindOnceRun:
		b.forget(g, ev)
		b.hold(o, ev, g)
	case KindOnceRan:
		b.forget(g, ev)
		s := o.lastStep()
		s.ev, s.a, s.r = ev, None, 1
		o.addStep(s)
	}
}

// condLock lets go of the lock of a Cond.
func (b *builder) condLock(ev uint32, g int32, addr int64) {
	id := b.lockAt(addr)
	b.hg[g].lock = id
	b.setK(ev, int32(id)+1)
	if id < 0 {
		return
	}
	b.objs[id].last = ev
	if o := &b.objs[id]; o.lastStep().a == g {
		b.hold(o, ev, None)
	} else if b.reads(o, g) {
		b.read(o, ev, g, false)
	}
}

// condWoken takes the lock of a Cond back.
func (b *builder) condWoken(ev uint32, g int32, addr int64) {
	p := &b.hg[g]
	signalled := p.wait == KindCondWait && p.eff
	b.forget(g, ev)
	id := b.lockAt(addr)
	b.setK(ev, int32(id)+1)
	if id < 0 {
		return
	}
	o := &b.objs[id]
	o.last = ev
	if signalled && p.lock == id {
		b.queue(o, ev, -1)
	}
	b.hold(o, ev, g)
}

// lockAt returns the lock at an address that a Cond names, -1 if none is known there.
func (b *builder) lockAt(addr int64) OID {
	id, ok := b.addr[uint64(addr)]
	if ok && (b.objs[id].kind == KindMutex || b.objs[id].kind == KindRWMutex) {
		return id
	}
	return None
}

// reads tells whether g holds a lock for reading.
func (b *builder) reads(o *object, g int32) bool {
	n := 0
	for _, r := range o.readers {
		if r.g == g && r.got {
			n++
		} else if r.g == g {
			n--
		}
	}
	return n > 0
}
