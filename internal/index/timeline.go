package index

import (
	"math"
	"sort"
	"sync"
)

// A timeline is a row of the page as a step function: entry i begins at time(i) and lasts until the next one begins.
type timeline struct {
	ix    *Index
	n     int
	end   int64 // where the last entry ends
	mip   *mip
	first int      // 1: there is an entry before the first event
	g     int32    // goroutine, with events
	init  uint8    // state of the entry before the first event
	ev    []uint32 // events, of a goroutine or (with extra) of a proc
	proc  bool
	extra []laneStep // of a proc: what elements of ev from extraBit on stand for
	edges []int64    // begins and ends of an on-off row
	on    uint8      // its state
	steps []step     // of an object
	lock  *object    // whose holder info tells
	tex   bool       // state tells free, held and contended instead of the length of the queue
}

// extraBit marks in a proc's list what is no event.
const extraBit = 1 << 31

func (t *timeline) time(i int) int64 {
	switch {
	case t.ev != nil:
		if i -= t.first; i < 0 {
			return 0
		}
		if ev := t.ev[i]; ev < extraBit {
			return t.ix.time(ev)
		} else {
			return t.extra[ev-extraBit].t
		}
	case t.steps != nil:
		return t.ix.time(t.steps[i].ev)
	case t.edges != nil:
		return t.edges[i]
	}
	return 0
}

func (t *timeline) state(i int) uint8 {
	switch {
	case t.ev != nil:
		if i -= t.first; i < 0 {
			return t.init
		}
		ev := t.ev[i]
		if ev >= extraBit {
			return t.extra[ev-extraBit].state
		}
		if t.proc {
			switch t.ix.kind(ev) {
			case KindStop, KindBlock, KindEnd:
				return StateNone
			}
		}
		return t.ix.columns.state(ev)
	case t.steps != nil:
		return t.stepState(&t.steps[i])
	case t.edges != nil && i%2 == 0:
		return t.on
	case t.edges != nil:
		return StateNone
	}
	return t.init
}

// stepState returns the length of a lock's queue, or how the lock is used.
func (t *timeline) stepState(s *step) uint8 {
	switch {
	case !t.tex:
		return uint8(min(s.q, 255))
	case s.q > 0:
		return StateLock // somebody waits for it
	case s.r > 0 || s.a >= 0 && t.lock.kind != KindCond:
		return StateRunning
	}
	return StateNone
}

func (t *timeline) info(i int) uint32 {
	switch {
	case t.lock != nil:
		return t.ix.holder(t.lock, i)
	case t.ev == nil || i < t.first:
		return 0
	case !t.proc:
		return t.ix.waitsFor(t.g, t.ev[i-t.first])
	}
	ev := t.ev[i]
	if ev >= extraBit {
		return t.extra[ev-extraBit].info
	}
	if t.state(i) == StateNone {
		return 0
	}
	return uint32(t.ix.g(ev) + 1)
}

// mipLen is how many entries of a timeline one sum covers.
const mipLen = 16

// mip has, for every mipLen-th entry of a timeline, its time and the time spent in each state before it. The entries
// themselves lie far apart in the columns: what can be told from here needs no look at them.
type mip struct {
	at     []int64
	states []uint8 // those that occur
	sums   [NumStates][]int64
}

// newMip sums up a timeline.
func newMip(t *timeline) *mip {
	blocks := (t.n + mipLen - 1) / mipLen
	m := &mip{at: make([]int64, blocks)}
	var sum [NumStates]int64
	var at int64
	var state uint8
	for i := range t.n {
		next := t.time(i)
		if i > 0 {
			if m.sums[state] == nil {
				m.sums[state] = make([]int64, blocks)
				m.states = append(m.states, state)
			}
			sum[state] += next - at
		}
		if i%mipLen == 0 {
			b := i / mipLen
			m.at[b] = next
			for _, s := range m.states {
				m.sums[s][b] = sum[s]
			}
		}
		at, state = next, t.state(i)
	}
	return m
}

// find returns the entry that lasts at time t, -1 if t is before the first.
func (t *timeline) find(at int64) int {
	return sort.Search(t.n, func(i int) bool { return t.time(i) > at }) - 1
}

// sumTo returns the time in each state before at; i is the entry that lasts then.
func (t *timeline) sumTo(i int, at int64) (sum [NumStates]int64) {
	if i < 0 {
		return sum
	}
	first := 0
	if t.mip != nil {
		first = i / mipLen * mipLen
		for _, s := range t.mip.states {
			sum[s] = t.mip.sums[s][i/mipLen]
		}
	}
	for j := first; j < i; j++ {
		sum[t.state(j)] += t.time(j+1) - t.time(j)
	}
	sum[t.state(i)] += min(at, t.end) - t.time(i)
	return sum
}

// sums returns the time in each state from t0 to t1.
func (t *timeline) sums(t0, t1 int64) (sum [NumStates]int64) {
	a, b := t.find(t0), t.find(t1)
	if t.mip == nil || b-a < 2*mipLen {
		for i := max(a, 0); i <= b; i++ {
			end := t.end
			if i+1 < t.n {
				end = t.time(i + 1)
			}
			if d := min(end, t1) - max(t.time(i), t0); d > 0 {
				sum[t.state(i)] += d
			}
		}
		return sum
	}
	sum = t.sumTo(b, t1)
	for s, d := range t.sumTo(a, t0) {
		sum[s] -= d
	}
	return sum
}

// goTimeline returns the states of a goroutine.
func (ix *Index) goTimeline(g int32) *timeline {
	p := &ix.gs[g]
	t := &timeline{ix: ix, g: g, ev: ix.states(g).list(), init: p.init, end: ix.end}
	if p.spawnEv == noEvent {
		t.first = 1 // it was there from the beginning: an entry before its first event
	}
	t.n = len(t.ev) + t.first
	return t
}

// waitsFor returns object+1 that goroutine g blocks for at event ev, 0 if that is not known.
func (ix *Index) waitsFor(g int32, ev uint32) uint32 {
	if !ix.hooks || ix.kind(ev) != KindBlock {
		return 0
	}
	acts := ix.acts(g)
	for j := acts.upTo(ev) - 1; j >= 0; j-- {
		if at := acts.at(j); ix.kind(at).Hook() {
			return ix.announced(at, ev)
		}
	}
	return 0
}

// announced returns object+1 that a goroutine blocks for at event ev if hook event at is its last before.
func (ix *Index) announced(at, ev uint32) uint32 {
	s := GState{Obj: None}
	ix.waiting(&s, at, int(ev))
	if s.Op == "select" && len(s.Cases) == 1 {
		return uint32(s.Cases[0].Obj + 1)
	}
	return uint32(s.Obj + 1)
}

// An actCursor goes through what a goroutine did, forwards only: to ask for many of its waits, in their order.
type actCursor struct {
	ix   *Index
	list []uint32
	next int // those before are not after the event that was last asked for
}

// waitsFor is that of Index.
func (c *actCursor) waitsFor(ev uint32) uint32 {
	if !c.ix.hooks || c.ix.kind(ev) != KindBlock {
		return 0
	}
	for c.next < len(c.list) && c.list[c.next] <= ev {
		c.next++
	}
	for j := c.next - 1; j >= 0; j-- {
		if at := c.list[j]; c.ix.kind(at).Hook() {
			return c.ix.announced(at, ev)
		}
	}
	return 0
}

// TimeByState returns how long a goroutine was in each state from t0 to t1.
func (ix *Index) TimeByState(g GID, t0, t1 int64) [NumStates]int64 {
	t := ix.goTimeline(int32(g))
	t.mip = ix.mipOf(RowKey("g"+itoa(int(g))), t)
	sum := t.sums(max(t0, 0), min(t1, ix.end))
	sum[StateEnded] = 0
	return sum
}

// longRow is how many entries a row must have to get sums.
const longRow = 64 * mipLen

// mipOf returns the sums of a row, made when they are first needed; nil for a short row.
func (ix *Index) mipOf(key RowKey, t *timeline) *mip {
	if t.n < longRow {
		return nil
	}
	m, ok := ix.mips.Load(key)
	if !ok {
		made := sync.OnceValue(func() *mip { return newMip(t) })
		m, _ = ix.mips.LoadOrStore(key, made)
	}
	return m.(func() *mip)()
}

// laneGap is the shortest gap, in ns, that is shown between two runs of goroutines of the runtime on one proc: its sweeper
// yields thousands of times in a few milliseconds, which would hide what the program did there.
const laneGap = 2000

// makeLane merges the events of the program's goroutines on a proc with what else it did.
func (ix *Index) makeLane(p int) []uint32 {
	list, extra := ix.ofProc(p).list(), ix.procs[p].extra
	lane := make([]uint32, 0, len(list)+len(extra))
	k := 0
	until := func(t int64) {
		for k < len(extra) && extra[k].t < t {
			if goesOn(extra, k) && extra[k+1].t < t {
				k += 2
				continue
			}
			lane = append(lane, extraBit+uint32(k))
			k++
		}
	}
	for _, ev := range list {
		until(ix.time(ev))
		lane = append(lane, ev)
	}
	until(math.MaxInt64)
	return lane
}

// goesOn reports whether the end of a run at k is followed so soon by the like of it that both are one.
func goesOn(extra []laneStep, k int) bool {
	if k == 0 || k+1 >= len(extra) || extra[k].state != StateNone {
		return false
	}
	before, after := extra[k-1], extra[k+1]
	return after.t-extra[k].t < laneGap && before.info == after.info && before.state == after.state
}

func (ix *Index) laneTimeline(p int) *timeline {
	lane := ix.lanes[p]()
	return &timeline{ix: ix, n: len(lane), end: ix.end, ev: lane, proc: true, extra: ix.procs[p].extra}
}

// warm makes what windows need of long rows, so that the first ones do not wait for it.
func (ix *Index) warm() {
	for p := range ix.procs {
		ix.mipOf(RowKey("p"+itoa(int(ix.procs[p].id))), ix.laneTimeline(p))
	}
	for g := range ix.gs {
		if t := ix.goTimeline(int32(g)); t.n >= longRow {
			ix.mipOf(RowKey("g"+itoa(g)), t)
		}
	}
}
