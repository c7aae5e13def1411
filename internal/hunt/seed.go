package hunt

import (
	"math/bits"
	"math/rand/v2"

	"github.com/trace-viz/trace-viz/tracer/hook"
)

// A seed tells all that hunt chooses for a run: which hook points are disturbed and how (hook.Seed), and on how many procs it
// runs. 0 is the run as it is. It says how many hook points the program comes to, or at how many sites, so that a seed is enough
// to do it again; seeds stay below 2^32, for people and for JSON.
const choiceBits = 24

// Size is how much a run of a program does.
type Size struct {
	Points int // hook points that it comes to; 0: not known
	Sites  int // lines of the source that these stand on
}

// Max is what is more of two runs of one program.
func (s Size) Max(t Size) Size { return Size{max(s.Points, t.Points), max(s.Sites, t.Sites)} }

// plainRuns is how many runs of a hunt have disturbances by site and by number alone: most of what can be found is found by
// these. What is not has to do with the order in which goroutines begin more often than not.
const plainRuns = 9

// Next is the seed of the n-th run of a hunt, counted from 1, which began with the seed base. Disturbances are chosen by
// site, and by number in each third run. After some such runs two of three are by goroutine, and the third one is by one of the others.
func Next(base uint64, n int, size Size) uint64 {
	if n <= 1 {
		return base
	}
	choice := rand.NewPCG(base, uint64(n)).Uint64() % (1 << choiceBits)
	seed := max(choice, 1) << (hook.SeedSizeBits + 1)
	bySite := n%3 != 0
	if n > plainRuns {
		if bySite {
			return seed | hook.SeedBySite
		}
		bySite = n%2 == 0
	}
	if bySite && size.Sites > 0 {
		return seed | hook.SeedBySite | sizeCode(size.Sites)
	}
	return seed | sizeCode(size.Points)
}

// sizeCode is the code of a number: a power of two and a quarter of the way to the next, rounded up. 0 is not known.
func sizeCode(number int) uint64 {
	if number <= 0 {
		return 0
	}
	n := uint64(number)
	power := uint64(bits.Len64(n)) - 1
	quarters := (4*n - 4<<power + 1<<power - 1) >> power
	return max(4*power+quarters, 1)
}

// Procs is the number of procs for a seed; 0 leaves it as it is.
func Procs(seed uint64) int {
	if seed == 0 {
		return 0
	}
	return []int{0, 0, 1, 2, 4, 0}[rand.NewPCG(seed, 0).Uint64()%6]
}
