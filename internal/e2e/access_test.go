package e2e

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/browsertest"
)

// A sight is one view of the page that the tests of access and of labels look at: what brings the page of a recording there.
type sight struct {
	name string
	show func(p *browsertest.Page)
}

// sights are the views of an open recording. Each begins where any other ended.
func sights() []sight {
	list := []sight{
		{"start", func(*browsertest.Page) {}},
		{"mid-replay", func(p *browsertest.Page) {
			action(p, "seekEvent(Math.floor(window.traceviz.store.get('model').events * 0.4))")
			action(p, "select('goroutine', 2)")
		}},
	}
	for _, tab := range []string{"source", "findings", "goroutines", "selection", "events", "statistics", "output"} {
		list = append(list, sight{"panel " + tab, func(p *browsertest.Page) {
			p.Eval(fmt.Sprintf("window.traceviz.store.set({panel: %q})", tab), nil)
			p.Idle()
		}})
	}
	dialog := func(name, open string) sight {
		return sight{name, func(p *browsertest.Page) {
			closeDialogs(p)
			p.Click(open)
			p.Idle()
		}}
	}
	return append(list,
		sight{"finding", func(p *browsertest.Page) { action(p, "jumpToFinding(0)") }},
		dialog("help", "#help"), dialog("search", "#search"),
		sight{"table", func(p *browsertest.Page) {
			closeDialogs(p)
			p.Eval("document.activeElement.blur()", nil)
			p.Press("t")
			p.Idle()
		}},
		dialog("export menu", "#export"),
		sight{"end", func(p *browsertest.Page) {
			p.Press("\x1b")
			p.Click("#to-end")
			p.Idle()
		}},
	)
}

func closeDialogs(p *browsertest.Page) {
	p.Eval("document.querySelectorAll('dialog[open]').forEach(d => d.close())", nil)
	p.Idle()
}

// A violation is what axe-core found: a rule, how bad it is, and the elements.
type violation struct {
	ID, Impact, Help string
	Nodes            []struct{ HTML, Why string }
}

// axe runs axe-core over the page as it is, with all its rules for WCAG 2 A and AA.
func axe(t *testing.T, p *browsertest.Page) []violation {
	t.Helper()
	source, err := os.ReadFile("../../ui/testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	p.Eval("typeof axe === 'object' ? true : (() => {"+string(source)+"\nreturn true; })()", nil)
	var found []violation
	p.Eval(`axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => ({ID: v.id, Impact: v.impact, Help: v.help,
		Nodes: v.nodes.map(n => ({HTML: n.html, Why: n.failureSummary}))})))`, &found)
	return found
}

// accessible fails for each violation that axe-core calls serious or critical.
func accessible(t *testing.T, p *browsertest.Page, view string) {
	t.Helper()
	for _, v := range axe(t, p) {
		if v.Impact != "serious" && v.Impact != "critical" {
			continue
		}
		for _, n := range v.Nodes[:min(3, len(v.Nodes))] {
			t.Errorf("%s: %s %s: %s\n  %s\n  %s", view, v.Impact, v.ID, v.Help, n.HTML, strings.ReplaceAll(n.Why, "\n", "\n  "))
		}
	}
}

// Nothing serious stands in the way of screen readers, keyboards and weak eyes, in any view, in the light and in the dark.
func TestAccess(t *testing.T) {
	b := browser
	for _, theme := range []string{"light", "dark", "contrast"} {
		t.Run(theme, func(t *testing.T) {
			p := open(t, b, browsertest.View{Width: 1280, Height: 800}, deadlock)
			p.Eval(fmt.Sprintf("window.traceviz.store.set({theme: %q})", theme), nil)
			p.Idle()
			axeNotices(t, p)
			for _, s := range sights() {
				s.show(p)
				accessible(t, p, s.name)
			}
			closeDialogs(p)
			p.Eval("void (location.hash = '')", nil)
			p.WaitFor("window.traceviz.store.get('page') === 'home'")
			p.Idle()
			accessible(t, p, "home")
			p.Eval("window.traceviz.store.set({page: 'loading', recordingId: 'x', loading: {read: 1e6, total: 4e6, events: 1000, ms: 500}})", nil)
			p.Idle()
			accessible(t, p, "loading")
			p.Eval("window.traceviz.store.set({page: 'error', error: {title: 'No', text: 'offset 17: bad', hint: 'Record again.'}})", nil)
			p.Idle()
			accessible(t, p, "error")
		})
	}
}

// axeNotices fails when the checker does not see a button without a name.
func axeNotices(t *testing.T, p *browsertest.Page) {
	p.Eval(`(() => { const b = document.createElement("button"); b.id = "bad"; document.querySelector("#topbar").append(b); })()`, nil)
	if !slices.ContainsFunc(axe(t, p), func(v violation) bool { return v.ID == "button-name" }) {
		t.Error("axe-core did not notice a button without a name")
	}
	p.Eval("document.getElementById('bad').remove()", nil)
}
