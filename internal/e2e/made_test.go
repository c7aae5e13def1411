package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/browsertest"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

// made writes a recording whose trace is the text's (package tracetest says how), with the given files in it, and returns
// its folder.
func made(t *testing.T, text string, meta recording.Meta, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	trace, sites := tracetest.Trace(t, text)
	write := func(name string, data []byte) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(recording.TraceFile, trace)
	if sites != nil {
		if err := sites.Write(filepath.Join(dir, recording.SitesFile)); err != nil {
			t.Fatal(err)
		}
	}
	meta.Version = recording.Version
	if err := recording.WriteMeta(dir, meta); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		write(name, []byte(text))
	}
	return dir
}

// The name that a person gave to a recording stands in the top bar and in the browser's tab, with what the program is as a hint.
func TestTitle(t *testing.T) {
	b := browser
	p := open(t, b, browsertest.View{}, made(t, "main block sleep\n- wake main\nmain start 0\nmain end",
		recording.Meta{Program: "example.com/slow", Title: "before the fix", Outcome: recording.Exit}, nil))
	var tab, hint string
	p.Eval("document.title", &tab)
	p.Eval("document.querySelector('#recording').title", &hint)
	if bar := p.Text("#recording"); !strings.Contains(bar, "before the fix") || !strings.Contains(tab, "before the fix") || !strings.Contains(hint, "example.com/slow") {
		t.Errorf("got %q in the bar, %q in the tab and the hint %q, wanted the title, with the program as a hint", bar, tab, hint)
	}
}
