package hunt

import (
	"math/rand/v2"

	"github.com/trace-viz/trace-viz/tracer/hook"
)

// A spot is where a goroutine shall be held back: when the program comes to a site for the turn-th time.
type spot struct {
	site   uint32
	turn   int   // from 1
	number int   // of all hook points, from 1
	hold   int64 // ns, at least
}

// longestHold is about the longest delay that a seed can stand for.
const longestHold = hook.ShortestDelay << hook.DelayDoubles

// mostTries bounds the search for a seed. One try is some ns.
const mostTries = 1 << 21

// aim looks for a seed that holds goroutines back at the spots of w and, of the sites that a run comes to, at no other. So what a run
// learns from others needs no more than a seed to be done again. It is 0 when there is none among those that were tried.
func aim(w want, sites []uint32, base, n uint64) uint64 {
	if w.turn > mostTurns {
		return aimNumber(w.spot, base, n)
	}
	code := hook.SeedBySite | sizeCode(max(len(sites), hook.LeastSites))
	r := rand.NewPCG(base, ^n)
	for range mostTries {
		choice := r.Uint64() % (1 << choiceBits) &^ 3 // one of all sites is chosen, on average
		if seed := max(choice, 4)<<(hook.SeedSizeBits+1) | code; hits(seed, w.spot) && Procs(seed) != 1 &&
			(w.also.site == 0 || hits(seed, w.also)) && !hitsOther(seed, w, sites) {
			return seed
		}
	}
	return 0
}

// aimNumber is aim for what comes late in a loop: by the number of the hook point, and so for one spot alone.
func aimNumber(s spot, base, n uint64) uint64 {
	r := rand.NewPCG(base, ^n)
	for range mostTries {
		seed := max(r.Uint64()%(1<<choiceBits), 1)<<(hook.SeedSizeBits+1) | sizeCode(s.number)
		h := hook.Seed(seed)
		only := [hook.MostDisturbances]uint64{uint64(s.number)}
		if h.Points(h.Among()) == only && lasts(h.Number(uint64(s.number)), s.hold) && Procs(seed) != 1 {
			return seed
		}
	}
	return 0
}

func hitsOther(seed uint64, w want, sites []uint32) bool {
	for _, other := range sites {
		if other != w.site && other != w.also.site {
			if _, _, chosen := hook.Seed(seed).Site(other); chosen {
				return true
			}
		}
	}
	return false
}

// hits tells whether the hooks disturb a site in that turn, and about as long as they shall.
func hits(seed uint64, s spot) bool {
	turn, r, chosen := hook.Seed(seed).Site(s.site)
	return chosen && turn == uint64(s.turn) && lasts(r, s.hold)
}

// lasts tells whether a disturbance with these random numbers is as long as wanted, and not much longer.
func lasts(r hook.Random, hold int64) bool {
	delay := r.Delay(hook.ShortestDelay, hook.DelayDoubles)
	return delay >= hold && delay < 4*max(hold, hook.ShortestDelay)
}
