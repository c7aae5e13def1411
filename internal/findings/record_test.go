package findings_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/tracer"
)

// TestRecordings runs real programs that get stuck, and their innocent look-alikes, and looks at the recordings.
func TestRecordings(t *testing.T) {
	built, err := tracer.Build(t.Context(), tracer.BuildOptions{Dir: "testdata/stuck", Patterns: []string{"."}, Name: "stuck", Stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(built.Close)
	for _, c := range []struct {
		mode, outcome string
		kinds         []string
		message       string // part of the first finding's message
	}{
		{"lock-order", recording.Deadlock, []string{"deadlock"}, "which main.func@33 has held since"},
		{"lock-order-in-part", recording.Exit, []string{"partial-deadlock"}, "a cycle."},
		{"double-lock", recording.Deadlock, []string{"deadlock", "double-lock"}, "main waits to lock a.mu, which it has held itself since"},
		{"never-closed", recording.Deadlock, []string{"deadlock"},
			"worker #1 and worker #2 receive from jobs, which only main sends to, and nobody closed it; main waits for them (wg.Wait): a cycle."},
		{"dead-consumer", recording.Deadlock, []string{"deadlock"}, "main sends to jobs, whose buffer of 2 is full, but no goroutine is left that receives from it."},
		{"missed-signal", recording.Deadlock, []string{"deadlock"}, "main waits on ready, but no goroutine is left that signals it."},
		{"choose", recording.Deadlock, []string{"deadlock"}, "main waits in a select to receive from in or to send to out"},
		{"unread", recording.Exit, []string{"goroutine-leak"}, "wait to send to results, from which nobody ever received."},
		{"parked-pool", recording.Exit, nil, ""},
		{"timer", recording.Exit, nil, ""},
		{"deadline", recording.Exit, nil, ""},
		{"queue", recording.Exit, nil, ""},
		{"server", recording.Hung, nil, ""},
		{"signals", recording.Hung, nil, ""},
	} {
		t.Run(c.mode, func(t *testing.T) {
			meta, ix := record(t, built, c.mode)
			if meta.Outcome != c.outcome {
				t.Errorf("got outcome %s, wanted %s", meta.Outcome, c.outcome)
			}
			var kinds []string
			list := findings.Run(ix, meta)
			for _, f := range list {
				check(t, ix, f)
				kinds = append(kinds, f.Kind)
				if f.Verdict != findings.Proven {
					t.Errorf("%s is %s, wanted proven", f.Kind, f.Verdict)
				}
			}
			if !slices.Equal(kinds, c.kinds) {
				t.Fatalf("got findings %v, wanted %v", kinds, c.kinds)
			}
			if len(list) > 0 && !strings.Contains(list[0].Message, c.message) {
				t.Errorf("got message %q, wanted %q in it", list[0].Message, c.message)
			}
		})
	}
}

func record(t *testing.T, built *tracer.Built, mode string) (recording.Meta, *index.Index) {
	t.Helper()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	dir := t.TempDir()
	meta, err := tracer.Run(t.Context(), built, tracer.RunOptions{Dir: dir, Args: []string{mode}, Stdin: null, Stdout: null, Stderr: null,
		Timeout: 4 * time.Second, Meta: recording.Meta{Program: "stuck"}})
	if err != nil {
		t.Fatal(err)
	}
	ix, err := index.Open(filepath.Join(dir, recording.TraceFile), index.Options{Sites: built.Sites})
	if err != nil {
		t.Fatal(err)
	}
	return meta, ix
}
