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
var beginOf, endOf [256]op

func init() {
	for k, o := range begins {
		beginOf[k] = o
	}
	for k, o := range ends {
		endOf[k] = o
	}
}

// scan tells what a goroutine does, in its order.
func (l *opLog) scan(g index.GID, tell func(operation)) {
	ix := l.side.Index
	kids := l.kids[g]
	spawned := func(before int) {
		for ; len(kids) > 0 && ix.Goroutines()[kids[0]].SpawnEvent < before; kids = kids[1:] {
			tell(operation{op: opSpawn, out: outcome{obj: l.child(kids[0])}, loc: l.ofSpawn(kids[0]), ev: ix.Goroutines()[kids[0]].SpawnEvent})
		}
	}
	var open operation
	var acts []uint32
	if ix.HasHooks() { // a plain trace has logs, regions and the like alone, and may have millions of them
		acts = ix.ActsOf(g)
	}
	for _, ev := range acts {
		e := ix.Brief(int(ev))
		if o := beginOf[e.Kind]; o != opNone {
			open = operation{op: o, loc: l.ofEvent(int(ev), e.Stack), ev: int(ev), out: outcome{obj: l.thing(e.Obj)}}
			continue
		}
		o := endOf[e.Kind]
		if e.Kind == index.KindOnceWoken || e.Kind == index.KindSelectElse {
			open = operation{}
		}
		if o == opNone {
			continue
		}
		spawned(int(ev))
		now := operation{op: o, loc: open.loc, ev: int(ev), out: outcome{endingOf(&e), l.thing(e.Obj)}}
		if open.op != o {
			now.loc = l.ofEvent(int(ev), e.Stack)
		}
		open = operation{}
		tell(now)
	}
	spawned(ix.NumEvents())
	if stuck, ok := l.stuck(g, open); ok && l.whole {
		tell(stuck)
	}
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
