package index

import (
	"golang.org/x/exp/trace"

	"github.com/trace-viz/trace-viz/tracer/hook"
)

// hookG is what the builder knows of a goroutine from its hook records.
type hookG struct {
	wait   EventKind // the announcement that is not answered yet, or KindNone
	ev     uint32    // its event
	obj    OID       // its object
	lock   OID       // with KindCondWait: the lock
	cases  []selCase // of a waiting select
	eff    bool      // the announced operation has taken effect
	waker  int32     // that woke it last
	closed bool      // by close: there is no element
	last   EventKind // kind and object of its last hook event
	lastO  OID
}

// log takes a user log event: a hook record, or a log of the program's own.
func (b *builder) log(e *trace.Event) {
	l := e.Log()
	rec, value, ok := hook.DecodeLog(l.Category, l.Message, b.args[:0])
	if !ok {
		b.annotation(e, KindLog, l.Category, l.Message)
		return
	}
	b.args = rec.Args[:0]
	b.hooks = true
	b.records.N++
	if l.Category[len(l.Category)-1] == hook.Elsewhere {
		b.records.First++
	}
	if rec.Op == hook.Sampled {
		return
	}
	g := b.who(e)
	if g < 0 {
		return
	}
	for int(g) >= len(b.hg) {
		b.hg = append(b.hg, hookG{obj: None, lock: None, lastO: None})
	}
	if rec.Op == hook.PipeRead || rec.Op == hook.PipeWrite {
		b.pipe(e, g, &rec)
		return
	}
	b.learnRoot(&rec, e)
	if rec.Op == hook.ContextDone || rec.Op == hook.TimerName {
		b.tie(&rec)
		return
	}
	b.record(e, g, &rec, value)
}

// opKinds tells what each record is.
var opKinds = [256]struct {
	kind EventKind
	obj  string
}{
	hook.ChanMake: {KindMake, KindChannel}, hook.ChanSend: {KindSend, KindChannel},
	hook.ChanSendBlock: {KindSendBlock, KindChannel}, hook.ChanSendDone: {KindSendDone, KindChannel},
	hook.ChanRecv: {KindRecv, KindChannel}, hook.ChanRecvClosed: {KindRecv, KindChannel},
	hook.ChanRecvBlock: {KindRecvBlock, KindChannel}, hook.ChanRecvDone: {KindRecvDone, KindChannel},
	hook.ChanRecvEnded: {KindRecvDone, KindChannel}, hook.ChanClose: {KindClose, KindChannel},
	hook.SelectBlock: {KindSelect, ""}, hook.SelectDone: {KindSelectRecv, KindChannel}, hook.SelectElse: {KindSelectElse, ""},
	hook.Lock: {KindLock, KindMutex}, hook.LockBlock: {KindLockBlock, KindMutex}, hook.LockDone: {KindLockDone, KindMutex},
	hook.Unlock: {KindUnlock, KindMutex}, hook.TryFailed: {KindTryFailed, KindMutex},
	hook.RLock: {KindRLock, KindRWMutex}, hook.RLockBlock: {KindRLockBlock, KindRWMutex},
	hook.RLockDone: {KindRLockDone, KindRWMutex}, hook.RUnlock: {KindRUnlock, KindRWMutex},
	hook.WGAdd: {KindAdd, KindWaitGroup}, hook.WGWait: {KindWait, KindWaitGroup}, hook.WGDone: {KindWaited, KindWaitGroup},
	hook.CondWait: {KindCondWait, KindCond}, hook.CondWoken: {KindCondWoken, KindCond},
	hook.CondSignal: {KindSignal, KindCond}, hook.CondBroadcast: {KindBroadcast, KindCond},
	hook.OnceRun: {KindOnceRun, KindOnce}, hook.OnceRan: {KindOnceRan, KindOnce},
	hook.OnceWait: {KindOnceWait, KindOnce}, hook.OnceWoken: {KindOnceWoken, KindOnce},
	hook.SleepBegin: {KindSleep, ""}, hook.ContextMake: {KindCtxMade, KindContext}, hook.ContextCancel: {KindCancel, KindContext},
	hook.ContextAfter: {KindTimerSet, KindTimer}, hook.TimerMake: {KindTimerSet, KindTimer}, hook.TimerReset: {KindReset, KindTimer},
	hook.TimerStop: {KindTimerStop, KindTimer}, hook.TimerRun: {KindTimerRun, KindTimer},
}

// record adds the event of a hook record and does what it means.
func (b *builder) record(e *trace.Event, g int32, rec *hook.Record, value string) {
	what := opKinds[rec.Op]
	if what.kind == KindNone {
		return
	}
	if rec.Op == hook.SelectDone && arg(rec, 2) == 0 {
		what.kind = KindSelectSend
	}
	id := OID(None)
	if what.kind >= KindSleep && what.obj != "" {
		id = b.waitObject(rec, what.obj)
	} else if what.obj != "" {
		id = b.object(rec.Obj, what.obj, rec.Site, rec.Op == hook.ChanMake)
	}
	ev := b.add(row{kind: what.kind, proc: b.proc(e.Proc()), g: g, other: int32(id), stack: b.in.stack(e.Stack())})
	h, i := b.payload(ev)
	if value != "" {
		h.val[i] = b.in.str(value)
	}
	if id >= 0 {
		o := &b.objs[id]
		if o.first == noEvent {
			o.first = ev
		}
		o.last = ev
		o.ops++
	}
	b.met = b.met[:0]
	if len(b.pend) > 0 {
		b.meet(what.kind, ev, g, id)
	}
	switch {
	case what.kind <= KindClose:
		b.chanRecord(ev, g, id, rec)
	case what.kind <= KindSelectElse:
		b.selectRecord(ev, g, id, rec)
	case id >= 0 && what.kind <= KindRUnlock:
		b.lockRecord(ev, g, id)
	case what.kind >= KindSleep:
		b.waitRecord(ev, g, id, rec)
	case id >= 0:
		b.syncRecord(ev, g, id, rec)
	}
	if id >= 0 && b.objs[id].owner >= 0 && (what.kind == KindRecv || what.kind == KindRecvDone || what.kind == KindSelectRecv) {
		b.ownerSeen(ev, b.objs[id].owner)
	}
	p := &b.hg[g]
	p.last, p.lastO = what.kind, id
}

// arg returns argument i of a record, or 0.
func arg(rec *hook.Record, i int) int64 {
	if i < len(rec.Args) {
		return rec.Args[i]
	}
	return 0
}

// announce notes that g is about to wait.
func (b *builder) announce(g int32, kind EventKind, ev uint32, id OID) {
	b.forget(g, ev)
	p := &b.hg[g]
	p.wait, p.ev, p.obj, p.eff, p.closed = kind, ev, id, false, false
}

// forget ends an announcement that was never answered: its goroutine went on without saying so, as after a panic.
func (b *builder) forget(g int32, at uint32) {
	p := &b.hg[g]
	if p.wait != KindNone && !p.eff {
		b.unqueue(p, at)
	}
	p.wait, p.cases, p.obj = KindNone, nil, None
}

// unqueue takes the announced operation of p off the queues of its objects, from event at on.
func (b *builder) unqueue(p *hookG, at uint32) {
	switch p.wait {
	case KindSelect:
		for _, c := range p.cases {
			if c.obj >= 0 {
				o := &b.objs[c.obj]
				o.ch.wait(c.recv, -1)
				b.chanStep(o, at)
			}
		}
	case KindSendBlock, KindRecvBlock:
		if p.obj >= 0 {
			o := &b.objs[p.obj]
			o.ch.wait(p.wait == KindRecvBlock, -1)
			b.chanStep(o, at)
		}
	default:
		if p.obj >= 0 {
			o := &b.objs[p.obj]
			s := o.lastStep()
			s.ev = at
			if s.q > 0 {
				s.q--
			}
			o.addStep(s)
		}
	}
	p.eff = true
}

func (ch *chanState) wait(recv bool, d int) {
	if recv {
		ch.waitR += d
	} else {
		ch.waitS += d
	}
}
