package findings

import (
	"cmp"
	"slices"
	"sort"

	"github.com/trace-viz/trace-viz/internal/index"
)

// maxScan bounds how many events of one object are looked at, back from the cursor. What came before them is not known
// then: use.partial.
const maxScan = 50_000

// A user is a goroutine with what it did to an object.
type user struct {
	g    index.GID // -1: code that is not a goroutine of the program
	n    int       // how often
	last int       // event of the last time
}

// A use is what was done to one object up to an event.
type use struct {
	send, recv, close []user // an announced operation counts, whether it took effect or not
	signal            []user
	touch             []user // anything at all, select cases excluded
	lastSend          int    // event of the last send with a number, -1
	lastRecv          int
	lastSignal        int
	partial           bool
}

// use returns what was done to an object up to the cursor.
func (w *graph) use(o index.OID) *use {
	if u := w.uses[o]; u != nil {
		return u
	}
	u := &use{lastSend: index.None, lastRecv: index.None, lastSignal: index.None}
	w.uses[o] = u
	if o < 0 {
		return u
	}
	events := w.eventsOf(o)
	if len(events) > maxScan {
		events, u.partial = events[len(events)-maxScan:], true
	}
	for _, i := range slices.Backward(events) {
		u.note(w.ix.Event(int(i)))
	}
	for _, list := range []*[]user{&u.send, &u.recv, &u.close, &u.signal, &u.touch} {
		slices.SortFunc(*list, func(a, b user) int { return cmp.Compare(a.g, b.g) })
	}
	return u
}

// eventsOf returns the events of an object up to the cursor.
func (w *graph) eventsOf(o index.OID) []uint32 {
	events := w.ix.EventsOfObject(o)
	return events[:sort.Search(len(events), func(i int) bool { return int(events[i]) > w.ev })]
}

// note takes one event; later ones were taken before.
func (u *use) note(e index.Event) {
	switch e.Kind {
	case index.KindSend, index.KindSendBlock, index.KindSelectSend:
		count(&u.send, e)
		if u.lastSend < 0 && e.Message > 0 {
			u.lastSend = e.Index
		}
	case index.KindRecv, index.KindRecvBlock, index.KindSelectRecv:
		count(&u.recv, e)
		if u.lastRecv < 0 && e.Message > 0 {
			u.lastRecv = e.Index
		}
	case index.KindClose:
		count(&u.close, e)
	case index.KindSignal, index.KindBroadcast:
		count(&u.signal, e)
		if u.lastSignal < 0 {
			u.lastSignal = e.Index
		}
	case index.KindSelect:
		return
	}
	count(&u.touch, e)
}

func count(list *[]user, e index.Event) {
	for i := range *list {
		if u := &(*list)[i]; u.g == e.G {
			u.n++
			return
		}
	}
	*list = append(*list, user{e.G, 1, e.Index})
}

// A taker is how a goroutine got a lock.
type taker struct {
	event int // -1: not known
	time  int64
	site  index.Site
}

// taken finds when goroutine g got the lock that it holds at the cursor.
func (w *graph) taken(o index.OID, g index.GID) taker {
	events := w.eventsOf(o)
	for n := len(events) - 1; n >= max(0, len(events)-maxScan); n-- {
		e := w.ix.Event(int(events[n]))
		if e.G != g {
			continue
		}
		switch e.Kind {
		case index.KindLock, index.KindLockDone, index.KindRLock, index.KindRLockDone, index.KindCondWoken, index.KindOnceRun:
			return taker{e.Index, e.Time, e.Site}
		}
	}
	return taker{event: index.None}
}

// neverTaken tells whether goroutines only waited for a lock, and none got it up to the cursor.
func (w *graph) neverTaken(o index.OID) bool {
	for _, i := range w.eventsOf(o) {
		switch kind, _, _, _ := w.ix.Glance(int(i)); kind {
		case index.KindLockBlock, index.KindRLockBlock, index.KindTryFailed:
		default:
			return false
		}
	}
	return true
}

// foreignUnlock tells whether a lock was ever given up by a goroutine that did not take it. Such a lock is used as a signal,
// and its holder need not be the one that frees it.
func (w *graph) foreignUnlock(o index.OID) bool {
	events := w.eventsOf(o)
	if len(events) > maxScan {
		events = events[len(events)-maxScan:]
	}
	holder := index.GID(index.None)
	for _, i := range events {
		e := w.ix.Event(int(i))
		switch e.Kind {
		case index.KindLock, index.KindLockDone:
			holder = e.G
		case index.KindUnlock:
			if holder >= 0 && e.G != holder {
				return true
			}
			holder = index.None
		}
	}
	return false
}

// doers returns the goroutines that a WaitGroup waits for, as far as their spawns tell: those that still have to call Done
// and live, and those that ended without it.
//
// Add does not say for whom it counts. By custom it stands before the go statements, so an Add of n is for the next n
// goroutines that its goroutine spawns; one that spawns none later counts for itself.
func (w *graph) doers(o index.OID) (alive, gone []index.GID) {
	done, waits := map[index.GID]int{}, map[index.GID]bool{}
	var adds []index.Event
	events := w.eventsOf(o)
	for _, i := range events[max(0, len(events)-maxScan):] {
		switch e := w.ix.Event(int(i)); {
		case e.Kind == index.KindAdd && e.Delta > 0:
			adds = append(adds, e)
		case e.Kind == index.KindAdd:
			done[e.G] -= e.Delta
		case e.Kind == index.KindWait:
			waits[e.G] = true
		}
	}
	seen := map[index.GID]bool{}
	for _, add := range adds {
		for _, g := range w.countsFor(add, seen) {
			if seen[g] = true; done[g] > 0 || waits[g] {
				continue
			}
			if w.lives(g) {
				alive = append(alive, g)
			} else {
				gone = append(gone, g)
			}
		}
	}
	slices.Sort(alive)
	slices.Sort(gone)
	return alive, gone
}

// countsFor returns the goroutines that an Add is for.
func (w *graph) countsFor(add index.Event, seen map[index.GID]bool) []index.GID {
	var list []index.GID
	born := w.children(add.G)
	first := sort.Search(len(born), func(i int) bool { return born[i].SpawnEvent > add.Index })
	for _, g := range born[first:] {
		if g.SpawnEvent > w.ev || len(list) == add.Delta {
			break
		}
		if !seen[g.ID] {
			list = append(list, g.ID)
		}
	}
	if len(list) == 0 && add.G >= 0 {
		return []index.GID{add.G}
	}
	return list
}

// copied is the WaitGroup whose Done goroutine g called though nobody ever called its Add: a copy of one, with the count that it had. It
// is -1 if there is none.
func (w *graph) copied(g index.GID) index.OID {
	for _, i := range w.ix.EventsOf(g) {
		kind, who, o, _ := w.ix.Glance(int(i))
		if kind != index.KindAdd || who != g || o < 0 || int(i) > w.ev {
			continue
		}
		events := w.eventsOf(o)
		if !slices.ContainsFunc(events[max(0, len(events)-maxScan):], func(i uint32) bool {
			e := w.ix.Event(int(i))
			return e.Kind == index.KindAdd && e.Delta > 0
		}) {
			return o
		}
	}
	return index.None
}

// children returns what a goroutine spawned, in that order.
func (w *graph) children(g index.GID) []index.Goroutine {
	if w.spawned == nil {
		w.spawned = map[index.GID][]index.Goroutine{}
		for _, c := range w.ix.Goroutines() {
			w.spawned[c.Parent] = append(w.spawned[c.Parent], c)
		}
	}
	return w.spawned[g]
}
