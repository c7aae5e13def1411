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

// modelFinding adds to a finding what the page needs to point at its goroutines and objects, and at memory: that has a number by
// its address, and memory keeps them.
func modelFinding(i int, f findings.Finding, memory map[uint64]int) modelFind {
	f.Why, f.Sites, f.Events = notNil(f.Why), notNil(f.Sites), notNil(f.Events)
	f.Goroutines, f.Objects = notNil(f.Goroutines), notNil(f.Objects)
	m := modelFind{ID: i, Finding: f, G: notNil(f.G), O: notNil(f.O), Accesses: []findings.Access{}}
	for _, a := range f.Accesses {
		a.G = notNil(a.G)
		m.Accesses = append(m.Accesses, a)
	}
	if len(m.Accesses) > 0 {
		if memory[f.Memory] == 0 {
			memory[f.Memory] = len(memory) + 1
		}
		m.Memory = memory[f.Memory]
	}
	return m
}
