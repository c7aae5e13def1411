package index

import (
	"runtime"
	"sort"
	"sync"
	"sync/atomic"
)

// Window returns rows of the time from t0 to t1 at px pixels: spans where there are few, else a texture of the state that
// takes most of each pixel, and the levels of channels. A key that names no row gives an empty one.
func (ix *Index) Window(t0, t1 int64, px int, rows []RowKey) []Row {
	px = max(1, min(px, 1<<14))
	t1 = max(t0+1, t1)
	out := make([]Row, len(rows))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(rows)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(rows); i = int(next.Add(1)) - 1 {
				out[i] = ix.row(t0, t1, px, rows[i])
				out[i].Key = rows[i]
			}
		})
	}
	wg.Wait()
	return out
}

func (ix *Index) row(t0, t1 int64, px int, key RowKey) Row {
	switch key {
	case "gc":
		return ix.intervalRow(ix.gc, StateGC, t0, t1, px)
	case "syscalls":
		return ix.intervalRow(ix.syscalls, StateSyscall, t0, t1, px)
	case "network":
		return ix.intervalRow(ix.network, StateNetwork, t0, t1, px)
	}
	switch kind, n := key.split(); kind {
	case 'g':
		if n < len(ix.gs) {
			t := ix.goTimeline(int32(n))
			r := ix.timelineRow(t, t0, t1, px, key)
			ix.markForever(&r, t)
			return r
		}
	case 'r':
		if n < len(ix.gs) {
			return ix.roleRow(n, t0, t1, px)
		}
	case 'p':
		for p := range ix.procs {
			if int(ix.procs[p].id) == n {
				return ix.timelineRow(ix.laneTimeline(p), t0, t1, px, key)
			}
		}
	case 'o':
		if n < len(ix.objs) {
			return ix.objectRow(&ix.objs[n], t0, t1, px, key)
		}
	}
	return Row{}
}

// markForever marks the last span of a goroutine that waits until the recording ends.
func (ix *Index) markForever(r *Row, t *timeline) {
	n := len(r.State)
	if !ix.ended || t.n == 0 || !Blocked(t.state(t.n-1)) {
		return
	}
	last := t.time(t.n - 1)
	if r.Enc == EncSpans && n > 0 && r.Start[n-1] >= float64(last) {
		r.State[n-1] |= ForeverBit
	}
}

// hidden tells whether a row shows nothing in a state.
func hidden(s uint8) bool { return s == StateNone || s == StateEnded || s == StateUnborn }

// spansPerPixel is how many spans a row may have for each pixel before it becomes a texture.
const spansPerPixel = 4

func (ix *Index) timelineRow(t *timeline, t0, t1 int64, px int, key RowKey) Row {
	a, b := max(t.find(t0), 0), t.find(t1)
	if b-a+1 > spansPerPixel*px {
		t.mip = ix.mipOf(key, t)
		return t.texture(t0, t1, px)
	}
	r := Row{Enc: EncSpans}
	for i := a; i <= b; i++ {
		s := t.state(i)
		end := t.end
		if i+1 < t.n {
			end = t.time(i + 1)
		}
		if hidden(s) || end < t0 {
			continue
		}
		r.Start = append(r.Start, float64(t.time(i)))
		r.End = append(r.End, float64(end))
		r.Info = append(r.Info, t.info(i))
		r.State = append(r.State, s)
	}
	return r
}

// texture returns what takes most of each pixel.
func (t *timeline) texture(t0, t1 int64, px int) Row {
	r := Row{Enc: EncTexture, State: make([]uint8, px), Cover: make([]uint8, px)}
	w := float64(t1-t0) / float64(px)
	at := t0
	i := t.find(at)
	var sum [NumStates]int64 // up to at, when summed
	summed := false
	for x := range px {
		next := t0 + int64(w*float64(x+1))
		j := t.seek(i, next)
		var spent [NumStates]int64
		if t.mip != nil && j-i > mipLen {
			if !summed {
				sum = t.sumTo(i, at)
			}
			after := t.sumTo(j, next)
			for s := range spent {
				spent[s] = after[s] - sum[s]
			}
			sum, summed = after, true
		} else {
			t.spend(&spent, i, j, at, next)
			summed = false
		}
		r.State[x], r.Cover[x] = most(&spent, next-at)
		i, at = j, next
	}
	return r
}

// most returns the visible state that takes most of a pixel of d ns, and how much of it all visible ones take, of 255.
func most(spent *[NumStates]int64, d int64) (state, cover uint8) {
	var best, total int64
	for s, ns := range spent {
		if hidden(uint8(s)) {
			continue
		}
		total += ns
		if ns > best {
			best, state = ns, uint8(s)
		}
	}
	if d > 0 && total > 0 {
		cover = uint8(max(1, min(total*255/d, 255)))
	}
	return state, cover
}

// spend adds up the time in each state from t0 to t1; entries i and j are those that last then.
func (t *timeline) spend(sum *[NumStates]int64, i, j int, t0, t1 int64) {
	from := t0
	if i < 0 {
		if i, from = 0, t1; j >= 0 {
			from = t.time(0)
		}
	}
	for ; i <= j; i++ {
		to := min(t1, t.end)
		if i < j {
			to = t.time(i + 1)
		}
		if to > from {
			sum[t.state(i)] += to - from
		}
		from = to
	}
}

// seek returns the entry that lasts at time at, which is not before entry i. It gallops: pixels are near one another.
func (t *timeline) seek(i int, at int64) int {
	lo, end := max(i, -1), t.n
	if m := t.mip; m != nil {
		// The block first: its time is at hand.
		b := max(i, 0) / mipLen
		b = gallop(b, len(m.at), func(k int) bool { return m.at[k] <= at })
		if m.at[b] <= at {
			lo = max(lo, b*mipLen)
		}
		end = min(t.n, (b+1)*mipLen)
	}
	return gallop(lo, end, func(k int) bool { return t.time(k) <= at })
}

// gallop returns the last of lo, lo+1, ... below end for which ok holds, as it does for lo and for none after one for which
// it does not.
func gallop(lo, end int, ok func(int) bool) int {
	step := 1
	for lo+step < end && ok(lo+step) {
		lo += step
		step *= 2
	}
	hi := min(lo+step, end)
	return lo + sort.Search(hi-lo-1, func(k int) bool { return !ok(lo + 1 + k) })
}

// intervalRow returns the stretches of a list of begins and ends.
func (ix *Index) intervalRow(list []int64, state uint8, t0, t1 int64, px int) Row {
	t := &timeline{ix: ix, n: len(list), end: ix.end, edges: list, on: state}
	return ix.timelineRow(t, t0, t1, px, "")
}

// objectRow returns the levels of a channel, the holders of a lock, the counter or waiters of others.
func (ix *Index) objectRow(o *object, t0, t1 int64, px int, key RowKey) Row {
	if o.kind == KindChannel || o.kind == KindWaitGroup || o.kind == KindPipe {
		return ix.levelRow(o, t0, t1, px)
	}
	t := &timeline{ix: ix, n: len(o.steps), end: ix.end, steps: o.steps, lock: o}
	a, b := max(t.find(t0), 0), t.find(t1)
	if b-a+1 <= spansPerPixel*px {
		r := Row{Enc: EncSpans}
		for i := a; i <= b; i++ {
			s := o.steps[i]
			if t.info(i) == 0 && s.q == 0 && s.r == 0 {
				continue
			}
			end := t.end
			if i+1 < t.n {
				end = t.time(i + 1)
			}
			if end < t0 {
				continue
			}
			r.Start, r.End = append(r.Start, float64(t.time(i))), append(r.End, float64(end))
			r.Info, r.State = append(r.Info, t.info(i)), append(r.State, t.state(i))
		}
		return r
	}
	t.tex = true
	t.mip = ix.mipOf(key, t)
	return t.texture(t0, t1, px)
}

// holder returns goroutine+1 that holds a lock or runs a Once at step i: of readers, the first.
func (ix *Index) holder(o *object, i int) uint32 {
	s := o.steps[i]
	switch {
	case o.kind == KindCond:
		return 0
	case s.a >= 0:
		return uint32(s.a + 1)
	case s.r > 0 && o.kind != KindOnce:
		if list := o.readersAt(int(s.ev)); len(list) > 0 {
			return uint32(list[0] + 1)
		}
	}
	return 0
}

// levelRow returns the steps of a channel's level and queues, or of a WaitGroup's counter and waiters.
func (ix *Index) levelRow(o *object, t0, t1 int64, px int) Row {
	r := Row{Enc: EncLevel}
	if o.kind == KindPipe && o.guess {
		return r
	}
	find := func(t int64) int {
		return sort.Search(len(o.steps), func(i int) bool { return ix.time(o.steps[i].ev) > t }) - 1
	}
	put := func(t int64, s step) {
		r.Start, r.Level = append(r.Start, float64(t)), append(r.Level, uint32(max(s.a, 0)))
		r.SendQ, r.RecvQ = append(r.SendQ, uint32(s.q)), append(r.RecvQ, uint32(s.r))
	}
	a, b := find(t0), find(t1)
	if b < 0 {
		return r
	}
	if a >= 0 {
		put(t0, o.steps[a])
	} else {
		put(t0, step{})
	}
	if b-a <= 2*px {
		for i := a + 1; i <= b; i++ {
			put(ix.time(o.steps[i].ev), o.steps[i])
		}
		return r
	}
	w := float64(t1-t0) / float64(px)
	i := a + 1
	for x := 0; x < px && i <= b; x++ {
		end := t0 + int64(w*float64(x+1))
		first := i
		var top step
		for ; i <= b && ix.time(o.steps[i].ev) <= end; i++ {
			s := o.steps[i]
			top.a, top.q, top.r = max(top.a, s.a), max(top.q, s.q), max(top.r, s.r)
		}
		if i > first {
			put(t0+int64(w*float64(x)), top)
		}
	}
	return r
}
