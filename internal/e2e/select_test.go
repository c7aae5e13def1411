package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/browsertest"
)

type selection struct {
	Kind string `json:"kind"`
	ID   int    `json:"id"`
}

// A click on a goroutine or a channel, on the stage or on the timeline, selects it in both.
func TestSelect(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Width: 1600, Height: 1000}, deadlock)
	action(p, "seekEvent(60)")
	var stage, timeline struct{ X, Y float64 }
	p.Eval("(({x, y}) => ({X: x, Y: y}))(document.querySelector('#stage canvas').getBoundingClientRect())", &stage)
	p.Eval("(({x, y}) => ({X: x, Y: y}))(document.querySelector('#timeline canvas').getBoundingClientRect())", &timeline)

	calls := picture(p)
	for _, want := range []struct{ kind, selected string }{{"goroutine", "goroutine"}, {"channel", "object"}} {
		for _, c := range find(calls, "stage", "node") {
			if c.text("kind") != want.kind {
				continue
			}
			p.ClickAt(stage.X+c.number("x"), stage.Y+c.number("y"))
			p.Idle()
			if got := value[selection](p, "selection"); got.Kind != want.selected || got.ID < 0 {
				t.Errorf("a click on %s %q of the stage selected %+v", want.kind, c.text("id"), got)
			}
			break
		}
	}
	var marked int
	for _, c := range find(picture(p), "stage", "node") {
		if on, _ := c.raw["selected"].(bool); on {
			marked++
		}
	}
	if marked != 1 {
		t.Errorf("got %d marked nodes on the stage, wanted the selected one", marked)
	}

	for _, c := range find(picture(p), "timeline", "label") {
		if c.text("text") != "consume #2" {
			continue
		}
		p.ClickAt(timeline.X+20, timeline.Y+c.number("y")+4)
		p.Idle()
		var g int
		p.Eval("window.traceviz.store.get('model').goroutines.find(g => g.name === 'consume #2').g", &g)
		if got := value[selection](p, "selection"); got != (selection{"goroutine", g}) {
			t.Errorf("a click on the lane of consume #2 selected %+v, wanted goroutine %d", got, g)
		}
		return
	}
	t.Error("the timeline has no lane for consume #2")
}

// A press on the ruler scrubs; the playhead is drawn there.
func TestScrub(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Width: 1280, Height: 800}, deadlock)
	var box struct{ X, Y, W float64 }
	p.Eval("(({x, y, width}) => ({X: x, Y: y, W: width}))(document.querySelector('#timeline canvas').getBoundingClientRect())", &box)
	at := box.X + box.W*0.6
	p.ClickAt(at, box.Y+5)
	p.Idle()
	middle := value[cursor](p, "cursor")
	if middle.Event <= 0 || middle.Event != shownEvent(p) {
		t.Errorf("got event %d with the state of %d after a press on the ruler", middle.Event, shownEvent(p))
	}
	lines := find(picture(p), "playhead", "line")
	if len(lines) != 1 || lines[0].number("x") < at-box.X-2 || lines[0].number("x") > at-box.X+2 {
		t.Errorf("got the playhead at %v, wanted it at %.0f, where the press was", lines, at-box.X)
	}
	p.Drag(at, box.Y+5, at+100, box.Y+5)
	p.Idle()
	if got := value[cursor](p, "cursor"); got.Time <= middle.Time {
		t.Errorf("got the cursor at %.0f ns after a drag to the right from %.0f ns", got.Time, middle.Time)
	}
	// The same place on the way back shows the same event.
	p.ClickAt(at, box.Y+5)
	p.Idle()
	if got := value[cursor](p, "cursor"); got != middle {
		t.Errorf("got %+v at the same place as before, wanted %+v", got, middle)
	}
}

// The source is in step: a pin for each goroutine on the line where it stands.
func TestSourceInStep(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Width: 1600, Height: 1000}, deadlock)
	action(p, "jumpToFinding(0)")
	action(p, "set({panel: 'source'})")
	var state struct {
		Goroutines []struct {
			G    int `json:"g"`
			Line int `json:"line"`
		} `json:"goroutines"`
	}
	p.Eval("window.traceviz.store.get('stateAtCursor')", &state)
	lines := map[int]int{}
	for _, g := range state.Goroutines {
		lines[g.Line]++
	}
	if lines[47] != 3 || lines[66] != 1 {
		t.Errorf("got goroutines on lines %v, wanted three consumers on 47 and main on 66", lines)
	}
	for line, want := range map[int][]string{47: {"consume #1", "consume #2", "consume #3"}, 66: {"main"}} {
		var titles []string
		p.Eval(fmt.Sprintf(`[...document.querySelectorAll(".code-row[data-line='%d'] .pin")].map(n => n.title)`, line), &titles)
		all := strings.Join(titles, "|")
		for _, name := range want {
			if !strings.Contains(all, name+": ") {
				t.Errorf("line %d has pins %q, wanted one of %s", line, titles, name)
			}
		}
	}
}
