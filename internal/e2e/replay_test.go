package e2e

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/trace-viz/trace-viz/internal/browsertest"
)

// Stepping moves by exactly one event, forwards and backwards, with keys and with buttons.
func TestStep(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{}, deadlock)
	action(p, "seekEvent(30)")
	for i, step := range []struct {
		do   func()
		want int
	}{
		{func() { p.Press(".") }, 31},
		{func() { p.Press(".") }, 32},
		{func() { p.Press(",") }, 31},
		{func() { p.Click("#step") }, 32},
		{func() { p.Click("#step-back") }, 31},
		{func() { p.Click("#to-start") }, 0},
		{func() { p.Press(",") }, 0},
	} {
		step.do()
		p.Idle()
		if got := value[cursor](p, "cursor").Event; got != step.want || shownEvent(p) != step.want {
			t.Errorf("step %d: got event %d with the state of %d, wanted %d", i, got, shownEvent(p), step.want)
		}
	}
	events := value[struct{ Events int }](p, "model").Events
	p.Click("#to-end")
	p.Idle()
	p.Press(".")
	p.Idle()
	if got := value[cursor](p, "cursor").Event; got != events-1 {
		t.Errorf("got event %d at the end, wanted %d", got, events-1)
	}
}

// With a selection, Shift+. goes to the next event of that goroutine only.
func TestStepOfGoroutine(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{}, deadlock)
	var g int
	p.Eval("window.traceviz.store.get('model').goroutines.find(g => g.name === 'consume #2').g", &g)
	action(p, "seekEvent(0)")
	action(p, fmt.Sprintf("select('goroutine', %d)", g))
	last := 0
	for range 6 {
		p.Press(".", chromedp.ModifierShift)
		p.Idle()
		at := value[cursor](p, "cursor").Event
		if at <= last {
			t.Fatalf("got event %d after %d, wanted a later one", at, last)
		}
		last = at
		var row struct{ G, Other int }
		p.Eval(fmt.Sprintf("window.traceviz.store.events.ensure(%d, %d).then(() => window.traceviz.store.events.row(%d))", at, at, at), &row)
		if row.G != g && row.Other != g {
			t.Errorf("event %d is of goroutine %d (other %d), wanted %d", at, row.G, row.Other, g)
		}
	}
}

// The picture at a cursor depends on the cursor alone: reached by scrubbing, by stepping forwards or backwards or by
// playing, it is the same, and the same again in another page.
func TestPictureIsOfTheCursor(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{}, deadlock)
	events := value[struct{ Events int }](p, "model").Events
	random := rand.New(rand.NewPCG(7, 7))
	want := map[int][]call{}
	for range 8 {
		i := 3 + random.IntN(events-6)
		action(p, fmt.Sprintf("seekEvent(%d)", i))
		want[i] = picture(p)
	}
	for i := range want {
		action(p, fmt.Sprintf("seekEvent(%d)", i-3))
		for range 3 {
			action(p, "step(1)")
		}
		same(t, fmt.Sprintf("event %d by steps forwards", i), picture(p), want[i])
		action(p, fmt.Sprintf("seekEvent(%d)", i+2))
		for range 2 {
			action(p, "step(-1)")
		}
		same(t, fmt.Sprintf("event %d by steps backwards", i), picture(p), want[i])
	}
	other := open(t, b, browsertest.View{}, deadlock)
	for i := range want {
		action(other, fmt.Sprintf("seekEvent(%d)", i))
		same(t, fmt.Sprintf("event %d in another page", i), picture(other), want[i])
	}
}

// Playing moves on by itself, pauses at the finding and can be paused; each pacing runs.
func TestPlay(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Motion: true}, deadlock)
	model := value[struct {
		Events   int
		Findings []struct {
			TimeNS float64 `json:"time_ns"`
		}
	}](p, "model")

	if got := value[string](p, "pacing"); got != "event" {
		t.Errorf("got pacing %q, wanted event: it is a scenario", got)
	}
	if got := value[float64](p, "speed"); got != 4 {
		t.Errorf("got a speed of %v, wanted 4 events a second", got)
	}
	p.Eval("window.traceviz.store.set({speed: 1000})", nil)
	p.Press(" ")
	p.WaitFor("!window.traceviz.store.get('playing')")
	p.Idle()
	if got := value[cursor](p, "cursor"); got.Time < model.Findings[0].TimeNS && got.Event < model.Events-1 {
		t.Errorf("the replay ended at event %d, %.0f ns, before the finding at %.0f ns", got.Event, got.Time, model.Findings[0].TimeNS)
	}
	if got := value[cursor](p, "cursor").Event; got != shownEvent(p) {
		t.Errorf("after playing the cursor is at event %d and the state at %d", got, shownEvent(p))
	}

	for _, pacing := range []string{"event", "compressed", "real"} {
		action(p, "seekEvent(10)")
		action(p, fmt.Sprintf("setPacing(%q)", pacing))
		was := value[cursor](p, "cursor").Time
		p.Click("#play")
		p.WaitFor(fmt.Sprintf("window.traceviz.store.get('cursor').time > %f", was))
		p.Press(" ")
		p.WaitFor("!window.traceviz.store.get('playing')")
		p.Idle()
		stopped := value[cursor](p, "cursor")
		p.Idle()
		if now := value[cursor](p, "cursor"); now != stopped {
			t.Errorf("%s: the cursor went from %+v to %+v after the pause", pacing, stopped, now)
		}
	}
	p.Press("e")
	if got := value[string](p, "pacing"); got != "event" {
		t.Errorf("got pacing %q after real time and E, wanted event", got)
	}
}

// Messages move along while the replay steps, when motion is wanted, and rest when it is not.
func TestMotion(t *testing.T) {
	b := browser
	send := `(async () => {
		const { store } = window.traceviz;
		await store.events.ensure(0, store.get("model").events - 1);
		for (let i = 1; i < store.get("model").events; i++) {
			if (store.events.row(i)?.kind === "send") return i;
		}
		throw new Error("no send");
	})()`
	moving := func(v browsertest.View) int {
		p := open(t, b, v, deadlock)
		var at, n int
		p.Eval(send, &at)
		action(p, fmt.Sprintf("seekEvent(%d)", at-1))
		p.Eval(`(async () => {
			window.traceviz.drawlog = [];
			const seen = [];
			const take = () => { seen.push(...window.traceviz.drawlog.filter(c => c.op === "message")); };
			window.traceviz.store.step(1);
			for (let frame = 0; frame < 60; frame++) { await new Promise(requestAnimationFrame); take(); }
			return seen.length;
		})()`, &n)
		p.Idle()
		return n
	}
	if n := moving(browsertest.View{Motion: true}); n == 0 {
		t.Error("no message moved on the stage when a goroutine sent one")
	}
	if n := moving(browsertest.View{}); n != 0 {
		t.Errorf("a message moved in %d pictures although the system asks for less motion", n)
	}
}
