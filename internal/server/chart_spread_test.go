package server

import (
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
)

func TestStepOf(t *testing.T) {
	for ns, want := range map[int64]string{0: "< 100 ns", 99: "< 100 ns", 100: "< 200 ns", 1999: "< 2 µs", 2000: "< 5 µs", 1e12: "< 500 s"} {
		if got := stepName(stepOf(ns)); got != want {
			t.Errorf("%d ns: got %q, wanted %q", ns, got, want)
		}
	}
}

func TestQuantile(t *testing.T) {
	values := []int64{40, 10, 30, 20}
	for share, want := range map[float64]int64{0: 10, 0.5: 20, 0.75: 30, 0.95: 40, 1: 40} {
		if got := quantile(values, share); got != want {
			t.Errorf("%v: got %d, wanted %d", share, got, want)
		}
	}
}

// The stretches in which a lock was held add up to the time that the index tells for it.
func TestHoldsAddUp(t *testing.T) {
	ix := makeRecording(t).View().Index
	sums := map[index.OID]int64{}
	for o := range ix.Objects() {
		ix.Holds(index.OID(o), func(_ index.GID, t0, t1 int64) { sums[index.OID(o)] += t1 - t0 })
	}
	held := 0
	for _, s := range ix.ObjectSums() {
		if s.HeldNS > 0 {
			held++
		}
		if sums[s.Obj] != s.HeldNS {
			t.Errorf("%s: the stretches add up to %d ns, wanted %d", ix.Objects()[s.Obj].Name, sums[s.Obj], s.HeldNS)
		}
	}
	if held == 0 {
		t.Error("no lock was held in the recording")
	}
}
