package hunt

import (
	"slices"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// Bounds of what is looked at: the beginning of a long run says enough of its sites.
const (
	mostArrivals   = 20_000 // operations
	mostClocks     = 256    // goroutines
	mostRemembered = 16     // operations of one object that another may have come before
	mostWants      = 512
	mostTurns      = 4 // of one site
	mostTried      = 4 // channels of one select with default
)

// An arrival is a goroutine that comes to an operation.
type arrival struct {
	site    uint32 // of the hook point; 0: it is none
	turn    int
	number  int
	g       index.GID
	kind    index.EventKind
	ev      int
	at      int64
	epoch   uint32 // of g's clock
	holding bool
}

func (a arrival) spot(hold int64) spot { return spot{a.site, a.turn, a.number, hold} }

// orders finds operations that could have come in another order.
type orders struct {
	ix        *index.Index
	points    *points
	turns     map[uint32]int
	selects   map[int][]index.OID // channels of a select that was about to wait
	owners    map[index.OID]index.OID
	clocks    [][]uint32 // by goroutine: what it knows of the others' clocks
	held      map[index.GID][]index.OID
	last      map[index.OID][]arrival // the operations on an object
	inside    map[index.OID][]arrival // the operations of those who held a lock meanwhile
	before    map[index.GID]arrival   // the last hook point of a goroutine
	tries     map[uint32][]index.OID  // channels of a select with one case and default, which tells them only when it took the case
	number    int                     // of hook points so far
	announced map[index.GID]bool      // the goroutine's last operation is a select that was about to wait
	queues    map[index.GID]bool      // who waits for a lock: it could have had it before the one who gives it up
	wants     map[wantKey]*want
}

// look returns what a run is worth: the sites that it came to, and the orders that another run may turn around.
func look(ix *index.Index, sites *rewrite.Sites) (reached []uint32, wants []want) {
	if sites == nil || ix.NumGoroutines() > mostClocks {
		return nil, nil
	}
	o := &orders{ix: ix, points: newPoints(sites), turns: map[uint32]int{}, selects: map[int][]index.OID{}, owners: map[index.OID]index.OID{},
		clocks: make([][]uint32, ix.NumGoroutines()), held: map[index.GID][]index.OID{}, last: map[index.OID][]arrival{},
		inside: map[index.OID][]arrival{}, before: map[index.GID]arrival{}, queues: map[index.GID]bool{}, tries: map[uint32][]index.OID{},
		announced: map[index.GID]bool{}, wants: map[wantKey]*want{}}
	for g := range o.clocks {
		o.clocks[g] = make([]uint32, ix.NumGoroutines())
	}
	for _, obj := range ix.Objects() {
		o.object(obj)
	}
	n := 0
	for i := 0; i < ix.NumEvents() && n < mostArrivals; i++ {
		if o.event(i) {
			n++
		}
	}
	for site := range o.turns {
		reached = append(reached, site)
	}
	slices.Sort(reached)
	for _, w := range o.wants {
		wants = append(wants, *w)
	}
	slices.SortFunc(wants, func(a, b want) int {
		if a.at != b.at {
			return a.at - b.at
		}
		return int(a.why - b.why)
	})
	return reached, wants
}

// object notes what belongs to a channel.
func (o *orders) object(obj index.Object) {
	if obj.Owner >= 0 {
		o.owners[obj.ID] = obj.Owner
	}
	if obj.Kind != "channel" {
		return
	}
	events := o.ix.EventsOfObject(obj.ID)
	for _, ev := range events[:min(len(events), mostArrivals)] {
		switch kind, _, _, _ := o.ix.Glance(int(ev)); kind {
		case index.KindSelect:
			o.selects[int(ev)] = append(o.selects[int(ev)], obj.ID)
		case index.KindSelectSend, index.KindSelectRecv:
			site := o.points.of(kind, o.ix.Event(int(ev)).Site)
			if known := o.tries[site]; site != 0 && len(known) < mostTried && !slices.Contains(known, obj.ID) {
				o.tries[site] = append(known, obj.ID)
			}
		}
	}
}

// event takes one event, and tells whether it was an operation.
func (o *orders) event(i int) bool {
	kind, g, obj, at := o.ix.Glance(i)
	if kind == index.KindSpawn || kind == index.KindUnblock {
		if e := o.ix.Event(i); g >= 0 && e.Other >= 0 && !o.queues[e.Other] {
			join(o.clocks[e.Other], o.clocks[g])
		}
		return false
	}
	if g < 0 || !kind.Hook() {
		return false
	}
	o.queues[g] = kind == index.KindLockBlock || kind == index.KindRLockBlock
	comes := arrives(kind) && !o.announced[g]
	o.announced[g] = kind == index.KindSelect
	if comes {
		o.arrive(i, kind, g, obj, at)
	}
	o.hold(kind, g, obj)
	return comes
}

func join(a, b []uint32) {
	for i, t := range b {
		a[i] = max(a[i], t)
	}
}

// hold follows which locks a goroutine has.
func (o *orders) hold(kind index.EventKind, g index.GID, obj index.OID) {
	switch kind {
	case index.KindLock, index.KindLockDone, index.KindRLock, index.KindRLockDone:
		o.held[g] = append(o.held[g], obj)
	case index.KindUnlock, index.KindRUnlock:
		if i := slices.Index(o.held[g], obj); i >= 0 {
			o.held[g] = slices.Delete(o.held[g], i, i+1)
		}
	}
}

func (o *orders) arrive(i int, kind index.EventKind, g index.GID, obj index.OID, at int64) {
	o.clocks[g][g]++
	a := arrival{g: g, kind: kind, ev: i, at: at, epoch: o.clocks[g][g], holding: len(o.held[g]) > 0}
	if a.site = o.points.of(kind, o.ix.Event(i).Site); a.site != 0 {
		o.turns[a.site]++
		o.number++
		a.turn, a.number = o.turns[a.site], o.number
		o.before[g] = a
	} else if kind == index.KindCancel { // not a hook point: who is held back at the one before is late here too
		b := o.before[g]
		a.site, a.turn, a.number = b.site, b.turn, b.number
	}
	objects := o.selects[i]
	if obj >= 0 {
		objects = append(objects, obj)
	} else if kind == index.KindSelectElse {
		objects = o.tries[a.site]
	}
	for _, x := range objects {
		o.meet(x, a)
		if owner, ok := o.owners[x]; ok {
			o.meet(owner, a)
		}
	}
	if kind == index.KindLock || kind == index.KindLockBlock || kind == index.KindRLock || kind == index.KindRLockBlock {
		for _, first := range o.inside[obj] {
			o.pair(first, a, whileHolding)
		}
	}
	for _, h := range o.held[g] {
		if h == obj {
			continue
		}
		for _, first := range o.last[h] {
			o.between(first, a)
		}
		o.inside[h] = remember(o.inside[h], a)
	}
}

// meet pairs an arrival with those of others that came to the same object before.
func (o *orders) meet(x index.OID, a arrival) {
	for _, first := range o.last[x] {
		if why := reverse(first, a); a.holding && first.kind != a.kind && why != beforeSignal {
			o.between(first, a)
		} else {
			o.pair(first, a, why)
		}
	}
	o.last[x] = remember(o.last[x], a)
}

// remember keeps an arrival: the first few of each site and goroutine.
func remember(list []arrival, a arrival) []arrival {
	rare := a.kind == index.KindCancel || a.kind == index.KindClose
	if a.site == 0 || a.turn > mostTurns && !rare || len(list) >= mostRemembered {
		return list
	}
	return append(list, a)
}

// pair notes that first shall be held back until a has passed, if nothing orders a behind it.
func (o *orders) pair(first, a arrival, why reversal) {
	if first.g == a.g || o.clocks[a.g][first.g] >= first.epoch {
		return
	}
	k := wantKey{first.site, first.turn, 0}
	w := o.wants[k]
	if w == nil {
		if len(o.wants) >= mostWants {
			return
		}
		w = &want{spot: first.spot(0), why: why, at: first.ev}
		o.wants[k] = w
	}
	w.why = min(w.why, why)
	w.hold = min(max(w.hold, leastHold, 4*(a.at-first.at)), longestHold)
}

// between notes that first, which came before a took its lock, shall come between that and a: both are held back, a for longer.
func (o *orders) between(first, a arrival) {
	if first.g == a.g || a.site == 0 || a.site == first.site || a.turn > mostTurns || o.clocks[a.g][first.g] >= first.epoch {
		return
	}
	k := wantKey{a.site, a.turn, first.site}
	if o.wants[k] == nil && len(o.wants) < mostWants {
		o.wants[k] = &want{a.spot(8 * leastHold), first.spot(leastHold / 2), whileHolding, a.ev}
	}
}

// leastHold is what a busy machine may need to let somebody else come along.
const leastHold = 1_600_000

// reverse tells what kind of order two operations on one object are in.
func reverse(first, a arrival) reversal {
	ends := a.kind == index.KindClose || a.kind == index.KindCancel
	switch {
	case first.kind == index.KindCondWait && (a.kind == index.KindSignal || a.kind == index.KindBroadcast):
		return beforeSignal
	case first.holding:
		return whileHolding
	case ends || first.kind == index.KindClose || first.kind == index.KindCancel:
		return beforeEnd
	case first.site == a.site:
		return overtaken
	}
	return other
}
