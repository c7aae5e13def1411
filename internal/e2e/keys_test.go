package e2e

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/browsertest"
)

// selectGoroutine selects a goroutine by its name, and gives its id.
func selectGoroutine(p *browsertest.Page, name string) int {
	var g int
	p.Eval(fmt.Sprintf("window.traceviz.store.get('model').goroutines.find(g => g.name === %q).g", name), &g)
	action(p, fmt.Sprintf("select('goroutine', %d)", g))
	return g
}

func notice(p *browsertest.Page) string {
	var text string
	p.Eval("document.getElementById('notice').hidden ? '' : document.getElementById('notice').textContent", &text)
	return text
}

// [ always leads back: to the waker, to where a goroutine was spawned, and at last it says that there is nothing before.
func TestBackToTheWaker(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{}, deadlock)
	// The panel asks for the same goroutine at the same time: neither may take the other's answer away.
	action(p, "set({panel: 'selection'})")
	for _, name := range []string{"consume #1", "consume #2", "consume #3", `produce "A"`, "main"} {
		action(p, "jumpToFinding(0)")
		action(p, "set({panel: 'selection'})")
		selectGoroutine(p, name)
		for steps := 0; ; steps++ {
			was := value[cursor](p, "cursor").Event
			action(p, "set({notice: null})")
			p.Press("[")
			p.WaitFor(fmt.Sprintf("window.traceviz.store.get('cursor').event !== %d || window.traceviz.store.get('notice')", was))
			p.Idle()
			if now := value[cursor](p, "cursor").Event; now > was {
				t.Errorf("%s: [ went from event %d forwards to %d", name, was, now)
			}
			if strings.Contains(notice(p), "from the start") {
				break
			}
			if steps > 1000 {
				t.Fatalf("%s: [ leads nowhere", name)
			}
		}
		if got := value[selection](p, "selection"); got.Kind != "goroutine" || got.ID != 0 {
			t.Errorf("%s: every chain of wake-ups begins with main, not %+v", name, got)
		}
		if head := p.Text("#panel-body h2"); head != "main" {
			t.Errorf("the panel shows %.60q beside the selection main", head)
		}
	}
}

// P pins the track of the selection at the top, where it stays while the others scroll; the address keeps it.
func TestPin(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Width: 1280, Height: 720}, deadlock)
	p.Press("p")
	if text := notice(p); !strings.Contains(text, "Select") {
		t.Errorf("P with nothing selected says %q, wanted what to do", text)
	}
	g := selectGoroutine(p, "consume #3")
	p.Press("p")
	p.Idle()
	rows := func() (keys []string, tops []float64) {
		for _, c := range find(picture(p), "timeline", "label") {
			keys, tops = append(keys, c.text("row")), append(tops, c.number("y"))
		}
		return keys, tops
	}
	key := "g" + strconv.Itoa(g)
	keys, tops := rows()
	// Drawn last, over what scrolls below it, and still in its place among the others.
	if last := len(keys) - 1; keys[last] != key || tops[last] > 60 || strings.Count(strings.Join(keys, " ")+" ", key+" ") != 2 {
		t.Errorf("got rows %v at %v, wanted %s at the top and in its place", keys, tops, key)
	}
	p.WaitFor(fmt.Sprintf("location.hash.includes('pin=%s')", key))
	p.Reload()
	p.WaitFor("document.readyState === 'complete' && window.traceviz?.store.get('model')")
	p.Idle()
	if again, _ := rows(); strings.Join(again, " ") != strings.Join(keys, " ") {
		t.Errorf("got rows %v after loading the address again, wanted %v", again, keys)
	}
	p.Press("p")
	p.Idle()
	if keys, _ := rows(); strings.Count(strings.Join(keys, " ")+" ", key+" ") != 1 {
		t.Errorf("got rows %v after P again, wanted %s once", keys, key)
	}
}

// H fades all rows but those of the same function, or of those who use the channel or lock; H again ends it.
func TestHighlight(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Width: 1280, Height: 900}, deadlock)
	faded := func() int { return len(find(picture(p), "timeline", "fade")) }
	if n := faded(); n != 0 {
		t.Fatalf("%d rows are faded at first", n)
	}
	selectGoroutine(p, "consume #2")
	p.Press("h")
	p.Idle()
	if n := faded(); n != 5 {
		t.Errorf("got %d faded rows, wanted 5: main, two producers, jobs and stats", n)
	}
	var ringed int
	for _, c := range find(picture(p), "stage", "node") {
		if on, _ := c.raw["hovered"].(bool); on {
			ringed++
		}
	}
	if ringed != 3 {
		t.Errorf("got %d marked nodes on the stage, wanted the three consumers", ringed)
	}
	action(p, "select('object', window.traceviz.store.get('model').objects.find(o => o.name === 'stats').o)")
	p.Press("h")
	p.Idle()
	if n := faded(); n != 4 {
		t.Errorf("got %d faded rows for the lock stats, wanted 4: main, two producers and jobs", n)
	}
	p.Press("h")
	p.Idle()
	if n := faded(); n != 0 {
		t.Errorf("%d rows are faded after H again", n)
	}
}

// A dragged area tells its length, its events and where the time went.
func TestArea(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Width: 1280, Height: 720}, deadlock)
	p.Drag(400, 400, 600, 440)
	p.WaitFor("window.traceviz.store.get('area')")
	p.Idle()
	p.Eval("window.traceviz.drawlog = []", nil)
	p.Idle()
	var calls []call
	p.Eval("window.traceviz.drawlog", &calls)
	areas := find(calls, "playhead", "area")
	if len(areas) == 0 {
		p.Fail("no area is drawn")
	}
	area := areas[len(areas)-1]
	if text := area.text("text"); !regexp.MustCompile(`^[\d.]+ m?s · [\d,]+ events$`).MatchString(text) {
		t.Errorf("the area says %q, wanted its length and its events", text)
	}
	lines := fmt.Sprint(area.raw["lines"])
	if !strings.Contains(lines, "running") || !strings.Contains(lines, "%") {
		t.Errorf("the area lists %s, wanted the time by state", lines)
	}
	// It is part of the address, and goes with Escape.
	p.WaitFor("location.hash.includes('&a=')")
	p.Press("\x1b")
	p.WaitFor("!location.hash.includes('&a=')")
}

// The right button opens a menu for what is under the pointer; Escape and a press elsewhere close it.
func TestContextMenu(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Width: 1280, Height: 720}, deadlock)
	var box struct{ X, Y float64 }
	p.Eval("(({x, y}) => ({X: x, Y: y}))(document.querySelector('#timeline canvas').getBoundingClientRect())", &box)
	var y float64
	for _, c := range find(picture(p), "timeline", "label") {
		if c.text("text") == "consume #1" {
			y = box.Y + c.number("y") + 10
		}
	}
	show := func() string {
		p.Eval(fmt.Sprintf(`(() => {
			const at = {clientX: 500, clientY: %f, bubbles: true, cancelable: true};
			const node = document.getElementById("timeline");
			node.dispatchEvent(new PointerEvent("pointermove", at));
			node.dispatchEvent(new MouseEvent("contextmenu", {...at, button: 2}));
		})()`, y), nil)
		return p.Text("#context-menu")
	}
	hidden := func() bool {
		var h bool
		p.Eval("document.getElementById('context-menu').hidden", &h)
		return h
	}
	if words := show(); !strings.Contains(words, "Show consume #1") || !strings.Contains(words, "Playhead to") || !strings.Contains(words, "Pin") {
		t.Errorf("the menu says %q", words)
	}
	p.Press("\x1b")
	if !hidden() {
		t.Error("the menu is open after Escape")
	}
	show()
	p.ClickAt(40, 300)
	if !hidden() {
		t.Error("the menu is open after a press elsewhere")
	}
	show()
	p.Eval("[...document.querySelectorAll('#context-menu button')].find(b => b.textContent.startsWith('Pin')).click()", nil)
	p.Idle()
	var pins []string
	if pins = value[[]string](p, "pins"); len(pins) != 1 || !strings.HasPrefix(pins[0], "g") {
		t.Errorf("got pins %v after Pin, wanted the goroutine", pins)
	}
	show()
	p.Eval("[...document.querySelectorAll('#context-menu button')].find(b => b.textContent.startsWith('Playhead')).click()", nil)
	p.Idle()
	if at := value[cursor](p, "cursor"); at.Event <= 0 {
		t.Errorf("the cursor is at %+v after Playhead to", at)
	}
}
