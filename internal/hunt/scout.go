package hunt

import (
	"cmp"
	"slices"
)

// A Scout chooses the seeds of a hunt. Most go to what earlier runs showed: an operation of one goroutine on an object, before
// one of another goroutine on the same object which nothing orders behind it. The next runs hold the first one back until the
// other has passed. Each fourth run is chosen blindly, and all are once there is nothing left to turn around.
type Scout struct {
	base  uint64
	size  Size
	sites []uint32 // that runs came to, ascending
	wants []want   // not tried yet, in the order in which they came
	known map[wantKey]bool
	tried [other + 1]int // wants of each kind
	old   []want         // singles that were tried
}

type wantKey struct {
	site uint32
	turn int
	also uint32 // 0: none
}

// A want is a spot with what makes it worth a run.
type want struct {
	spot
	also spot // for a shorter time; site 0: none
	why  reversal
	at   int // event
}

// A reversal is a kind of order that is turned around. Those that more often than others end badly come first.
type reversal int

const (
	whileHolding reversal = iota // an operation with a lock held, before somebody comes who wants that lock or the same object
	beforeSignal                 // Wait of a Cond, before Signal
	beforeEnd                    // a wait or a message, before close or cancel
	overtaken                    // an operation, before the same one of somebody else
	other
)

// blindly is how many runs there are for one that is chosen without a look at the others: what recordings do not tell must be found too.
const blindly = 4

// weight is how much a try of a kind counts: who holds a lock gets two tries for one of each other kind.
func (r reversal) weight() int {
	if r == whileHolding {
		return 1
	}
	return 2
}

// NewScout begins a hunt with the seed base.
func NewScout(base uint64) *Scout { return &Scout{base: base, known: map[wantKey]bool{}} }

// Seed is that of the n-th run, counted from 1.
func (s *Scout) Seed(n int) uint64 {
	if n > 1 && n%blindly != 1 {
		if len(s.wants) == 0 {
			s.combine()
		}
		for len(s.wants) > 0 {
			w := s.best()
			if seed := aim(w, s.sites, s.base, uint64(n)); seed != 0 {
				return seed
			}
		}
	}
	return Next(s.base, n, s.size)
}

// best takes the want whose turn it is: the kinds take turns, and among equals those come first that come early in the run.
func (s *Scout) best() want {
	at := 0
	for i, w := range s.wants {
		b := s.wants[at]
		if cmp.Or(cmp.Compare(s.tried[w.why]*w.why.weight(), s.tried[b.why]*b.why.weight()), cmp.Compare(w.why, b.why), cmp.Compare(w.turn, b.turn)) < 0 {
			at = i
		}
	}
	w := s.wants[at]
	s.wants = slices.Delete(s.wants, at, at+1)
	s.tried[w.why]++
	if w.also.site == 0 {
		s.old = append(s.old, w)
	}
	return w
}

// combine makes wants of two that were tried alone: the first is held back for longer than the second.
func (s *Scout) combine() {
	for _, a := range s.old {
		for _, b := range s.old {
			if a.site == b.site || a.turn > mostTurns || b.turn > mostTurns || len(s.wants) >= mostWants {
				continue
			}
			long := a
			long.hold, long.also = max(a.hold, 8*leastHold), b.spot
			long.also.hold = leastHold / 2
			s.add(long)
		}
	}
}

// Learn takes what a run showed.
func (s *Scout) Learn(shown Shown) {
	s.size = s.size.Max(shown.Size)
	s.sites = append(s.sites, shown.sites...)
	slices.Sort(s.sites)
	s.sites = slices.Compact(s.sites)
	for _, w := range shown.wants {
		s.add(w)
	}
}

// add takes a want that is new.
func (s *Scout) add(w want) {
	if k := (wantKey{w.site, w.turn, w.also.site}); !s.known[k] {
		s.known[k] = true
		s.wants = append(s.wants, w)
	}
}
