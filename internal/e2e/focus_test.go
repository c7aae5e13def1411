package e2e

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/browsertest"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// labelsOf are the labels of the rows of the timeline.
func labelsOf(p *browsertest.Page) string {
	var texts []string
	for _, c := range find(picture(p), "timeline", "label") {
		texts = append(texts, c.text("text"))
	}
	return strings.Join(texts, "|")
}

// clickText clicks the first link or button in the panel with a text.
func clickText(p *browsertest.Page, text string) {
	p.Eval(fmt.Sprintf(`(() => {
		const node = [...document.querySelectorAll("#panel-body [role=link], #panel-body button")].find((n) => n.textContent === %q);
		if (!node) throw new Error("nothing says " + %[1]q + ": " + document.querySelector("#panel-body").textContent);
		node.click();
	})()`, text), nil)
	p.Idle()
}

// From the selection the page narrows to what a goroutine has to do with, lights up its branch and tells what it does next.
func TestFocusOnGoroutine(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Width: 1600, Height: 1000}, deadlock)
	g := func(name string) (id int) {
		p.Eval(fmt.Sprintf("window.traceviz.store.get('model').goroutines.find(g => g.name === %q).g", name), &id)
		return id
	}
	producer := g(`produce "A"`)
	action(p, "seekEvent(60)")
	action(p, fmt.Sprintf("select('goroutine', %d)", producer))
	action(p, "set({panel: 'selection'})")

	var next struct{ I, G, Other int }
	p.Eval(fmt.Sprintf("window.traceviz.store.request('selection', {event: 60, g: %d}).then(a => a.next[0])", producer), &next)
	if next.I <= 60 || next.G != producer && next.Other != producer {
		t.Errorf("got %+v as the next event of goroutine %d after 60", next, producer)
	}
	p.Click("#panel-body .event-row")
	p.Idle()
	if at := value[cursor](p, "cursor").Event; at != next.I {
		t.Errorf("a click on what it does next went to event %d, wanted %d", at, next.I)
	}

	if rows := labelsOf(p); !strings.Contains(rows, "stats") {
		t.Errorf("got rows %q, wanted stats among them", rows)
	}
	clickText(p, "Only what it interacts with")
	if rows := labelsOf(p); strings.Contains(rows, "stats") || !strings.Contains(rows, "consume #1") || !strings.Contains(rows, "jobs") {
		t.Errorf("got rows %q, wanted jobs and its users, and not stats, which produce does not use", rows)
	}
	clickText(p, "Show everything")
	if rows := labelsOf(p); !strings.Contains(rows, "stats") {
		t.Errorf("got rows %q after showing everything, wanted stats among them", rows)
	}

	action(p, fmt.Sprintf("select('goroutine', %d)", g("main")))
	clickText(p, "Highlight branch")
	var faded []string
	for _, c := range find(picture(p), "timeline", "fade") {
		faded = append(faded, c.text("row"))
	}
	if all := strings.Join(faded, " "); strings.Contains(all, "g") || !strings.Contains(all, "o") {
		t.Errorf("got the faded rows %q: all goroutines descend from main, and no channel does", all)
	}
	p.WaitFor("location.hash.includes('h=b')")
}

// A line of the source lists its events, and its buttons step from one to the next.
func TestStepAtLine(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Width: 1600, Height: 1000}, deadlock)
	action(p, "seekEvent(30)")
	var line int
	p.Eval(`(async () => {
		const { store } = window.traceviz;
		await store.events.ensure(0, store.get("model").events - 1);
		for (let i = 31; ; i++) if (store.events.row(i).kind === "send") return store.events.row(i).line;
	})()`, &line)
	p.Eval(fmt.Sprintf("window.traceviz.store.openSource(0, %d)", line), nil)
	p.Idle()
	p.Eval(fmt.Sprintf("document.querySelector(\"#panel-body [data-line='%d'] code\").click()", line), nil)
	p.Idle()
	last := 30
	for _, step := range []struct {
		button string
		sign   int
	}{{"Next", 1}, {"Next", 1}, {"Next", 1}, {"Previous", -1}} {
		p.Eval(fmt.Sprintf("document.querySelector(\"#panel-body [aria-label='%s event at this line']\").click()", step.button), nil)
		p.Idle()
		at := value[cursor](p, "cursor").Event
		var row struct{ Line int }
		p.Eval(fmt.Sprintf("window.traceviz.store.events.ensure(%d, %[1]d).then(() => window.traceviz.store.events.row(%[1]d))", at), &row)
		if (at-last)*step.sign <= 0 || row.Line != line {
			t.Errorf("%s went from event %d to %d at line %d, wanted line %d", step.button, last, at, row.Line, line)
		}
		last = at
	}
}

// The search finds values in messages; what is chosen is gone to.
func TestSearchValue(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{}, made(t, traffic(rand.New(rand.NewPCG(3, 1)), 200),
		recording.Meta{Program: "traffic", Pacing: "event", Outcome: recording.Exit, Hooks: true}, map[string]string{"source/main.go": "package main\n"}))
	p.Click("#search")
	p.Eval(`(() => {
		const input = document.querySelector("#palette input");
		input.value = "v7";
		input.dispatchEvent(new Event("input"));
	})()`, nil)
	p.Idle()
	p.Eval(`[...document.querySelectorAll("#palette .menu-item")].find((n) => n.querySelector(".grow").textContent.endsWith(": v7")).click()`, nil)
	p.Idle()
	at := value[cursor](p, "cursor").Event
	var row struct{ V, Kind string }
	p.Eval(fmt.Sprintf("window.traceviz.store.events.ensure(%d, %[1]d).then(() => window.traceviz.store.events.row(%[1]d))", at), &row)
	if row.V != "v7" || row.Kind != "send" {
		t.Errorf("the search for v7 went to event %d, a %s with value %q", at, row.Kind, row.V)
	}
}
