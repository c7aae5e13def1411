package ui_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/browsertest"
	"github.com/trace-viz/trace-viz/ui"
)

// TestModules runs every function that a testdata/*.test.js exports under a name with "test" in front, inside Chromium, on
// the modules as they are served.
func TestModules(t *testing.T) {
	files, err := filepath.Glob("testdata/*.test.js")
	if err != nil || len(files) == 0 {
		t.Fatalf("testdata/*.test.js: %d files, %v", len(files), err)
	}
	srv := httptest.NewServer(modules())
	t.Cleanup(srv.Close)
	browser := browsertest.Start(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".test.js"), func(t *testing.T) {
			page := browser.Page(t, browsertest.View{})
			page.Load(srv.URL + "/")
			runModule(t, page, "/testdata/"+filepath.Base(file))
		})
	}
}

// modules serves an empty page, the page's modules and the tests.
func modules() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/static/", http.FileServerFS(ui.FS))
	mux.Handle("/testdata/", http.FileServerFS(os.DirFS(".")))
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>tests</title>`)
	})
	return mux
}

// runModule fails the test for each exported test function that throws.
func runModule(t *testing.T, page *browsertest.Page, url string) {
	t.Helper()
	var results []struct{ Name, Error string }
	page.Eval(fmt.Sprintf(`(async () => {
		const module = await import(%q);
		const results = [];
		for (const [name, fn] of Object.entries(module)) {
			if (!name.startsWith("test") || typeof fn !== "function") continue;
			let error = "";
			try { await fn(); } catch (err) { error = String(err?.stack ?? err); }
			results.push({Name: name, Error: error});
		}
		return results;
	})()`, url), &results)
	if len(results) == 0 {
		t.Fatalf("%s exports no test", url)
	}
	for _, r := range results {
		t.Run(strings.TrimPrefix(r.Name, "test"), func(t *testing.T) {
			if r.Error != "" {
				t.Error(r.Error)
			}
		})
	}
}

// comment matches the lines of a script that are comments only.
var comment = regexp.MustCompile(`(?m)^\s*(?:\*|//|/\*\*).*$`)

// TestTextNodesOnly holds the rule that no text ever becomes markup or code, and that markup holds neither script nor style:
// the content security policy would stop some of it, but only in a browser.
func TestTextNodesOnly(t *testing.T) {
	forbidden := map[string]*regexp.Regexp{
		".js":   regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|\beval\(|new Function|setAttribute\('style'`),
		".html": regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script(?:[^>]*[^/])?>[^<]`),
		".css":  regexp.MustCompile(`(?i)url\(|@import|expression\(`),
	}
	seen := 0
	for name, text := range sources(t) {
		rule := forbidden[path.Ext(name)]
		if rule == nil {
			continue
		}
		seen++
		if at := rule.FindString(comment.ReplaceAllString(text, "")); at != "" {
			t.Errorf("%s: has %q", name, at)
		}
		if strings.Contains(text, "http://") && !strings.Contains(text, "http://www.w3.org/") {
			t.Errorf("%s: names another host", name)
		}
	}
	if seen < 20 {
		t.Fatalf("only %d files were looked at", seen)
	}
}

// sources returns the page's own files by name; what is vendored is not ours.
func sources(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := fs.WalkDir(ui.FS, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "static/vendor/") {
			return err
		}
		text, err := fs.ReadFile(ui.FS, name)
		all[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestVendor holds the vendored chart library to the bytes of npm's echarts 6.1.0, with its licence beside it.
func TestVendor(t *testing.T) {
	const want = "28515f26aa57f87eb1e4ed4eb446927eaf329b5f5e02b4bfd4b0264fea40d1da"
	text, err := fs.ReadFile(ui.FS, "static/vendor/echarts/echarts.esm.min.js")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("echarts.esm.min.js: SHA-256 %s, want %s (echarts 6.1.0, dist/echarts.esm.min.js)", got, want)
	}
	for _, name := range []string{"LICENSE", "NOTICE", "licenses/LICENSE-d3"} {
		if text, err := fs.ReadFile(ui.FS, "static/vendor/echarts/"+name); err != nil || len(text) == 0 {
			t.Errorf("%s of echarts: %d bytes, %v", name, len(text), err)
		}
	}
}

// TestAxe holds the checker of accessibility that the browser tests use to the bytes of npm's axe-core 4.14.1, with its
// licence beside it. It is for tests only and no part of the page.
func TestAxe(t *testing.T) {
	const want = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
	text, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("axe.min.js: SHA-256 %s, want %s (axe-core 4.14.1, axe.min.js)", got, want)
	}
	for _, name := range []string{"LICENSE", "LICENSE-3RD-PARTY.txt"} {
		if text, err := os.ReadFile("testdata/axe/" + name); err != nil || len(text) == 0 {
			t.Errorf("%s of axe-core: %d bytes, %v", name, len(text), err)
		}
	}
}

// TestPacked holds that the script in dist was made of the modules as they are, and that a change of them shows.
func TestPacked(t *testing.T) {
	if err := ui.Check(ui.FS); err != nil {
		t.Error(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, ui.FS); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "static", "new.js"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := ui.Check(os.DirFS(dir)); err == nil || !strings.Contains(err.Error(), "go generate ./ui") {
		t.Errorf("with another module: got %v", err)
	}
}
