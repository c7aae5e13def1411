package index

import (
	"math"
	"sort"
	"sync/atomic"
)

const (
	chunkBits = 12
	chunkLen  = 1 << chunkBits
	chunkMask = chunkLen - 1
)

// noEvent stands for no event in the columns.
const noEvent = math.MaxUint32

// A chunk holds the columns of chunkLen events. A column's element is written once, before a snapshot can see it; only
// the columns k, effect and val of hookCols are written again later, atomically.
type chunk struct {
	base   int64            // time of the first event
	dt     [chunkLen]uint32 // time since base
	far    *[chunkLen]int64 // times, instead of dt, of a chunk that spans more than dt can tell
	kind   [chunkLen]uint8
	state  [chunkLen]uint8 // state of the goroutine whose state changes, after the event
	reason [chunkLen]uint8
	proc   [chunkLen]int16
	g      [chunkLen]int32
	other  [chunkLen]int32 // goroutine that is spawned or woken; object of a hook event; of a waiting select, its first case in data.cases
	stack  [chunkLen]uint32
	hook   *hookCols // nil until the chunk gets its first event with a payload
}

// hookCols are the columns that only hook events and annotations have.
type hookCols struct {
	k      [chunkLen]int32  // message number; delta of add; lock+1 of a Cond
	effect [chunkLen]uint32 // event at which an announced channel operation takes effect
	val    [chunkLen]uint32 // string
	cas    [chunkLen]int16  // case that a select took; number of cases of a waiting select; 1: receive without element
}

// columns is the ordered list of all events. It grows at its end; a copy is a snapshot.
type columns struct {
	chunks []*chunk
	n      int
}

// row is an event on its way into the columns.
type row struct {
	time   int64
	kind   EventKind
	state  uint8
	reason uint8
	proc   int16
	g      int32
	other  int32
	stack  uint32
}

func (c *columns) add(r *row) uint32 {
	i := c.n & chunkMask
	if i == 0 {
		c.chunks = append(c.chunks, &chunk{base: r.time})
	}
	ch := c.chunks[len(c.chunks)-1]
	dt := r.time - ch.base
	if ch.far == nil && dt > math.MaxUint32 {
		ch = c.widen(i)
	}
	if ch.far != nil {
		ch.far[i] = r.time
	} else {
		ch.dt[i] = uint32(dt)
	}
	ch.kind[i], ch.state[i], ch.reason[i], ch.proc[i] = uint8(r.kind), r.state, r.reason, r.proc
	ch.g[i], ch.other[i], ch.stack[i] = r.g, r.other, r.stack
	c.n++
	return uint32(c.n - 1)
}

// widen gives the last chunk, which has i events, a column of whole times. Snapshots keep the old chunk.
func (c *columns) widen(i int) *chunk {
	old := c.chunks[len(c.chunks)-1]
	ch := &chunk{}
	ch.base, ch.hook, ch.far = old.base, old.hook, new([chunkLen]int64)
	for j := range i {
		ch.far[j] = old.base + int64(old.dt[j])
	}
	copy(ch.kind[:i], old.kind[:i])
	copy(ch.state[:i], old.state[:i])
	copy(ch.reason[:i], old.reason[:i])
	copy(ch.proc[:i], old.proc[:i])
	copy(ch.g[:i], old.g[:i])
	copy(ch.other[:i], old.other[:i])
	copy(ch.stack[:i], old.stack[:i])
	c.chunks = append(append([]*chunk(nil), c.chunks[:len(c.chunks)-1]...), ch)
	return ch
}

// payload returns the columns of event ev that only some events have, and its place in them. Only the builder may call
// it for an event that was added without one.
func (c *columns) payload(ev uint32) (*hookCols, int) {
	ch := c.chunks[ev>>chunkBits]
	if ch.hook == nil {
		ch.hook = newHookCols()
	}
	return ch.hook, int(ev & chunkMask)
}

func newHookCols() *hookCols {
	h := &hookCols{}
	for i := range h.effect {
		h.effect[i] = noEvent
		h.cas[i] = None
	}
	return h
}

func (c *columns) time(ev uint32) int64 {
	ch := c.chunks[ev>>chunkBits]
	if ch.far != nil {
		return ch.far[ev&chunkMask]
	}
	return ch.base + int64(ch.dt[ev&chunkMask])
}

func (c *columns) kind(ev uint32) EventKind {
	return EventKind(c.chunks[ev>>chunkBits].kind[ev&chunkMask])
}
func (c *columns) state(ev uint32) uint8    { return c.chunks[ev>>chunkBits].state[ev&chunkMask] }
func (c *columns) reason(ev uint32) uint8   { return c.chunks[ev>>chunkBits].reason[ev&chunkMask] }
func (c *columns) proc(ev uint32) int32     { return int32(c.chunks[ev>>chunkBits].proc[ev&chunkMask]) }
func (c *columns) g(ev uint32) int32        { return c.chunks[ev>>chunkBits].g[ev&chunkMask] }
func (c *columns) other(ev uint32) int32    { return c.chunks[ev>>chunkBits].other[ev&chunkMask] }
func (c *columns) stackID(ev uint32) uint32 { return c.chunks[ev>>chunkBits].stack[ev&chunkMask] }

func (c *columns) k(ev uint32) int32 {
	h := c.chunks[ev>>chunkBits].hook
	return atomic.LoadInt32(&h.k[ev&chunkMask])
}

func (c *columns) setK(ev uint32, k int32) {
	h, i := c.payload(ev)
	atomic.StoreInt32(&h.k[i], k)
}

func (c *columns) effect(ev uint32) uint32 {
	h := c.chunks[ev>>chunkBits].hook
	return atomic.LoadUint32(&h.effect[ev&chunkMask])
}

func (c *columns) setEffect(ev, at uint32) {
	h, i := c.payload(ev)
	atomic.StoreUint32(&h.effect[i], at)
}

func (c *columns) val(ev uint32) uint32 {
	h := c.chunks[ev>>chunkBits].hook
	return atomic.LoadUint32(&h.val[ev&chunkMask])
}

func (c *columns) setVal(ev, id uint32) {
	h, i := c.payload(ev)
	atomic.StoreUint32(&h.val[i], id)
}

func (c *columns) cas(ev uint32) int16 { return c.chunks[ev>>chunkBits].hook.cas[ev&chunkMask] }

// subject returns the goroutine whose state event ev changes, or -1.
func (c *columns) subject(ev uint32) int32 {
	switch k := c.kind(ev); {
	case k == KindSpawn || k == KindUnblock:
		return c.other(ev)
	case transition(k):
		return c.g(ev)
	}
	return None
}

// transition tells whether events of kind k change the state of a goroutine.
func transition(k EventKind) bool {
	return k >= KindSpawn && k <= KindStatus || k == KindAssistBegin || k == KindAssistEnd
}

// eventAt returns the last event that is not after t, or -1.
func (c *columns) eventAt(t int64) int {
	// The last chunk that begins at or before t, then the event in it.
	n := sort.Search(len(c.chunks), func(i int) bool { return i<<chunkBits >= c.n || c.chunks[i].base > t })
	if n == 0 {
		return -1
	}
	lo := (n - 1) << chunkBits
	hi := min(lo+chunkLen, c.n)
	return lo + sort.Search(hi-lo, func(i int) bool { return c.time(uint32(lo+i)) > t }) - 1
}
