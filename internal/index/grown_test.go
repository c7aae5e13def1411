package index_test

import (
	"bytes"
	"slices"
	"sync"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
)

// TestGrown takes snapshots while a trace is read, within generations too: each is a beginning of the whole, and may be
// used while the reading goes on.
func TestGrown(t *testing.T) {
	data := mixed(t, 400e3)
	var snaps []*index.Index
	var last index.Progress
	var wg sync.WaitGroup
	ix, err := index.Read(bytes.NewReader(data), int64(len(data)), index.Options{Grown: func(p index.Progress, snapshot func() *index.Index) {
		if p.Events < last.Events || p.ReadBytes < last.ReadBytes || p.TotalBytes != int64(len(data)) {
			t.Errorf("progress %+v after %+v of %d bytes", p, last, len(data))
		}
		if last = p; p.Events < 10_000*(len(snaps)+1) {
			return
		}
		s := snapshot()
		if s.NumEvents() != p.Events || s.Ended() {
			t.Errorf("a snapshot of %d events, ended %v; want %d that go on", s.NumEvents(), s.Ended(), p.Events)
		}
		snaps = append(snaps, s)
		wg.Go(func() {
			s.Overview(100)
			s.Window(0, s.Duration(), 200, []index.RowKey{"p0", "g0", "g1"})
			s.State(s.NumEvents() - 1)
			s.Flows(0, s.Duration(), -1, 100)
		})
	}})
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if len(snaps) < 2 || last.Events > ix.NumEvents() {
		t.Fatalf("%d snapshots, the last word at %d of %d events", len(snaps), last.Events, ix.NumEvents())
	}
	for _, s := range snaps {
		if err := index.Validate(s); err != nil {
			t.Error(err)
		}
		for i := 0; i < s.NumEvents(); i += 97 {
			if got, want := s.Event(i), ix.Event(i); got != want {
				t.Fatalf("snapshot of %d events: event %d is %+v, later %+v", s.NumEvents(), i, got, want)
			}
		}
	}
}

// TestFiles finds the files of all events in their order, be it at once or bit by bit.
func TestFiles(t *testing.T) {
	ix := mustRead(t, mixed(t, 200e3))
	var want []string
	for i := range ix.NumEvents() {
		if f := ix.Event(i).Site.File; f != "" && !slices.Contains(want, f) {
			want = append(want, f)
		}
	}
	for _, step := range []int{1000, ix.NumEvents()} {
		var got []string
		var seen []bool
		for at := 0; at < ix.NumEvents(); at += step {
			seen = ix.Files(at, min(at+step, ix.NumEvents()), seen, func(f string) {
				if !slices.Contains(got, f) {
					got = append(got, f)
				}
			})
		}
		if !slices.Equal(got, want) || len(want) == 0 {
			t.Errorf("%d events at a time: got %v, want %v", step, got, want)
		}
	}
}

// TestSample picks numbers in ascending order, no more than it may, from the beginning to the end.
func TestSample(t *testing.T) {
	for _, c := range [][2]int{{0, 10}, {10, 10}, {11, 10}, {1000, 3}, {100_000, 64}, {1_000_000, 10_000}, {5, 0}} {
		n, limit := c[0], c[1]
		var got []int
		index.Sample(n, limit, func(i int) { got = append(got, i) })
		if len(got) > limit || n <= limit && len(got) != n || n > 0 && limit > 0 && len(got) == 0 {
			t.Errorf("%d of %d: got %d", limit, n, len(got))
		}
		for i, v := range got {
			if v < 0 || v >= n || i > 0 && v <= got[i-1] {
				t.Fatalf("%d of %d: %d stands at %d of the sample", limit, n, v, i)
			}
		}
		if k := len(got); k > 1000 && (got[0] > n/100 || got[k-1] < n*98/100) {
			t.Errorf("%d of %d: from %d to %d", limit, n, got[0], got[k-1])
		}
	}
}

// TestFlowsOfMuch asks for the flows of more events than are looked at: each kind is there, in order, over the whole time.
func TestFlowsOfMuch(t *testing.T) {
	ix := mustRead(t, mixed(t, 1e6))
	if ix.NumEvents() < 1<<17 {
		t.Fatalf("%d events are too few for this test", ix.NumEvents())
	}
	d := ix.Duration()
	list := ix.Flows(0, d, -1, 500)
	kinds := map[string]int{}
	for i, f := range list {
		kinds[f.Kind]++
		if i > 0 && f.T0 < list[i-1].T0 {
			t.Errorf("a flow at %d stands after one at %d", f.T0, list[i-1].T0)
		}
	}
	if len(list) != 500 || kinds["wake"] == 0 || kinds["spawn"] == 0 || list[0].T0 > d/5 || list[499].T0 < d*4/5 {
		t.Errorf("%d flows from %d to %d of %d: %v", len(list), list[0].T0, list[len(list)-1].T0, d, kinds)
	}
}

func BenchmarkFlows(b *testing.B) {
	data := mixed(b, benchSize)
	ix, err := index.Read(bytes.NewReader(data), int64(len(data)), index.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		ix.Flows(0, ix.Duration(), -1, 200)
	}
}
