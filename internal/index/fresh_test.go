package index_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

// waits is a goroutine that waits four times for a timer, once only for that, and is told to leave by a channel that code without
// hooks made.
const waits = `
site select main.go:10 ""
site recv main.go:11 time.After(d)
site recv main.go:12 ctx.Done()
site recv main.go:20 time.After(2*d)
main selectblock a:recv done:recv @main.go:10
main block "select"
- wake main
main start 0
main selected a 0 recv @main.go:11
main selectblock b:recv done:recv @main.go:10
main block "select"
- wake main
main start 0
main selected b 0 recv @main.go:11
main recvblock c @main.go:20
main block "chan receive"
- wake main
main start 0
main recvdone c @main.go:20
main recvblock d @main.go:20
main block "chan receive"
- wake main
main start 0
main recvdone d @main.go:20
main selectblock e:recv done:recv @main.go:10
main block "select"
`

// TestFreshChannels holds that channels which a site makes each time anew are one object with its name, and that a select gives
// its channels the names of its cases.
func TestFreshChannels(t *testing.T) {
	for _, known := range []bool{true, false} {
		data, sites := tracetest.Trace(t, waits)
		for i := range sites.Sites {
			s := &sites.Sites[i]
			s.Select = s.Line == 11 || s.Line == 12
			s.Timer = known && strings.HasPrefix(s.Name, "time.")
			s.Fresh = s.Timer
		}
		ix, err := index.Read(bytes.NewReader(data), int64(len(data)), index.Options{Sites: sites})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, o := range ix.Objects() {
			names = append(names, o.Name)
			if known && strings.HasPrefix(o.Name, "time.") && (o.Inexact || o.Reused || o.Addr != 0) {
				t.Errorf("got %+v, want one that is exact and has no address", o)
			}
		}
		want := "time.After(d) ctx.Done() time.After(2*d)"
		if !known {
			want = "time.After(d) ctx.Done() time.After(d) time.After(2*d) time.After(2*d) time.After(d)"
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("known %v: got objects %q, want %q", known, got, want)
		}
		if !known {
			continue
		}
		holdsMessages(t, ix)
	}
}

// holdsMessages holds that each element of the timers is counted, and who waits at the end.
func holdsMessages(t *testing.T, ix *index.Index) {
	got := map[string]int{}
	for i := range ix.NumEvents() {
		if e := ix.Event(i); e.Message > 0 && e.Obj >= 0 {
			got[ix.Objects()[e.Obj].Name] = max(got[ix.Objects()[e.Obj].Name], e.Message)
		}
	}
	if got["time.After(d)"] != 2 || got["time.After(2*d)"] != 2 || got["ctx.Done()"] != 0 {
		t.Errorf("got messages %v, want 2 of each timer", got)
	}
	s := ix.State(ix.NumEvents() - 1)
	waiting := map[string]int{}
	for _, c := range s.Chans {
		waiting[ix.Objects()[c.Obj].Name] = len(c.RecvQ)
	}
	if waiting["time.After(d)"] != 1 || waiting["ctx.Done()"] != 1 || waiting["time.After(2*d)"] != 0 {
		t.Errorf("got %v waiting", waiting)
	}
}
