package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/trace-viz/trace-viz/internal/index"
)

// TestOperations asks everything once, of a whole recording, a plain trace and an empty one.
func TestOperations(t *testing.T) {
	c := serve(t, threeRecordings(t)...)
	ops := []string{
		`"op":"overview","px":50`, `"op":"state","event":0`, `"op":"state","event":-1`, `"op":"state","event":20`, `"op":"locate","t":1000`, `"op":"locate","t":-1`,
		`"op":"totals","t0":0,"t1":1000000000`, `"op":"totals","t0":-9,"t1":-1`,
		`"op":"step","event":5,"dir":1`, `"op":"step","event":-1,"dir":-1`, `"op":"step","event":3,"dir":1,"g":0`, `"op":"events","from":0,"n":100`,
		`"op":"events","from":0,"n":1000,"g":0`, `"op":"events","from":1000000,"n":10`, `"op":"flows","t0":0,"t1":1000000000,"max":0`, `"op":"stack","event":3`,
		`"op":"stack","event":-1`, `"op":"selection","event":20,"g":0`, `"op":"selection","event":0,"g":1`, `"op":"selection","event":-1,"g":0`, `"op":"find","text":"a","max":5`, `"op":"step","event":0,"dir":1,"file":0,"line":1`,
	}
	for _, id := range []string{"a", "b", "c"} {
		ws := c.dial(id)
		if id == "c" {
			if f := ws.read(); f.kind != frameLive || f.id != 0 {
				t.Errorf("the first frame of a live recording has type %d", f.kind)
			}
		}
		for i, op := range ops {
			f := ws.ask(fmt.Sprintf(`{"id":%d,%s}`, i, op))
			want := uint8(frameJSON)
			if id == "c" {
				want = frameError
			}
			if f.id != uint32(i) || f.kind != want {
				t.Errorf("%s, %s: frame %d of type %d: %.300s", id, op, f.id, f.kind, f.payload)
				continue
			}
			checkJSON(t, id+" "+op, f.payload)
		}
	}
}

// TestTotals: the totals of the whole run are the lifetimes of its goroutines and all of its events, and those of its two
// halves are together the same.
func TestTotals(t *testing.T) {
	feed := makeRecording(t)
	ix := feed.View().Index
	ws := serve(t, feed).dial("a")
	ask := func(t0, t1 int64) (events int, total int64) {
		var answer struct {
			Events int
			States map[string]int64
		}
		if err := json.Unmarshal(ws.ask(fmt.Sprintf(`{"id":1,"op":"totals","t0":%d,"t1":%d}`, t0, t1)).payload, &answer); err != nil {
			t.Fatal(err)
		}
		for _, ns := range answer.States {
			total += ns
		}
		return answer.Events, total
	}
	var want int64
	for _, g := range ix.Goroutines() {
		switch {
		case g.System:
		case g.Ended < 0:
			want += ix.Duration() - g.Created
		default:
			want += g.Ended - g.Created
		}
	}
	events, total := ask(0, ix.Duration())
	if near := want / 1000; events != ix.NumEvents() || total < want-near || total > want+near {
		t.Errorf("got %d events and %d ns, wanted %d and about %d", events, total, ix.NumEvents(), want)
	}
	half := ix.Duration() / 2
	_, first := ask(0, half)
	_, second := ask(half, ix.Duration())
	if sum := first + second; sum < total-10 || sum > total+10 || first == 0 || second == 0 {
		t.Errorf("the halves have %d and %d ns, together %d, wanted %d", first, second, sum, total)
	}
}

// TestBadRequests sends what no page sends. Each gets an error that says what is wrong, and the connection goes on.
func TestBadRequests(t *testing.T) {
	c := serve(t, makeRecording(t)).dial("a")
	for _, r := range []struct{ in, want string }{
		{"", "not a request"},
		{"{", "not a request"},
		{`{"id":3,"op":"rm"}`, "is not known"},
		{`{"id":3,"op":"state","event":1000000000}`, "event 1000000000 is not known"},
		{`{"id":3,"op":"selection","event":0,"g":1000000}`, "goroutine 1000000 is not known"},
		{`{"id":3,"op":"selection","event":0}`, "g is missing"},
		{`{"id":3,"op":"events","from":0,"n":1,"o":1000000}`, "object 1000000 is not known"},
		{`{"id":3,"op":"window","t0":0,"t1":1,"px":1,"rows":["g1000000"]}`, `row \"g1000000\" is not known`},
		{`{"id":3,"op":"window","t0":0,"t1":1,"px":1,"rows":["p99"]}`, `row \"p99\" is not known`},
	} {
		f := c.ask(r.in)
		if f.kind != frameError || !bytes.Contains(f.payload, []byte(r.want)) || strings.Contains(r.in, `"id":3`) != (f.id == 3) {
			t.Errorf("%s: frame %d of type %d: %s", r.in, f.id, f.kind, f.payload)
		}
		checkJSON(t, r.in, f.payload)
	}
	if err := c.ws.WriteMessage(websocket.BinaryMessage, []byte(`{"id":3,"op":"locate","t":0}`)); err != nil {
		t.Fatal(err)
	}
	if f := c.read(); f.kind != frameError {
		t.Errorf("a binary request: type %d", f.kind)
	}
	if f := c.ask(`{"id":4,"op":"locate","t":0}`); f.kind != frameJSON || f.id != 4 {
		t.Errorf("after all that: frame %d of type %d", f.id, f.kind)
	}
	c.send(`{"op":"` + strings.Repeat("x", maxMessage) + `"}`)
	if _, _, err := c.ws.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseMessageTooBig) {
		t.Errorf("a message that is too large: %v", err)
	}
}

// into asks for JSON and reads it into v.
func (c *wsClient) into(v any, format string, args ...any) {
	c.t.Helper()
	f := c.ask(fmt.Sprintf(format, args...))
	if f.kind != frameJSON {
		c.t.Fatalf("type %d: %s", f.kind, f.payload)
	}
	if err := json.Unmarshal(f.payload, v); err != nil {
		c.t.Fatal(err)
	}
}

// TestEventLog pages through all events.
func TestEventLog(t *testing.T) {
	src := makeRecording(t)
	ix := src.View().Index
	c := serve(t, src).dial("a")
	var events struct {
		Total int
		Rows  []struct {
			I, K, G, O, File, Line int
			Kind, V, Text          string
		}
	}
	sends, at := 0, 0
	for at < ix.NumEvents() {
		events.Rows = nil
		c.into(&events, `{"id":1,"op":"events","from":%d,"n":100}`, at)
		if events.Total != ix.NumEvents() || len(events.Rows) == 0 {
			t.Fatalf("%d rows of %d", len(events.Rows), events.Total)
		}
		for _, r := range events.Rows {
			if r.I != at || r.Text == "" || r.Kind == "" {
				t.Fatalf("row %d is %+v", at, r)
			}
			if r.Kind == "send-done" {
				sends++
				if r.K != sends || r.V != evil || r.File != 0 || r.Line == 0 {
					t.Errorf("send is %+v", r)
				}
			}
			at++
		}
	}
	if sends != 20 {
		t.Errorf("%d sends", sends)
	}
}

// TestStateAtEnd looks at the goroutine that is left waiting when the trace ends.
func TestStateAtEnd(t *testing.T) {
	src := makeRecording(t)
	ix := src.View().Index
	c := serve(t, src).dial("a")
	var st struct {
		Event, T   int
		Current    *struct{ I int }
		Goroutines []struct {
			G, S, O int
			Text    string
		}
		Chans []struct{ RecvQ, SendQ []int }
		WGs   []struct{ Counter int }
	}
	last := ix.NumEvents() - 1
	c.into(&st, `{"id":2,"op":"state","event":%d}`, last)
	if st.Event != last || st.Current == nil || st.Current.I != last || len(st.Chans) != 1 || len(st.Chans[0].RecvQ) != 1 || len(st.WGs) != 1 || st.WGs[0].Counter != 0 {
		t.Fatalf("state is %+v", st)
	}
	waiter := st.Chans[0].RecvQ[0]
	for _, g := range st.Goroutines {
		if g.G == waiter && (g.S != int(index.StateRecv) || !strings.HasPrefix(g.Text, "blocked: receive <") && !strings.HasPrefix(g.Text, "blocked: receive "+evil[:3])) {
			t.Errorf("the waiter is %+v", g)
		}
	}
	var sel struct {
		G, S     int
		Why      []string
		Stack    []struct{ Func, File string }
		Ancestry []int
	}
	c.into(&sel, `{"id":3,"op":"selection","event":%d,"g":%d}`, last, waiter)
	if sel.G != waiter || len(sel.Why) == 0 || len(sel.Stack) == 0 || len(sel.Ancestry) == 0 {
		t.Errorf("selection is %+v", sel)
	}
	var both struct{ Total int }
	c.into(&both, `{"id":4,"op":"events","from":0,"n":0,"g":%d,"o":%d}`, waiter, 0)
	if want := intersect(ix.EventsOf(index.GID(waiter)), ix.EventsOfObject(0)); both.Total != len(want) || len(want) == 0 {
		t.Errorf("%d events of goroutine %d and object 0, want %d", both.Total, waiter, len(want))
	}
}

// A gate is a source that does not answer before it is opened.
type gate struct {
	*Feed
	entered chan bool
	open    chan bool
}

func (g *gate) View() View {
	select {
	case g.entered <- true:
	case <-g.open:
	}
	<-g.open
	return g.Feed.View()
}

// TestLatestWins sends windows while the first one is being answered: all but the last are superseded, and what does not
// depend on the view is answered all the same.
func TestLatestWins(t *testing.T) {
	g := &gate{makeRecording(t), make(chan bool), make(chan bool)}
	c := serve(t, g)
	ws := c.dial("a")
	<-g.entered // live reads the first view
	send := func(id int, op string) { ws.send(fmt.Sprintf(`{"id":%d,%s}`, id, op)) }
	window := `"op":"window","t0":0,"t1":1000,"px":10,"rows":["gc"]`
	send(1, window)
	<-g.entered // the first one is being answered
	for i, op := range []string{window, `"op":"locate","t":0`, window, `"op":"state","event":0`, `"op":"locate","t":0`, `"op":"state","event":1`, window} {
		send(i+2, op)
	}
	// The two that were replaced while they waited are told at once.
	for _, want := range []uint32{2, 5, 4} {
		if f := ws.read(); f.kind != frameSuperseded || f.id != want || len(f.payload) != 0 {
			t.Fatalf("frame %d of type %d, want %d superseded", f.id, f.kind, want)
		}
	}
	close(g.open)
	for _, want := range []struct {
		id   uint32
		kind uint8
	}{{1, frameSuperseded}, {8, frameWindow}, {3, frameJSON}, {7, frameJSON}, {6, frameJSON}} {
		if f := ws.read(); f.id != want.id || f.kind != want.kind {
			t.Errorf("frame %d of type %d, want %+v", f.id, f.kind, want)
		}
	}
}

// TestStuckClient has a client that asks and never reads. It is closed, and meanwhile neither the recorder nor another
// client waits for it.
func TestStuckClient(t *testing.T) {
	src := makeRecording(t)
	v := src.View()
	v.Live = true
	src.Update(v)
	closed := make(chan bool)
	c := serveWith(t, func(s *Server) { s.patience = 500 * time.Millisecond }, src)
	stuck, other := c.dial("a"), c.dial("a")
	go func() {
		defer close(closed)
		for {
			err := stuck.ws.WriteMessage(websocket.TextMessage, []byte(`{"id":1,"op":"events","from":0,"n":1000}`))
			if err != nil {
				return
			}
		}
	}()
	for id, stop := uint32(1), false; !stop; id++ {
		select {
		case <-closed:
			stop = true
		default:
		}
		start := time.Now()
		v.LagMS = float64(id)
		src.Update(v)
		other.send(fmt.Sprintf(`{"id":%d,"op":"locate","t":0}`, id))
		for {
			if f := other.read(); f.kind == frameJSON && f.id == id {
				break
			}
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Fatalf("the other client waited for %v", took)
		}
		if id > 1_000_000 {
			t.Fatal("the stuck client is never closed")
		}
	}
}

// TestLive follows a recording from nothing to its end.
func TestLive(t *testing.T) {
	done := makeRecording(t)
	final := done.View()
	feed := NewFeed(done.Dir(), View{Rec: final.Rec, Live: true})
	c := serve(t, feed)
	ws := c.dial("a")
	push := func() (duration float64, events, goroutines uint32, lag float64, status uint8) {
		t.Helper()
		f := ws.read()
		if f.kind != frameLive || f.id != 0 || len(f.payload) != 32 {
			t.Fatalf("frame %d of type %d, %d bytes", f.id, f.kind, len(f.payload))
		}
		f64 := func(b []byte) float64 { return math.Float64frombits(uint64(le32(b)) | uint64(le32(b[4:]))<<32) }
		return f64(f.payload), le32(f.payload[8:]), le32(f.payload[12:]), f64(f.payload[16:]), f.payload[24]
	}
	if d, e, g, _, s := push(); d != 0 || e != 0 || g != 0 || s != 0 {
		t.Errorf("at the start: %v %d %d %d", d, e, g, s)
	}
	if f := ws.ask(`{"id":1,"op":"state","event":0}`); f.kind != frameError {
		t.Errorf("an empty recording answers with type %d", f.kind)
	}
	feed.Update(View{Rec: final.Rec, Index: final.Index, Live: true, LagMS: 12.5})
	d, e, _, lag, s := push()
	if d != float64(final.Index.Duration()) || e != uint32(final.Index.NumEvents()) || lag != 12.5 || s != 0 {
		t.Errorf("on the way: %v %d %v %d", d, e, lag, s)
	}
	if f := ws.ask(`{"id":2,"op":"state","event":0}`); f.kind != frameJSON {
		t.Errorf("type %d: %s", f.kind, f.payload)
	}
	feed.Update(View{Rec: final.Rec, Index: final.Index, Live: true, Reading: true, Read: 0.25})
	if _, _, _, share, s := push(); share != 0.25 || s != 2 {
		t.Errorf("while it is read: %v %d", share, s)
	}
	if _, b, err := c.get("/api/r/a/model"); err != nil || !bytes.Contains(b, []byte(`"live":true,"reading":true`)) {
		t.Errorf("while it is read the model is %.200s, %v", b, err)
	}
	feed.Update(final)
	if _, _, _, _, s := push(); s != 1 {
		t.Errorf("at the end: status %d", s)
	}
	if f := ws.ask(`{"id":3,"op":"locate","t":0}`); f.kind != frameJSON {
		t.Errorf("after the end: type %d", f.kind)
	}
}
