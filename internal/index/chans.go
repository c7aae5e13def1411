package index

import (
	"github.com/trace-viz/trace-viz/tracer/hook"
)

// chanRecord takes the plain operations of a channel.
func (b *builder) chanRecord(ev uint32, g int32, id OID, rec *hook.Record) {
	kind := b.kind(ev)
	if id < 0 { // a nil channel
		if kind == KindSendBlock || kind == KindRecvBlock {
			b.announce(g, kind, ev, id)
		}
		return
	}
	o := &b.objs[id]
	b.setCap(o, arg(rec, 0))
	switch kind {
	case KindMake:
		o.make, o.site = ev, rec.Site
		b.chanStep(o, ev)
	case KindSend:
		b.forget(g, ev)
		b.operate(&b.hg[g], o, false, ev, ev)
	case KindRecv:
		b.forget(g, ev)
		if rec.Op == hook.ChanRecvClosed {
			b.noElement(ev)
		} else {
			b.operate(&b.hg[g], o, true, ev, ev)
		}
	case KindSendBlock, KindRecvBlock:
		b.announce(g, kind, ev, id)
		o.ch.wait(kind == KindRecvBlock, 1)
	case KindSendDone, KindRecvDone:
		b.chanDone(ev, g, o, kind == KindRecvDone, rec.Op == hook.ChanRecvEnded)
	case KindClose:
		o.closed = ev
	}
	b.chanStep(o, ev)
}

func (b *builder) setCap(o *object, n int64) {
	if o.cap < 0 {
		o.cap = int32(max(0, min(n, 1<<30)))
	}
}

// noElementBit marks in the column cas a receive that got nothing; cases have smaller numbers.
const noElementBit = 1 << 14

// noElement marks a receive that the close of its channel ended.
func (b *builder) noElement(ev uint32) {
	h, i := b.payload(ev)
	h.cas[i] = noElementBit | max(h.cas[i], 0)
}

// chanDone takes the answer to an announcement.
func (b *builder) chanDone(ev uint32, g int32, o *object, recv, ended bool) {
	p := &b.hg[g]
	ann := ev
	if p.wait == KindSendBlock || p.wait == KindRecvBlock {
		ann = p.ev
	}
	switch {
	case ended:
		b.noElement(ev)
	case p.wait != KindNone && p.eff:
		b.answer(o, recv, ann, ev)
	case p.wait != KindNone && b.early(p, ev):
	default:
		b.operate(p, o, recv, ev, ann)
	}
	b.forget(g, ev)
}

// answer numbers the record that says that the operation announced by ann is done; it took effect before.
func (b *builder) answer(o *object, recv bool, ann, done uint32) {
	if k := b.k(ann); k > 0 {
		b.setK(done, k)
		b.setEffect(done, b.effect(ann))
		return
	}
	late := o.ch.lateS
	if recv {
		late = o.ch.lateR
	}
	for i := range late {
		if late[i].ev == ann {
			late[i].done = done
		}
	}
}

// operate lets the operation of g that event ev completes take effect there, with those of the goroutines that it woke.
func (b *builder) operate(p *hookG, o *object, recv bool, ev, ann uint32) {
	if p.wait != KindNone && !p.eff {
		b.unqueue(p, ev)
	}
	if o.cap == 0 && len(b.met) > 0 {
		// Without a buffer each operation meets one other, so the two can be told apart from all the rest.
		b.pair(o, recv, lateOp{op{ev, ann}, ev, b.now}, &b.met[0])
		b.met = b.met[1:]
	} else {
		b.effective(o, recv, ev, ann, ev)
	}
	for i := range b.met {
		w := &b.met[i]
		b.unqueueWake(w, ev)
		b.effective(o, !recv, ev, w.ev, w.done)
	}
	b.chanStep(o, ev)
}

func (b *builder) effective(o *object, recv bool, at, ann, done uint32) {
	if recv {
		b.received(o, at, ann, done)
	} else {
		b.sent(o, at, ann, done)
	}
}

// pair lets a send and a receive on a channel without buffer take effect together.
func (b *builder) pair(o *object, recv bool, mine lateOp, w *wake) {
	b.unqueueWake(w, mine.effect)
	b.commitPair(o, recv, mine, lateOp{op{mine.effect, w.ev}, w.done, b.now})
}

func (b *builder) commitPair(o *object, recv bool, mine, other lateOp) {
	if recv {
		mine, other = other, mine
	}
	b.commit(&o.sends, []lateOp{mine}, mine.effect)
	b.commit(&o.recvs, []lateOp{other}, mine.effect)
	b.counts.Messages++
}

// unqueueWake notes that the operation of a woken goroutine has taken effect, if it did not say so itself.
func (b *builder) unqueueWake(w *wake, at uint32) {
	p := &b.hg[w.g]
	if p.wait != KindNone && p.ev == w.ev && !p.eff {
		b.unqueue(p, at)
	}
}

// selectRecord takes the records of select statements.
func (b *builder) selectRecord(ev uint32, g int32, id OID, rec *hook.Record) {
	kind := b.kind(ev)
	p := &b.hg[g]
	switch kind {
	case KindSelect:
		b.announceSelect(ev, g, rec)
	case KindSelectElse:
		b.forget(g, ev)
	default:
		h, i := b.payload(ev)
		h.cas[i] = int16(min(uint64(arg(rec, 1)), noElementBit-1))
		if id < 0 {
			b.forget(g, ev)
			return
		}
		o := &b.objs[id]
		b.setCap(o, arg(rec, 0))
		recv := kind == KindSelectRecv
		switch {
		case p.wait == KindSelect && p.closed && recv:
			b.noElement(ev)
		case p.wait == KindSelect && p.eff && !p.closed:
			// It took effect with its partner's record; only now its value is known.
			b.setVal(p.ev, h.val[i])
			b.answer(o, recv, p.ev, ev)
		case recv && o.closed != noEvent && o.ch.level == 0:
			b.noElement(ev)
		case p.wait == KindSelect && b.early(p, ev):
			b.setVal(p.ev, h.val[i])
		default:
			b.operate(p, o, recv, ev, ev)
		}
		b.forget(g, ev)
	}
}

// announceSelect notes a select that is about to wait. The place of its cases stands where others have their object.
func (b *builder) announceSelect(ev uint32, g int32, rec *hook.Record) {
	b.announce(g, KindSelect, ev, None)
	first := len(b.cases)
	for i := 0; i+1 < len(rec.Args); i += 2 {
		c := selCase{obj: b.object(uint64(rec.Args[i]), KindChannel, b.caseSite(rec.Site, i/2), false), recv: rec.Args[i+1] != 0, site: rec.Site}
		b.cases = append(b.cases, c)
		if c.obj < 0 {
			continue
		}
		o := &b.objs[c.obj]
		if o.first == noEvent {
			o.first = ev
		}
		o.last = max(o.last, ev)
		o.ch.wait(c.recv, 1)
		b.chanStep(o, ev)
	}
	b.hg[g].cases = b.cases[first:]
	b.chunks[ev>>chunkBits].other[ev&chunkMask] = int32(first)
	h, i := b.payload(ev)
	h.cas[i] = int16(len(b.cases) - first)
}

// wake is a goroutine that was woken out of the operation it announced with event ev.
type wake struct {
	g    int32
	ev   uint32
	done uint32 // its own record that says that it is done, if that came before its waker's; else noEvent
	obj  OID    // with done: the channel
	recv bool   // with done: what it did
}

// maxWakes bounds how many goroutines wait for the next record of the one that woke them.
const maxWakes = 64

// woken notes that waker made g able to run, at the last event. A channel operation of g takes effect with the next
// record of waker, which is the other side of it.
func (b *builder) woken(waker, g int32) {
	p := &b.hg[g]
	if waker < 0 || p.wait == KindNone || p.eff {
		return
	}
	switch p.wait {
	case KindSendBlock, KindRecvBlock, KindSelect:
		if int(waker) < len(b.hg) {
			if w := &b.hg[waker]; w.last == KindClose && p.waitsFor(w.lastO) {
				at := uint32(b.n - 1) // close wakes all and says so before
				b.unqueue(p, at)
				b.setEffect(p.ev, at)
				p.closed = true
				return
			}
			if b.direct(&b.hg[waker], p) {
				return
			}
		}
		list := append(b.pend[waker], wake{g: g, ev: p.ev, done: noEvent})
		if len(list) > maxWakes {
			b.giveUp(list[0], uint32(b.n-1))
			list = list[1:]
		}
		b.pend[waker] = list
		p.waker = waker
	case KindCondWait:
		at := uint32(b.n - 1)
		b.unqueue(p, at)
		b.setEffect(p.ev, at)
		if p.lock >= 0 {
			b.queue(&b.objs[p.lock], at, 1)
		}
	}
}

// direct handles that w, which announced an operation and did not have to wait for it, woke p within it: that is when both
// take effect. The record of w comes later, when others may have used the channel. It reports false if w was doing
// something else, or several channels could be meant.
func (b *builder) direct(w, p *hookG) bool {
	if w.wait == KindNone || w.eff {
		return false
	}
	id, recv, n := OID(None), false, 0
	common := func(o OID, r bool) {
		if o >= 0 && w.does(o, !r) {
			id, recv = o, r
			n++
		}
	}
	for _, c := range p.cases {
		common(c.obj, c.recv)
	}
	if p.wait != KindSelect {
		common(p.obj, p.wait == KindRecvBlock)
	}
	if n != 1 {
		return false
	}
	at := uint32(b.n - 1)
	o := &b.objs[id]
	b.unqueue(w, at)
	b.unqueue(p, at)
	if o.cap == 0 {
		b.commitPair(o, !recv, lateOp{op{at, w.ev}, noEvent, b.now}, lateOp{op{at, p.ev}, noEvent, b.now})
	} else {
		b.effective(o, !recv, at, w.ev, noEvent)
		b.effective(o, recv, at, p.ev, noEvent)
	}
	b.chanStep(o, at)
	return true
}

// waitsFor tells whether p waits for object id.
func (p *hookG) waitsFor(id OID) bool {
	for _, c := range p.cases {
		if c.obj == id {
			return true
		}
	}
	return p.wait != KindSelect && p.obj == id
}

// early notes that p is done, by event ev, before the record of the goroutine that woke it: the operation takes effect
// with that record. It reports false if no such record is to be expected.
func (b *builder) early(p *hookG, ev uint32) bool {
	list := b.pend[p.waker]
	for i := range list {
		w := &list[i]
		if w.ev != p.ev || w.done != noEvent || &b.hg[w.g] != p {
			continue
		}
		w.done, w.obj = ev, OID(b.other(ev))
		kind := b.kind(ev)
		w.recv = kind == KindRecvDone || kind == KindSelectRecv
		b.unqueue(p, ev)
		return true
	}
	return false
}

// meet finds the goroutines that g woke within the operation that its event ev records, and puts them into b.met. Others
// that it woke before were woken by code without hooks, or their records will tell.
func (b *builder) meet(kind EventKind, ev uint32, g int32, id OID) {
	list, ok := b.pend[g]
	if !ok {
		return
	}
	delete(b.pend, g)
	var recv, any bool // what the woken ones do
	switch kind {
	case KindSend, KindSendDone, KindSelectSend:
		recv, any = true, true
	case KindRecv, KindRecvDone, KindSelectRecv:
		any = true
	}
	for _, w := range list {
		p := &b.hg[w.g]
		switch {
		case any && w.done != noEvent && w.obj == id && w.recv == recv:
			b.met = append(b.met, w)
		case w.done != noEvent:
			b.giveUp(w, ev)
		case any && id >= 0 && p.wait != KindNone && p.ev == w.ev && !p.eff && p.does(id, recv):
			b.met = append(b.met, w)
		}
	}
}

// giveUp lets the operation of a woken goroutine take effect by itself, if it said that it is done.
func (b *builder) giveUp(w wake, at uint32) {
	if w.done != noEvent && w.obj >= 0 {
		o := &b.objs[w.obj]
		b.effective(o, w.recv, at, w.ev, w.done)
		b.chanStep(o, at)
	}
}

// does tells whether p announced a receive from, or a send to, channel id.
func (p *hookG) does(id OID, recv bool) bool {
	for _, c := range p.cases {
		if c.obj == id && c.recv == recv {
			return true
		}
	}
	return p.wait == KindRecvBlock && recv && p.obj == id || p.wait == KindSendBlock && !recv && p.obj == id
}

// flush forgets what g was about to do: it has ended.
func (b *builder) flush(g int32) {
	for _, w := range b.pend[g] {
		b.giveUp(w, uint32(b.n-1))
	}
	delete(b.pend, g)
	b.forget(g, uint32(b.n-1))
}
