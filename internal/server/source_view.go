package server

import (
	"errors"
	"io/fs"
	"net/http"
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
)

// maxSource bounds the size of a source file that is shown, in bytes.
const maxSource = 4 << 20

// heat is the time that is attributed to a line.
type heat struct{ running, blocked, hits int64 }

type lineHeat struct {
	Line      int   `json:"line"`
	RunningNS int64 `json:"running_ns"` // up to the events of the line, since the goroutine's event before
	BlockedNS int64 `json:"blocked_ns"` // of waits that began there
	Hits      int64 `json:"hits"`       // events
}

// serveSource sends a traced file as it was recorded, with the heat of its lines. The name comes from the file table alone,
// never from the request, and is opened inside the recording's folder of sources.
func serveSource(w http.ResponseWriter, r *http.Request, e *entry) {
	v := e.view()
	n, ok := number(w, r, "file", -1, 0, maxFiles)
	if !ok {
		return
	}
	name, ok := e.files.source(int(n))
	if !ok {
		fail(w, http.StatusNotFound, "the recording has no source of this file", "file")
		return
	}
	text, err := v.Rec.Source(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		fail(w, http.StatusNotFound, "the recording does not have the text of "+name, "file")
		return
	case err != nil:
		fail(w, http.StatusNotFound, "the text of "+name+" can't be read", "file")
		return
	case len(text) > maxSource:
		fail(w, http.StatusNotFound, "the text of "+name+" is too large to show", "file")
		return
	}
	answer := struct {
		Path  string     `json:"path"`
		Text  string     `json:"text"`
		Lines []lineHeat `json:"lines"`
	}{name, strings.ToValidUTF8(string(text), "\uFFFD"), []lineHeat{}}
	hot := e.heatOf(v.Index)
	for line := range 1 + strings.Count(answer.Text, "\n") {
		if h := hot[place{int(n), line + 1}]; h != nil {
			answer.Lines = append(answer.Lines, lineHeat{line + 1, h.running, h.blocked, h.hits})
		}
	}
	send(w, answer)
}

// heatOf returns the heat of all lines. It is computed once for an index.
func (e *entry) heatOf(ix *index.Index) map[place]*heat {
	if ix == nil {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ix != ix {
		e.ix, e.heat = ix, e.measure(ix)
	}
	return e.heat
}

// A runner is a goroutine while the events are walked.
type runner struct {
	since   int64 // of its last event
	running bool
	waits   *heat // of the line at which it blocked, nil if it does not
}

// measure walks all events once. Go traces have no samples of what runs, so time that a goroutine runs counts for the line
// at which its next event happens.
func (e *entry) measure(ix *index.Index) map[place]*heat {
	hot := map[place]*heat{}
	gs := make([]runner, ix.NumGoroutines())
	numbers := map[string]int{"": -1}
	for i := range ix.NumEvents() {
		ev := ix.Event(i)
		if ev.G < 0 || int(ev.G) >= len(gs) {
			continue
		}
		n, ok := numbers[ev.Site.File]
		if !ok {
			n = e.files.number(ev.Site.File)
			numbers[ev.Site.File] = n
		}
		var h *heat
		if n >= 0 {
			p := place{n, ev.Site.Line}
			if h = hot[p]; h == nil {
				h = &heat{}
				hot[p] = h
			}
		}
		gs[ev.G].step(ev, h)
	}
	for _, g := range gs {
		if g.waits != nil {
			g.waits.blocked += max(0, ix.Duration()-g.since)
		}
	}
	return hot
}

// step takes in the next event of the goroutine; h is the heat of the event's line, nil if that is not known.
func (g *runner) step(ev index.Event, h *heat) {
	passed := max(0, ev.Time-g.since)
	if h != nil {
		h.hits++
		if g.running {
			h.running += passed
		}
	}
	switch ev.Kind {
	case index.KindStart, index.KindSysExit:
		if g.waits != nil {
			g.waits.blocked += passed
		}
		g.running, g.waits = true, nil
	case index.KindBlock, index.KindSyscall:
		g.running, g.waits = false, h
	case index.KindStop, index.KindEnd:
		g.running, g.waits = false, nil
	}
	g.since = ev.Time
}
