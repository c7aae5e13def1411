package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/browsertest"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// A recording in the list whose trace is none: the page says so, with the file and what to do, and is no empty canvas.
func TestDamagedRecording(t *testing.T) {
	dir := filepath.Join(scratch, "home", "recordings", "damaged")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.WriteFile(filepath.Join(dir, recording.TraceFile), []byte("\x00\x01 no trace at all \xff\xfe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := recording.WriteMeta(dir, recording.Meta{Version: recording.Version, Program: "example.com/damaged", Outcome: recording.Exit}); err != nil {
		t.Fatal(err)
	}
	p := browser.Page(t, browsertest.View{Tolerate: func(complaint string) bool { return strings.Contains(complaint, "422") }})
	p.Open(serve(t, "serve"))
	p.Eval("void (location.hash = '#v=1&r=damaged')", nil)
	p.WaitFor("window.traceviz.store.get('page') === 'error'")
	p.Idle()
	words := p.Text("#home")
	for _, want := range []string{"This recording cannot be read", recording.TraceFile, "not a Go execution trace", "Record the program again"} {
		if !strings.Contains(words, want) {
			t.Errorf("the page says %q, wanted %q in it", words, want)
		}
	}
	readable(t, p, "a damaged recording")
	accessible(t, p, "a damaged recording")
}
