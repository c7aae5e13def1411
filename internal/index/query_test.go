package index_test

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

// A span is a stretch of a goroutine's life in one state.
type span struct {
	t0, t1 int64
	state  uint8
}

// spansOf walks the events for the spans of every goroutine.
func spansOf(ix *index.Index) [][]span {
	all := make([][]span, ix.NumGoroutines())
	r := newReplay(ix)
	since := map[index.GID]int64{}
	for i := range ix.NumEvents() {
		e := ix.Event(i)
		g := e.G
		if e.Other >= 0 {
			g = e.Other
		}
		before, lived := r.state[g]
		r.step(e)
		_, lives := r.state[g]
		if g < 0 || r.since[g] != i && lives {
			continue
		}
		if lived && (r.since[g] == i || !lives) {
			all[g] = append(all[g], span{since[g], e.Time, before})
		}
		since[g] = e.Time
	}
	for g, s := range r.state {
		all[g] = append(all[g], span{since[g], ix.Duration(), s})
	}
	return all
}

func overlap(s span, t0, t1 int64) int64 { return max(0, min(s.t1, t1)-max(s.t0, t0)) }

// TestQueries holds windows, textures, sums and the overview of a recorded program against sums of single spans.
func TestQueries(t *testing.T) {
	ix := mustRead(t, mixed(t, 400e3))
	checkReplay(t, ix)
	all := spansOf(ix)
	d := ix.Duration()
	windows := [][2]int64{{0, d}, {d / 3, d / 2}, {d / 5, d/5 + 1000}, {d - 1, d + 5000}, {-100, 50}}
	for g, spans := range all {
		for _, w := range windows {
			var want [index.NumStates]int64
			for _, s := range spans {
				want[s.state] += overlap(s, w[0], w[1])
			}
			if got := ix.TimeByState(index.GID(g), w[0], w[1]); got != want {
				t.Fatalf("goroutine %d from %d to %d: got %v, want %v", g, w[0], w[1], got, want)
			}
		}
		for _, px := range []int{1, 7, 1600} {
			checkRow(t, ix.Window(0, d, px, []index.RowKey{index.RowKey("g" + strconv.Itoa(g))})[0], spans, d, px)
		}
	}
	checkOverview(t, ix, all)
	checkSteps(t, ix)
	checkLanes(t, ix, all)
}

// checkRow compares a goroutine's row with its spans.
func checkRow(t *testing.T, r index.Row, spans []span, d int64, px int) {
	t.Helper()
	if r.Enc == index.EncSpans {
		if len(r.State) != len(spans) || len(spans) > 4*px {
			t.Fatalf("%s: %d spans at %d px, want %d", r.Key, len(r.State), px, len(spans))
		}
		for i, s := range spans {
			if int64(r.Start[i]) != s.t0 || int64(r.End[i]) != s.t1 || r.State[i]&^index.ForeverBit != s.state {
				t.Fatalf("%s: span %d is %v to %v in %d, want %+v", r.Key, i, r.Start[i], r.End[i], r.State[i], s)
			}
		}
		return
	}
	if len(r.State) != px || len(r.Cover) != px || len(spans) < 4*px {
		t.Fatalf("%s: a texture of %d pixels for %d spans at %d px", r.Key, len(r.State), len(spans), px)
	}
	w := float64(d) / float64(px)
	for x := range px {
		t0, t1 := int64(w*float64(x)), int64(w*float64(x+1))
		var sum [index.NumStates]int64
		for _, s := range spans {
			sum[s.state] += overlap(s, t0, t1)
		}
		if best := slices.Max(sum[:]); sum[r.State[x]] != best {
			t.Fatalf("%s: pixel %d shows state %d with %d ns, one has %d", r.Key, x, r.State[x], sum[r.State[x]], best)
		}
	}
}

// checkOverview compares the overview with the spans of all goroutines.
func checkOverview(t *testing.T, ix *index.Index, all [][]span) {
	t.Helper()
	const px = 50
	o := ix.Overview(px)
	w := float64(ix.Duration()) / px
	for s := range index.NumStates {
		if o.States[s] == nil {
			continue
		}
		for x := range px {
			want := 0.0
			for _, spans := range all {
				for _, sp := range spans {
					if int(sp.state) == s {
						want += max(0, min(float64(sp.t1), w*float64(x+1))-max(float64(sp.t0), w*float64(x)))
					}
				}
			}
			if math.Abs(o.States[s][x]-want) > 1 {
				t.Fatalf("state %d, pixel %d: got %.1f ns, want %.1f", s, x, o.States[s][x], want)
			}
		}
	}
}

// checkSteps compares EventAt, Step and the lists of events with a walk over all events.
func checkSteps(t *testing.T, ix *index.Index) {
	t.Helper()
	last := map[index.GID]int{}
	for i := range min(ix.NumEvents(), 5000) {
		e := ix.Event(i)
		if got := ix.EventAt(e.Time); got != i {
			t.Fatalf("EventAt(%d) is %d, want %d", e.Time, got, i)
		}
		if got := ix.EventAt(e.Time - 1); got != i-1 && ix.Event(got).Time != e.Time-1 {
			t.Fatalf("EventAt(%d) is %d, want %d", e.Time-1, got, i-1)
		}
		for _, g := range []index.GID{e.G, e.Other} {
			if g < 0 {
				continue
			}
			if prev, ok := last[g]; ok {
				if a, b := ix.Step(i, -1, g, -1), ix.Step(prev, 1, g, -1); a != prev || b != i {
					t.Fatalf("goroutine %d: the step back from %d leads to %d, that on from %d to %d", g, i, a, prev, b)
				}
			}
			last[g] = i
		}
	}
	n := ix.NumEvents()
	for _, c := range [][3]int{{-1, 1, 0}, {0, -1, -1}, {n - 1, 1, -1}, {n, -1, n - 1}, {5, 1, 6}, {5, -1, 4}} {
		if got := ix.Step(c[0], c[1], -1, -1); got != c[2] {
			t.Errorf("Step(%d, %d) is %d, want %d", c[0], c[1], got, c[2])
		}
	}
}

// checkLanes checks that a goroutine runs on one proc at most, and that each running span is on a proc's lane.
func checkLanes(t *testing.T, ix *index.Index, all [][]span) {
	t.Helper()
	onProc := make([]int64, len(all))
	for _, p := range ix.Procs() {
		row := ix.Window(0, ix.Duration(), 1<<14, []index.RowKey{index.RowKey("p" + strconv.Itoa(p.ID))})[0]
		if row.Enc != index.EncSpans {
			continue
		}
		busy, joined := 0.0, 0.0
		for i := range row.State {
			if i > 0 && row.Start[i] < row.End[i-1] {
				t.Fatalf("proc %d: span %d begins before the last one ends", p.ID, i)
			}
			busy += row.End[i] - row.Start[i]
			if row.Info[i] == 0 {
				joined += row.End[i] - row.Start[i] // short gaps between runs of the runtime's own goroutines are closed
			}
			if g := row.Info[i]; g > 0 {
				onProc[g-1] += int64(row.End[i] - row.Start[i])
			}
		}
		// Short gaps between runs of the runtime's goroutines are not shown, so the spans may take a little longer.
		slack := float64(ix.Duration()) / 1e6
		if want := p.Busy * float64(ix.Duration()); busy < want-slack-1 || busy > want*1.02+slack+1 {
			t.Errorf("proc %d: busy for %.0f ns, its spans for %.0f", p.ID, want, busy)
		}
	}
	for g, ns := range onProc {
		sum := ix.TimeByState(index.GID(g), 0, ix.Duration())
		if ran := sum[index.StateRunning] + sum[index.StateSyscall] + sum[index.StateGC]; ns > ran {
			t.Errorf("goroutine %d: on procs for %d ns, runs for %d", g, ns, ran)
		}
	}
}

// TestObjectRows reads the rows of a channel and of a lock, the flows, and the sums of a small trace.
func TestObjectRows(t *testing.T) {
	ix := tracetest.Index(t, threeGenerations)
	objs := ix.Objects()
	if len(objs) != 2 || objs[0].Name != "jobs" || objs[1].Kind != index.KindMutex {
		t.Fatalf("objects: %+v", objs)
	}
	row := ix.Window(0, ix.Duration(), 1600, []index.RowKey{"o0"})[0]
	if row.Enc != index.EncLevel || !slices.Equal(row.Level, levels(ix, row)) || slices.Max(row.Level) != 1 || slices.Max(row.RecvQ) != 1 {
		t.Errorf("the channel's row: %+v", row)
	}
	coarse := ix.Window(0, ix.Duration(), 1, []index.RowKey{"o0"})[0]
	if len(coarse.Level) != 2 || coarse.Level[1] != 1 {
		t.Errorf("the channel's row at one pixel: %+v", coarse)
	}
	lock := ix.Window(0, ix.Duration(), 1600, []index.RowKey{"o1"})[0]
	if len(lock.Start) != 1 || lock.Info[0] != 2 || lock.State[0] != 0 {
		t.Errorf("the lock's row: %+v", lock)
	}
	var kinds []string
	for _, f := range ix.Flows(0, ix.Duration(), -1, 100) {
		kinds = append(kinds, f.Kind)
		if f.T1 < f.T0 || f.From == f.To || f.Event < f.FromEvent || f.Kind == "message" && (f.K < 1 || f.Obj != 0) {
			t.Errorf("flow %+v", f)
		}
	}
	slices.Sort(kinds)
	if want := []string{"message", "message", "message", "spawn", "spawn", "wake", "wake"}; !slices.Equal(kinds, want) {
		t.Errorf("flows: got %v, want %v", kinds, want)
	}
	if few := ix.Flows(0, ix.Duration(), -1, 3); len(few) != 3 {
		t.Errorf("%d flows, want 3", len(few))
	}
	sums := ix.ObjectSums()
	if sums[0].Messages != 3 || sums[0].Waits != 2 || sums[0].BlockedNS == 0 || sums[1].HeldNS == 0 {
		t.Errorf("sums: %+v", sums)
	}
	for _, e := range ix.Edges() {
		if e.G == 0 && e.Obj == 0 && (e.Ops["send"] != 3 || e.Ops["close"] != 1 || e.Ops["make"] != 1 || len(e.Ops) != 3) {
			t.Errorf("main uses jobs: %v", e.Ops)
		}
	}
	c := ix.Counts()
	want := index.Counts{Events: ix.NumEvents(), Goroutines: 3, Channels: 1, Locks: 1, Messages: 3, Spawns: 2, Processes: 1}
	if c != want {
		t.Errorf("counts: got %+v, want %+v", c, want)
	}
}

// levels asks State for the level at every step of a row.
func levels(ix *index.Index, row index.Row) []uint32 {
	var list []uint32
	for _, t := range row.Start {
		n := 0
		for _, c := range ix.State(ix.EventAt(int64(t))).Chans {
			if c.Obj == 0 {
				n = len(c.Buf)
			}
		}
		list = append(list, uint32(n))
	}
	return list
}
