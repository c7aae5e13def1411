package server

import (
	"net/http"

	"github.com/trace-viz/trace-viz/internal/compare"
)

// serveCompare sends what trace-viz compare --json prints for two recordings, a and b by id, of one run each.
func (s *Server) serveCompare(w http.ResponseWriter, r *http.Request) {
	var sides [2]compare.Side
	for i, name := range []string{"a", "b"} {
		id := r.URL.Query().Get(name)
		if id == "" {
			fail(w, http.StatusBadRequest, name+" must be the id of a recording", name)
			return
		}
		e := s.recording(id)
		if e == nil {
			fail(w, http.StatusNotFound, "there is no recording of this id", name)
			return
		}
		v := e.view()
		if v.Index == nil {
			fail(w, http.StatusNotFound, unread(v), name)
			return
		}
		sides[i] = compare.Side{Rec: v.Rec, Index: v.Index, Findings: v.Findings}
	}
	send(w, compare.Compare(sides[0], sides[1]))
}
