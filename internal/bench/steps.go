package main

import (
	"fmt"
	"time"
)

// steps are moments of a page in ms from the start of its navigation, as the browser noted them. Open (the websocket is) and Data (state and overview are there) are noted by ready, to 5 ms.
type steps struct {
	HTML, Styles, Scripts, Evaluated, Model, Open, Data, Now float64
}

// stepsOf is a script that gives the steps. The scripts are evaluated when DOMContentLoaded begins, which waits for them.
const stepsOf = `(() => {
	const [page] = performance.getEntriesByType("navigation");
	const loaded = performance.getEntriesByType("resource");
	const last = (pick) => Math.max(0, ...loaded.filter((r) => pick(new URL(r.name).pathname)).map((r) => r.responseEnd));
	const marked = (what) => performance.getEntriesByName(what)[0]?.startTime ?? 0;
	return {
		HTML: page.responseEnd, Styles: last((p) => p.endsWith(".css")), Scripts: last((p) => p.endsWith(".js")),
		Open: marked("open"), Data: Math.max(marked("state"), marked("overview")),
		Evaluated: page.domContentLoadedEventStart, Model: last((p) => p.endsWith("/model")), Now: performance.now(),
	};
})()`

var partNames = []string{
	"start of the command until it listens", "connection, HTML", "styles and scripts on top of that", "evaluation", "model", "websocket opens", "state, rows, overview", "frames",
}

// parts are how long each part of a first picture took, in ns, by partNames. total is the time in all, listened that until the command listened.
func (s steps) parts(listened, total time.Duration) []float64 {
	loaded := max(s.HTML, s.Styles, s.Scripts)
	model := max(s.Model, s.Evaluated)
	open := max(s.Open, model)
	data := max(s.Data, open)
	ms := []float64{0, 0, loaded - s.HTML, s.Evaluated - loaded, model - s.Evaluated, open - model, data - open, s.Now - data}
	known := 0.0
	for i := range ms {
		ms[i] *= float64(time.Millisecond)
		known += ms[i]
	}
	ms[0] = float64(listened)
	ms[1] = float64(total-listened) - known
	return ms
}

// printParts prints what the first picture's time was made of, and the time with separate modules.
func (o *opened) printParts() {
	for i, name := range partNames {
		var times []float64
		for _, p := range o.parts {
			times = append(times, p[i])
		}
		row("  of that: "+name, seconds(median(times)), "")
	}
	if len(o.separate) > 0 {
		row("the same with the modules one by one (--dev ui)", seconds(median(o.separate)), fmt.Sprintf("%.2f times", median(o.separate)/median(o.open)))
	}
}
