package findings

import (
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

// TestWritten ties reports to times by how the log grew.
func TestWritten(t *testing.T) {
	ix := tracetest.Index(t, "main go w main.w main.go:1\nw start 1\nw end\n")
	rec := &recording.Recording{Meta: recording.Meta{BeganNS: 100, RaceTimes: []recording.RaceTime{
		{Bytes: 0, NS: 101}, {Bytes: 0, NS: 105}, {Bytes: 300, NS: 110}, {Bytes: 300, NS: 115}, {Bytes: 500, NS: 120}}}}
	p := &Pass{Index: ix, Rec: rec}
	end := ix.Duration()
	for _, c := range []struct {
		from, to int64
		want     window
	}{
		{19, 300, window{5, 10}},
		{319, 500, window{15, 20}},
		{519, 700, window{0, end}}, // not of this process
		{100, 400, window{5, 20}},
	} {
		if got := p.written(race{from: c.from, to: c.to}); got != c.want {
			t.Errorf("bytes %d to %d: got %v, wanted %v", c.from, c.to, got, c.want)
		}
	}
}

// TestPlace finds the stretch between two operations in which a line was reached, in a loop whose rounds take a lock.
func TestPlace(t *testing.T) {
	ix := tracetest.Index(t, `
site lock main.go:11 mu "sync.Mutex"
site unlock main.go:13 mu "sync.Mutex"
spawn main.go:5 w main.w
main go w main.w main.go:5
w start 1
w lock mu @main.go:11
w unlock mu @main.go:13
w lock mu @main.go:11
w unlock mu @main.go:13
w end
`)
	p := &Pass{Index: ix}
	w := ix.Goroutines()[1].ID
	all := window{0, ix.Duration()}
	for _, c := range []struct {
		line         int
		held, before bool
		sure         bool
	}{
		{12, true, true, false},   // under the lock, in either round
		{20, false, true, false},  // behind it: after the first round or the second
		{10, false, false, false}, // before it
	} {
		x := p.place(w, index.Site{File: "main.go", Line: c.line, Func: "main.w"}, all)
		if (len(x.held) > 0) != c.held || (x.before >= 0) != c.before || x.sure != c.sure {
			t.Errorf("line %d: got %+v", c.line, x)
		}
	}
	late := window{ix.Event(ix.NumEvents() - 1).Time, ix.Duration()}
	if x := p.place(w, index.Site{File: "main.go", Line: 14, Func: "main.w"}, late); !x.sure || x.before < 0 || len(x.held) > 0 {
		t.Errorf("at the end: got %+v", x)
	}
}

// TestPlaceShown takes a place that operations show to be in the function, though the window begins some ms later, and not one
// that is far from it.
func TestPlaceShown(t *testing.T) {
	for step, held := range map[string]bool{"": true, " +30000000": false} {
		ix := tracetest.Index(t, `
site lock main.go:11 mu "sync.Mutex"
site unlock main.go:13 mu "sync.Mutex"
spawn main.go:5 w main.w
main go w main.w main.go:5
w start 1
w lock mu @main.go:11
w unlock mu @main.go:13
w lock other @other.go:3`+step+`
w end
`)
		p := &Pass{Index: ix}
		late := window{ix.Event(ix.NumEvents() - 1).Time, ix.Duration()}
		x := p.place(ix.Goroutines()[1].ID, index.Site{File: "main.go", Line: 12, Func: "main.w"}, late)
		if !x.sure || len(x.held) != 1 || (p.Index.Event(x.before).Site.Line == 11) != held {
			t.Errorf("step %q: got %+v, wanted it under mu: %v", step, x, held)
		}
	}
}

// TestHappened puts a race where its report was written, and not behind the end of the goroutine or of the recording.
func TestHappened(t *testing.T) {
	ix := tracetest.Index(t, `
main go w main.w main.go:5
w start 1
w stop
w start 1
w end
main stop
`)
	p := &Pass{Index: ix}
	w := ix.Goroutines()[1]
	last := ix.NumEvents() - 1
	for _, c := range []struct {
		to, want int64
	}{
		{w.Ended - 5, w.Ended - 5},
		{w.Ended + 5, w.Ended},
		{ix.Duration(), 0}, // not known
	} {
		f := Finding{}
		p.happened(&f, placing{g: w.ID, before: index.None, after: index.None}, window{0, c.to})
		if f.TimeNS != c.want {
			t.Errorf("reported by %d: got time %d, wanted %d (the goroutine ends at %d)", c.to, f.TimeNS, c.want, w.Ended)
		}
		for _, ev := range f.Events {
			if e := ix.Event(ev); e.Time > f.TimeNS || ev > last {
				t.Errorf("reported by %d: event %d at %d is later than %d", c.to, ev, e.Time, f.TimeNS)
			}
		}
		if (len(f.Events) == 1) != (c.want > 0) {
			t.Errorf("reported by %d: got events %v", c.to, f.Events)
		}
	}
}

// TestOrdersReaders tells that a lock which both sides hold for reading keeps nobody apart, and names one that should have.
func TestOrdersReaders(t *testing.T) {
	for verb, want := range map[string]string{"rlock": "for reading, as many may at the same time", "lock": "the detector's order of the two lines is another one"} {
		ix := tracetest.Index(t, strings.ReplaceAll(`
site VERB main.go:11 mu "sync.RWMutex"
spawn main.go:5 a main.w
spawn main.go:6 b main.w
main go a main.w main.go:5
main go b main.w main.go:6
a start 1
a VERB mu @main.go:11
b start 2
b VERB mu @main.go:11
`, "VERB", verb))
		p, f, held := &Pass{Index: ix}, Finding{}, []index.OID{0}
		at := func(g index.GID) placing {
			events := ix.EventsOf(g)
			return placing{g: g, before: int(events[len(events)-1]), after: index.None, held: held}
		}
		p.orders(&f, at(1), at(2))
		if last := f.Why[len(f.Why)-1]; !strings.Contains(last, want) {
			t.Errorf("%s: got %q, wanted %q in it", verb, last, want)
		}
	}
}
