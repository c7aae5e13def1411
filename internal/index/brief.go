package index

// A Brief is what can be told of an event without looking at any text: for those who look at all events.
type Brief struct {
	Kind  EventKind
	G     GID
	Obj   OID    // object of a hook operation, -1
	New   GID    // goroutine that is spawned, -1
	OK    bool   // a receive got an element
	Stack uint32 // events with the same number have the same site; 0: no stack
}

// Brief returns event i, which must be one, in brief.
func (ix *Index) Brief(i int) Brief { return ix.chunks[i>>chunkBits].brief(i & chunkMask) }

func (c *chunk) brief(i int) Brief {
	b := Brief{Kind: EventKind(c.kind[i]), G: GID(c.g[i]), Obj: None, New: None, Stack: c.stack[i]}
	if b.Kind == KindSpawn {
		b.New = GID(c.other[i])
	}
	if !b.Kind.Hook() {
		return b
	}
	if b.Kind != KindSelect {
		b.Obj = OID(c.other[i])
	}
	switch b.Kind {
	case KindRecv, KindRecvBlock, KindRecvDone, KindSelectRecv:
		b.OK = gotElement(c.hook.cas[i])
	case KindSend, KindSendBlock, KindSendDone, KindSelectSend:
		b.OK = true
	}
	return b
}

// ActsOf returns what goroutine g itself did, without what happened to it, in order. The caller must not change the list.
func (ix *Index) ActsOf(g GID) []uint32 { return ix.acts(int32(g)).list() }

// EachBrief tells all events of the kinds that are wanted, in order. For those who look at all events it costs a small part of
// going through the lists of goroutines, each of which comes by every chunk again.
func (ix *Index) EachBrief(wanted *[256]bool, tell func(ev int, b Brief)) {
	ix.eachChunk(0, func(c *chunk, first uint32, i, n int) {
		for ; i < n; i++ {
			if wanted[c.kind[i]] {
				tell(int(first)+i, c.brief(i))
			}
		}
	})
}
