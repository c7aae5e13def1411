package index_test

import (
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
)

// EachBrief tells what Brief does, of each event of the kinds that are wanted, once and in order.
func TestEachBrief(t *testing.T) {
	ix := mustRead(t, mixed(t, 3e5))
	var wanted [256]bool
	for _, k := range []index.EventKind{index.KindSpawn, index.KindSend, index.KindRecvDone, index.KindLock, index.KindSelect} {
		wanted[k] = true
	}
	next := 0
	skip := func(to int) {
		for ; next < to; next++ {
			if wanted[ix.Brief(next).Kind] {
				t.Fatalf("event %d, %v, was not told", next, ix.Brief(next).Kind)
			}
		}
	}
	told := 0
	ix.EachBrief(&wanted, func(ev int, b index.Brief) {
		skip(ev)
		next++
		told++
		if want := ix.Brief(ev); b != want || !wanted[b.Kind] {
			t.Fatalf("event %d: got %+v, want %+v", ev, b, want)
		}
		if e := ix.Event(ev); b.Kind == index.KindSpawn && b.New != e.Other {
			t.Fatalf("event %d: spawns %d, want %d", ev, b.New, e.Other)
		}
	})
	if skip(ix.NumEvents()); told == 0 {
		t.Error("no event was told")
	}
}

// BlockedBy, which goes through the waits of a goroutine forwards, against the states at single events.
func TestBlockedBy(t *testing.T) {
	ix := mustRead(t, mixed(t, 1e5))
	d := ix.Duration()
	for _, w := range [][2]int64{{0, d}, {d / 3, d / 2}} {
		type key struct {
			g     index.GID
			state uint8
			obj   index.OID
		}
		got, want := map[key]int64{}, map[key]int64{}
		for _, s := range ix.BlockedBy(w[0], w[1]) {
			got[key{s.G, s.State, s.Obj}] += s.NS
		}
		for g := range ix.Goroutines() {
			row := ix.Window(0, d, 1<<20, []index.RowKey{index.RowKey("g" + itoa(g))})[0]
			if row.Enc != index.EncSpans {
				t.Fatalf("goroutine %d: its spans are too many for this test", g)
			}
			for i, state := range row.State {
				from, to := max(int64(row.Start[i]), w[0]), min(int64(row.End[i]), w[1])
				if state &= 0x7f; to > from && (state >= index.StateSend && state <= index.StateSleep || state == index.StateBlocked) {
					want[key{index.GID(g), state, index.OID(row.Info[i]) - 1}] += to - from
				}
			}
		}
		if len(want) == 0 || len(got) != len(want) {
			t.Errorf("from %d to %d: %d sums, want %d", w[0], w[1], len(got), len(want))
		}
		for k, ns := range want {
			if got[k] != ns {
				t.Errorf("from %d to %d, %+v: got %d ns, want %d", w[0], w[1], k, got[k], ns)
			}
		}
	}
}
