package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// View is how a page is looked at. The zero value is a light page of 1280 × 720 without motion, which tests want: an
// animation is decoration and only delays them.
type View struct {
	Width, Height int
	Dark          bool // prefers-color-scheme: dark
	Motion        bool // false: prefers-reduced-motion: reduce
	Contrast      bool // forced-colors: active
	Tolerate      func(complaint string) bool
}

// A Page is one tab with its own cookies. Its methods fail the test when the browser can't do what is asked.
type Page struct {
	t          testing.TB
	ctx        context.Context
	complaints *complaints
}

// Page opens an empty tab. When the test ends it fails if the page has complained, but for what v.Tolerate accepts.
func (b *Browser) Page(t testing.TB, v View) *Page {
	t.Helper()
	if v.Width == 0 {
		v.Width, v.Height = 1280, 720
	}
	tab, cancelTab := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	ctx, cancel := context.WithTimeout(tab, patience*4)
	p := &Page{t: t, ctx: ctx, complaints: newComplaints()}
	t.Cleanup(func() {
		p.complaints.report(t, v.Tolerate)
		cancel()
		cancelTab()
	})
	// With the tab's own context, not one with a time limit: the tab lives as long as the context of its first action.
	if err := chromedp.Do(tab); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	if err := chromedp.Listen(tab, p.complaints.hear); err != nil {
		t.Fatalf("listen to the page: %v", err)
	}
	p.do("set the viewport", chromedp.EmulateViewport(int64(v.Width), int64(v.Height)))
	p.Media(v)
	return p
}

// Media changes the media features of the page while it is open: theme, motion and forced colours.
func (p *Page) Media(v View) {
	p.t.Helper()
	choose := func(on bool, yes, no string) string {
		if on {
			return yes
		}
		return no
	}
	features := []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: choose(v.Dark, "dark", "light")},
		{Name: "prefers-reduced-motion", Value: choose(v.Motion, "no-preference", "reduce")},
		{Name: "forced-colors", Value: choose(v.Contrast, "active", "none")},
	}
	p.do("emulate media", chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
		return err
	}))
}

// Open loads the URL and waits until the page is idle. The page's own host is the one that requests may go to.
func (p *Page) Open(url string) {
	p.t.Helper()
	p.Load(url)
	p.Idle()
}

// Load loads the URL and waits for the load event only: for pages that are not the viewer.
func (p *Page) Load(url string) {
	p.t.Helper()
	p.complaints.allow(url)
	p.do("open "+url, chromedp.Navigate(url))
}

// Idle waits until the page says that it has nothing left to do: window.traceviz.idle() resolves.
func (p *Page) Idle() {
	p.t.Helper()
	var ok bool
	p.Eval(`(async () => {
		for (let i = 0; !window.traceviz?.idle; i++) {
			if (i > 2000) throw new Error("window.traceviz.idle is not there");
			await new Promise(done => setTimeout(done, 10));
		}
		await window.traceviz.idle();
		return true;
	})()`, &ok)
}

// Eval evaluates a JavaScript expression, awaits it if it is a promise, and stores its value, by way of JSON, in out. A nil
// out drops the value.
func (p *Page) Eval(expr string, out any) {
	p.t.Helper()
	if err := p.TryEval(expr, out); err != nil {
		p.t.Fatalf("evaluate %s: %v%s", short(expr), err, p.complaints.text())
	}
}

// TryEval is Eval with an error instead of a failure.
func (p *Page) TryEval(expr string, out any) error {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	// JSON is made in the page: values keep their form whatever they are, and undefined becomes null.
	wrapped := "Promise.resolve(" + expr + "\n).then(v => JSON.stringify(v === undefined ? null : v))"
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](wrapped, chromedp.EvalAwaitPromise))
	if err != nil {
		return err
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal([]byte(text), out)
}

// Reload loads the page again, as the browser's button does, and returns when it has loaded.
func (p *Page) Reload() {
	p.t.Helper()
	p.do("reload", chromedp.Reload())
}

// WaitFor evaluates the expression before each frame until it is true.
func (p *Page) WaitFor(expr string) {
	p.t.Helper()
	p.Eval(fmt.Sprintf(`(async () => {
		const end = performance.now() + %d;
		while (!(%s)) {
			if (performance.now() > end) throw new Error("it never became true");
			await new Promise(done => setTimeout(done, 10));
		}
	})()`, patience.Milliseconds()*9/10, expr), nil)
}

// Click clicks in the middle of the first element that the CSS selector finds, as a person would.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// ClickAt presses and releases the left button at a point of the viewport, in CSS pixels.
func (p *Page) ClickAt(x, y float64) {
	p.t.Helper()
	p.do(fmt.Sprintf("click at %.0f, %.0f", x, y), chromedp.MouseClickXY(x, y))
}

// Drag presses at the first point, moves in steps and releases at the last one.
func (p *Page) Drag(x0, y0, x1, y1 float64, mods ...chromedp.Modifier) {
	p.t.Helper()
	const steps = 8
	left := []chromedp.MouseOption{chromedp.ButtonLeft, chromedp.ButtonModifiers(mods...)}
	actions := []chromedp.Action[chromedp.Void]{chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, x0, y0, append(left, chromedp.ClickCount(1))...)}
	for i := 1; i <= steps; i++ {
		f := float64(i) / steps
		actions = append(actions, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x0+(x1-x0)*f, y0+(y1-y0)*f, left...))
	}
	actions = append(actions, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, x1, y1, append(left, chromedp.ClickCount(1))...))
	p.do("drag", actions...)
}

// Wheel turns the wheel by so many CSS pixels, downwards when they are positive, over a point of the viewport.
func (p *Page) Wheel(x, y, by float64, mods ...chromedp.Modifier) {
	p.t.Helper()
	// The browser wants both numbers, and a zero is not sent.
	turn := func(e *input.DispatchMouseEventParams) { e.DeltaX, e.DeltaY = 1e-9, by }
	p.do("turn the wheel", chromedp.MouseEvent(chromedp.MouseWheel, x, y, chromedp.ButtonModifiers(mods...), turn))
}

// Press sends key presses to whatever has the focus. Keys are characters, or constants of chromedp/kb.
func (p *Page) Press(keys string, mods ...chromedp.Modifier) {
	p.t.Helper()
	p.do("press "+keys, chromedp.KeyEvent(keys, chromedp.KeyModifiers(mods...)))
}

// Text returns the text of the first element that the CSS selector finds, as it is laid out.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	var text string
	p.Eval(fmt.Sprintf("document.querySelector(%q).innerText", selector), &text)
	return text
}

// PNG is a picture of the viewport.
func (p *Page) PNG() []byte {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatalf("take a picture: %v", err)
	}
	return png
}

// Screenshot writes a picture of the viewport to a file, for people to look at.
func (p *Page) Screenshot(path string) {
	p.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, p.PNG(), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// Complaints is what the page has complained about so far.
func (p *Page) Complaints() []string { return p.complaints.list() }

// Fail ends the test, with what the page has complained about beside the reason.
func (p *Page) Fail(format string, args ...any) {
	p.t.Helper()
	p.t.Fatalf(format+"%s", append(args, p.complaints.text())...)
}

func (p *Page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v%s", what, err, p.complaints.text())
	}
}

func short(s string) string {
	if len(s) > 120 {
		return s[:120] + "…"
	}
	return s
}

// Resize changes the size of the viewport.
func (p *Page) Resize(width, height int) {
	p.t.Helper()
	p.do("set the viewport", chromedp.EmulateViewport(int64(width), int64(height)))
}
