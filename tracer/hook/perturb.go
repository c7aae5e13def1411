//go:build tracevizhook

package hook

import (
	"internal/runtime/atomic"
	"internal/runtime/exithook"
	"runtime"
	"runtime/trace"
	"syscall"
	"unsafe"
)

// Perturbation. With a seed a run gets one to three disturbances at hook points, before the operation that the hook stands
// for: yields, or a delay that is long against the time which code needs from one operation to the next. So another order
// of the operations comes up, one that the program must bear anyway. Which operations are disturbed follows from the seed
// alone; what happens then is left to the scheduler, so a seed makes an order likely, not certain.
//
// There are three ways to choose them. By number: the n-th that the program comes to. By site: the n-th time that it comes to
// one line of the source, of few chosen ones; so a rare line of a program with a busy loop is as likely as the loop's. By
// goroutine: the first one of some goroutines, which then come late, as they do where cores are few; who gets ahead of a
// goroutine that was only just begun is what races for a signal, a close or a time-out are about.
// Operations that give something up (Unlock) are left alone: a delay before the next one does the same.

// EnvPerturb holds the seed. It is taken out of the environment at once: children of the program are not disturbed.
const EnvPerturb = "TRACEVIZ_PERTURB"

// mostDisturbances is how many a run gets at most.
const mostDisturbances = 3

// Delays begin at shortestDelay, and each doubling up to the last is as likely as the next: so of two delayed goroutines
// either may come first, and a loop of some ten thousand operations may end meanwhile.
const (
	shortestDelay = 50_000 // ns
	delayDoubles  = 10
)

// yieldTimes is how often a disturbed goroutine steps back for those that are ready.
const yieldTimes = 8

// A seed's lowest bits tell how many hook points, or sites of such, a run has (size); the bit above them, which of the two
// (internal/hunt/seed.go makes seeds). A seed without a size means unknownSize, or with siteBit that goroutines are chosen.
const (
	sizeBits    = 7
	siteBit     = 1 << sizeBits
	unknownSize = 48
)

var (
	perturbing bool // set once, before main; no operation costs more than this load while it is not
	seed       uint64
	bySite     bool
	byStart    bool
	starters   [startSlots]atomic.Uint64 // numbers of goroutines that were seen, at their remainder
	late       uint64                    // of which, counted from 1 as they come, are held back: one bit each
	among      uint64                    // how many hook points, or sites, there are
	points     [mostDisturbances]uint64  // numbers of the hook points, 0: none
	arrived    atomic.Uint64             // hook points so far
	arrivals   [256]atomic.Uint32        // the same by site
	begun      atomic.Uint64             // goroutines that came to a hook point
	disturbed  atomic.Uint32
)

func init() {
	text, ok := syscall.Getenv(EnvPerturb)
	if !ok {
		return
	}
	syscall.Unsetenv(EnvPerturb)
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return
		}
		seed = seed*10 + uint64(c-'0')
	}
	if seed != 0 {
		plan()
	}
}

// size is the number that a code stands for: quarter steps between powers of two.
func size(code uint64) uint64 {
	return max((4+code%4)<<min(code/4, 50)>>2, 1)
}

// startSlots is how many goroutines are remembered, and lookAt up to which hook point new ones are looked for.
const (
	startSlots = 1024
	lookAt     = 50_000
)

// Late goroutines are some of startWindow that begin one after another. They are held back for longer than it takes to begin the
// others, also on a busy machine.
const (
	startWindow   = 4
	shortestStart = 1_000_000 // ns
	startDoubles  = 6
)

// plan chooses the disturbances. Half of the numbers are chosen evenly among all, half so that each power of two is as
// likely as the next: the order at the beginning decides much, also in a long run.
func plan() {
	among, bySite = size(seed%siteBit), seed&siteBit != 0
	r := random(seed)
	if seed%siteBit == 0 {
		among, bySite, byStart = unknownSize, false, bySite
	}
	if byStart {
		skip := r.below(1 << r.below(4)) // none in half of the runs
		for range mostDisturbances - r.below(2) {
			late |= 1 << (skip + r.below(startWindow))
		}
		perturbing = true
		return
	}
	for i := range mostDisturbances - r.below(mostDisturbances) {
		n := among
		if r.below(2) == 0 {
			n = min(n, 2<<r.below(bitLen(n)))
		}
		points[i] = 1 + r.below(n)
	}
	perturbing = true
}

// bitLen is the number of binary digits of n.
func bitLen(n uint64) (digits uint64) {
	for ; n > 0; n >>= 1 {
		digits++
	}
	return digits
}

// random is SplitMix64 by Sebastiano Vigna: small, and good enough to spread.
type random uint64

//go:norace
func (r *random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

//go:norace
func (r *random) below(n uint64) uint64 { return r.next() % n }

// at is on at a hook point: one that other goroutines may get ahead of in a perturbed run. It costs one load more.
//
//go:norace
func at(site uint32) bool {
	if !trace.IsEnabled() {
		return false
	}
	if perturbing && site != 0 {
		perturb(site)
	}
	return true
}

// perturb decides whether this operation is disturbed.
//
//go:norace
func perturb(site uint32) {
	if disturbed.Load() >= mostDisturbances {
		return
	}
	if bySite {
		perturbSite(site)
		return
	}
	n := arrived.Add(1)
	if byStart {
		perturbStart(n)
		return
	}
	for _, p := range points {
		if p == n {
			disturb(random(seed ^ n))
			return
		}
	}
}

// perturbStart disturbs the first operation of a goroutine if it is one of those that come late. n is the number of the hook point.
//
//go:norace
func perturbStart(n uint64) {
	g := exithook.Goid()
	if n > lookAt || g == 1 || starters[g%startSlots].Load() == g {
		return // main was there before all others
	}
	starters[g%startSlots].Store(g)
	if k := begun.Add(1); k <= 64 && late>>(k-1)&1 != 0 {
		disturb(random(seed ^ k<<32))
	}
}

// perturbSite disturbs an operation if its site is one of the chosen, about one to four of all, and its turn has come: half of the
// time the first, a quarter of the time one of the first two, and so on.
//
//go:norace
func perturbSite(site uint32) {
	r := random(seed + uint64(site)<<32)
	if r.below(max(among, 4)) > seed>>(sizeBits+1)%4 {
		return
	}
	n := arrivals[site%uint32(len(arrivals))].Add(1)
	turns, coin := uint64(1), r.next()
	for ; coin&1 == 0 && turns < 1<<16; coin >>= 1 {
		turns *= 2
	}
	if uint64(n) == 1+r.below(turns) {
		disturb(r)
	}
}

// disturb holds the goroutine back. The delay is a system call and not a timer: its processor runs others meanwhile, and
// neither a fake clock nor the search for a deadlock sees a timer that the program does not have.
//
//go:norace
func disturb(r random) {
	if disturbed.Add(1) > mostDisturbances {
		return
	}
	for range yieldTimes {
		runtime.Gosched()
	}
	if r.below(8) == 0 {
		return
	}
	delay := int64(shortestDelay) << r.below(delayDoubles+1)
	if byStart {
		delay = shortestStart << r.below(startDoubles+1)
	}
	delay += int64(r.below(uint64(delay)))
	end := nanotime() + delay
	for left := delay; left > 0; left = end - nanotime() { // a signal ends the call early
		ts := syscall.NsecToTimespec(left)
		syscall.Syscall(syscall.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&ts)), 0, 0)
	}
}
