package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"time"

	exptrace "golang.org/x/exp/trace"

	"github.com/trace-viz/trace-viz/internal/index"
)

// index compares a whole load with a bare read by the library, and measures queries.
func (b *bench) index() error {
	path, err := b.traceFile()
	if err != nil {
		return err
	}
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	var bare, load, bareKB, loadKB, idleKB []float64
	events := 0
	for range b.rounds {
		for _, m := range []struct {
			kind   string
			ns, kb *[]float64
		}{{"nothing", new([]float64), &idleKB}, {"bare", &bare, &bareKB}, {"index", &load, &loadKB}} {
			s, err := b.self(m.kind, path)
			if err != nil {
				return err
			}
			*m.ns, *m.kb = append(*m.ns, float64(s.NS)), append(*m.kb, float64(s.PeakKB))
			if m.kind == "bare" {
				events = s.Events
			}
		}
	}
	head(fmt.Sprintf("Index: a trace of %.1f MB with %d events (goals: 1.0 times a bare read, 35 bytes an event; to pass: 2.0, 60)", float64(st.Size())/1e6, events))
	row("bare read with x/exp/trace, one core", seconds(median(bare)), fmt.Sprintf("%.1f million events/s", float64(events)/median(bare)*1e3))
	row("whole load into the index", seconds(median(load)), fmt.Sprintf("%.2f times the bare read", median(load)/median(bare)))
	perEvent := func(kb []float64) float64 { return (median(kb) - median(idleKB)) * 1024 / float64(events) }
	row("peak memory of the bare read", fmt.Sprintf("%.1f B/event", perEvent(bareKB)), "VmHWM less that of a process that reads nothing")
	row("peak memory of the load", fmt.Sprintf("%.1f B/event", perEvent(loadKB)), fmt.Sprintf("VmHWM %.0f MB less %.0f MB", median(loadKB)/1024, median(idleKB)/1024))
	return b.queries(path)
}

// queries measures windows as the page asks for them: 40 rows, 1,600 pixels, anywhere and at any zoom.
func (b *bench) queries(path string) error {
	ix, err := index.Open(path, index.Options{})
	if err != nil {
		return err
	}
	var rows []index.RowKey
	for _, p := range ix.Procs() {
		rows = append(rows, index.RowKey(fmt.Sprintf("p%d", p.ID)))
	}
	gs := ix.Goroutines()
	for i := range gs {
		if len(rows) < 40 {
			rows = append(rows, index.RowKey(fmt.Sprintf("g%d", gs[i*max(1, len(gs)/40)%len(gs)].ID)))
		}
	}
	ix.Window(0, ix.Duration(), 1600, rows) // what is made once, at the first picture
	random := rand.New(rand.NewPCG(1, 2))
	var windows, states []float64
	for range 300 {
		length := max(1000, int64(float64(ix.Duration())*random.Float64()*random.Float64()))
		from := random.Int64N(max(1, ix.Duration()-length))
		began := time.Now()
		ix.Window(from, from+length, 1600, rows)
		windows = append(windows, float64(time.Since(began).Nanoseconds()))
		began = time.Now()
		ix.State(random.IntN(max(1, ix.NumEvents())))
		states = append(states, float64(time.Since(began).Nanoseconds()))
	}
	row("window of 40 rows and 1,600 pixels", seconds(median(windows)), "p99 "+seconds(percentile(windows, 99))+" (goal 10 ms)")
	row("state at a cursor", seconds(median(states)), "p99 "+seconds(percentile(states, 99)))
	runtime.KeepAlive(ix)
	return nil
}

// readBare reads all events with the library and does nothing with them.
func readBare(path string) (int, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	r, err := exptrace.NewReader(f)
	if err != nil {
		return 0, err
	}
	for n := 0; ; n++ {
		if _, err := r.ReadEvent(); errors.Is(err, io.EOF) {
			return n, nil
		} else if err != nil {
			return n, err
		}
	}
}

func readIndex(path string) (int, error) {
	ix, err := index.Open(path, index.Options{})
	if err != nil {
		return 0, err
	}
	defer runtime.KeepAlive(ix)
	if q := ix.Quality(); !q.Complete {
		return 0, fmt.Errorf("the index read %.1f %% of the trace: %s", q.ReadPercent, q.Reason)
	}
	return ix.NumEvents(), nil
}
