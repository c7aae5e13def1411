package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/bundle"
)

// shelf is a library in memory, over one folder.
type shelf struct {
	t     *testing.T
	owned string // folder that may be changed
	title string
	gone  bool
	kept  []byte
}

func (l *shelf) Keep(name string, content io.Reader) (string, Source, error) {
	b, err := io.ReadAll(content)
	if err != nil {
		return "", nil, err
	}
	if !bytes.HasPrefix(b, []byte("go 1.")) {
		return "", nil, errors.New(name + " is no trace")
	}
	l.kept = b
	return "kept", makePlain(l.t), nil
}
func (l *shelf) Owns(dir string) bool          { return dir == l.owned }
func (l *shelf) Retitle(_, title string) error { l.title = title; return nil }
func (l *shelf) Trash(string) (string, error)  { l.gone = true; return "1-a", nil }
func (l *shelf) Restore(undo string) (string, Source, error) {
	if undo != "1-a" || !l.gone {
		return "", nil, errors.New("not there")
	}
	return "a", makePlain(l.t), nil
}

// post sends a request of the page itself.
func (c *testClient) post(t *testing.T, path, kind string, body io.Reader) (int, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, c.base+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = c.header()
	req.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestLibrary(t *testing.T) {
	lib := &shelf{t: t}
	a, b := makeRecording(t), makePlain(t)
	lib.owned = a.Dir()
	c := serveWith(t, func(s *Server) { s.opt.Library = lib; s.http.Handler = s.guard.wrap(s.rescue(s.routes())) }, a, b)
	_, plain := makeTraces(t)
	const js, bin = "application/json", "application/octet-stream"
	for _, tt := range []struct {
		name, path, kind, body string
		status                 int
		want                   string
	}{
		{"rename", "/api/r/a/rename", js, `{"title":" the first "}`, 200, "the first"},
		{"rename with a control character", "/api/r/a/rename", js, `{"title":"a\u0007b"}`, 400, "title"},
		{"rename with a long title", "/api/r/a/rename", js, fmt.Sprintf(`{"title":%q}`, strings.Repeat("x", 121)), 400, "title"},
		{"rename with markup in JSON that is none", "/api/r/a/rename", js, `<b>`, 400, "can't be read"},
		{"rename what is not ours", "/api/r/b/rename", js, `{"title":"x"}`, 409, "leaves it as it is"},
		{"rename nothing", "/api/r/zz/rename", js, `{"title":"x"}`, 404, "no recording"},
		{"delete what is not ours", "/api/r/b/delete", js, `{}`, 409, "leaves it as it is"},
		{"delete with a path", "/api/r/..%2fb/delete", js, `{}`, 404, "no recording"},
		{"delete by a form", "/api/r/a/delete", "text/plain", `{}`, 403, "forbidden"},
		{"delete as bytes", "/api/r/a/delete", bin, `{}`, 403, "forbidden"},
		{"restore too early", "/api/restore", js, `{"undo":"1-a"}`, 409, "not there"},
		{"delete", "/api/r/a/delete", js, `{}`, 200, `"undo":"1-a"`},
		{"delete again", "/api/r/a/delete", js, `{}`, 404, "no recording"},
		{"restore", "/api/restore", js, `{"undo":"1-a"}`, 200, `"id":"a"`},
		{"open", "/api/open?name=t.out", bin, string(plain), 200, `"id":"kept"`},
		{"open what is none", "/api/open?name=t.out", bin, "hello", 422, "no trace"},
		{"open without a name", "/api/open", bin, "go 1.", 400, "name"},
		{"open as JSON", "/api/open?name=t.out", js, "{}", 400, "octet-stream"},
	} {
		status, got := c.post(t, tt.path, tt.kind, strings.NewReader(tt.body))
		if status != tt.status || !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %d %s, wanted %d with %q", tt.name, status, got, tt.status, tt.want)
		}
	}
	if lib.title != "the first" || !bytes.Equal(lib.kept, plain) {
		t.Errorf("the library has the title %q and %d bytes, wanted the first and %d", lib.title, len(lib.kept), len(plain))
	}
	// GET changes nothing, whatever is asked.
	for _, path := range []string{"/api/open?name=t", "/api/restore", "/api/r/b/rename", "/api/r/b/delete"} {
		if resp, _, err := c.get(path); err != nil || resp.StatusCode != 405 && resp.StatusCode != 404 {
			t.Errorf("GET %s: got %v, %v", path, resp.StatusCode, err)
		}
	}
	// The new one can be looked at.
	if resp, _, err := c.get("/api/r/kept/model"); err != nil || resp.StatusCode != 200 {
		t.Errorf("the kept recording: got %v, %v", resp.StatusCode, err)
	}
}

// What is exported is whole: the bundle unpacks to the recording that it was made of.
func TestExport(t *testing.T) {
	rec := makeRecording(t)
	if err := os.RemoveAll(filepath.Join(rec.Dir(), "source", "sub")); err != nil { // a link, which no bundle takes
		t.Fatal(err)
	}
	live := NewFeed(rec.Dir(), View{Rec: rec.View().Rec, Live: true})
	c := serve(t, rec, live)
	resp, b, err := c.get("/api/r/a/export/export.tviz")
	if err != nil || resp.StatusCode != 200 || !strings.Contains(resp.Header.Get("Content-Disposition"), "a.tviz") {
		t.Fatalf("got %v %v, %v: %.200s", resp.StatusCode, resp.Header, err, b)
	}
	file, to := filepath.Join(t.TempDir(), "a.tviz"), t.TempDir()
	write(t, file, b)
	if err := bundle.Unpack(file, to); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"trace.out", "meta.json", "sites.json"} {
		was, _ := os.ReadFile(filepath.Join(rec.Dir(), name))
		if now, err := os.ReadFile(filepath.Join(to, name)); err != nil || !bytes.Equal(was, now) || len(now) == 0 {
			t.Errorf("%s: %d bytes after the way through a bundle, %v; had %d", name, len(now), err, len(was))
		}
	}
	if _, b, err := c.get("/api/r/a/export/chrome.json"); err != nil || !json.Valid(b) || !bytes.Contains(b, []byte("traceEvents")) {
		t.Errorf("chrome.json: %v: %.200s", err, b)
	}
	if resp, b, err := c.get("/api/r/a/export/waits.pb.gz"); err != nil || resp.StatusCode != 200 || !bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
		t.Errorf("waits.pb.gz: %v: %.200s", err, b)
	}
	for path, want := range map[string]int{"/api/r/a/export/x": 404, "/api/r/b/export/export.tviz": 409} {
		if resp, _, err := c.get(path); err != nil || resp.StatusCode != want {
			t.Errorf("%s: got %v, %v, wanted %d", path, resp.StatusCode, err, want)
		}
	}
}
