package index

// A Brief is what can be told of an event without looking at any text: for those who look at all events.
type Brief struct {
	Kind  EventKind
	G     GID
	Obj   OID    // object of a hook operation, -1
	OK    bool   // a receive got an element
	Stack uint32 // events with the same number have the same site; 0: no stack
}

// Brief returns event i, which must be one, in brief.
func (ix *Index) Brief(i int) Brief {
	ev := uint32(i)
	b := Brief{Kind: ix.kind(ev), G: GID(ix.g(ev)), Obj: None, Stack: ix.stackID(ev)}
	if !b.Kind.Hook() {
		return b
	}
	if b.Kind != KindSelect {
		b.Obj = OID(ix.other(ev))
	}
	switch b.Kind {
	case KindRecv, KindRecvBlock, KindRecvDone, KindSelectRecv:
		b.OK = ix.gotElement(ev)
	case KindSend, KindSendBlock, KindSendDone, KindSelectSend:
		b.OK = true
	}
	return b
}

// ActsOf returns what goroutine g itself did, without what happened to it, in order. The caller must not change the list.
func (ix *Index) ActsOf(g GID) []uint32 { return ix.acts(int32(g)).list() }
