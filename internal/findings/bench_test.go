package findings_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

// busyTrace is a recording of many rounds in which workers send, receive and lock, with goroutines that come and go and some
// that are left behind.
func busyTrace(t testing.TB, rounds int) ([]byte, index.Options) {
	t.Helper()
	var b strings.Builder
	b.WriteString("site make main.go:1 jobs \"chan int\"\nsite send main.go:2 jobs \"chan int\"\nsite lock main.go:3 mu sync.Mutex\n" +
		"site lock main.go:4 inner sync.Mutex\nsite make main.go:6 own \"chan int\"\nspawn main.go:5 work main.work\nmain make jobs 8 @main.go:1\n")
	for i := range 8 {
		fmt.Fprintf(&b, "main go w%d main.work main.go:5\nw%d start %d\n", i, i, i+1)
	}
	for r := range rounds {
		if r%100 == 99 {
			fmt.Fprintf(&b, "main go h%d main.work main.go:5\nh%d start 9\nh%d make own%d 0 @main.go:6\nh%d go x%d main.work main.go:5\nh%d end\n", r, r, r, r, r, r, r)
			fmt.Fprintf(&b, "x%d start 9\nx%d sendblock own%d @main.go:2\nx%d block \"chan send\" @main.go:2\n", r, r, r, r)
		}
		i, j := r%8, (r+1)%8
		fmt.Fprintf(&b, "w%d send jobs 1 @main.go:2\nw%d recv jobs @main.go:2\nw%d lock mu @main.go:3\nw%d lock inner @main.go:4\n", i, j, i, i)
		fmt.Fprintf(&b, "w%d lockblock mu @main.go:3\nw%d block sync @main.go:3\nw%d unlock inner\nw%d wake w%d\nw%d unlock mu\nw%d start %d\nw%d lockdone mu @main.go:3\nw%d unlock mu\n",
			j, j, i, i, j, i, j, j+1, j, j)
	}
	data, sites := tracetest.Trace(t, b.String())
	return data, index.Options{Sites: sites}
}

// BenchmarkRun compares what the analysis costs with what it costs to read the same recording.
func BenchmarkRun(b *testing.B) {
	data, opt := busyTrace(b, 20_000)
	for b.Loop() {
		b.StopTimer()
		start := time.Now()
		ix, err := index.Read(bytes.NewReader(data), int64(len(data)), opt)
		if err != nil {
			b.Fatal(err)
		}
		load := time.Since(start)
		b.StartTimer()
		start = time.Now()
		list := findings.Run(ix, recording.Meta{Outcome: recording.Exit, Complete: true, Hooks: true})
		took := time.Since(start)
		b.ReportMetric(float64(took)/float64(load), "x-load")
		b.ReportMetric(float64(took.Nanoseconds())/float64(ix.NumEvents()), "ns/event")
		b.ReportMetric(float64(len(list)), "findings")
	}
}

// TestCost holds that the analysis grows with the recording and no faster: ten times the events, with ten times the goroutines
// left behind, take at most thirty times as long.
func TestCost(t *testing.T) {
	cost := func(rounds int) time.Duration {
		data, opt := busyTrace(t, rounds)
		best := time.Hour
		for range 3 {
			ix, err := index.Read(bytes.NewReader(data), int64(len(data)), opt)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			if list := findings.Run(ix, recording.Meta{Outcome: recording.Exit, Complete: true, Hooks: true}); len(list) == 0 {
				t.Fatal("nothing was found")
			}
			best = min(best, time.Since(start))
		}
		return best
	}
	small, large := cost(1_000), cost(10_000)
	t.Logf("%v, then %v", small, large)
	if large > 30*max(small, time.Millisecond) {
		t.Errorf("1,000 rounds took %v, 10,000 took %v", small, large)
	}
}
