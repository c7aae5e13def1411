package server

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// A starts is a Starter that remembers what was ordered.
type starts struct {
	orders []Order
	err    error
}

func (s *starts) Offer() Offer {
	return Offer{Scenarios: []OfferedScenario{{Name: evil, Level: "easy", Bugs: []OfferedBug{{Slug: "a", Buggy: "x/a", Fixed: "x/a/fixed"}}}}}
}

func (s *starts) Start(o Order) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	s.orders = append(s.orders, o)
	return len(s.orders), nil
}

func (s *starts) Job(n int) (Job, bool) {
	if n < 1 || n > len(s.orders) {
		return Job{}, false
	}
	return Job{Number: n, Kind: s.orders[n-1].Kind, State: JobWorking}, true
}

// order sends an order and gives status and body of the answer.
func (c *testClient) order(method, kind, origin, body string, session bool) (int, string) {
	c.t.Helper()
	r, err := http.NewRequest(method, c.base+"/api/start", strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	if session {
		r.Header.Set("Cookie", c.header().Get("Cookie"))
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// Only a POST with the session, our own origin and JSON starts something; GET changes nothing.
func TestStartGuard(t *testing.T) {
	st := &starts{}
	c := serveWith(t, func(s *Server) { s.opt.Starter = st })
	order := `{"kind":"run","name":"x/a","procs":1}`
	for _, try := range []struct {
		name, method, kind, origin string
		cookie                     bool
		status                     int
	}{
		{"GET", "GET", "application/json", c.base, true, http.StatusNotFound},
		{"a form", "POST", "application/x-www-form-urlencoded", c.base, true, http.StatusForbidden},
		{"text, which needs no preflight", "POST", "text/plain", c.base, true, http.StatusForbidden},
		{"bytes", "POST", "application/octet-stream", c.base, true, http.StatusForbidden},
		{"no origin", "POST", "application/json", "", true, http.StatusForbidden},
		{"another site", "POST", "application/json", "http://example.com", true, http.StatusForbidden},
		{"another port", "POST", "application/json", "http://127.0.0.1:1", true, http.StatusForbidden},
		{"no session", "POST", "application/json", c.base, false, http.StatusForbidden},
	} {
		if got, body := c.order(try.method, try.kind, try.origin, order, try.cookie); got != try.status {
			t.Errorf("%s: got %d, wanted %d: %s", try.name, got, try.status, body)
		}
	}
	if len(st.orders) != 0 {
		t.Fatalf("something was started: %+v", st.orders)
	}
	status, body := c.order("POST", "application/json", c.base, order, true)
	if status != http.StatusAccepted || len(st.orders) != 1 || st.orders[0] != (Order{Kind: OrderRun, Name: "x/a", Procs: 1}) {
		t.Errorf("got %d %s, ordered %+v", status, body, st.orders)
	}
}

// What is wrong with an order is told, by the name of its field where there is one.
func TestStartWrong(t *testing.T) {
	st := &starts{}
	c := serveWith(t, func(s *Server) { s.opt.Starter = st })
	for _, try := range []struct {
		body      string
		err       error
		status    int
		parameter string
	}{
		{`{"kind":"run","name":"x/a","path":"/etc"}`, nil, 400, ""},
		{`{"kind":"run","name":["x"]}`, nil, 400, ""},
		{`{"kind":"run"} {}`, nil, 400, ""},
		{``, nil, 400, ""},
		{`{"name":"` + strings.Repeat("a", 2*maxOrder) + `"}`, nil, 400, ""},
		{`{"kind":"run","name":"x/a","procs":-1}`, nil, 400, "procs"},
		{`{"kind":"run","name":"x/a","procs":100000}`, nil, 400, "procs"},
		{`{"kind":"run","name":"x/b"}`, &OrderError{"name", "no such scenario"}, 400, "name"},
		{`{"kind":"run","name":"x/a"}`, ErrBusy, 409, ""},
	} {
		st.err = try.err
		status, body := c.order("POST", "application/json", c.base, try.body, true)
		var e struct{ Error, Parameter string }
		if err := json.Unmarshal([]byte(body), &e); err != nil || status != try.status || e.Error == "" || e.Parameter != try.parameter {
			t.Errorf("%.60s: got %d %s", try.body, status, body)
		}
	}
	if len(st.orders) != 0 {
		t.Errorf("something was started: %+v", st.orders)
	}
}

// Offers and jobs have lists that are never null, also where nothing can be started.
func TestOfferAndJobs(t *testing.T) {
	for _, st := range []Starter{nil, &starts{orders: []Order{{Kind: OrderCheck}}}} {
		c := serveWith(t, func(s *Server) { s.opt.Starter = st })
		want := http.StatusNotFound
		if st != nil {
			want = http.StatusOK
		}
		for path, status := range map[string]int{"/api/offer": 200, "/api/jobs/1": want, "/api/jobs/2": 404, "/api/jobs/x": 404, "/api/jobs/-1": 404} {
			resp, b, err := c.get(path)
			if err != nil || resp.StatusCode != status {
				t.Errorf("%s: got %v %v, wanted %d", path, resp, err, status)
				continue
			}
			checkJSON(t, path, b)
		}
	}
}
