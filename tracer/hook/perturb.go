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

// yieldTimes is how often a disturbed goroutine steps back for those that are ready.
const yieldTimes = 8

// unknownSize is how many hook points a run has by a seed that does not say.
const unknownSize = 48

var (
	perturbing bool // set once, before main; no operation costs more than this load while it is not
	seed       Seed
	bySite     bool
	byStart    bool
	starters   [startSlots]atomic.Uint64 // numbers of goroutines that were seen, at their remainder
	late       uint64                    // of which, counted from 1 as they come, are held back: one bit each
	points     [MostDisturbances]uint64  // numbers of the hook points, 0: none
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
		seed = seed*10 + Seed(c-'0')
	}
	if seed != 0 {
		plan()
	}
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

// plan chooses what is chosen before the run. internal/hunt/seed.go makes seeds.
func plan() {
	known := seed%SeedBySite != 0
	bySite, byStart = known && seed&SeedBySite != 0, !known && seed&SeedBySite != 0
	r := Random(seed)
	switch {
	case byStart:
		skip := r.Below(1 << r.Below(4)) // none in half of the runs
		for range MostDisturbances - r.Below(2) {
			late |= 1 << (skip + r.Below(startWindow))
		}
	case known:
		points = seed.Points(seed.Among())
	default:
		points = seed.Points(unknownSize)
	}
	perturbing = true
}

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
	if disturbed.Load() >= MostDisturbances {
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
			disturb(seed.Number(n))
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
		disturb(seed.Number(k << 32))
	}
}

// perturbSite disturbs an operation if its site is one of the chosen and its turn has come.
//
//go:norace
func perturbSite(site uint32) {
	turn, r, chosen := seed.Site(site)
	if chosen && uint64(arrivals[site%uint32(len(arrivals))].Add(1)) == turn {
		disturb(r)
	}
}

// disturb holds the goroutine back. The delay is a system call and not a timer: its processor runs others meanwhile, and
// neither a fake clock nor the search for a deadlock sees a timer that the program does not have.
//
//go:norace
func disturb(r Random) {
	if disturbed.Add(1) > MostDisturbances {
		return
	}
	for range yieldTimes {
		runtime.Gosched()
	}
	shortest, doubles := int64(ShortestDelay), uint64(DelayDoubles)
	if byStart {
		shortest, doubles = shortestStart, startDoubles
	}
	delay := r.Delay(shortest, doubles)
	end := nanotime() + delay
	for left := delay; left > 0; left = end - nanotime() { // a signal ends the call early
		ts := syscall.NsecToTimespec(left)
		syscall.Syscall(syscall.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&ts)), 0, 0)
	}
}
