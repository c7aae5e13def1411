package hook

import "math/bits"

// A Seed says which operations of a run are disturbed, and for how long (perturb.go). This file is shared by the hooks, which do so,
// and by the hunt, which looks for a seed that says what it wants. It uses nothing but the language and math/bits.
//
// The lowest bits are a code of how many hook points, or sites of such, a run has; the bit above them says which of the two. The
// rest is the choice.
type Seed uint64

const (
	SeedSizeBits = 7
	SeedBySite   = 1 << SeedSizeBits // with no size: by goroutine

	// MostDisturbances is how many a run gets at most.
	MostDisturbances = 3

	// Delays begin at ShortestDelay ns, and each doubling up to the last is as likely as the next: so of two delayed goroutines
	// either may come first, and a loop of some ten thousand operations may end meanwhile.
	ShortestDelay = 50_000
	DelayDoubles  = 10

	// LeastSites is among how many sites one is chosen at the least.
	LeastSites = 4
)

// SeedSize is the number that a code stands for: quarter steps between powers of two.
func SeedSize(code uint64) uint64 { return max((4+code%4)<<min(code/4, 50)>>2, 1) }

// Among is how many hook points or sites the run has by the seed.
func (s Seed) Among() uint64 { return SeedSize(uint64(s) % SeedBySite) }

// Points are the numbers, from 1, of the hook points that are disturbed, of n; 0 is none. Half of the numbers are chosen evenly among
// all, half so that each power of two is as likely as the next: the order at the beginning decides much, also in a long run.
func (s Seed) Points(n uint64) (points [MostDisturbances]uint64) {
	r := Random(s)
	for i := range MostDisturbances - r.Below(MostDisturbances) {
		most := n
		if r.Below(2) == 0 {
			most = min(most, 2<<r.Below(uint64(bits.Len64(most))))
		}
		points[i] = 1 + r.Below(most)
	}
	return points
}

// Site tells whether a site is one of the chosen, about one to four of all, and the turn at which it is disturbed: half of the time
// the first, a quarter of the time one of the first two, and so on. What follows of the disturbance comes from r.
//
//go:norace
func (s Seed) Site(site uint32) (turn uint64, r Random, chosen bool) {
	r = Random(s) + Random(site)<<32
	if r.Below(max(s.Among(), LeastSites)) > uint64(s)>>(SeedSizeBits+1)%4 {
		return 0, r, false
	}
	turns, coin := uint64(1), r.Next()
	for ; coin&1 == 0 && turns < 1<<16; coin >>= 1 {
		turns *= 2
	}
	return 1 + r.Below(turns), r, true
}

// Number is what the disturbance of the n-th hook point comes from.
//
//go:norace
func (s Seed) Number(n uint64) Random { return Random(uint64(s) ^ n) }

// Delay is how long a disturbance lasts, in ns: between a doubling of shortest and the next one, or 0, which stands for yields alone.
//
//go:norace
func (r *Random) Delay(shortest int64, doubles uint64) int64 {
	if r.Below(8) == 0 {
		return 0
	}
	delay := shortest << r.Below(doubles+1)
	return delay + int64(r.Below(uint64(delay)))
}

// Random is SplitMix64 by Sebastiano Vigna: small, and good enough to spread.
type Random uint64

// Next is the next number.
//
//go:norace
func (r *Random) Next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Below is the next number, below n.
//
//go:norace
func (r *Random) Below(n uint64) uint64 { return r.Next() % n }
