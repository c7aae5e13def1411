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

// BenchmarkRun compares what the analysis costs with what it costs to read the same recording. ns/event stays about the
// same from one size to the next as long as the analysis grows with the recording and no faster.
func BenchmarkRun(b *testing.B) {
	for _, rounds := range []int{2_000, 20_000} {
		b.Run(fmt.Sprint(rounds), func(b *testing.B) { benchmarkRun(b, rounds) })
	}
}

func benchmarkRun(b *testing.B, rounds int) {
	data, opt := busyTrace(b, rounds)
	var load, took time.Duration
	var events, found int
	for b.Loop() {
		b.StopTimer()
		start := time.Now()
		ix, err := index.Read(bytes.NewReader(data), int64(len(data)), opt)
		if err != nil {
			b.Fatal(err)
		}
		load += time.Since(start)
		b.StartTimer()
		start = time.Now()
		list := findings.Run(ix, recording.Meta{Outcome: recording.Exit, Complete: true, Hooks: true})
		took += time.Since(start)
		events, found = events+ix.NumEvents(), len(list)
	}
	if found == 0 {
		b.Fatal("nothing was found")
	}
	b.ReportMetric(float64(took)/float64(load), "x-load")
	b.ReportMetric(float64(took.Nanoseconds())/float64(events), "ns/event")
}
