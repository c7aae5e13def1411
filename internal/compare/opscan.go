package compare

import "github.com/trace-viz/trace-viz/internal/index"

// begins are the ops whose first record says that they are about to happen, and must be followed by another one.
var begins = map[index.EventKind]op{
	index.KindSendBlock: opSend, index.KindRecvBlock: opRecv, index.KindSelect: opSelect, index.KindLockBlock: opLock,
	index.KindRLockBlock: opRLock, index.KindWait: opWait, index.KindCondWait: opCondWait, index.KindOnceWait: opOnce,
}

// ends are the ops that a record ends, or is the only record of. What depends on timing alone is not here: the default case
// of a select, a lock that was only tried for, and who runs the function of a Once.
var ends = map[index.EventKind]op{
	index.KindSend: opSend, index.KindSendDone: opSend, index.KindRecv: opRecv, index.KindRecvDone: opRecv, index.KindClose: opClose,
	index.KindSelectSend: opSelect, index.KindSelectRecv: opSelect, index.KindLock: opLock, index.KindLockDone: opLock,
	index.KindUnlock: opUnlock, index.KindRLock: opRLock, index.KindRLockDone: opRLock, index.KindRUnlock: opRUnlock,
	index.KindAdd: opAdd, index.KindWaited: opWait, index.KindCondWoken: opCondWait, index.KindSignal: opSignal,
	index.KindBroadcast: opBroadcast,
}

// The same two by kind, since every event is looked up.
var (
	beginOf, endOf [256]op
	told           [256]bool // all that is looked at
)

func init() {
	for k, o := range begins {
		beginOf[k], told[k] = o, true
	}
	for k, o := range ends {
		endOf[k], told[k] = o, true
	}
	told[index.KindOnceWoken], told[index.KindSelectElse], told[index.KindSpawn] = true, true, true
}

// all tells what all goroutines do, in the order of events, and then how they are left.
func (l *opLog) all(tell func(index.GID, operation)) {
	ix := l.side.Index
	list := ix.Goroutines()
	open := make([]operation, len(list))
	ix.EachBrief(&told, func(ev int, e index.Brief) {
		if e.Kind == index.KindSpawn {
			if e.New >= 0 && list[e.New].Parent >= 0 {
				tell(list[e.New].Parent, l.spawn(e.New))
			}
		} else if e.G >= 0 {
			if o, ends := l.step(&open[e.G], ev, e); ends {
				tell(e.G, o)
			}
		}
	})
	for g := range open {
		if o, is := l.stuck(index.GID(g), open[g]); is && l.whole {
			tell(index.GID(g), o)
		}
	}
}

// scan tells what one goroutine does, as all does.
func (l *opLog) scan(g index.GID, tell func(operation)) {
	ix := l.side.Index
	kids := l.kids[g]
	spawned := func(before int) {
		for ; len(kids) > 0 && ix.Goroutines()[kids[0]].SpawnEvent < before; kids = kids[1:] {
			tell(l.spawn(kids[0]))
		}
	}
	var open operation
	for _, ev := range ix.ActsOf(g) {
		if e := ix.Brief(int(ev)); told[e.Kind] && e.Kind != index.KindSpawn {
			spawned(int(ev))
			if o, ends := l.step(&open, int(ev), e); ends {
				tell(o)
			}
		}
	}
	spawned(ix.NumEvents())
	if o, is := l.stuck(g, open); is && l.whole {
		tell(o)
	}
}

func (l *opLog) spawn(child index.GID) operation {
	return operation{op: opSpawn, out: outcome{obj: l.child(child)}, loc: l.ofSpawn(child), ev: l.side.Index.Goroutines()[child].SpawnEvent}
}

// step takes the next event of a goroutine, one of those that are told. It tells the operation that ends with it; open is the
// one that has begun.
func (l *opLog) step(open *operation, ev int, e index.Brief) (now operation, ends bool) {
	if o := beginOf[e.Kind]; o != opNone {
		*open = operation{op: o, loc: l.ofEvent(ev, e.Stack), ev: ev, out: outcome{obj: l.thing(e.Obj)}}
		return now, false
	}
	o := endOf[e.Kind]
	if o == opNone { // it took another way than the one that had been announced
		*open = operation{}
		return now, false
	}
	now = operation{op: o, loc: open.loc, ev: ev, out: outcome{endingOf(&e), l.thing(e.Obj)}}
	if open.op != o {
		now.loc = l.ofEvent(ev, e.Stack)
	}
	*open = operation{}
	return now, true
}

// stuck is the op in which a goroutine is left at the end.
func (l *opLog) stuck(g index.GID, open operation) (operation, bool) {
	ix := l.side.Index
	if ix.Goroutines()[g].EndEvent >= 0 || ix.NumEvents() == 0 {
		return open, false
	}
	s := ix.StateOf(ix.NumEvents()-1, g)
	if !index.Blocked(s.State) {
		return open, false
	}
	if open.op == opNone {
		open = operation{op: opStuck, loc: l.locate(s.Site), ev: s.SinceEvent, out: outcome{obj: l.thing(s.Obj)}}
	}
	open.out.end = endNever
	return open, true
}

func endingOf(e *index.Brief) ending {
	switch {
	case e.Kind == index.KindSelectSend:
		return endSent
	case e.Kind == index.KindSelectRecv && e.OK:
		return endGot
	case e.Kind == index.KindSelectRecv:
		return endGotClosed
	case (e.Kind == index.KindRecv || e.Kind == index.KindRecvDone) && !e.OK:
		return endClosed
	}
	return endDone
}

// thing is the class of an object, 0 if the other side has none of it.
func (l *opLog) thing(o index.OID) int32 {
	if o < 0 {
		return 0
	}
	return l.things[o]
}

// child is the class of a goroutine that is spawned.
func (l *opLog) child(g index.GID) int32 {
	if g < 0 {
		return 0
	}
	if c := l.d.gs.class(l.n, int32(g)); l.d.roles[c] {
		return c + 1
	}
	return 0
}
