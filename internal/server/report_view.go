package server

import (
	"net/http"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/report"
)

// serveReport sends what trace-viz report --json prints.
func serveReport(w http.ResponseWriter, _ *http.Request, e *entry) {
	v := e.view()
	if v.Index == nil {
		fail(w, http.StatusNotFound, unread(v), "")
		return
	}
	send(w, report.Build(v.Rec, v.Index, v.Findings))
}

// modelFinding adds to a finding what the page needs to point at its goroutines and objects.
func modelFinding(i int, f findings.Finding) modelFind {
	f.Why, f.Sites, f.Events = notNil(f.Why), notNil(f.Sites), notNil(f.Events)
	f.Goroutines, f.Objects = notNil(f.Goroutines), notNil(f.Objects)
	return modelFind{ID: i, Finding: f, G: notNil(f.G), O: notNil(f.O)}
}
