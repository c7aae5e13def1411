package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/browsertest"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// Texts that a recording may hold to make a page misbehave. Each would set window.pwned if it ran, or turn, cut or hide what
// stands beside it.
var hostileTexts = map[string]string{
	"markup":   `"><img src=x onerror=window.pwned=1><script>window.pwned=1</script></script>`,
	"template": "__f__window.pwned=1__f__ ${window.pwned=1} {{constructor.constructor('window.pwned=1')()}} %s %n",
	"control":  "a\x00b\x1b[31mc\r\nd\te\x7f\u0085\u2028\u2029\ufeff",
	"right":    "\u202e\u2066gnp.exe\u200f \u05d0\u05d1\u05d2 \u0627\u0644\u0639",
	"broken":   "\xff\xfe\xc0\xaf\xed\xa0\x80 \U000e0001 \ufffe",
	"proto":    "__proto__",
	"url":      "javascript:window.pwned=1",
	"combined": "z" + strings.Repeat("\u0335\u0321", 200),
}

// A recording whose every text is hostile goes through every view: no script runs, the policy has nothing to report, nothing
// sticks out of the page, and the page is still usable after it.
func TestHostileRecording(t *testing.T) {
	b := browser
	for name, text := range hostileTexts {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they wait for frames most of the time
			throughEveryView(t, b, hostileRecording(t, text, text))
		})
	}
	t.Run("long", func(t *testing.T) {
		t.Parallel()
		// The reader takes strings of at most 1 KB from a trace; the files beside it have no such limit.
		throughEveryView(t, b, hostileRecording(t, strings.Repeat("<b>w</b>", 127), strings.Repeat("<i>W</i>", 512<<10)))
	})
}

// hostileRecording has short as each text of the trace and long as each text of the files beside it.
func hostileRecording(t *testing.T, short, long string) string {
	t.Helper()
	q, l := fmt.Sprintf("%q", short), fmt.Sprintf("%q", long)
	text := strings.NewReplacer("TEXT", q, "LONG", l).Replace(`
		site make main.go:2 LONG LONG
		site lock main.go:3 LONG LONG
		spawn main.go:5 LONG LONG
		main make queue 2 @main.go:2
		main go a TEXT main.go:5
		a start 1
		main lock mu @main.go:3
		main send queue TEXT
		main send queue TEXT
		a recv queue
		main log TEXT TEXT
		a log TEXT TEXT
		a lockblock mu @main.go:3
		a block TEXT
		main sendblock queue
		main recvblock other
		main block "chan receive"`)
	line, err := json.Marshal(recording.Line{NS: 50, Stream: "stdout", Text: long})
	if err != nil {
		t.Fatal(err)
	}
	meta := recording.Meta{Program: long, Title: long, Args: []string{long}, Outcome: recording.Deadlock, ExitCode: 2, Signal: long, Loss: long,
		Notes: []string{long}, Module: long, Go: long, Pacing: "event", Hooks: true, Procs: 2}
	return made(t, text, meta, map[string]string{
		"output.log": string(line) + "\n",
		// A larger file is refused, with the reason.
		"source/main.go": "package main\n" + long[:min(len(long), 3<<20)] + "\n// end\n",
	})
}

func throughEveryView(t *testing.T, b *browsertest.Browser, folder string) {
	t.Helper()
	p := open(t, b, browsertest.View{Width: 1000, Height: 700}, folder)
	for _, s := range sights() {
		s.show(p)
		unharmed(t, p, s.name)
	}
	closeDialogs(p)
	for kind, list := range map[string]string{"goroutine": "goroutines", "object": "objects"} {
		var n int
		p.Eval(fmt.Sprintf("window.traceviz.store.get('model').%s.length", list), &n)
		if n < 2 {
			t.Errorf("the model has %d %s, wanted two", n, list)
		}
		for id := range n {
			for _, panel := range []string{"selection", "events"} {
				action(p, fmt.Sprintf("select(%q, %d)", kind, id))
				action(p, fmt.Sprintf("set({panel: %q, highlight: {kind: %q, id: %d}})", panel, kind, id))
				unharmed(t, p, fmt.Sprintf("%s %d %s", kind, id, panel))
			}
		}
	}
	for i := range value[struct{ Events int }](p, "model").Events {
		action(p, fmt.Sprintf("seekEvent(%d)", i))
	}
	unharmed(t, p, "stepped")
	p.Eval(`(() => {
		const host = document.querySelector("#timeline");
		const { x, y, height } = host.getBoundingClientRect();
		for (let dy = 30; dy < height; dy += 10) host.dispatchEvent(new PointerEvent("pointermove", { clientX: x + 300, clientY: y + dy, bubbles: true }));
	})()`, nil)
	unharmed(t, p, "tooltip")
	p.Eval(`import("/static/shell/share.js").then(m => m.viewSVG(window.traceviz.store)).then(svg =>
		void new DOMParser().parseFromString(svg, "image/svg+xml").querySelectorAll("parsererror, script").forEach(() => { throw new Error("the SVG is broken"); }))`, nil)
	unharmed(t, p, "picture")
}

// unharmed fails when a text has run, become an element, or widened the page.
func unharmed(t *testing.T, p *browsertest.Page, view string) {
	t.Helper()
	p.Idle()
	var seen struct {
		Pwned, Shown bool
		Foreign      int
		Width        int
		Wide         []string // elements that stick out
	}
	p.Eval(`({
		Pwned: "pwned" in window || "pwned" in Object.prototype,
		Shown: window.traceviz.store.get("model") !== null,
		Foreign: document.querySelectorAll("img, iframe, object, embed, b > script, i > i, b > b, a[href^='javascript:']").length,
		Width: document.documentElement.scrollWidth,
		Wide: document.documentElement.scrollWidth <= 1000 ? [] : [...document.querySelectorAll("body *")]
			.filter((n) => n.getBoundingClientRect().right > 1001).slice(0, 4).map((n) => n.tagName + "#" + n.id + "." + n.className),
	})`, &seen)
	if seen.Pwned || !seen.Shown || seen.Foreign > 0 || seen.Width > 1000 {
		t.Errorf("%s: got %+v, wanted no script, no foreign element, and a page of 1000 px", view, seen)
	}
	if *shots != "" {
		if err := os.MkdirAll(*shots, 0o700); err != nil {
			t.Fatal(err)
		}
		p.Screenshot(filepath.Join(*shots, strings.ReplaceAll(t.Name()+"-"+view+".png", "/", "-")))
	}
}
