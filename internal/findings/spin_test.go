package findings

import "testing"

// TestTryPauses goes on with a row of tries over a pause in which the system may have taken the core away, and begins anew
// after one that comes too often for that.
func TestTryPauses(t *testing.T) {
	for _, c := range []struct {
		name         string
		slice        int // tries between two pauses
		tries, spun  int64
		wantAsPauses int
	}{
		{"a time slice", 500, 1500, 1497 * 2000, 2},
		{"few tries and then work", 100, 100, 99 * 2000, 0},
	} {
		h := &history{tries: make([]tryRun, 1), spins: make([]tryRun, 1)}
		at := int64(0)
		for i := range 1500 {
			if at += 2000; i > 0 && i%c.slice == 0 {
				at += 5_000_000
			}
			h.try(i, 0, at)
		}
		if s := h.spins[0]; int64(s.n) != c.tries || s.spun() != c.spun || s.pauses != c.wantAsPauses {
			t.Errorf("%s: got %d tries, %d ns without %d pauses, wanted %d, %d, %d", c.name, s.n, s.spun(), s.pauses, c.tries, c.spun, c.wantAsPauses)
		}
	}
}
