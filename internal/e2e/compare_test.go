package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/browsertest"
)

// versus opens the comparison of the recording with a run of the fixed twin.
func versus(t *testing.T, b *browsertest.Browser, v browsertest.View) *browsertest.Page {
	t.Helper()
	p := b.Page(t, v)
	p.Open(serve(t, "compare", deadlock, "producer-consumer/fixed"))
	return p
}

// of reads a value of one side's store, a or b, or of the state between them, state.
func of[T any](p *browsertest.Page, part, key string) T {
	var v T
	p.Eval(fmt.Sprintf("window.traceviz.compare.%s.get(%q)", part, key), &v)
	return v
}

type span struct{ T0, T1 float64 }

// do runs an expression on the comparison and waits until the page is idle.
func do(p *browsertest.Page, expr string) {
	p.Eval("void window.traceviz.compare."+expr, nil)
	p.Idle()
}

// One cursor and one ruler for both sides, stepping by keys and buttons, and each its own once they are unlinked.
func TestCompareLink(t *testing.T) {
	p := versus(t, browsertest.Start(t), browsertest.View{})
	both := func() (a, b cursor) { return of[cursor](p, "a", "cursor"), of[cursor](p, "b", "cursor") }
	if a, b := of[span](p, "a", "window"), of[span](p, "b", "window"); a != b || a.T0 != 0 {
		t.Errorf("got windows %v and %v, wanted one from 0", a, b)
	}
	do(p, "a.seekEvent(40)")
	p.Press(".")
	p.Idle()
	if a, b := both(); a.Event != 41 || a.Time != b.Time {
		t.Errorf("got cursors %v and %v after a step in A, wanted event 41 and one time", a, b)
	}
	p.Press("\t")
	p.Idle()
	if active := of[int](p, "state", "active"); active != 1 {
		t.Fatalf("got side %d after Tab, wanted B", active)
	}
	before, _ := both()
	p.Click("#compare-transport-step")
	p.Idle()
	if a, b := both(); a.Time != b.Time || a.Time < before.Time {
		t.Errorf("got cursors %v and %v after a step in B, wanted one time from %v", a, b, before.Time)
	}
	p.Press("c")
	a, _ := both()
	p.Press(".")
	p.Idle()
	if after, b := both(); after != a || b.Time <= a.Time {
		t.Errorf("unlinked: got cursors %v and %v after a step in B, wanted A at %v still", after, b, a)
	}
	p.Press("w")
	p.Idle()
	if a, b := of[span](p, "a", "window"), of[span](p, "b", "window"); a != b {
		t.Errorf("zoomed: got windows %v and %v, wanted one ruler", a, b)
	}
	do(p, "state.set({scale: 'fit'})")
	p.Idle()
	p.Press("0")
	p.Idle()
	other, whole := of[span](p, "a", "window"), of[span](p, "b", "window")
	p.Press("w")
	p.Idle()
	if a, b := of[span](p, "a", "window"), of[span](p, "b", "window"); a != other || b == whole {
		t.Errorf("each fits: got windows %v and %v after a zoom in B, wanted A's %v still and B's other than %v", a, b, other, whole)
	}
}

// Both play, the one that is longer to its end.
func TestComparePlay(t *testing.T) {
	p := versus(t, browsertest.Start(t), browsertest.View{})
	do(p, "a.set({pacing: 'event', speed: 500})")
	if speed := of[float64](p, "b", "speed"); speed != 500 {
		t.Errorf("got speed %v in B, wanted A's", speed)
	}
	do(p, "a.seekEvent(20)")
	start := of[cursor](p, "b", "cursor")
	p.Press(" ")
	p.WaitFor(fmt.Sprintf("window.traceviz.compare.b.get('cursor').event > %d", start.Event+20))
	p.Idle()
	a, b := of[cursor](p, "a", "cursor"), of[cursor](p, "b", "cursor")
	if a.Event <= 20 || b.Event <= start.Event {
		t.Errorf("got cursors %v and %v after playing, wanted both further than 20 and %d", a, b, start.Event)
	}
}

// n goes to the first divergence on both sides: A waits there for ever, B finds the channel closed. Aligned by it, it has one
// place on both rulers.
func TestCompareDivergence(t *testing.T) {
	p := versus(t, browsertest.Start(t), browsertest.View{})
	p.Press("n")
	p.Idle()
	var first struct {
		AEvent int     `json:"a_event"`
		BEvent int     `json:"b_event"`
		What   string  `json:"what"`
		ANS    float64 `json:"a_ns"`
		BNS    float64 `json:"b_ns"`
	}
	p.Eval("window.traceviz.compare.state.get('result').divergences[0]", &first)
	if a, b := of[cursor](p, "a", "cursor").Event, of[cursor](p, "b", "cursor").Event; a != first.AEvent || b != first.BEvent {
		t.Errorf("got events %d and %d, wanted %d and %d", a, b, first.AEvent, first.BEvent)
	}
	if text := p.Text("#notice"); !strings.Contains(text, "receiving from jobs never ends in A and finds the channel closed in B") {
		t.Errorf("the notice says %q", text)
	}
	do(p, "state.set({align: 'divergence', divergence: 0})")
	a, b := of[span](p, "a", "window"), of[span](p, "b", "window")
	if d := (b.T0 - a.T0) - (first.BNS - first.ANS); d > 1 || d < -1 {
		t.Errorf("got windows %v and %v, wanted B later by %v", a, b, first.BNS-first.ANS)
	}
	p.Press("n")
	p.Idle()
	if at := of[int](p, "state", "divergence"); at != 1 {
		t.Errorf("got divergence %d after the second n, wanted 1", at)
	}
	p.Press("N")
	p.Idle()
	if at := of[int](p, "state", "divergence"); at != 0 {
		t.Errorf("got divergence %d after N, wanted 0", at)
	}
}

// What the page shows is in its address: opened again it is the same.
func TestCompareAddress(t *testing.T) {
	p := versus(t, browsertest.Start(t), browsertest.View{})
	do(p, "a.seekEvent(60)")
	do(p, "a.toggleMark()")
	p.Press("c")
	do(p, "b.seekEvent(90)")
	do(p, "b.toggleMark()")
	do(p, "state.set({align: 'mark', top: 'stages', active: 1})")
	do(p, "b.select('goroutine', 2)")
	p.Press("w")
	p.Idle()
	state := `(() => { const c = window.traceviz.compare, v = c.state.values();
		const side = s => { const { cursor, window: w, selection, marks, pacing, speed } = s.values(); return { cursor, w: [Math.round(w.t0), Math.round(w.t1)], selection, marks, pacing, speed }; };
		return JSON.stringify([v.ids, v.linked, v.align, v.scale, v.divergence, v.active, v.top, side(c.a), side(c.b)]); })()`
	var before, hash, after string
	p.Eval(state, &before)
	p.WaitFor("location.hash.includes('top=stages') && location.hash.includes('side=b')")
	p.Eval("new Promise(done => setTimeout(() => done(location.hash), 600))", &hash)
	p.Eval("void (location.hash = '')", nil)
	p.WaitFor("window.traceviz.store.get('page') === 'home'")
	p.Idle()
	p.Eval(fmt.Sprintf("void (location.hash = %q)", hash), nil)
	p.WaitFor("window.traceviz.compare.state.get('opened')")
	p.Idle()
	p.Eval(state, &after)
	if before != after {
		t.Errorf("opened again the page shows\n  %s\nand was\n  %s\n%s", after, before, hash)
	}
}

// Swap makes B of A: the other recording first, the changes turned round.
func TestCompareSwap(t *testing.T) {
	p := versus(t, browsertest.Start(t), browsertest.View{})
	ids := of[[2]string](p, "state", "ids")
	if gone := of[struct {
		Findings struct {
			OnlyA []any `json:"only_a"`
		}
	}](p, "state", "result").Findings.OnlyA; len(gone) != 1 {
		t.Errorf("got %d findings only in A, wanted 1", len(gone))
	}
	p.Click("#swap")
	p.WaitFor(fmt.Sprintf("window.traceviz.compare.state.get('ids')[0] === %q && window.traceviz.compare.state.get('opened')", ids[1]))
	p.Idle()
	if found := of[struct {
		Findings struct {
			OnlyB []any `json:"only_b"`
		}
	}](p, "state", "result").Findings.OnlyB; len(found) != 1 {
		t.Errorf("got %d findings only in B after Swap, wanted 1", len(found))
	}
	if program := of[struct{ Program string }](p, "a", "model").Program; !strings.HasSuffix(program, "fixed") {
		t.Errorf("got %s as A after Swap, wanted the fixed twin", program)
	}
}

// All parts are there for who can't see or point, in the light and in the dark; each is drawn without a complaint.
func TestCompareAccess(t *testing.T) {
	b := browser
	for _, dark := range []bool{false, true} {
		p := versus(t, b, browsertest.View{Width: 1280, Height: 720, Dark: dark})
		for _, top := range []string{"summary", "stages", "divergences", "findings", "source", "flame", "pairs"} {
			p.Click("#top-" + top)
			p.Idle()
			accessible(t, p, fmt.Sprintf("%s, dark %v", top, dark))
			if text := p.Text("#tops-body"); top != "stages" && len(text) < 20 {
				t.Errorf("%s shows only %q", top, text)
			}
		}
	}
}

// The drawer tells of the goroutine that is selected on the side that a person works on, and a place in it opens the source.
func TestCompareDetails(t *testing.T) {
	p := versus(t, browsertest.Start(t), browsertest.View{})
	do(p, "a.select('goroutine', 0)")
	p.Press("i")
	p.Idle()
	if text := p.Text("#compare-details"); !strings.Contains(text, "Details of A") || !strings.Contains(text, "main") {
		t.Errorf("the drawer shows %q, wanted main of A", text)
	}
	accessible(t, p, "with the drawer")
	p.Press("\t")
	p.Idle()
	if text := p.Text("#compare-details"); !strings.Contains(text, "Details of B") {
		t.Errorf("the drawer shows %q after Tab, wanted B", text)
	}
	do(p, "b.openSource(0, 20)")
	if top := of[string](p, "state", "top"); top != "source" {
		t.Errorf("a place in the source opens %s, wanted source", top)
	}
	p.WaitFor("document.querySelector('.diff-row.asked')?.dataset.b === '20'")
	p.Press("o")
	p.Idle()
	if !of[bool](p, "state", "folded") || !of[bool](p, "state", "details") {
		t.Error("O did not fold the upper part, or the drawer has gone with it")
	}
}

// The button in the bar of a bug's recording runs the fixed twin and leads to the comparison of both.
func TestCompareWithFixed(t *testing.T) {
	p := browsertest.Start(t).Page(t, browsertest.View{})
	p.Open(serve(t, "open", deadlock))
	p.Click("#compare-fixed")
	p.WaitFor("window.traceviz.compare?.state.get('opened')")
	p.Idle()
	for side, want := range map[string]string{"a": "producer-consumer/never-closed", "b": "producer-consumer/never-closed/fixed"} {
		if program := of[struct{ Program string }](p, side, "model").Program; program != want {
			t.Errorf("got %s as %s, wanted %s", program, side, want)
		}
	}
}

// Two programs that have nothing in common are shown beside one another, and it is said how little is paired.
func TestCompareUnrelated(t *testing.T) {
	p := browsertest.Start(t).Page(t, browsertest.View{})
	p.Open(serve(t, "compare", deadlock, "thread-pools/unread"))
	if text := p.Text("#compare-notes"); !strings.Contains(text, "unrelated programs: only 1 of 6 and 5 goroutines have a partner") {
		t.Errorf("the banner says %q", text)
	}
	for _, side := range []string{"a", "b"} {
		if n := of[struct{ Events int }](p, side, "model").Events; n == 0 {
			t.Errorf("%s shows nothing", side)
		}
	}
}
