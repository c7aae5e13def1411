package tracer

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// tickSlack is how far before the end of the program the last tick of its 1 ms ticker may lie in a complete recording.
const tickSlack = 10 * time.Millisecond

// generationSlack is what an end that nobody can prepare for may lose: a generation of the trace and what it takes to write it.
const generationSlack = 400 * time.Millisecond

// Every way in which a program can end leaves a recording that opens, says how it ended, and has the last tick.
func TestEnds(t *testing.T) {
	built := buildProgram(t, "testdata/ends")
	for _, c := range []struct {
		how      string
		outcome  string
		code     int
		signal   string
		complete bool
	}{
		{"return", recording.Exit, 0, "", true},
		{"exit", recording.Exit, 3, "", true},
		{"log.Fatal", recording.Exit, 1, "", true},
		{"panic", recording.Panic, 2, "", true},
		{"nil", recording.Panic, 2, "", true},
		{"other", recording.Panic, 2, "", true},
		{"fatal", recording.Fatal, 2, "", false},
		{"kill", recording.Signal, 128 + 9, "SIGKILL", false},
		{"terminate", recording.Signal, 128 + 15, "SIGTERM", false},
		{"handled", recording.Exit, 7, "", true},
	} {
		for _, life := range []string{"50ms", "1s"} {
			t.Run(c.how+"/"+life, func(t *testing.T) {
				m, missing := runToEnd(t, built, c.how, life)
				if m.Outcome != c.outcome || m.ExitCode != c.code || m.Signal != c.signal || m.Complete != c.complete {
					t.Errorf("got %s, exit code %d, signal %q, complete %v", m.Outcome, m.ExitCode, m.Signal, m.Complete)
				}
				slack := tickSlack
				if !c.complete && c.how != "terminate" {
					slack = generationSlack
				}
				// A loss would be there each time; a process that a busy machine is slow to end is late once.
				for try := 0; missing > slack && try < 3; try++ {
					_, missing = runToEnd(t, built, c.how, life)
				}
				if missing > slack {
					t.Errorf("the last tick is %v before the end, wanted at most %v", missing, slack)
				}
			})
		}
	}
}

// runToEnd runs the program once and returns how long before its end the last recorded tick lies.
func runToEnd(t *testing.T, built *Built, how, life string) (recording.Meta, time.Duration) {
	m, dir := runProgram(t, built, RunOptions{Args: []string{how, life}})
	return m, time.Duration(m.WallNS - m.BeganNS - lastTick(openIndex(t, dir)))
}

// lastTick is the time of the last send.
func lastTick(ix *index.Index) int64 {
	for i := ix.NumEvents() - 1; i >= 0; i-- {
		if e := ix.Event(i); e.Kind == index.KindSend {
			return e.Time
		}
	}
	return 0
}

func buildProgram(t *testing.T, dir string) *Built {
	t.Helper()
	abs, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Build(context.Background(), BuildOptions{Dir: abs + "/" + dir, Patterns: []string{"."}, Name: "program", Stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	if !b.Hooks() || len(b.Notes) > 0 {
		t.Fatalf("hooks %v, notes %q", b.Hooks(), b.Notes)
	}
	return b
}

// runProgram runs a program without input; its output is dropped.
func runProgram(t *testing.T, b *Built, o RunOptions) (recording.Meta, string) {
	t.Helper()
	o.Dir = t.TempDir()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	o.Stdin, o.Stdout, o.Stderr = null, null, null
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	m, err := Run(context.Background(), b, o)
	if err != nil {
		t.Fatal(err)
	}
	return m, o.Dir
}

func openIndex(t *testing.T, dir string) *index.Index {
	t.Helper()
	rec, err := recording.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	ix, err := index.Open(rec.TracePath(), index.Options{Sites: rec.Sites})
	if err != nil {
		t.Fatal(err)
	}
	if err := index.Validate(ix); err != nil {
		t.Error(err)
	}
	return ix
}
