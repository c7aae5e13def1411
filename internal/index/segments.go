package index

import (
	"sort"
	"sync"
)

// csr is many ascending lists of events in one: list i is ev[off[i]:off[i+1]].
type csr struct {
	off []uint32
	ev  []uint32
}

func (c *csr) list(i int) []uint32 {
	if i < 0 || i+1 >= len(c.off) {
		return nil
	}
	return c.ev[c.off[i]:c.off[i+1]]
}

// A segment has the lists of the events lo to hi-1.
type segment struct {
	lo, hi uint32
	states csr // by goroutine: the events that change its state
	acts   csr // by goroutine: what else it does
	objs   csr // by object
	procs  csr // by proc: what changes what it runs
}

// Which lists the events of a kind are in.
const (
	inStates      = 1 << iota // of G: its state changes
	inOthersState             // of Other instead
	inActs                    // of G: what else it does
	inObject
	inCases // of the objects of a waiting select
	inProc  // what a proc runs changes
)

var listsOf = func() (t [256]uint8) {
	for k := KindNone; k < numKinds; k++ {
		switch {
		case k == KindSpawn || k == KindUnblock:
			t[k] = inOthersState | inActs
		case k == KindStatus:
			t[k] = inStates
		case transition(k):
			t[k] = inStates | inProc
		case k == KindSelect:
			t[k] = inActs | inCases
		case k.Hook():
			t[k] = inActs | inObject
		default:
			t[k] = inActs
		}
	}
	return t
}()

// newSegment builds the lists of the events from lo on: it counts, then fills. Two goroutines share the work.
func (d *data) newSegment(lo uint32) *segment {
	s := &segment{lo: lo, hi: uint32(d.n)}
	var wg sync.WaitGroup
	wg.Go(func() {
		states, acts := newFiller(&s.states, len(d.gs)), newFiller(&s.acts, len(d.gs))
		for range 2 {
			d.eachChunk(lo, func(ch *chunk, first uint32, i, n int) { ch.goroutines(first, i, n, states, acts) })
			states.turn()
			acts.turn()
		}
	})
	objs, procs := newFiller(&s.objs, len(d.objs)), newFiller(&s.procs, len(d.procs))
	for range 2 {
		d.eachChunk(lo, func(ch *chunk, first uint32, i, n int) {
			ch.onProcs(first, i, n, procs)
			if ch.hook != nil {
				d.onObjects(ch, first, i, n, objs)
			}
		})
		objs.turn()
		procs.turn()
	}
	wg.Wait()
	return s
}

// eachChunk calls f for the events from lo on, by chunk: those with the places i to n-1, of which first+i is the number.
func (d *data) eachChunk(lo uint32, f func(ch *chunk, first uint32, i, n int)) {
	d.eachChunkTo(lo, d.n, f)
}

// eachChunkTo does that for the events from lo to hi-1.
func (d *data) eachChunkTo(lo uint32, hi int, f func(ch *chunk, first uint32, i, n int)) {
	for int(lo) < hi {
		first := lo &^ chunkMask
		f(d.chunks[lo>>chunkBits], first, int(lo-first), min(chunkLen, hi-int(first)))
		lo = first + chunkLen
	}
}

// goroutines takes the events of a chunk that go to the lists of goroutines.
func (ch *chunk) goroutines(first uint32, i, n int, states, acts *filler) {
	for ; i < n; i++ {
		in := listsOf[ch.kind[i]]
		ev := first + uint32(i)
		if in&inStates != 0 {
			states.put(ch.g[i], ev)
		} else if in&inOthersState != 0 {
			states.put(ch.other[i], ev)
		}
		if in&inActs != 0 {
			acts.put(ch.g[i], ev)
		}
	}
}

// onProcs takes the events that go to the lists of procs.
func (ch *chunk) onProcs(first uint32, i, n int, procs *filler) {
	for ; i < n; i++ {
		if listsOf[ch.kind[i]]&inProc != 0 && (EventKind(ch.kind[i]) != KindSysExit || ch.state[i] == StateRunning) {
			procs.put(int32(ch.proc[i]), first+uint32(i))
		}
	}
}

// onObjects takes the events that go to the lists of objects.
func (d *data) onObjects(ch *chunk, first uint32, i, n int, objs *filler) {
	for ; i < n; i++ {
		ev := first + uint32(i)
		switch in := listsOf[ch.kind[i]]; {
		case in&inObject != 0:
			objs.put(ch.other[i], ev)
		case in&inCases != 0:
			cases := d.casesOf(ev)
			for j, c := range cases {
				if !repeated(cases[:j], c.obj) {
					objs.put(int32(c.obj), ev)
				}
			}
		}
	}
}

// A filler makes the lists of a csr. At its first turn it counts, at its second it fills.
type filler struct {
	c    *csr
	next []uint32 // at the first turn, the numbers of elements; at the second, where the next one goes
	ev   []uint32
}

func newFiller(c *csr, lists int) *filler { return &filler{c: c, next: make([]uint32, lists)} }

// put takes an event for list i; there is no list for -1.
func (f *filler) put(i int32, ev uint32) {
	if i < 0 {
		return
	}
	if f.ev != nil {
		f.ev[f.next[i]] = ev
	}
	f.next[i]++
}

// turn ends a turn.
func (f *filler) turn() {
	if f.ev != nil {
		return
	}
	f.c.off = make([]uint32, len(f.next)+1)
	sum := uint32(0)
	for i, n := range f.next {
		f.next[i] = sum
		sum += n
		f.c.off[i+1] = sum
	}
	f.c.ev = make([]uint32, sum)
	f.ev = f.c.ev
}

func repeated(cases []selCase, id OID) bool {
	for _, c := range cases {
		if c.obj == id {
			return true
		}
	}
	return false
}

// casesOf returns the cases of a waiting select.
func (d *data) casesOf(ev uint32) []selCase {
	first := d.other(ev)
	return d.cases[first : first+int32(d.cas(ev))]
}

// merge joins two neighbouring segments.
func merge(a, b *segment) *segment {
	return &segment{lo: a.lo, hi: b.hi, states: join(&a.states, &b.states), acts: join(&a.acts, &b.acts),
		objs: join(&a.objs, &b.objs), procs: join(&a.procs, &b.procs)}
}

func join(a, b *csr) csr {
	n := max(len(a.off), len(b.off))
	c := csr{make([]uint32, n), make([]uint32, 0, len(a.ev)+len(b.ev))}
	for i := range n - 1 {
		c.ev = append(append(c.ev, a.list(i)...), b.list(i)...)
		c.off[i+1] = uint32(len(c.ev))
	}
	return c
}

// addSegment appends the lists of the events since the last segment. Neighbours of similar size are merged, so there are
// few, and an event is copied a few times at most.
func addSegment(segs []*segment, d *data) []*segment {
	lo := uint32(0)
	if n := len(segs); n > 0 {
		lo = segs[n-1].hi
	}
	if int(lo) == d.n && lo > 0 {
		return segs
	}
	s := d.newSegment(lo)
	segs = segs[:len(segs):len(segs)] // snapshots keep the old list
	for n := len(segs); n > 0 && segs[n-1].hi-segs[n-1].lo < 2*(s.hi-s.lo)+1024; n = len(segs) {
		s = merge(segs[n-1], s)
		segs = segs[: n-1 : n-1]
	}
	return append(segs, s)
}

// A track is one ascending list of events, in parts.
type track struct {
	parts [][]uint32
	n     int
	one   [1][]uint32 // backs parts when there is one: no allocation
}

func (t *track) add(part []uint32) {
	if len(part) == 0 {
		return
	}
	if t.parts == nil {
		t.one[0] = part
		t.parts = t.one[:1:1]
	} else {
		t.parts = append(t.parts, part)
	}
	t.n += len(part)
}

// at returns element i.
func (t *track) at(i int) uint32 {
	for _, p := range t.parts {
		if i < len(p) {
			return p[i]
		}
		i -= len(p)
	}
	panic("index: track out of range")
}

// upTo returns how many elements are not above ev.
func (t *track) upTo(ev uint32) int {
	n := 0
	for _, p := range t.parts {
		if p[len(p)-1] <= ev {
			n += len(p)
			continue
		}
		return n + sort.Search(len(p), func(i int) bool { return p[i] > ev })
	}
	return n
}

// list returns the elements in one slice, which the caller must not change.
func (t *track) list() []uint32 {
	if len(t.parts) == 1 {
		return t.parts[0]
	}
	all := make([]uint32, 0, t.n)
	for _, p := range t.parts {
		all = append(all, p...)
	}
	return all
}

func (ix *Index) states(g int32) *track {
	t := &track{}
	for _, s := range ix.segs {
		t.add(s.states.list(int(g)))
	}
	return t
}

func (ix *Index) acts(g int32) *track {
	t := &track{}
	for _, s := range ix.segs {
		t.add(s.acts.list(int(g)))
	}
	return t
}

func (ix *Index) ofObject(o OID) *track {
	t := &track{}
	for _, s := range ix.segs {
		t.add(s.objs.list(int(o)))
	}
	return t
}

func (ix *Index) ofProc(p int) *track {
	t := &track{}
	for _, s := range ix.segs {
		t.add(s.procs.list(p))
	}
	return t
}
