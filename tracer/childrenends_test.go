package tracer

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// TestChildrenEnd holds that the end of a child's trace is kept as that of the program is, and that it is told how it ended.
func TestChildrenEnd(t *testing.T) {
	built := buildProgram(t, "testdata/children")
	for _, c := range []struct {
		how, end string
		code     int
		whole    bool
		crash    bool
	}{
		{"return", recording.ProcessExit, 0, true, false},
		{"exit", recording.ProcessExit, 3, true, false},
		{"log.Fatal", recording.ProcessExit, 1, true, false},
		{"panic", recording.ProcessPanic, 2, true, true},
		{"closed", recording.ProcessPanic, 2, true, true},
		{"maps", recording.ProcessFatal, 2, false, true},
	} {
		t.Run(c.how, func(t *testing.T) {
			count := filepath.Join(t.TempDir(), "count")
			m, dir := runProgram(t, built, RunOptions{Args: []string{"ends", c.how, count}})
			if m.Outcome != recording.Exit || m.ExitCode != 10+c.code || !m.Complete || len(m.Processes) != 2 || m.Processes[1].End != c.end {
				t.Fatalf("got %+v", m)
			}
			_, err := os.Stat(filepath.Join(dir, fmt.Sprintf("crash-%d.log", m.Processes[1].PID)))
			if c.crash != (err == nil) {
				t.Errorf("crash output: %v", err)
			}
			ix := openIndex(t, dir)
			if p := ix.Processes()[1]; p.Complete != c.whole {
				t.Errorf("got %+v", p)
			}
			b, err := os.ReadFile(count)
			if err != nil {
				t.Fatal(err)
			}
			done, _ := strconv.Atoi(string(b))
			allowed := ticksLost
			if !c.whole {
				allowed = generationLost
			}
			checkChildFinding(t, c.how, m.Processes[1].PID, dir, ix)
			if lost := done - childTicks(ix); done < 10 || lost > allowed {
				t.Errorf("%d of %d ticks are lost, wanted at most %d", lost, done, allowed)
			}
		})
	}
}

func childTicks(ix *index.Index) (n int) {
	for i := range ix.NumEvents() {
		if e := ix.Event(i); e.Kind == index.KindSend && ix.Objects()[e.Obj].Name == "ticks" {
			n++
		}
	}
	return n
}

// checkChildFinding holds that what a child died of is told, with the process.
func checkChildFinding(t *testing.T, how string, pid int, dir string, ix *index.Index) {
	t.Helper()
	kinds := map[string]string{"closed": "send-on-closed", "maps": "concurrent-map"}
	rec, err := recording.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings.RunRecording(rec, ix) {
		if f.Kind == kinds[how] {
			if !strings.Contains(f.Message, fmt.Sprintf(" in process 2 (pid %d) ", pid)) && how == "closed" || how == "closed" && f.Goroutines[0].Process != 2 {
				t.Errorf("got %+v", f)
			}
			return
		}
		if f.Severity == findings.Error {
			t.Errorf("got %+v", f)
		}
	}
	if kinds[how] != "" {
		t.Errorf("got no %s", kinds[how])
	}
}
