package hunt

import (
	"testing"

	"github.com/trace-viz/trace-viz/internal/tracetest"
)

// looked is what a run of a few lines is worth.
func looked(t *testing.T, text string) ([]uint32, []want) {
	t.Helper()
	_, sites := tracetest.Trace(t, text)
	return look(tracetest.Index(t, text), sites)
}

// Two goroutines take two locks in both orders, one after the other.
const crossed = `
site lock main.go:5 a sync.Mutex
site lock main.go:6 b sync.Mutex
site lock main.go:11 b sync.Mutex
site lock main.go:12 a sync.Mutex
main go one main.one main.go:2
main go two main.two main.go:3
main end
one start 0
one lock a @main.go:5
one lock b @main.go:6
one unlock b @main.go:7
one unlock a @main.go:8
one end
two start 0
two lock b @main.go:11
two lock a @main.go:12
two unlock a @main.go:13
two unlock b @main.go:14
two end
`

func TestLookSeesLocksInBothOrders(t *testing.T) {
	reached, wants := looked(t, crossed)
	if len(reached) != 4 {
		t.Errorf("got sites %v, wanted the four Lock calls", reached)
	}
	for _, w := range wants {
		if w.site == reached[1] && w.turn == 1 && w.why == whileHolding {
			return
		}
	}
	t.Errorf("got %+v, wanted one that holds back the second lock of the first goroutine", wants)
}

// What one goroutine does before it spawns the other can't come after it.
const ordered = `
site lock main.go:5 a sync.Mutex
site lock main.go:11 a sync.Mutex
main lock a @main.go:5
main unlock a @main.go:6
main go two main.two main.go:3
main end
two start 0
two lock a @main.go:11
two unlock a @main.go:12
two end
`

func TestLookLeavesWhatIsOrdered(t *testing.T) {
	if _, wants := looked(t, ordered); len(wants) > 0 {
		t.Errorf("got %+v, wanted nothing: the second lock comes after the spawn", wants)
	}
}

func TestScoutTurnsAroundThenGoesBlind(t *testing.T) {
	reached, wants := looked(t, crossed)
	var seeds [2][]uint64
	for i := range seeds {
		s := NewScout(5)
		for n := 1; n <= 40; n++ {
			seeds[i] = append(seeds[i], s.Seed(n))
			s.Learn(Shown{Size: Size{4, 4}, sites: reached, wants: wants})
		}
	}
	for n := range seeds[0] {
		if seeds[0][n] != seeds[1][n] {
			t.Fatalf("run %d: seed %d, then %d of the same hunt", n+1, seeds[0][n], seeds[1][n])
		}
	}
	if blind := Next(5, 5, Size{4, 4}); seeds[0][0] != 5 || seeds[0][4] != blind {
		t.Errorf("got seeds %v, wanted that of the user first and a blind one in run 5, %d", seeds[0], blind)
	}
	if !hits(seeds[0][1], wants[0].spot) && seeds[0][1] == Next(5, 2, Size{4, 4}) {
		t.Errorf("run 2 is blind, wanted one of %+v", wants)
	}
	if last := Next(5, 40, Size{4, 4}); seeds[0][39] != last {
		t.Errorf("run 40 has seed %d, wanted the blind %d: nothing is left to turn around", seeds[0][39], last)
	}
}
