package hunt

import (
	"testing"

	"github.com/trace-viz/trace-viz/tracer/hook"
)

func TestSizeCodeRoundsUpByAQuarterAtMost(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 5, 9, 10, 11, 17, 63, 64, 65, 1000, 40_000, 1_000_001} {
		code := sizeCode(n)
		if code == 0 || code >= 1<<hook.SeedSizeBits {
			t.Fatalf("%d points: code %d is not in 1..127", n, code)
		}
		if got := hook.SeedSize(code); got < uint64(n) || got > uint64(n)+uint64(n)/4+1 {
			t.Errorf("%d points: code %d stands for %d", n, code, got)
		}
	}
	if got := sizeCode(0); got != 0 {
		t.Errorf("unknown number of points: code %d, want 0", got)
	}
}

func TestNextIsTheSameForTheSame(t *testing.T) {
	seen := map[uint64]int{}
	for n := 1; n <= 100; n++ {
		seed := Next(7, n, Size{12, 5})
		if again := Next(7, n, Size{12, 5}); again != seed {
			t.Fatalf("run %d: seed %d, then %d", n, seed, again)
		}
		want, bySite := sizeCode(12), uint64(hook.SeedBySite)|sizeCode(5)
		switch {
		case n > plainRuns && n%3 != 0:
			want = hook.SeedBySite
		case n > plainRuns && n%2 == 0, n <= plainRuns && n%3 != 0:
			want = bySite
		}
		if n > 1 && (seed == 0 || seed >= 1<<32 || seed%(2*hook.SeedBySite) != want) {
			t.Errorf("run %d: seed %d is not below 2^32 with the number of points or sites in it", n, seed)
		}
		seen[seed]++
	}
	if len(seen) < 99 {
		t.Errorf("100 runs have only %d different seeds", len(seen))
	}
	if got := Next(7, 1, Size{12, 5}); got != 7 {
		t.Errorf("the first run has seed %d, wanted that of the user, 7", got)
	}
}

func TestProcsComeFromTheSeed(t *testing.T) {
	if got := Procs(0); got != 0 {
		t.Errorf("the run as it is has %d procs, wanted those of the machine (0)", got)
	}
	seen := map[int]bool{}
	for n := 2; n < 50; n++ {
		seen[Procs(Next(1, n, Size{30, 0}))] = true
	}
	for _, want := range []int{0, 1, 2, 4} {
		if !seen[want] {
			t.Errorf("none of 48 seeds runs on %d procs", want)
		}
	}
}
