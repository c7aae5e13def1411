package server

import (
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/trace-viz/trace-viz/internal/compare"
)

// CompareURL is an address like URL that opens the comparison of two recordings, which must have been added.
func (s *Server) CompareURL(a, b string) string {
	u, _, _ := strings.Cut(s.URL(), "#")
	return u + "#v=1&compare=" + url.QueryEscape(a) + "," + url.QueryEscape(b)
}

// compareRoutes are the paths that are about two recordings, a and b by id.
func (s *Server) compareRoutes(mux *http.ServeMux) {
	of := func(pattern string, h func(http.ResponseWriter, *http.Request, contenders)) {
		mux.HandleFunc("GET /api/compare"+pattern, func(w http.ResponseWriter, r *http.Request) {
			if c, ok := s.contenders(w, r); ok {
				h(w, r, c)
			}
		})
	}
	of("", s.serveCompare)
	of("/source", serveCompareSource)
	of("/states", serveCompareStates)
	of("/flame", serveCompareFlame)
}

// contenders are two recordings as they are now.
type contenders struct {
	entry [2]*entry
	view  [2]View
}

func (c contenders) side(i int) compare.Side {
	v := c.view[i]
	return compare.Side{Rec: v.Rec, Index: v.Index, Findings: v.Findings}
}

// contenders finds the recordings of a request. Where there are none, the answer is given and ok is false.
func (s *Server) contenders(w http.ResponseWriter, r *http.Request) (c contenders, ok bool) {
	for i, name := range []string{"a", "b"} {
		id := r.URL.Query().Get(name)
		if id == "" {
			fail(w, http.StatusBadRequest, name+" must be the id of a recording", name)
			return c, false
		}
		if c.entry[i] = s.recording(id); c.entry[i] == nil {
			fail(w, http.StatusNotFound, "there is no recording of this id", name)
			return c, false
		}
		if c.view[i] = c.entry[i].view(); c.view[i].Index == nil {
			fail(w, http.StatusNotFound, unread(c.view[i]), name)
			return c, false
		}
	}
	return c, true
}

// comparisons are results that were made elsewhere, by the ids of A and B.
type comparisons struct {
	mu   sync.Mutex
	made map[[2]string]compare.Result
}

// SetComparison makes r what the server tells of a and b, as when both were run several times, of which it has one each.
func (s *Server) SetComparison(a, b string, r compare.Result) {
	s.compared.mu.Lock()
	defer s.compared.mu.Unlock()
	if s.compared.made == nil {
		s.compared.made = map[[2]string]compare.Result{}
	}
	s.compared.made[[2]string{a, b}] = r
}

func (s *Server) comparison(a, b string) (compare.Result, bool) {
	s.compared.mu.Lock()
	defer s.compared.mu.Unlock()
	r, ok := s.compared.made[[2]string{a, b}]
	return r, ok
}

// serveCompare sends what trace-viz compare --json prints.
func (s *Server) serveCompare(w http.ResponseWriter, _ *http.Request, c contenders) {
	r, ok := s.comparison(c.entry[0].id, c.entry[1].id)
	if !ok {
		r = compare.Compare(c.side(0), c.side(1))
	}
	send(w, r)
}
