package server

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
)

func spansRow(n int, width float64) index.Row {
	r := index.Row{Key: "g0", Enc: index.EncSpans}
	for i := range n {
		r.Start = append(r.Start, float64(i)*width)
		r.End = append(r.End, float64(i+1)*width)
		r.Info = append(r.Info, 0)
		r.State = append(r.State, uint8(1+i%3))
	}
	return r
}

func levelRow(n int, rnd *rand.Rand) index.Row {
	r := index.Row{Key: "o0", Enc: index.EncLevel}
	for i := range n {
		r.Start = append(r.Start, float64(i))
		r.Level, r.SendQ, r.RecvQ = append(r.Level, rnd.Uint32N(9)), append(r.SendQ, rnd.Uint32N(3)), append(r.RecvQ, rnd.Uint32N(3))
	}
	return r
}

// TestFitRows holds answers to their bound whatever the rows are, and leaves small rows alone.
func TestFitRows(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ dense, levels, small, px int }{{0, 0, 500, 8192}, {10, 0, 10, 8192}, {500, 0, 0, 1000}, {1, 1, 300, 100}, {100, 100, 0, 2000}, {0, 1, 0, 1}} {
		var rows []index.Row
		for range c.dense {
			rows = append(rows, spansRow(4*c.px, 1))
		}
		for range c.levels {
			rows = append(rows, levelRow(2*c.px, rnd))
		}
		for range c.small {
			rows = append(rows, spansRow(3, float64(c.px)))
		}
		small := spansRow(3, float64(c.px))
		fitRows(rows, span{0, float64(4 * c.px)}, c.px, maxWindow-windowHeader)
		sum := 0
		for i := range rows {
			sum += rowSize(&rows[i])
		}
		if sum > maxWindow-windowHeader {
			t.Errorf("%+v: %d bytes", c, sum)
		}
		for _, r := range rows[c.dense+c.levels:] {
			if r.Enc != index.EncSpans || !slices.Equal(r.Start, small.Start) {
				t.Errorf("%+v: a small row was changed", c)
				break
			}
		}
	}
}

func TestToTexture(t *testing.T) {
	r := index.Row{Key: "g0", Enc: index.EncSpans, Start: []float64{-10, 12, 23, 26, 39, 55}, End: []float64{12, 23, 26, 35, 39, 100}, State: []uint8{1, 3, 3, 4, 9, 2 | index.ForeverBit}}
	toTexture(&r, span{0, 60}, 6)
	if want := []uint8{1, 3, 3, 4, 0, 2 | index.ForeverBit}; !slices.Equal(r.State, want) {
		t.Errorf("states %v, want %v", r.State, want)
	}
	if want := []uint8{255, 255, 255, 128, 0, 128}; !slices.Equal(r.Cover, want) {
		t.Errorf("covers %v, want %v", r.Cover, want)
	}
	coarserTexture(&r)
	if want := []uint8{1, 3, 2 | index.ForeverBit}; !slices.Equal(r.State, want) {
		t.Errorf("coarser states %v, want %v", r.State, want)
	}
	empty := index.Row{Enc: index.EncSpans}
	toTexture(&empty, span{0, 60}, 6)
	if !slices.Equal(empty.State, make([]uint8, 6)) || !slices.Equal(empty.Cover, make([]uint8, 6)) {
		t.Errorf("an empty row became %v", empty)
	}
}

// TestCoarserLevelKeepsPeaksAndEnds compares the coarser step function with the finer one: nowhere lower than it, never
// above its peak, and right at the end.
func TestCoarserLevelKeepsPeaksAndEnds(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		n := 1 + rnd.IntN(400)
		fine := levelRow(n, rnd)
		w, coarse := span{0, float64(n)}, fine
		coarserLevel(&coarse, w, 64)
		if len(coarse.Start) > 2*32 || !slices.IsSorted(coarse.Start) || coarse.Start[0] != fine.Start[0] {
			t.Fatalf("%d steps from %v", len(coarse.Start), coarse.Start[0])
		}
		if slices.Max(coarse.Level) != slices.Max(fine.Level) {
			t.Errorf("peak %d, want %d", slices.Max(coarse.Level), slices.Max(fine.Level))
		}
		at := func(r *index.Row, x float64) uint32 {
			i, ok := slices.BinarySearch(r.Start, x)
			if !ok {
				i--
			}
			return r.Level[i]
		}
		for i := range fine.Start {
			if at(&coarse, fine.Start[i]) < fine.Level[i] {
				t.Fatalf("at %v: level %d, was %d", fine.Start[i], at(&coarse, fine.Start[i]), fine.Level[i])
			}
		}
		if last := len(coarse.Level) - 1; coarse.Start[last] >= w.t1 && coarse.Level[last] != fine.Level[n-1] {
			t.Errorf("ends at %d, want %d", coarse.Level[last], fine.Level[n-1])
		}
	}
}
