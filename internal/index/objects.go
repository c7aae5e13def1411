package index

import (
	"strings"

	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// Kinds of objects.
const (
	KindChannel   = "channel"
	KindMutex     = "mutex"
	KindRWMutex   = "rwmutex"
	KindWaitGroup = "waitgroup"
	KindCond      = "cond"
	KindOnce      = "once"
	KindContext   = "context"
	KindTimer     = "timer"
)

// object is a channel, lock, WaitGroup, Cond, Once, context or timer.
type object struct {
	addr    uint64
	kind    string
	site    uint32 // that made it, or else named it
	alias   uint32 // that named it when the one that made it has no name for it, 0 if there is none
	make    uint32 // event of the make record, or noEvent
	first   uint32
	last    uint32
	closed  uint32 // event, or noEvent
	gone    uint32 // event from which on another object lives at its address, or noEvent
	cap     int32
	ops     uint32 // events
	guess   bool   // code without hooks used it too
	doubt   bool   // the address may have served another object
	timer   bool   // a channel whose elements come from a timer of the runtime
	process int16  // from 0
	gcs     int    // collections that had begun or ended at its last use
	steps   []step
	sends   []op // channel: in the order in which they took effect; element k-1 is the k-th send
	recvs   []op
	readers []readerOp // rwmutex
	phases  []phase    // context, timer
	owner   OID        // of a channel: the context or timer that it belongs to, else -1
	parent  OID        // of a context: the one that it was made from; of a timer: the context that fires it; else -1
	open    bool       // of a context: the one that it was made from is not known
	how     uint8      // of a timer: a Timer constant of the hooks

	ch *chanState // of the builder
}

// step is the state of an object from event ev on.
type step struct {
	ev uint32
	// a is the level of a channel, the holder of a lock (-1), the counter of a WaitGroup, who runs a Once (-1).
	a int32
	// q counts those that wait: to send, for a lock, a WaitGroup or a Cond. r counts those that wait to receive, the readers
	// that hold a lock, or tells that a Once is done.
	q, r uint16
}

// op is a channel operation that took effect.
type op struct {
	effect uint32 // event
	ev     uint32 // record that carries its goroutine and value; noEvent: done by code without hooks
}

// readerOp is a reader of an RWMutex that comes or goes.
type readerOp struct {
	ev  uint32
	g   int32
	got bool
}

// chanState is what the builder knows of a channel.
type chanState struct {
	level        int
	waitS, waitR int // announced operations that have not taken effect; a select counts for each of its cases
	lateS, lateR []lateOp
}

// lateOp is an operation of which the record says that it is done, but that can't have taken effect yet.
type lateOp struct {
	op
	done uint32 // the record that says so
	t    int64
}

// patience is how long, in ns, a channel operation may wait for its counterpart's record before code without hooks is
// taken for the counterpart. Clock ticks that tie and selects, which log outside of the hook lock, explain less.
const patience = 100e6

// freshBit marks what stands for the addresses of all channels that one site makes afresh each time, as time.After does: they are
// one object, for nothing else can reach them. No address has it.
const freshBit = 1 << 63

// caseSite returns the site of case i of the select statement at site: they follow it.
func (b *builder) caseSite(site uint32, i int) uint32 {
	s, ok := b.opt.Sites.Site(site)
	if !ok || s.Op != rewrite.OpSelect {
		return site
	}
	if c, ok := b.opt.Sites.Site(site + 1 + uint32(i)); ok && c.Select && c.File == s.File {
		return site + 1 + uint32(i)
	}
	return site
}

// selCase is a case of a waiting select.
type selCase struct {
	obj  OID
	recv bool
	site uint32 // of the statement
}

// object returns the object of a record at an address: the one that lives there, or a new one.
func (b *builder) object(addr uint64, kind string, site uint32, fresh bool) OID {
	id := b.objectAt(addr, kind, site, fresh)
	if len(b.owners) > 0 && kind == KindChannel {
		b.ownerOf(addr, id)
	}
	return id
}

func (b *builder) objectAt(addr uint64, kind string, site uint32, fresh bool) OID {
	if addr == 0 {
		return None
	}
	at, _ := b.opt.Sites.Site(site)
	if at.Fresh && kind == KindChannel {
		addr = freshBit | uint64(site)
	}
	id, known := b.addr[addr]
	if known && !fresh {
		o := &b.objs[id]
		if o.kind == kind || o.kind == KindRWMutex && kind == KindMutex {
			b.nameObject(o, site)
			return id
		}
		if o.kind == KindMutex && kind == KindRWMutex {
			if s, ok := b.opt.Sites.Site(o.site); !ok || strings.Contains(s.Type, "RWMutex") || !strings.Contains(s.Type, "Mutex") {
				o.kind = KindRWMutex
				return id
			}
		}
	}
	if known {
		b.objs[id].gone = uint32(b.n) // of the event that is about to be added
	}
	if kind == KindMutex {
		if s, known := b.opt.Sites.Site(site); known && strings.Contains(s.Type, "RWMutex") {
			kind = KindRWMutex
		}
	}
	id = OID(len(b.objs))
	o := object{addr: addr, kind: kind, site: site, timer: at.Timer, make: noEvent, first: noEvent, closed: noEvent, gone: noEvent, cap: -1,
		gcs: b.gcs, process: b.num, owner: None, parent: None}
	if kind == KindChannel {
		o.ch = &chanState{}
		b.counts.Channels++
	} else if kind == KindMutex || kind == KindRWMutex {
		b.counts.Locks++
	}
	b.objs = append(b.objs, o)
	b.addr[addr] = id
	return id
}

// nameObject gives an object a name from a later site if the first had none, and looks for signs that another object
// lives at the address by now.
func (b *builder) nameObject(o *object, site uint32) {
	collected := o.gcs != b.gcs
	o.gcs = b.gcs
	if collected && o.kind == KindChannel && o.make == noEvent {
		o.doubt = true // whoever made it may have dropped it, and made another
	}
	s, ok := b.opt.Sites.Site(site)
	if !ok || site == o.site {
		return
	}
	first, _ := b.opt.Sites.Site(o.site)
	if last := o.lastStep(); collected && first.Name != s.Name && o.make == noEvent && last.a <= 0 && last.q == 0 && last.r == 0 {
		o.doubt = true // it was idle, memory was collected, and now it goes by another name
	}
	if first.Name == "" && s.Name != "" {
		if o.make == noEvent {
			o.site = site
			return
		}
		if o.alias == 0 {
			o.alias = site
		}
	}
	if o.kind == KindChannel && first.Elem != "" && s.Elem != "" && first.Elem != s.Elem && o.make == noEvent {
		o.doubt = true
	}
}

// lastStep returns the state of an object at the end.
func (o *object) lastStep() step {
	if len(o.steps) == 0 {
		s := step{}
		if o.kind == KindMutex || o.kind == KindRWMutex || o.kind == KindOnce {
			s.a = None
		}
		return s
	}
	return o.steps[len(o.steps)-1]
}

// addStep notes a new state. A second one at the same event replaces the first.
func (o *object) addStep(s step) {
	if n := len(o.steps); n > 0 && o.steps[n-1].ev == s.ev {
		o.steps[n-1] = s
		return
	}
	o.steps = append(o.steps, s)
}

func clip16(n int) uint16 { return uint16(max(0, min(n, 1<<16-1))) }

// chanStep notes the state of a channel after event ev.
func (b *builder) chanStep(o *object, ev uint32) {
	o.addStep(step{ev, int32(o.ch.level), clip16(o.ch.waitS), clip16(o.ch.waitR)})
}

// sent lets a send take effect at event at. ev is the record with its value, done the one that says that it is done.
func (b *builder) sent(o *object, at, ev, done uint32) {
	o.ch.lateS = append(o.ch.lateS, lateOp{op{at, ev}, done, b.now})
	b.settle(o, at)
}

// received is the same for a receive.
func (b *builder) received(o *object, at, ev, done uint32) {
	o.ch.lateR = append(o.ch.lateR, lateOp{op{at, ev}, done, b.now})
	b.settle(o, at)
}

// settle lets take effect at event at what can: an element must be there to be received, and a place to be sent to. That
// keeps the order of the channel where the log deviates from it by a few events.
func (b *builder) settle(o *object, at uint32) {
	ch := o.ch
	for {
		switch {
		case len(ch.lateR) > 0 && ch.level > 0:
			ch.lateR = b.commit(&o.recvs, ch.lateR, at)
			ch.level--
			b.counts.Messages++
		case len(ch.lateS) > 0 && (ch.level < int(o.cap) || len(ch.lateR) > 0):
			ch.lateS = b.commit(&o.sends, ch.lateS, at)
			ch.level++
		case len(ch.lateR) > 0 && b.overdue(o, ch.lateR[0].t, ch.waitS):
			o.sends = append(o.sends, op{at, noEvent})
			ch.level++
		case len(ch.lateS) > 0 && b.overdue(o, ch.lateS[0].t, ch.waitR):
			o.recvs = append(o.recvs, op{at, noEvent})
			ch.level--
		default:
			return
		}
	}
}

// overdue tells whether an operation has waited so long for its counterpart that code without hooks must have been it.
func (b *builder) overdue(o *object, since int64, announced int) bool {
	if o.timer {
		return true // the runtime was, and nobody else can be
	}
	if b.now-since < patience || announced > 0 && b.now-since < 100*patience {
		return false
	}
	o.guess = true
	return true
}

// commit appends the first of late to list and numbers its records.
func (b *builder) commit(list *[]op, late []lateOp, at uint32) []lateOp {
	l := late[0]
	*list = append(*list, op{at, l.ev})
	k := int32(len(*list))
	b.setK(l.ev, k)
	b.setEffect(l.ev, at)
	if l.done != noEvent && l.done != l.ev {
		b.setK(l.done, k)
	}
	if len(late) == 1 {
		return nil
	}
	return late[1:]
}

// exported returns what Objects says of o.
func (d *data) exported(id OID, sites *rewrite.Sites) Object {
	o := &d.objs[id]
	x := Object{ID: id, Kind: o.kind, Addr: o.addr, Process: int(o.process) + 1, Cap: int(o.cap), MadeEvent: None, FirstEvent: int(o.first),
		LastEvent: int(o.last), Closed: None, Reused: o.doubt, Inexact: o.guess, Owner: o.owner, Parent: o.parent}
	if o.addr&freshBit != 0 {
		x.Addr = 0 // there are many
	}
	if s, ok := sites.Site(o.site); ok {
		x.Name, x.Type, x.Elem = s.Name, s.Type, s.Elem
		if o.make != noEvent {
			x.Made = Site{sites.Files[s.File], s.Line, s.Func}
		}
	}
	if s, ok := sites.Site(o.alias); ok && x.Name == "" {
		x.Name = s.Name
	}
	if o.make != noEvent {
		x.MadeEvent = int(o.make)
		if x.Made.File == "" {
			x.Made = d.siteOfStack(d.stackID(o.make))
		}
	}
	if o.kind == KindPipe {
		x.Name = o.pipeName()
	}
	if o.closed != noEvent {
		x.Closed = int(o.closed)
	}
	return x
}
