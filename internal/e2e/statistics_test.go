package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/browsertest"
)

// chartPoint scrolls a chart into view and returns the point of the page that is so far to the right and down in it.
func chartPoint(p *browsertest.Page, title string, x, y float64) (px, py float64) {
	var at struct{ X, Y float64 }
	p.Eval(fmt.Sprintf(`(() => {
		const section = [...document.querySelectorAll(".chart-section")].find(s => s.querySelector("h3")?.textContent.startsWith(%q));
		const chart = section.querySelector(".chart");
		chart.scrollIntoView({block: "center"});
		const b = chart.getBoundingClientRect();
		return {X: b.left + b.width * %f, Y: b.top + b.height * %f};
	})()`, title, x, y), &at)
	p.Idle()
	return at.X, at.Y
}

// Every chart is drawn or says why not, and a click on one chooses on the timeline.
func TestStatistics(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{Width: 1600, Height: 1000}, deadlock)
	action(p, "set({panel: 'statistics'})")
	p.WaitFor("document.querySelectorAll('.chart-section canvas').length >= 9")
	p.Idle()
	if n := value[struct{ Px int }](p, "overview").Px; n < 100 {
		t.Errorf("the overview has %d columns, wanted the whole run in it", n)
	}
	text := p.Text("#panel-body")
	for _, want := range []string{"States over time", "Core use", "Goroutines over time", "locks were held", "Elements received", "buffered channels", "spawned them", "Who uses what",
		"Wall-clock time by function", "Waiting time by function, exact", "main.consume"} {
		if !strings.Contains(text, want) {
			t.Errorf("the statistics say nothing of %q", want)
		}
	}
	duration := value[struct{ Duration float64 }](p, "model").Duration
	for _, title := range []string{"States over time", "Core use", "Elements received"} {
		action(p, "set({area: null})")
		p.ClickAt(chartPoint(p, title, 0.5, 0.6))
		p.Idle()
		area := value[*struct{ T0, T1 float64 }](p, "area")
		if area == nil || area.T0 < duration*0.2 || area.T1 > duration*0.8 || area.T1 <= area.T0 {
			t.Errorf("%s: a click in the middle gave the area %+v of %.0f ns, wanted a bin there", title, area, duration)
		}
	}
	// The bars of the reasons are goroutines, the one that waited longest first. Where they lie depends on how many there are.
	var chosen struct{ Kind *string }
	for y := 0.2; chosen.Kind == nil && y < 0.7; y += 0.04 {
		action(p, "select(null)")
		p.ClickAt(chartPoint(p, "What goroutines waited for", 0.3, y))
		p.Idle()
		chosen = value[struct{ Kind *string }](p, "selection")
	}
	if chosen.Kind == nil || *chosen.Kind != "goroutine" {
		t.Errorf("clicks on the bars selected %+v, wanted a goroutine", chosen)
	}
	p.Eval(`(() => { const s = [...document.querySelectorAll(".flame-search")].at(-1); s.value = "consume"; s.dispatchEvent(new Event("input")); })()`, nil)
	p.Idle()
	if !strings.Contains(p.Text("#panel-body"), "of the time") {
		t.Error("the search in the exact flame graph says nothing of a share")
	}
	readable(t, p, "statistics")
}
