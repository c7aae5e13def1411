package e2e

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/browsertest"
)

// What a person sees first: the program by its names, how it ended, and what was found.
func TestFirstPicture(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Width: 1280, Height: 800}, deadlock)
	calls := picture(p)

	var labels []string
	for _, c := range find(calls, "timeline", "label") {
		labels = append(labels, c.text("text"))
	}
	all := strings.Join(labels, "|")
	for _, want := range []string{"main", `produce "A"`, `produce "B"`, "consume #1", "consume #2", "consume #3", "jobs", "stats"} {
		if !strings.Contains(all, want) {
			t.Errorf("the timeline has no lane for %q: %q", want, labels)
		}
	}
	if n := len(find(calls, "timeline", "span")); n < 6 {
		t.Errorf("got %d spans on the timeline, wanted some for each goroutine", n)
	}
	nodes := map[string]int{}
	for _, c := range find(calls, "stage", "node") {
		nodes[c.text("kind")]++
	}
	if nodes["goroutine"] != 6 || nodes["channel"] != 1 {
		t.Errorf("got nodes %v on the stage, wanted 6 goroutines and a channel", nodes)
	}
	if n := len(find(calls, "stage", "slot")); n != 3 {
		t.Errorf("got %d slots on the stage, wanted the 3 of jobs", n)
	}
	bar := p.Text("#topbar")
	for _, want := range []string{"producer-consumer", "deadlock", "6 goroutines", "exit 2", "complete"} {
		if !strings.Contains(strings.ReplaceAll(bar, "\n", " "), want) {
			t.Errorf("the top bar says %q, wanted %q in it", bar, want)
		}
	}
}

// A chip of a finding leads to its witness: the cursor, the selection, the panel and its words.
func TestFindingJump(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Width: 1600, Height: 900}, deadlock)
	var finding struct {
		ID     int     `json:"id"`
		TimeNS float64 `json:"time_ns"`
		G      []int   `json:"g"`
	}
	p.Eval("window.traceviz.store.get('model').findings[0]", &finding)
	if len(finding.G) != 4 || finding.TimeNS == 0 {
		t.Fatalf("got finding %+v, wanted one of main and three consumers at some time", finding)
	}
	p.Click("#findings .chip")
	p.Idle()
	if got := value[cursor](p, "cursor"); got.Time != finding.TimeNS {
		t.Errorf("got the cursor at %.0f ns, wanted it at the finding's %.0f", got.Time, finding.TimeNS)
	}
	if got := value[string](p, "panel"); got != "findings" {
		t.Errorf("got panel %q, wanted findings", got)
	}
	words := p.Text("#panel-body")
	for _, want := range []string{"jobs", "main", "consume #1", "main.go:47"} {
		if !strings.Contains(words, want) {
			t.Errorf("the finding says nothing of %q: %q", want, words)
		}
	}
	var forever []string
	for _, c := range find(picture(p), "stage", "node") {
		if stuck, _ := c.raw["forever"].(bool); stuck && c.text("kind") == "goroutine" {
			forever = append(forever, c.text("id"))
		}
	}
	if len(forever) != 4 {
		t.Errorf("got %q as stuck on the stage, wanted four goroutines", forever)
	}
}

func TestTabs(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Width: 1600, Height: 900}, deadlock)
	action(p, "seekEvent(Math.floor(window.traceviz.store.get('model').events / 2))")
	action(p, "select('goroutine', window.traceviz.store.get('model').goroutines.find(g => g.name === 'consume #1').g)")
	wants := map[string]string{
		"source":     "jobs <- newJob(id, i)",
		"findings":   "deadlock",
		"goroutines": "consume #3",
		"selection":  "consume #1",
		"events":     "jobs",
		"statistics": "",
		"output":     "by consumer",
	}
	for _, tab := range []string{"source", "findings", "goroutines", "selection", "events", "statistics", "output"} {
		p.Eval(fmt.Sprintf("document.getElementById('tab-%s') ? window.traceviz.store.set({panel: %q}) : null", tab, tab), nil)
		p.Idle()
		if text := p.Text("#panel-body"); strings.TrimSpace(text) == "" || !strings.Contains(text, wants[tab]) {
			t.Errorf("panel %s: got %q, wanted %q in it", tab, text, wants[tab])
		}
		var selected bool
		p.Eval(fmt.Sprintf("document.getElementById('tab-%s').getAttribute('aria-selected') === 'true'", tab), &selected)
		if !selected {
			t.Errorf("tab %s is not marked as selected", tab)
		}
	}
	// By the mouse, for one that is in the strip.
	p.Click("#tab-source")
	p.Idle()
	if got := value[string](p, "panel"); got != "source" {
		t.Errorf("got panel %q after a click on its tab, wanted source", got)
	}
}

func TestTheme(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Width: 1280, Height: 720}, deadlock)
	theme := func() string {
		var s string
		p.Eval("document.documentElement.dataset.theme", &s)
		return s
	}
	background := func() string {
		var s string
		p.Eval("getComputedStyle(document.body).backgroundColor", &s)
		return s
	}
	if theme() != "light" || background() != "rgb(255, 255, 255)" {
		t.Errorf("got %s, %s under a light system, wanted light and white", theme(), background())
	}
	p.Media(browsertest.View{Dark: true})
	p.Idle()
	if theme() != "dark" || background() != "rgb(20, 23, 28)" {
		t.Errorf("got %s, %s under a dark system, wanted dark and #14171C", theme(), background())
	}
	// A choice wins over the system, and is kept when the page is loaded again.
	p.Eval("window.traceviz.store.set({theme: 'light'})", nil)
	p.Idle()
	if theme() != "light" {
		t.Errorf("got %s after light was chosen", theme())
	}
	p.Reload()
	p.WaitFor("document.readyState === 'complete' && window.traceviz?.store.get('model')")
	p.Idle()
	if theme() != "light" {
		t.Errorf("got %s after light was chosen and the page loaded again", theme())
	}
}

// The address holds all that a person sees: opened again, it shows the same.
func TestAddress(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Width: 1280, Height: 720}, deadlock)
	action(p, "seekEvent(40)")
	action(p, "select('goroutine', 2)")
	action(p, "setWindow(0, window.traceviz.store.get('model').duration / 2)")
	action(p, "set({panel: 'goroutines'})")
	p.WaitFor("location.hash.includes('e=40') && location.hash.includes('s=g2') && location.hash.includes('p=goroutines')")
	var address string
	p.Eval("location.href", &address)
	if strings.Contains(address, "token") {
		t.Errorf("the address holds the token: %s", address)
	}
	before := picture(p)
	p.Reload()
	p.WaitFor("document.readyState === 'complete' && window.traceviz?.store.get('model')")
	p.Idle()
	if got := value[cursor](p, "cursor").Event; got != 40 {
		t.Errorf("got event %d after loading the address again, wanted 40", got)
	}
	if got := value[string](p, "panel"); got != "goroutines" {
		t.Errorf("got panel %q after loading the address again, wanted goroutines", got)
	}
	same(t, "after loading the address again", picture(p), before)
}

// shots is a folder to put pictures into, for people: go test ./internal/e2e -run TestSizes -shots DIR
var shots = flag.String("shots", "", "write pictures of the page to this folder")

// From a phone to a large screen, in both themes, nothing sticks out to the side.
func TestSizes(t *testing.T) {
	b := browser
	url := serve(t, "open", deadlock)
	first := b.Page(t, browsertest.View{Width: 360, Height: 720})
	first.Open(url)
	check := func(p *browsertest.Page, width int) {
		t.Helper()
		var scroll, inner int
		p.Eval("document.documentElement.scrollWidth", &scroll)
		p.Eval("innerWidth", &inner)
		if inner != width || scroll > width {
			t.Errorf("at %d px the page is %d px wide", width, scroll)
		}
		for _, layer := range []string{"timeline", "stage", "overview"} {
			if len(find(picture(p), layer, "begin")) == 0 {
				t.Errorf("at %d px nothing is drawn on the %s", width, layer)
			}
		}
	}
	check(first, 360)
	action(first, "seekEvent(Math.floor(window.traceviz.store.get('model').events * 0.4))")
	for _, size := range [][2]int{{1280, 720}, {1600, 900}} {
		for theme, dark := range map[string]bool{"light": false, "dark": true} {
			first.Resize(size[0], size[1])
			first.Media(browsertest.View{Dark: dark})
			first.Idle()
			check(first, size[0])
			if *shots != "" {
				first.Screenshot(filepath.Join(*shots, fmt.Sprintf("page-%d-%s.png", size[0], theme)))
			}
		}
	}
}
