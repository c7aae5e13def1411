package compare_test

import (
	"bytes"
	"testing"

	"github.com/trace-viz/trace-viz/internal/compare"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

// Left behind is what waits at the end, not what the end only came before: no gate may depend on that.
func TestLeftBehind(t *testing.T) {
	const waits = "w start 1\nw recvblock c @main.go:9\nw block \"chan receive\"\n"
	for _, test := range []struct {
		name, end, outcome string
		want               float64
	}{
		{"waits", waits, recording.Exit, 1},
		{"is woken", waits + "main wake w\n", recording.Exit, 0},
		{"runs", waits + "main wake w\nw start 1\n", recording.Exit, 0},
		{"runs and is stopped", waits + "main wake w\nw start 1\n", recording.Hung, 1},
		{"was never begun", "", recording.Exit, 0},
		{"has ended", "w start 1\nw end\n", recording.Exit, 0},
		{"waits like main", waits + "main block \"chan receive\"\n", recording.Deadlock, 2},
		{"waits while main does", waits + "main block \"chan receive\"\n", recording.Exit, 1},
	} {
		data, sites := tracetest.Trace(t, "site make main.go:1 c \"chan int\"\nspawn main.go:2 consume main.consume\nmain make c 0 @main.go:1\nmain go w main.consume main.go:2\n"+test.end)
		ix, err := index.Read(bytes.NewReader(data), int64(len(data)), index.Options{Sites: sites})
		if err != nil {
			t.Fatal(err)
		}
		s := compare.Side{Rec: &recording.Recording{Meta: recording.Meta{Outcome: test.outcome, Complete: true}, Sites: sites}, Index: ix}
		for _, m := range compare.Compare(s, s).Metrics {
			if m.Name == "goroutines.left" && m.A != test.want {
				t.Errorf("a goroutine %s: %g are left behind, wanted %g", test.name, m.A, test.want)
			}
		}
	}
}
