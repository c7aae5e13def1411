package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/trace-viz/trace-viz/internal/browsertest"
)

// ticker is a program that goes on until the file "stop" is there.
const ticker = `package main

import (
	"os"
	"time"
)

func main() {
	ticks := make(chan int, 2)
	go func() {
		for i := 0; ; i++ {
			ticks <- i
			time.Sleep(2 * time.Millisecond)
		}
	}()
	for range ticks {
		if _, err := os.Stat("stop"); err == nil {
			return
		}
	}
}
`

// The page shows a run while it goes on, grows with it, and has the whole of it when the program has ended.
func TestLive(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/ticker\n\ngo 1.26\n", "main.go": ticker} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	b := browser
	url := serve(t, "run", ".", "-o", filepath.Join(dir, "rec"))
	p := b.Page(t, browsertest.View{Width: 1280, Height: 800})
	p.Load(url)
	p.WaitFor("window.traceviz?.store.get('model')?.live")
	p.WaitFor("window.traceviz.store.get('model').goroutines.length >= 2")
	var before int
	p.Eval("window.traceviz.store.get('model').events", &before)
	p.WaitFor(fmt.Sprintf("window.traceviz.store.get('model').events > %d", before))
	var grown int
	p.Eval("window.traceviz.store.get('model').events", &grown)
	if grown < before {
		t.Errorf("got %d events after %d: the live page does not grow", grown, before)
	}
	if bar := p.Text("#topbar"); !strings.Contains(bar, "recording") {
		t.Errorf("the top bar says %q of a run that goes on, wanted recording in it", bar)
	}
	// Whoever watches for a while sees the end. What is there already can be looked at, and from the end the page goes on.
	const follows = `(() => { const { store } = window.traceviz; return store.get('cursor').event > %d && store.get('stateAtCursor')?.event > %[1]d; })()`
	p.WaitFor(fmt.Sprintf(follows, grown))
	p.Eval("window.traceviz.store.seekEvent(5)", nil)
	p.WaitFor("window.traceviz.store.get('stateAtCursor')?.event === 5")
	p.Eval("window.traceviz.store.get('model').events", &before)
	p.WaitFor(fmt.Sprintf("window.traceviz.store.get('model').events > %d", before+100))
	if at := value[cursor](p, "cursor").Event; at != 5 {
		t.Errorf("the playhead is at event %d, wanted it where it was put, at 5", at)
	}
	p.Press(kb.End)
	p.WaitFor(fmt.Sprintf(follows, before+200))
	p.Eval("window.traceviz.store.seekEvent(5)", nil)

	if err := os.WriteFile(filepath.Join(dir, "stop"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p.WaitFor("window.traceviz.store.get('model').live === false")
	p.Idle()
	var model struct {
		Outcome string
		Events  int
		Quality struct{ Complete bool }
	}
	p.Eval("window.traceviz.store.get('model')", &model)
	if model.Outcome != "exit" || !model.Quality.Complete || model.Events < grown {
		t.Errorf("got %+v when the program had ended, wanted a whole run that has exited", model)
	}
	var labels []string
	for _, c := range find(picture(p), "timeline", "label") {
		labels = append(labels, c.text("text"))
	}
	if all := strings.Join(labels, "|"); !strings.Contains(all, "ticks") || !strings.Contains(all, "main.func@") {
		t.Errorf("got lanes %q, wanted the channel and the literal's goroutine by name", labels)
	}
}

// A plain Go trace has no channels and no locks; the page shows what there is and says what there is not.
func TestPlainTrace(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(deadlock, "trace.out"))
	if err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(t.TempDir(), "plain.trace")
	if err := os.WriteFile(plain, text, 0o600); err != nil {
		t.Fatal(err)
	}
	b := browser
	p := open(t, b, browsertest.View{Width: 1280, Height: 800}, plain)
	if bar := p.Text("#topbar"); !strings.Contains(bar, "plain.trace") {
		t.Errorf("the top bar says %q, wanted the file's name in it", bar)
	}
	if n := len(find(picture(p), "timeline", "span")); n < 6 {
		t.Errorf("got %d spans on the timeline, wanted those of the goroutines", n)
	}
	action(p, "set({panel: 'source'})")
	if text := p.Text("#panel-body"); strings.TrimSpace(text) == "" {
		t.Error("the source panel is empty and says nothing about why")
	}
	action(p, "step(1)")
	if got := value[cursor](p, "cursor").Event; got != 1 || shownEvent(p) != 1 {
		t.Errorf("got event %d with the state of %d after a step, wanted 1", got, shownEvent(p))
	}
}

// A recording that is cut off is shown as far as it goes, and the page says what is missing.
func TestCutRecording(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cut")
	if err := os.CopyFS(dir, os.DirFS(deadlock)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "trace.out")
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, st.Size()*6/10); err != nil {
		t.Fatal(err)
	}
	b := browser
	p := open(t, b, browsertest.View{Width: 1280, Height: 800}, dir)
	if text := p.Text("#quality"); !strings.Contains(text, "%") {
		t.Errorf("the quality badge says %q, wanted how much was read", text)
	}
	if n := len(find(picture(p), "timeline", "span")); n == 0 {
		t.Error("nothing is drawn of the part that could be read")
	}
}

// When the server ends, the page keeps what it shows and says so.
func TestServerGone(t *testing.T) {
	b := browser
	p := b.Page(t, browsertest.View{Width: 1280, Height: 800, Tolerate: func(c string) bool {
		return strings.Contains(c, "ERR_CONNECTION_REFUSED") || strings.Contains(c, "WebSocket connection")
	}})
	t.Run("while it runs", func(t *testing.T) { p.Open(serve(t, "open", deadlock)) }) // the server ends with the subtest
	p.WaitFor("window.traceviz.store.get('connection') === 'gone' && !document.getElementById('banner').hidden")
	if text := p.Text("#banner"); strings.TrimSpace(text) == "" {
		t.Error("the banner is empty")
	}
	if n := value[struct{ Events int }](p, "model").Events; n == 0 {
		t.Error("the page forgot what it showed")
	}
}
