package findings

import (
	"slices"

	"github.com/trace-viz/trace-viz/internal/index"
)

// Bounds of the search for circles: how many locks one has, and how many steps are made. Who takes more locks in a circle, or has
// that many ways to go, is found by a smaller circle or not at all.
const (
	mostRing  = 8
	ringSteps = 100_000
)

// A ringSearch looks for circles of three locks or more that goroutines take one inside of the other. Those of two are found from
// both orders.
type ringSearch struct {
	p     *Pass
	from  map[index.OID][]*nesting
	path  []*nesting
	steps int
	told  map[string]bool
	found []Finding
}

// rings tells of circles at places that nothing was told of yet.
func (p *Pass) rings(told map[string]bool) []Finding {
	h := p.past()
	s := &ringSearch{p: p, from: map[index.OID][]*nesting{}, told: told}
	var usable []*nesting
	for _, e := range h.order {
		if h.lock(e.from).foreign || h.lock(e.to).foreign || p.Index.Objects()[e.from].Reused || p.Index.Objects()[e.to].Reused {
			continue
		}
		usable = append(usable, e)
		s.from[e.from] = append(s.from[e.from], e)
	}
	for _, e := range usable {
		if e.from < e.to { // each circle from its first lock
			s.path = append(s.path[:0], e)
			s.follow()
		}
	}
	return s.found
}

// follow goes on from the end of the path to each lock that was taken while that one was held.
func (s *ringSearch) follow() {
	first, last := s.path[0], s.path[len(s.path)-1]
	for _, e := range s.from[last.to] {
		if s.steps++; s.steps > ringSteps {
			return
		}
		if e.to < first.from || !s.fits(e) {
			continue
		}
		s.path = append(s.path, e)
		switch {
		case e.to == first.from:
			s.close()
		case len(s.path) < mostRing:
			s.follow()
		}
		s.path = s.path[:len(s.path)-1]
	}
}

// fits tells whether a goroutine that takes two locks may wait in a circle with those of the path.
func (s *ringSearch) fits(e *nesting) bool {
	if last := s.path[len(s.path)-1]; !last.toWrite && !e.fromWrite {
		return false // readers do not keep each other out
	}
	for i, x := range s.path {
		if i > 0 && x.from == e.to || !s.p.together(x, e) {
			return false
		}
	}
	return true
}

// close tells of a circle that is whole, unless one at its places was told of.
func (s *ringSearch) close() {
	first, last := s.path[0], s.path[len(s.path)-1]
	if len(s.path) < 3 || !last.toWrite && !first.fromWrite {
		return
	}
	key := s.p.placesOf(s.path...)
	if s.told[key] || slices.ContainsFunc(s.path, s.p.tried) || s.p.slotted(s.path) {
		return
	}
	s.told[key] = true
	f := s.p.crossed(s.path...)
	f.Message += ": in another run each may wait for the next, in a circle."
	f.hint = "take them in the same order everywhere, for instance by a number that each has"
	s.found = append(s.found, f)
}

// slotted tells whether each of some goroutines held a slot of one channel when it took its first lock, and the channel has not
// enough of them for all: a semaphore then lets too few in to close the circle.
func (p *Pass) slotted(list []*nesting) bool {
	common := map[index.OID]int{}
	for _, e := range list {
		for o, n := range p.slots(e.g, e.fromEv) {
			if n > 0 {
				common[o]++
			}
		}
	}
	for o, n := range common {
		if x := p.Index.Objects()[o]; n == len(list) && x.Cap > 0 && x.Cap < n {
			return true
		}
	}
	return false
}

// slots counts for each channel how many more values a goroutine has put into it than taken out, or the other way round, as both
// are used for semaphores, up to an event.
func (p *Pass) slots(g index.GID, to int) map[index.OID]int {
	net := map[index.OID]int{}
	for n, ev := range p.Index.EventsOf(g) {
		if int(ev) >= to || n > maxScan {
			break
		}
		kind, who, o, _ := p.Index.Glance(int(ev))
		if who != g || o < 0 {
			continue
		}
		switch kind {
		case index.KindSend, index.KindSendDone, index.KindSelectSend:
			net[o]++
		case index.KindRecv, index.KindRecvDone, index.KindSelectRecv:
			net[o]--
		}
	}
	for o, n := range net {
		net[o] = max(n, -n)
	}
	return net
}
