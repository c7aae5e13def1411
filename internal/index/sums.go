package index

import (
	"cmp"
	"slices"
	"strconv"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Overview returns how the goroutines of the whole recording spent their time, by pixel.
func (ix *Index) Overview(px int) OverviewData {
	px = max(1, min(px, 1<<14))
	o := OverviewData{Px: px, Forever: make([]float64, px)}
	if ix.end <= 0 {
		return o
	}
	if ix.n >= manyEvents {
		ix.manyOverview(&o)
		return o
	}
	v := &overview{w: float64(ix.end) / float64(px), px: px}
	type cur struct {
		t     int64
		state uint8
	}
	now := make([]cur, len(ix.gs))
	for g := range ix.gs {
		now[g].state = ix.gs[g].init
	}
	for ev := range uint32(ix.n) {
		g := ix.subject(ev)
		if g < 0 {
			continue
		}
		c, t := &now[g], ix.time(ev)
		v.add(c.state, c.t, t)
		*c = cur{t, ix.columns.state(ev)}
	}
	forever := &overview{w: v.w, px: px}
	for g := range now {
		v.add(now[g].state, now[g].t, ix.end)
		if ix.ended && Blocked(now[g].state) {
			forever.add(now[g].state, now[g].t, ix.end)
		}
	}
	for s := range NumStates {
		if !hidden(uint8(s)) {
			o.States[s] = v.sum(s)
		}
	}
	forever.addTo(o.Forever)
	return o
}

// addTo adds up all states.
func (v *overview) addTo(sum []float64) {
	for s := range NumStates {
		for x, ns := range v.sum(s) {
			sum[x] += ns
		}
	}
}

// overview adds up spans by pixel: the parts in the pixels where a span begins and ends, and a count that is raised and
// lowered for the whole pixels in between.
type overview struct {
	w     float64 // ns of a pixel
	px    int
	part  [NumStates][]float64
	whole [NumStates][]float64
}

func (v *overview) add(state uint8, t0, t1 int64) {
	if t1 <= t0 || hidden(state) {
		return
	}
	if v.part[state] == nil {
		v.part[state] = make([]float64, v.px)
		v.whole[state] = make([]float64, v.px+1)
	}
	a, b := min(int(float64(t0)/v.w), v.px-1), min(int(float64(t1)/v.w), v.px-1)
	if a == b {
		v.part[state][a] += float64(t1 - t0)
		return
	}
	v.part[state][a] += float64(a+1)*v.w - float64(t0)
	v.part[state][b] += float64(t1) - float64(b)*v.w
	v.whole[state][a+1]++
	v.whole[state][b]--
}

func (v *overview) sum(state int) []float64 {
	if v.part[state] == nil {
		return nil
	}
	out := make([]float64, v.px)
	n := 0.0
	for x := range out {
		n += v.whole[state][x]
		out[x] = v.part[state][x] + n*v.w
	}
	return out
}

// BlockedBy returns how long each goroutine was blocked for which state and object from t0 to t1, the longest first.
func (ix *Index) BlockedBy(t0, t1 int64) []ReasonSum {
	t0, t1 = max(t0, 0), min(t1, ix.end)
	list := []ReasonSum{}
	for g := range ix.gs {
		list = append(list, ix.blockedBy(int32(g), t0, t1)...)
	}
	slices.SortFunc(list, func(a, b ReasonSum) int {
		return cmp.Or(cmp.Compare(b.NS, a.NS), cmp.Compare(a.G, b.G), cmp.Compare(a.State, b.State), cmp.Compare(a.Obj, b.Obj))
	})
	return list
}

// blockedBy is BlockedBy of one goroutine, in the order in which it first waited so.
func (ix *Index) blockedBy(g int32, t0, t1 int64) []ReasonSum {
	t := ix.goTimeline(g)
	i := max(t.find(t0), 0)
	if i >= t.n {
		return nil
	}
	var sums []ReasonSum
	of, last := map[[2]int32]int{}, [2]int32{-1, -1} // states from 0
	n := 0                                           // the place of last in sums
	acts := actCursor{ix: ix, list: ix.acts(g).list()}
	for from := t.time(i); i < t.n && from < t1; i++ {
		end := t.end
		if i+1 < t.n {
			end = t.time(i + 1)
		}
		d := min(end, t1) - max(from, t0)
		from = end
		state := t.state(i)
		if d <= 0 || state < StateSend || state > StateSleep && state != StateBlocked {
			continue
		}
		key := [2]int32{int32(state), -1}
		if i >= t.first {
			key[1] = int32(acts.waitsFor(t.ev[i-t.first])) - 1
		}
		if key != last {
			known := false
			if n, known = of[key]; !known {
				n = len(sums)
				sums = append(sums, ReasonSum{G: GID(g), State: state, Obj: OID(key[1])})
				of[key] = n
			}
			last = key
		}
		sums[n].NS += d
		sums[n].Events++
	}
	return sums
}

// ObjectSums returns how each object was used, by OID.
func (ix *Index) ObjectSums() []ObjectSum {
	list := make([]ObjectSum, len(ix.objs))
	for i := range ix.objs {
		o := &ix.objs[i]
		list[i] = ObjectSum{Obj: OID(i), Ops: int(o.ops), Messages: len(o.recvs)}
		if o.kind == KindMutex || o.kind == KindRWMutex {
			list[i].HeldNS = ix.heldNS(o)
		}
	}
	if !ix.hooks {
		return list
	}
	for _, s := range ix.BlockedBy(0, ix.end) {
		if s.Obj >= 0 {
			list[s.Obj].BlockedNS += s.NS
			list[s.Obj].Waits += s.Events
		}
	}
	return list
}

func (ix *Index) heldNS(o *object) int64 {
	var sum int64
	for i, s := range o.steps {
		if s.a < 0 {
			continue
		}
		end := ix.end
		if i+1 < len(o.steps) {
			end = ix.time(o.steps[i+1].ev)
		}
		sum += end - ix.time(s.ev)
	}
	return sum
}

// edgeOps are the names of operations by which Edges counts; operations in two records count once.
var edgeOps = [numKinds]string{KindPipeWrite: "send", KindPipeRead: "recv", KindSend: "send", KindSendBlock: "send", KindSelectSend: "send", KindRecv: "recv",
	KindRecvBlock: "recv", KindSelectRecv: "recv", KindClose: "close", KindMake: "make", KindLock: "lock",
	KindLockBlock: "lock", KindRLock: "rlock", KindRLockBlock: "rlock", KindTryFailed: "trylock", KindAdd: "add",
	KindWait: "wait", KindCondWait: "wait", KindSignal: "signal", KindBroadcast: "broadcast", KindOnceRun: "once",
	KindOnceWait: "once", KindCtxMade: "make", KindCancel: "cancel", KindTimerSet: "set", KindReset: "set", KindTimerStop: "stop",
	KindTimerRun: "run"}

// An edgeKey is who uses what.
type edgeKey struct {
	g GID
	o OID
}

// Edges returns who used what in the whole recording, by GID and OID. A channel that a goroutine only waited for in a select
// that never took it is used too, as select-send or select-recv.
func (ix *Index) Edges() []Edge {
	at := map[edgeKey]int{}
	list := []Edge{}
	for o := range ix.objs {
		t := ix.ofObject(OID(o))
		for _, ev := range t.list() {
			name := edgeOps[ix.kind(ev)]
			if name == "" {
				continue
			}
			k := edgeKey{GID(ix.g(ev)), OID(o)}
			i, ok := at[k]
			if !ok {
				i = len(list)
				at[k] = i
				list = append(list, Edge{k.g, k.o, map[string]int{}})
			}
			list[i].Ops[name]++
		}
	}
	list = append(list, ix.neverTaken(at)...)
	slices.SortFunc(list, func(a, b Edge) int { return cmp.Or(cmp.Compare(a.G, b.G), cmp.Compare(a.Obj, b.Obj)) })
	return list
}

// neverTaken returns the edges of cases that goroutines waited in, but for those in used.
func (ix *Index) neverTaken(used map[edgeKey]int) []Edge {
	at := map[edgeKey]int{}
	list := []Edge{}
	for ev := range uint32(ix.n) {
		if ix.kind(ev) != KindSelect {
			continue
		}
		for _, c := range ix.casesOf(ev) {
			k := edgeKey{GID(ix.g(ev)), c.obj}
			if _, known := used[k]; known || c.obj < 0 {
				continue
			}
			i, ok := at[k]
			if !ok {
				i = len(list)
				at[k] = i
				list = append(list, Edge{k.g, k.o, map[string]int{}})
			}
			if c.recv {
				list[i].Ops["select-recv"]++
			} else {
				list[i].Ops["select-send"]++
			}
		}
	}
	return list
}
