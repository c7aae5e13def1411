package findings_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

// TestCutDeadlock holds that nothing is called proven of a deadlocked program when the end of its trace is missing: who waits for what
// there is not known, though it is known that it was a deadlock.
func TestCutDeadlock(t *testing.T) {
	data, sites := tracetest.Trace(t, `
site make main.go:3 jobs "chan int"
site recv main.go:5 jobs "chan int"
site wait main.go:9 all sync.WaitGroup
spawn main.go:4 work main.work
main make jobs 0 @main.go:3
main go w main.work main.go:4
w start 1
w recvblock jobs @main.go:5
w block "chan receive" @main.go:5
generation
main wait all @main.go:9
main block sync @main.go:9
`)
	for cut, want := range map[int]findings.Verdict{0: findings.Proven, 3: findings.Suspected} {
		data := data[:len(data)-cut]
		ix, err := index.Read(bytes.NewReader(data), int64(len(data)), index.Options{Sites: sites})
		if err != nil {
			t.Fatal(err)
		}
		rec := &recording.Recording{Meta: recording.Meta{Outcome: recording.Deadlock, Complete: true, Hooks: true, WallNS: 1e9}}
		list := findings.RunRecording(rec, ix)
		if len(list) == 0 || list[0].Kind != "deadlock" || list[0].Verdict != want {
			t.Fatalf("%d bytes missing: got %+v, wanted a %s deadlock", cut, list, want)
		}
		if why := strings.Join(list[0].Why, " "); strings.Contains(why, "end of the recording is missing") != (cut > 0) {
			t.Errorf("%d bytes missing: got %q", cut, why)
		}
	}
}
