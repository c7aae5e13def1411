package findings

import (
	"slices"

	"github.com/trace-viz/trace-viz/internal/index"
)

// contacts are the ways on which one goroutine may have handed something to another: who sent to a channel gave it to those
// who received from it, and who held a lock left it there for whoever held it after that. What was handed over is not
// recorded, so anything that the first one had may have been in it.
type contacts struct {
	gives map[index.GID][]index.OID // channels to which it sent
	locks map[index.GID][]index.OID // locks that it held
	takes map[index.OID][]index.GID // who received from a channel
	users map[index.OID][]index.GID // who held a lock
	steps int                       // how much was walked
}

// maxSteps bounds what is walked along contacts in one recording: some 50 ms.
const maxSteps = 2_000_000

// contact kinds of an event.
const (
	gave = 1 << iota
	took
	held
)

func contactOf(k index.EventKind) uint8 {
	switch k {
	case index.KindSend, index.KindSendBlock, index.KindSelectSend:
		return gave
	case index.KindRecv, index.KindRecvBlock, index.KindSelectRecv:
		return took
	case index.KindLock, index.KindLockDone, index.KindRLock, index.KindRLockDone, index.KindCondWoken:
		return held
	}
	return 0
}

func newContacts(ix *index.Index) *contacts {
	c := &contacts{gives: map[index.GID][]index.OID{}, locks: map[index.GID][]index.OID{},
		takes: map[index.OID][]index.GID{}, users: map[index.OID][]index.GID{}}
	// The mark of a goroutine tells what is known of it for the object that is looked at.
	mark := make([]uint8, ix.NumGoroutines())
	for o := range index.OID(ix.NumObjects()) {
		var seen []index.GID
		for _, ev := range ix.EventsOfObject(o) {
			kind, g, _, _ := ix.Glance(int(ev))
			bit := contactOf(kind)
			if bit == 0 || g < 0 || mark[g]&bit != 0 {
				continue
			}
			if mark[g] == 0 {
				seen = append(seen, g)
			}
			mark[g] |= bit
		}
		for _, g := range seen {
			c.note(o, g, mark[g])
			mark[g] = 0
		}
	}
	return c
}

func (c *contacts) note(o index.OID, g index.GID, bits uint8) {
	if bits&gave != 0 {
		c.gives[g] = append(c.gives[g], o)
	}
	if bits&took != 0 {
		c.takes[o] = append(c.takes[o], g)
	}
	if bits&held != 0 {
		c.locks[g] = append(c.locks[g], o)
		c.users[o] = append(c.users[o], g)
	}
}

// A circle is who may have an object at the end, as far as the recording tells; ascending, living goroutines only.
type circle struct {
	sure  []index.GID // used it, were spawned by who had it, or got a message of who had it
	loose []index.GID // shared a lock with who had it
	all   bool        // not worked out: anybody may have it
}

// circleOf works out who may have an object.
func (l *leaks) circleOf(o index.OID) *circle {
	if c := l.circles[o]; c != nil {
		return c
	}
	w, c := l.w, &circle{}
	l.circles[o] = c
	first := append(l.touchers(o), l.choosers(o)...)
	if l.contacts.steps > maxSteps {
		c.all = true
		return c
	}
	has := map[index.GID]bool{}
	l.spread(has, first, o, false)
	sure := len(has)
	for g := range has {
		if w.lives(g) {
			c.sure = append(c.sure, g)
		}
	}
	if sure < w.ix.NumGoroutines() {
		wider := map[index.GID]bool{}
		l.spread(wider, first, o, true)
		for g := range wider {
			if w.lives(g) && !has[g] {
				c.loose = append(c.loose, g)
			}
		}
	}
	c.all = l.contacts.steps >= maxSteps // cut short
	slices.Sort(c.sure)
	slices.Sort(c.loose)
	return c
}

// touchers are those that did anything to an object, also where there is too much of that for graph.use.
func (l *leaks) touchers(o index.OID) []index.GID {
	var list []index.GID
	if u := l.w.use(o); !u.partial {
		for _, u := range u.touch {
			list = append(list, u.g)
		}
		return list
	}
	has := map[index.GID]bool{}
	for _, ev := range l.w.eventsOf(o) {
		if kind, g, _, _ := l.w.ix.Glance(int(ev)); kind != index.KindSelect && !has[g] {
			has[g] = true
			list = append(list, g)
		}
	}
	slices.Sort(list)
	return list
}

// choosers are those that wait for a channel in a select at the end: they have it, though they never used it.
func (l *leaks) choosers(o index.OID) []index.GID {
	var list []index.GID
	for _, s := range l.w.st.Goroutines {
		if slices.ContainsFunc(s.Cases, func(c index.SelectCase) bool { return c.Obj == o }) {
			list = append(list, s.G)
		}
	}
	return list
}

// spread follows an object from goroutine to goroutine.
func (l *leaks) spread(has map[index.GID]bool, from []index.GID, o index.OID, locks bool) {
	w, c, first := l.w, l.contacts, l.w.ix.Objects()[o].FirstEvent
	seen := map[index.OID]bool{}
	var list []index.GID
	add := func(g index.GID) {
		if c.steps++; g >= 0 && !has[g] {
			has[g] = true
			list = append(list, g)
		}
	}
	for _, g := range from {
		add(g)
	}
	for n := 0; n < len(list) && c.steps < maxSteps; n++ {
		g := list[n]
		for _, child := range w.children(g) {
			if child.SpawnEvent >= first {
				add(child.ID)
			}
		}
		l.through(seen, c.gives[g], c.takes, add)
		if locks {
			l.through(seen, c.locks[g], c.users, add)
		}
	}
}

// through adds those at the other side of objects, each object once.
func (l *leaks) through(seen map[index.OID]bool, objects []index.OID, others map[index.OID][]index.GID, add func(index.GID)) {
	for _, o := range objects {
		if seen[o] {
			continue
		}
		seen[o] = true
		for _, g := range others[o] {
			add(g)
		}
	}
}
