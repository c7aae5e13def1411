package compare_test

import (
	"bytes"
	"runtime"
	"runtime/trace"
	"testing"

	"github.com/trace-viz/trace-viz/internal/compare"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// parked waits to be let go.
func parked(gate chan bool, here chan<- bool) {
	here <- true
	<-gate
}

// A plain trace that begins in the middle of a run has goroutines that waited before its first event, and no event of that.
func TestTraceOfMiddle(t *testing.T) {
	record := func(waiting int) compare.Side {
		gate, here := make(chan bool), make(chan bool)
		defer close(gate)
		for range waiting {
			go parked(gate, here)
			<-here
			runtime.Gosched()
		}
		var buf bytes.Buffer
		if err := trace.Start(&buf); err != nil {
			t.Fatal(err)
		}
		trace.Stop()
		ix, err := index.Read(bytes.NewReader(buf.Bytes()), int64(buf.Len()), index.Options{})
		if err != nil {
			t.Fatal(err)
		}
		meta := recording.Meta{Program: "middle"}
		return compare.Side{Rec: &recording.Recording{Dir: t.TempDir(), Meta: meta}, Index: ix}
	}
	none, three := record(0), record(3)
	var text bytes.Buffer
	for _, r := range []compare.Result{compare.Compare(none, three), compare.Compare(three, none), compare.Compare(three, three)} {
		if err := compare.Text(&text, r); err != nil {
			t.Fatal(err)
		}
	}
	if r := compare.Compare(none, three); len(r.OnlyB) < 3 {
		t.Errorf("got only in B %v, wanted the three that wait", r.OnlyB)
	}
	if n := bytes.Count(text.Bytes(), []byte("only in A")); n < 3 {
		t.Errorf("got %d goroutines only in A, wanted three:\n%s", n, text.Bytes())
	}
}
