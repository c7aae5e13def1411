package browsertest

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// site serves one page with a strict content security policy and an idle promise of its own.
func site(t *testing.T, script string) string {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src *")
		fmt.Fprint(w, `<!doctype html><title>t</title><body><button id="b">press</button><script src="/page.js"></script>`)
	})
	mux.HandleFunc("GET /page.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, "window.clicks = 0; document.querySelector('#b').addEventListener('click', () => window.clicks++);\n"+
			"window.traceviz = { idle: () => window.busy ?? Promise.resolve() };\n"+script)
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL + "/"
}

// anything lets a test look at the complaints itself.
func anything(string) bool { return true }

func TestPage(t *testing.T) {
	b := Start(t)
	p := b.Page(t, View{Width: 800, Height: 600, Dark: true})
	p.Open(site(t, `window.busy = new Promise(done => setTimeout(() => { window.ready = true; done(); }, 50));`))

	var got struct {
		Width, Height int
		Dark, Reduced bool
		Ready         bool
	}
	p.Eval(`({Width: innerWidth, Height: innerHeight, Dark: matchMedia("(prefers-color-scheme: dark)").matches,
		Reduced: matchMedia("(prefers-reduced-motion: reduce)").matches, Ready: window.ready === true})`, &got)
	if got.Width != 800 || got.Height != 600 || !got.Dark || !got.Reduced {
		t.Errorf("got view %+v, wanted 800 × 600, dark, reduced motion", got)
	}
	if !got.Ready {
		t.Error("Open returned before the page's idle promise")
	}
	p.Media(View{Motion: true})
	p.Eval(`({Dark: matchMedia("(prefers-color-scheme: dark)").matches, Reduced: matchMedia("(prefers-reduced-motion: reduce)").matches})`, &got)
	if got.Dark || got.Reduced {
		t.Errorf("after Media: got %+v, wanted light with motion", got)
	}

	p.Click("#b")
	var clicks int
	p.Eval("window.clicks", &clicks)
	if clicks != 1 {
		t.Errorf("got %d clicks, wanted 1", clicks)
	}
	if text := p.Text("#b"); text != "press" {
		t.Errorf("got text %q, wanted press", text)
	}
	img, err := png.DecodeConfig(bytes.NewReader(p.PNG()))
	if err != nil || img.Width != 800 || img.Height != 600 {
		t.Errorf("got a picture of %d × %d (%v), wanted 800 × 600", img.Width, img.Height, err)
	}
	if err := p.TryEval("Promise.reject(new Error('no'))", nil); err == nil || !strings.Contains(err.Error(), "no") {
		t.Errorf("a rejected promise: got %v, wanted its error", err)
	}
	if c := p.Complaints(); len(c) != 0 {
		t.Errorf("a clean page has complaints: %q", c)
	}
}

func TestComplaints(t *testing.T) {
	foreign := httptest.NewServer(http.NotFoundHandler())
	defer foreign.Close()
	tests := []struct{ name, script, want string }{
		{"console error", `console.error("broken", 7);`, "console.error: broken 7"},
		{"exception", `setTimeout(() => { throw new Error("thrown"); });`, "thrown"},
		{"rejection", `Promise.reject(new Error("unhandled"));`, "unhandled"},
		{"policy", `const s = document.createElement("script"); s.textContent = "1"; document.body.append(s);`, "Content Security Policy"},
		{"missing file", `fetch("/nothing");`, "status 404 of"},
		{"other host", fmt.Sprintf(`fetch(%q).catch(() => {});`, foreign.URL), "request to another host: " + foreign.URL},
		{"other socket", `try { new WebSocket("ws://127.0.0.1:9/"); } catch {}`, "request to another host: ws://127.0.0.1:9/"},
	}
	b := Start(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := b.Page(t, View{Tolerate: anything})
			p.Load(site(t, tt.script))
			deadline := 500
			for !strings.Contains(strings.Join(p.Complaints(), "\n"), tt.want) {
				if deadline--; deadline == 0 {
					t.Fatalf("got complaints %q, wanted one with %q", p.Complaints(), tt.want)
				}
				p.Eval("new Promise(done => setTimeout(done, 10))", nil)
			}
		})
	}
}

// Pages of one browser do not see one another's cookies.
func TestPagesAreApart(t *testing.T) {
	b := Start(t)
	url := site(t, "")
	one, two := b.Page(t, View{}), b.Page(t, View{})
	one.Load(url)
	one.Eval(`document.cookie = "a=1"`, nil)
	two.Load(url)
	var cookie string
	two.Eval("document.cookie", &cookie)
	if cookie != "" {
		t.Errorf("got cookie %q in another page, wanted none", cookie)
	}
}
