//go:build tracevizhook

package hook

import (
	"internal/runtime/atomic"
	_ "unsafe" // for go:linkname
)

// What records cost is measured where they are written: the first firstSamples of them all, then one in sampleOneIn, chosen by
// chance, so that no pattern of the program's decides. A record that is not measured pays a load and a random number.
const (
	firstSamples = 256
	sampleOneIn  = 1024

	// longestSample is what a record can take, in ns. What seems to take longer was interrupted: the thread or the world was stopped.
	longestSample = 100_000
)

var (
	samples   atomic.Uint64 // records measured
	firstTime atomic.Uint64 // ns of the first ones
	laterTime atomic.Uint64 // ns of the others
	firstN    atomic.Uint64 // how many there are in firstTime and laterTime
	laterN    atomic.Uint64
	clockTime int64 // ns that asking the clock takes; written once, before main
)

//go:linkname cheaprand runtime.cheaprand
func cheaprand() uint32

// calibrate finds out what asking the clock costs, which is no part of a record.
func calibrate() {
	clockTime = longestSample
	for range 32 {
		began := nanotime()
		clockTime = min(clockTime, nanotime()-began)
	}
}

// sample returns the time if the record that is about to be written shall be measured, else 0.
//
//go:norace
func sample() int64 {
	if samples.Load() >= firstSamples && cheaprand()%sampleOneIn != 0 {
		return 0
	}
	return nanotime()
}

// sampled notes what a record took that was begun at that time.
//
//go:norace
func sampled(began int64) {
	took := max(nanotime()-began-clockTime, 0)
	if took > longestSample {
		return
	}
	if samples.Add(1) <= firstSamples {
		firstTime.Add(took)
		firstN.Add(1)
		return
	}
	laterTime.Add(took)
	laterN.Add(1)
}

// sayCost tells how many records were measured, how many they stand for, and what these took, and returns the first.
func sayCost() uint64 {
	n := samples.Load()
	events, ns := firstN.Load()+laterN.Load()*sampleOneIn, firstTime.Load()+laterTime.Load()*sampleOneIn
	say("cost " + decimal(int(n)) + " " + decimal(int(events)) + " " + decimal(int(ns)) + "\n")
	return n
}
