package index_test

import (
	"io"
	"sync"
	"testing"
	"time"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

// TestLive feeds a trace byte by byte and takes snapshots all the while: each is a prefix of the whole recording, never
// changes, and comes without waiting for a byte of the next generation.
func TestLive(t *testing.T) {
	data, sites := tracetest.Trace(t, threeGenerations)
	want := tracetest.Index(t, threeGenerations)
	l := index.NewLive(index.Options{Sites: sites})
	if n := l.Snapshot().NumEvents(); n != 0 {
		t.Fatalf("%d events before anything was fed", n)
	}
	r, w := io.Pipe()
	fed := make(chan error)
	go func() { fed <- l.Feed(r) }()
	type kept struct {
		ix   *index.Index
		text string
	}
	var snaps []kept
	for i := range data {
		if _, err := w.Write(data[i : i+1]); err != nil {
			t.Fatal(err)
		}
		if s := l.Snapshot(); len(snaps) == 0 || s != snaps[len(snaps)-1].ix {
			snaps = append(snaps, kept{s, dump(s)})
		}
	}
	// The last generation is whole, so it must show although the stream goes on.
	for start := time.Now(); l.Snapshot().NumEvents() < want.NumEvents(); {
		if time.Since(start) > 10*time.Second {
			t.Fatalf("%d of %d events while the stream rests at the end of a generation", l.Snapshot().NumEvents(), want.NumEvents())
		}
		time.Sleep(time.Millisecond)
	}
	if l.Snapshot().Ended() {
		t.Error("ended before the stream has")
	}
	w.Close()
	if err := <-fed; err != nil {
		t.Fatal(err)
	}
	if len(snaps) < 3 {
		t.Errorf("%d different snapshots of three generations", len(snaps))
	}
	last := 0
	for _, s := range snaps {
		if err := index.Validate(s.ix); err != nil {
			t.Error(err)
		}
		if s.ix.NumEvents() < last {
			t.Errorf("a snapshot has %d events after one with %d", s.ix.NumEvents(), last)
		}
		last = s.ix.NumEvents()
		if dump(s.ix) != s.text {
			t.Errorf("the snapshot with %d events changed", last)
		}
	}
	end := l.Snapshot()
	if !end.Ended() || !end.Quality().Complete || dump(end) != dump(want) {
		t.Errorf("at the end: ended %v, quality %+v, got:\n%s", end.Ended(), end.Quality(), dump(end))
	}
}

// TestLiveRace uses snapshots while the trace grows; the race detector watches.
func TestLiveRace(t *testing.T) {
	data := mixed(t, 200e3)
	l := index.NewLive(index.Options{})
	r, w := io.Pipe()
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		if err := l.Feed(r); err != nil {
			t.Error(err)
		}
	}()
	stop := make(chan struct{})
	wg.Add(1)
	go func() {
		defer wg.Done()
		for {
			ix := l.Snapshot()
			ix.Overview(100)
			ix.State(ix.NumEvents() - 1)
			ix.AllBlocked()
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	w.Close()
	close(stop)
	wg.Wait()
	if err := index.Validate(l.Snapshot()); err != nil {
		t.Error(err)
	}
}

func TestLiveWrongType(t *testing.T) {
	l := index.NewLive(index.Options{})
	r, w := io.Pipe()
	go func() {
		w.Write([]byte("hello, world, this is text"))
		w.Close()
	}()
	if err := l.Feed(r); err == nil {
		t.Error("no error for a stream of text")
	}
	if q := l.Snapshot().Quality(); q.Complete || q.Reason == "" {
		t.Errorf("quality: %+v", q)
	}
}

// TestAllBlocked tells a stuck program from one in which somebody may still wake the others.
func TestAllBlocked(t *testing.T) {
	const stuck = `
main make c 0
main go w main.worker main.go:6
w start 1
w recvblock c
w block "chan receive"
main recvblock c
main block "chan receive"
`
	b := tracetest.Index(t, stuck).AllBlocked()
	if !b.All || len(b.States) != 2 || b.Since != 60 || b.Unhooked != 0 || len(b.Foreign) != 0 {
		t.Errorf("stuck: %+v", b)
	}
	for _, reason := range []string{"sleep", "network"} {
		text := "main go s main.sleeper main.go:7\ns start 2\ns block " + reason + stuck
		if b := tracetest.Index(t, text).AllBlocked(); b.All || len(b.Alive) != 1 {
			t.Errorf("one goroutine in %s: %+v", reason, b)
		}
	}
	if b := tracetest.Index(t, "main go s main.sleeper main.go:7"+stuck).AllBlocked(); b.All {
		t.Error("one goroutine can run, but all are said to be blocked")
	}
	if b := tracetest.Index(t, "main go s main.f main.go:7\ns start 2\ns syscall"+stuck).AllBlocked(); b.All {
		t.Error("one goroutine is in a system call, but all are said to be blocked")
	}
	unhooked := "main go s main.f main.go:7\ns start 2\ns block sync" + stuck
	if b := tracetest.Index(t, unhooked).AllBlocked(); !b.All || b.Unhooked != 1 {
		t.Errorf("one goroutine waits for a lock without hooks: %+v", b)
	}
	foreign := "main go s main.f main.go:7\ns start 2\ns selectblock timer:recv\ns block select" + stuck
	if b := tracetest.Index(t, foreign).AllBlocked(); !b.All || len(b.Foreign) != 1 {
		t.Errorf("one goroutine waits for a timer's channel: %+v", b)
	}
}
