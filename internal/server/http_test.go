package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// paths are all paths of a server with the recordings a (whole), b (a plain trace alone) and c (nothing read yet), with
// the status and the type that they must have.
var paths = []struct {
	path   string
	status int
	kind   string
}{
	{"/", 200, "text/html"},
	{"/static/index.html", 200, "text/html"},
	{"/static/model/types.js", 200, "text/javascript"},
	{"/static/", 404, "application/json"},
	{"/static/no.js", 404, "application/json"},
	{"/static/model", 404, "application/json"},
	{"/static/%2e%2e/ui.go", 404, "application/json"},
	{"/index.html", 404, "application/json"},
	{"/api/recordings", 200, "application/json"},
	{"/api/no", 404, "application/json"},

	{"/api/r/a/model", 200, "application/json"},
	{"/api/r/b/model", 200, "application/json"},
	{"/api/r/c/model", 200, "application/json"},
	{"/api/r/d/model", 404, "application/json"},
	{"/api/r/..%2fa/model", 404, "application/json"},
	{"/api/r/a/report", 200, "application/json"},
	{"/api/r/b/report", 200, "application/json"},
	{"/api/r/c/report", 404, "application/json"},

	{"/api/r/a/source?file=0", 200, "application/json"},
	{"/api/r/a/source?file=1", 404, "application/json"}, // a link that leads out of the recording
	{"/api/r/a/source?file=9999", 404, "application/json"},
	{"/api/r/a/source", 404, "application/json"},
	{"/api/r/a/source?file=-1", 400, "application/json"},
	{"/api/r/a/source?file=main.go", 400, "application/json"},
	{"/api/r/a/source?file=../../etc/passwd", 400, "application/json"},
	{"/api/r/b/source?file=0", 404, "application/json"},
	{"/api/r/c/source?file=0", 404, "application/json"},

	{"/api/r/a/charts/states", 200, "application/json"},
	{"/api/r/a/charts/reasons?theme=dark", 200, "application/json"},
	{"/api/r/a/charts/states?t0=0&t1=1000", 200, "application/json"},
	{"/api/r/a/charts/states?t0=-100&t1=9000000000000", 200, "application/json"},
	{"/api/r/b/charts/states", 200, "application/json"},
	{"/api/r/b/charts/reasons", 200, "application/json"},
	{"/api/r/c/charts/states", 200, "application/json"},
	{"/api/r/c/charts/reasons", 200, "application/json"},
	{"/api/r/a/charts/goroutines", 200, "application/json"},
	{"/api/r/a/charts/cores", 200, "application/json"},
	{"/api/r/a/charts/throughput", 200, "application/json"},
	{"/api/r/a/charts/occupancy", 200, "application/json"},
	{"/api/r/a/charts/holds", 200, "application/json"},
	{"/api/r/a/charts/waits", 200, "application/json"},
	{"/api/r/a/charts/latency", 200, "application/json"},
	{"/api/r/a/charts/topology", 200, "application/json"},
	{"/api/r/b/charts/goroutines", 200, "application/json"},
	{"/api/r/b/charts/cores", 200, "application/json"},
	{"/api/r/b/charts/throughput", 200, "application/json"},
	{"/api/r/b/charts/occupancy", 200, "application/json"},
	{"/api/r/b/charts/holds", 200, "application/json"},
	{"/api/r/b/charts/waits", 200, "application/json"},
	{"/api/r/b/charts/latency", 200, "application/json"},
	{"/api/r/b/charts/topology", 200, "application/json"},
	{"/api/r/c/charts/goroutines", 200, "application/json"},
	{"/api/r/c/charts/cores", 200, "application/json"},
	{"/api/r/c/charts/throughput", 200, "application/json"},
	{"/api/r/c/charts/occupancy", 200, "application/json"},
	{"/api/r/c/charts/holds", 200, "application/json"},
	{"/api/r/c/charts/waits", 200, "application/json"},
	{"/api/r/c/charts/latency", 200, "application/json"},
	{"/api/r/c/charts/topology", 200, "application/json"},
	{"/api/r/a/charts/pie", 404, "application/json"},
	{"/api/r/a/charts/states?theme=pink", 400, "application/json"},
	{"/api/r/a/charts/states?t0=x", 400, "application/json"},
	{"/api/r/a/charts/states?t0=5&t1=5", 400, "application/json"},
	{"/api/r/a/charts/states?t1=99999999999999999999", 400, "application/json"},

	{"/api/r/a/flame", 200, "application/json"},
	{"/api/r/b/flame", 404, "application/json"},
	{"/api/r/a/flame?of=waits", 200, "application/json"},
	{"/api/r/b/flame?of=waits", 200, "application/json"},
	{"/api/r/c/flame?of=waits", 404, "application/json"},
	{"/api/r/a/flame?of=x", 400, "application/json"},
	{"/api/r/c/flame", 404, "application/json"},
	{"/api/r/a/output", 200, "application/json"},
	{"/api/r/b/output", 200, "application/json"},
	{"/api/r/a/file/trace.out", 200, "application/octet-stream"},
	{"/api/r/a/file/meta.json", 200, "application/octet-stream"},
	{"/api/r/a/file/wall.pprof", 200, "application/octet-stream"},
	{"/api/r/b/file/wall.pprof", 404, "application/json"},
	{"/api/r/a/file/source", 404, "application/json"},
	{"/api/r/a/file/..%2fsecret", 404, "application/json"},
	{"/api/r/a/ws", 400, "application/json"},
}

// threeRecordings are those of paths.
func threeRecordings(t *testing.T) []Source {
	t.Helper()
	rec := &recording.Recording{Dir: t.TempDir(), Meta: recording.Meta{Outcome: recording.Running}}
	return []Source{makeRecording(t), makePlain(t), NewFeed(rec.Dir, View{Rec: rec, Live: true})}
}

// TestEveryPath fetches every path, then all of them in parallel, which must give the same answers.
func TestEveryPath(t *testing.T) {
	c := serve(t, threeRecordings(t)...)
	first := make([][]byte, len(paths))
	for i, p := range paths {
		resp, b, err := c.get(p.path)
		if err != nil {
			t.Fatalf("%s: %v", p.path, err)
		}
		kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
		if resp.StatusCode != p.status || err != nil || kind != p.kind {
			t.Errorf("%s: got %d %s, want %d %s: %.300s", p.path, resp.StatusCode, kind, p.status, p.kind, b)
		}
		checkHeaders(t, resp)
		if kind == "application/json" {
			checkJSON(t, p.path, b)
		}
		if p.status == 400 && !strings.HasSuffix(p.path, "/ws") {
			var e struct{ Error, Parameter string }
			if err := json.Unmarshal(b, &e); err != nil || e.Error == "" || !strings.Contains(p.path, e.Parameter+"=") {
				t.Errorf("%s: the error does not name the parameter: %s", p.path, b)
			}
		}
		if bytes.Contains(b, []byte("a secret")) {
			t.Errorf("%s: gives away a file from outside", p.path)
		}
		first[i] = b
	}
	var wg sync.WaitGroup
	for i, p := range paths {
		for range 3 {
			wg.Go(func() {
				_, b, err := c.get(p.path)
				if err != nil || !bytes.Equal(b, first[i]) {
					t.Errorf("%s: in parallel: %v, %d bytes, were %d", p.path, err, len(b), len(first[i]))
				}
			})
		}
	}
	wg.Wait()
}

// nullable are the fields that may be null: they hold an object or nothing. Everything else that has no value is empty,
// and lists are never null.
var nullable = []string{"spawn", "made", "compare", "current", "woken_by"}

// checkJSON holds an answer to the rules for all JSON of the server.
func checkJSON(t *testing.T, what string, b []byte) {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Errorf("%s: %v: %.200s", what, err, b)
		return
	}
	if bytes.ContainsAny(b, "<>\x1b") || bytes.Contains(b, []byte("\u2028")) {
		t.Errorf("%s: markup or control bytes are not escaped", what)
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case nil:
			name := path[strings.LastIndexByte(path, '.')+1:]
			for _, n := range nullable {
				if n == name {
					return
				}
			}
			t.Errorf("%s: %s is null", what, path)
		case []any:
			for i, e := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), e)
			}
		case map[string]any:
			for k, e := range v {
				walk(path+"."+k, e)
			}
		}
	}
	walk("", v)
}

// TestLinksLeadNowhere makes every file of a recording a link to a file outside of it.
func TestLinksLeadNowhere(t *testing.T) {
	src := makeRecording(t)
	c := serve(t, src)
	out := filepath.Join(t.TempDir(), "secret")
	write(t, out, []byte("a secret"))
	for _, name := range downloads {
		path := filepath.Join(src.Dir(), name)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(out, path); err != nil {
			t.Fatal(err)
		}
		resp, b, err := c.get("/api/r/a/file/" + name)
		if err != nil || resp.StatusCode != 404 || bytes.Contains(b, []byte("a secret")) {
			t.Errorf("%s: got %v, %s", name, resp, b)
		}
	}
	for _, path := range []string{"flame", "output"} {
		if _, b, err := c.get("/api/r/a/" + path); err != nil || bytes.Contains(b, []byte("a secret")) || !bytes.Contains(b, []byte("can't be read")) {
			t.Errorf("%s: got %s, %v", path, b, err)
		}
	}
}

// TestLoneTrace opens a trace that lies among other files: none of them is given away.
func TestLoneTrace(t *testing.T) {
	_, plain := makeTraces(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "real", "prod.trace"), plain)
	if err := os.Symlink(filepath.Join(dir, "real", "prod.trace"), filepath.Join(dir, "link.trace")); err != nil {
		t.Fatal(err)
	}
	for _, name := range downloads {
		write(t, filepath.Join(dir, name), []byte("a secret"))
	}
	write(t, filepath.Join(dir, recording.SourceDir, "main.go"), []byte("a secret"))
	rec := &recording.Recording{Dir: dir, Trace: filepath.Join(dir, "link.trace")}
	ix, err := index.Open(rec.Trace, index.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := serve(t, NewFeed(dir, View{Rec: rec, Index: ix}))
	for _, path := range []string{"model", "output", "flame", "source?file=0", "file/meta.json", "file/wall.pprof", "file/output.log"} {
		if _, b, err := c.get("/api/r/a/" + path); err != nil || bytes.Contains(b, []byte("secret")) {
			t.Errorf("%s: got %s, %v", path, b, err)
		}
	}
	if _, b, err := c.get("/api/r/a/file/trace.out"); err != nil || !bytes.Equal(b, plain) {
		t.Errorf("the trace: got %d bytes, %v; want %d", len(b), err, len(plain))
	}
}

func TestDownload(t *testing.T) {
	src := makeRecording(t)
	c := serve(t, src)
	resp, b, err := c.get("/api/r/a/file/trace.out")
	want, _ := makeTraces(t)
	if err != nil || !bytes.Equal(b, want) {
		t.Errorf("got %d bytes, %v; want %d", len(b), err, len(want))
	}
	kind, params, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition"))
	if err != nil || kind != "attachment" || params["filename"] != "a-trace.out" {
		t.Errorf("disposition %q", resp.Header.Get("Content-Disposition"))
	}
}

func TestNothingChangesByOtherMethods(t *testing.T) {
	c := serve(t, makePlain(t))
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
		r, err := http.NewRequest(method, c.base+"/api/r/a/model", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = c.header()
		r.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: got %d, want 405", method, resp.StatusCode)
		}
	}
}

func TestAddRefusesIDs(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rec := &recording.Recording{Dir: t.TempDir()}
	for _, id := range []string{"", ".", "..", "a/b", "../a", "a..b", ".a", "a.", "-a", "a b", "a%2f", "a#b", "é", "a\x00", strings.Repeat("a", maxID+1)} {
		if err := s.Add(id, NewFeed(rec.Dir, View{Rec: rec})); err == nil {
			t.Errorf("id %q was taken", id)
		}
	}
	for _, id := range []string{"producer-consumer-20260102-030405.123", "a_B.c-1"} {
		if err := s.Add(id, NewFeed(rec.Dir, View{Rec: rec})); err != nil {
			t.Error(err)
		}
	}
	if err := s.Add("a_B.c-1", NewFeed(rec.Dir, View{Rec: rec})); err == nil {
		t.Error("an id was taken twice")
	}
	if u := s.URL(); !strings.HasSuffix(u, "#r=producer-consumer-20260102-030405.123") {
		t.Errorf("URL is %s", u)
	}
}

// A lazy source tells when it is read.
type lazy struct {
	*Feed
	views atomic.Int64
}

func (l *lazy) View() View {
	l.views.Add(1)
	return l.Feed.View()
}

// TestListReadsNoTrace lists recordings: from their small files alone, and all the same where those are damaged.
func TestListReadsNoTrace(t *testing.T) {
	whole, damaged := &lazy{Feed: makeRecording(t)}, &lazy{Feed: makeRecording(t)}
	write(t, filepath.Join(damaged.Dir(), recording.MetaFile), []byte("{"))
	c := serve(t, whole, makePlain(t), damaged)
	_, b, err := c.get("/api/recordings")
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Recordings []struct {
			ID, Program, Time, Outcome string
			WallNS                     int64 `json:"wall_ns"`
			Live                       bool
		}
	}
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	r := list.Recordings
	if len(r) != 3 || r[0].ID != "a" || r[0].Program != evil || r[0].Time != "2026-01-02T03:04:05Z" || r[0].Outcome != "deadlock" || r[0].WallNS != 1e9 || r[0].Live || r[2].ID != "c" || r[2].Program != "" {
		t.Errorf("list is %+v", r)
	}
	if whole.views.Load() != 0 || damaged.views.Load() != 0 {
		t.Error("listing reads the recordings")
	}
}

// TestPreload has a page on disk name its modules, but not what is loaded only when it is needed.
func TestPreload(t *testing.T) {
	c := serveWith(t, func(s *Server) { s.opt.Dev = "../../ui" })
	_, b, err := c.get("/")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"main.js", "state/store.js", "timeline/draw.js"} {
		if !bytes.Contains(b, []byte(`<link rel="modulepreload" href="/static/`+want+`">`)) {
			t.Errorf("%s is not named in %s", want, b)
		}
	}
	if bytes.Contains(b, []byte("/vendor/")) || bytes.Count(b, []byte("<script")) != 1 {
		t.Errorf("the page is %s", b)
	}
}

// TestPageFromDisk serves the page from a folder, and refuses one that is none.
func TestPageFromDisk(t *testing.T) {
	dir := t.TempDir()
	if _, err := New(Options{Dev: dir}); err == nil || !strings.Contains(err.Error(), "static/index.html") {
		t.Errorf("an empty folder: got %v", err)
	}
	write(t, filepath.Join(dir, "static", "index.html"), []byte("from disk"))
	for _, d := range []string{dir, filepath.Join(dir, "static")} {
		s, err := New(Options{Dev: d})
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		c := serveWith(t, func(other *Server) { other.static = s.static })
		if _, b, err := c.get("/"); err != nil || string(b) != "from disk" {
			t.Errorf("%s: got %q, %v", d, b, err)
		}
	}
}
