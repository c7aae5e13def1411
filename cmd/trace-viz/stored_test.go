package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime/trace"
	"sync"
	"testing"
	"time"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/server"
)

// busyTrace is the trace of goroutines that wake one another, of at least n bytes.
func busyTrace(t *testing.T, n int) []byte {
	t.Helper()
	out := &lockedBuffer{}
	if err := trace.Start(out); err != nil {
		t.Fatal(err)
	}
	c, stop := make(chan int), make(chan bool)
	go func() {
		for range c {
		}
		close(stop)
	}()
	for size := 0; size < n; {
		for range 1000 {
			c <- 1
		}
		size = out.len()
	}
	trace.Stop()
	close(c)
	<-stop
	return out.b.Bytes()
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Len()
}

// opened begins to read a trace file as open does, and waits for the end of that.
func opened(t *testing.T, data []byte) *stored {
	t.Helper()
	path := filepath.Join(t.TempDir(), "some.trace")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	rec, err := find(path)
	if err != nil {
		t.Fatal(err)
	}
	s := newStored(rec.Dir, rec)
	s.begin()
	first := s.View()
	if first.Rec == nil || first.Reading && first.Index == nil {
		t.Errorf("the first view is %+v", first)
	}
	<-s.done
	if m := s.Meta(); m.Program != "some.trace" {
		t.Errorf("it is called %q", m.Program)
	}
	return s
}

// TestStored reads a whole trace, a damaged one and one of which nothing can be read: each ends in the right state.
func TestStored(t *testing.T) {
	data := busyTrace(t, 500_000)
	s := opened(t, data)
	v := s.View()
	if s.failed() != nil || v.Live || v.Reading || v.Next != nil || v.Findings == nil || !v.Index.Ended() || !v.Index.Quality().Complete {
		t.Errorf("a whole trace: %v, %+v", s.err, v)
	}
	if p := s.Progress(); p.ReadBytes != int64(len(data)) || p.TotalBytes != int64(len(data)) {
		t.Errorf("progress at the end is %+v of %d bytes", p, len(data))
	}

	s = opened(t, append(bytes.Clone(data), make([]byte, 1000)...))
	if s.failed() != nil {
		t.Fatalf("a damaged trace: %v", s.err)
	}
	if v = s.View(); v.Live || v.Index.NumEvents() == 0 || v.Index.Quality().Complete || v.Index.Quality().Reason == "" {
		t.Errorf("a damaged trace: %+v, quality %+v", v, v.Index.Quality())
	}

	s = opened(t, append(bytes.Clone(data[:16]), make([]byte, 1000)...))
	if v = s.View(); s.failed() == nil || v.Live || v.Index != nil {
		t.Errorf("nothing can be read: %v, %+v", s.err, v)
	}
}

// TestStoredParts gives a view of each part that was shown while a trace is read, and tells how far that is.
func TestStoredParts(t *testing.T) {
	s := newStored(t.TempDir(), nil)
	s.show(server.View{Live: true, Reading: true, Read: 0.1})
	v := s.feed.View()
	if !v.Reading || v.Read != 0.1 || v.Next == nil {
		t.Fatalf("the first view is %+v", v)
	}
	s.told = time.Now().Add(-readingPause)
	s.progress(index.Progress{ReadBytes: 30, TotalBytes: 100, Events: 5})
	select {
	case <-v.Next:
	default:
		t.Error("nobody is told of progress")
	}
	if v = s.feed.View(); v.Read != 0.3 || s.Progress().Events != 5 {
		t.Errorf("after progress: %+v", v)
	}
	s.progress(index.Progress{ReadBytes: 31, TotalBytes: 100, Events: 6})
	if got := s.feed.View().Read; got != 0.3 {
		t.Errorf("told again at once: %v", got)
	}
}

func TestDue(t *testing.T) {
	long := 10 * time.Second
	for _, c := range []struct {
		what   string
		wanted bool
		shown  int
		p      index.Progress
		after  time.Duration
		want   bool
	}{
		{"nobody looks", false, 0, index.Progress{ReadBytes: 10, TotalBytes: 100, Events: 1e6}, long, false},
		{"too little", true, 0, index.Progress{ReadBytes: 10, TotalBytes: 100, Events: 1000}, long, false},
		{"the first", true, 0, index.Progress{ReadBytes: 10, TotalBytes: 100, Events: 1e6}, long, true},
		{"in the first generation", true, 0, index.Progress{ReadBytes: 0, TotalBytes: 100, Events: 1e6}, time.Millisecond, true},
		{"not twice as much", true, 600_000, index.Progress{ReadBytes: 20, TotalBytes: 100, Events: 1e6}, long, false},
		{"twice as much", true, 500_000, index.Progress{ReadBytes: 20, TotalBytes: 100, Events: 1e6}, long, true},
		{"soon over", true, 0, index.Progress{ReadBytes: 90, TotalBytes: 100, Events: 1e6}, time.Second, false},
	} {
		s := newStored("", nil)
		s.wanted.Store(c.wanted)
		s.shown = c.shown
		if got := s.due(c.p, c.after); got != c.want {
			t.Errorf("%s: got %v", c.what, got)
		}
	}
}
