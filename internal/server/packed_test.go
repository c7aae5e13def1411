package server

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/ui"
)

// TestPackedPage has the page as it is in the program come in one script that may be kept, whose source map leads to modules.
func TestPackedPage(t *testing.T) {
	c := serve(t)
	_, html, err := c.get("/")
	if err != nil {
		t.Fatal(err)
	}
	src := regexp.MustCompile(`<script type="module" src="(/static/page-\w+\.js)"></script>`).FindSubmatch(html)
	if src == nil || bytes.Contains(html, []byte("modulepreload")) {
		t.Fatalf("the page is %s", html)
	}
	for _, path := range []string{string(src[1]), string(src[1]) + ".map"} {
		r, b, err := c.get(path)
		if err != nil {
			t.Fatal(err)
		}
		if r.StatusCode != http.StatusOK || len(b) < 100_000 || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s is %d %v, %d bytes", path, r.StatusCode, r.Header, len(b))
		}
		if strings.HasSuffix(path, ".js") {
			if r.Header.Get("Content-Type") != contentTypes[".js"] {
				t.Errorf("%s is of type %s", path, r.Header.Get("Content-Type"))
			}
			continue
		}
		var m struct {
			SourceRoot string
			Sources    []string
		}
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		for _, s := range m.Sources {
			if _, err := fs.Stat(ui.FS, strings.TrimPrefix(m.SourceRoot+s, "/")); err != nil {
				t.Error(err)
			}
		}
		if len(m.Sources) < 100 {
			t.Errorf("there are %d sources", len(m.Sources))
		}
	}
	if r, _, err := c.get("/static/page-00000000.js"); err != nil || r.StatusCode != http.StatusNotFound {
		t.Errorf("another script: %v, %v", r, err)
	}
}
