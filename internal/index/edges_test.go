package index_test

import (
	"maps"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

// Who waits for a channel in a select uses it, even when that case is never taken.
func TestEdgesOfSelects(t *testing.T) {
	ix := tracetest.Index(t, `
		main make jobs 1
		main make done 0
		main make full 0
		main go w main.worker main.go:7
		w start 1
		w selectblock jobs:recv done:recv full:send
		w block select
		main send jobs x
		main wake w
		w start 1
		w selected jobs 0 recv
		w selectblock jobs:recv done:recv
		w block select`)
	got := map[index.OID]map[string]int{}
	for _, e := range ix.Edges() {
		if e.G == 1 {
			got[e.Obj] = e.Ops
		}
	}
	want := map[index.OID]map[string]int{0: {"recv": 1}, 1: {"select-recv": 2}, 2: {"select-send": 1}}
	if len(got) != len(want) {
		t.Errorf("got %v, wanted %v", got, want)
	}
	for o, ops := range want {
		if !maps.Equal(got[o], ops) {
			t.Errorf("worker uses object %d: got %v, wanted %v", o, got[o], ops)
		}
	}
}
