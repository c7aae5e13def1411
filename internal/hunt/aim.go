package hunt

import (
	"math/bits"
	"math/rand/v2"
)

// A spot is where a goroutine shall be held back: when the program comes to a site for the turn-th time.
type spot struct {
	site   uint32
	turn   int   // from 1
	number int   // of all hook points, from 1
	hold   int64 // ns, at least
}

// What tracer/hook/perturb.go makes of a seed with siteBit.
const (
	shortestDelay    = 50_000 // ns
	delayDoubles     = 10
	longestHold      = shortestDelay << delayDoubles
	leastSites       = 4
	mostDisturbances = 3
)

// mostTries bounds the search for a seed. One try is some ns.
const mostTries = 1 << 21

// aim looks for a seed that holds goroutines back at the spots of w and, of the sites that a run comes to, at no other. So what a run
// learns from others needs no more than a seed to be done again. It is 0 when there is none among those that were tried.
func aim(w want, sites []uint32, base, n uint64) uint64 {
	if w.turn > mostTurns {
		return aimNumber(w.spot, base, n)
	}
	code := siteBit | sizeCode(max(len(sites), leastSites))
	r := rand.NewPCG(base, ^n)
	for range mostTries {
		choice := r.Uint64() % (1 << choiceBits) &^ 3 // one of all sites is chosen, on average
		if seed := max(choice, 4)<<(sizeBits+1) | code; hits(seed, w.spot) && Procs(seed) != 1 &&
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
		seed := max(r.Uint64()%(1<<choiceBits), 1)<<(sizeBits+1) | sizeCode(s.number)
		p, number := random(seed), among(seed%siteBit)
		if p.below(mostDisturbances) != mostDisturbances-1 { // there are more
			continue
		}
		if p.below(2) == 0 {
			number = min(number, 2<<p.below(uint64(bits.Len64(number))))
		}
		if 1+p.below(number) == uint64(s.number) && lasts(random(seed^uint64(s.number)), s.hold) && Procs(seed) != 1 {
			return seed
		}
	}
	return 0
}

func hitsOther(seed uint64, w want, sites []uint32) bool {
	for _, other := range sites {
		if other != w.site && other != w.also.site {
			if _, ok := chosen(seed, other); ok {
				return true
			}
		}
	}
	return false
}

// chosen tells whether the hooks disturb a site with a seed, and gives the random numbers with which they go on.
func chosen(seed uint64, site uint32) (random, bool) {
	r := random(seed + uint64(site)<<32)
	n := r.below(max(among(seed%siteBit), leastSites))
	return r, n <= seed>>(sizeBits+1)%4
}

// hits tells whether the hooks disturb a site in that turn, and about as long as they shall.
func hits(seed uint64, s spot) bool {
	r, ok := chosen(seed, s.site)
	if !ok {
		return false
	}
	turns, coin := uint64(1), r.next()
	for ; coin&1 == 0 && turns < 1<<16; coin >>= 1 {
		turns *= 2
	}
	return uint64(s.turn) == 1+r.below(turns) && lasts(r, s.hold)
}

// lasts tells whether a disturbance with these random numbers is as long as wanted, and not much longer.
func lasts(r random, hold int64) bool {
	if r.below(8) == 0 { // yields alone
		return false
	}
	delay := int64(shortestDelay) << r.below(delayDoubles+1)
	return delay >= hold && delay < 4*max(hold, shortestDelay)
}

// among is the number that a code stands for.
func among(code uint64) uint64 { return max((4+code%4)<<min(code/4, 50)>>2, 1) }

// random is SplitMix64, as the hooks have it.
type random uint64

func (r *random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (r *random) below(n uint64) uint64 { return r.next() % n }
