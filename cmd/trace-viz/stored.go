package main

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/server"
)

// readingPause is at least between two words on how far the reading of a trace is.
const readingPause = 100 * time.Millisecond

// When to show a part of a trace: not for fewer events, and not when the whole is there as soon.
const (
	firstPicture = 1 << 16
	soon         = 250 * time.Millisecond
)

// stored is a recording on disk that is read when somebody first looks at it. While that goes on, its views show the part
// that was read: the first picture of a big trace does not wait for its end.
type stored struct {
	dir    string
	rec    *recording.Recording // nil: the one in dir, which is opened with its trace
	begun  sync.Once
	far    atomic.Pointer[index.Progress]
	wanted atomic.Bool   // somebody looks at it
	first  chan struct{} // closed when there is a view
	done   chan struct{} // closed when all was read, or nothing can be

	// Of the goroutine that reads, and of everyone once first or done is closed.
	feed   *server.Feed
	view   server.View
	told   time.Time
	shown  int // events of the last snapshot
	loaded *loaded
	err    error
}

func newStored(dir string, rec *recording.Recording) *stored {
	return &stored{dir: dir, rec: rec, first: make(chan struct{}), done: make(chan struct{})}
}

// Dir is the folder of the recording.
func (s *stored) Dir() string { return s.dir }

// begin reads the trace in the background, once.
func (s *stored) begin() { s.begun.Do(func() { go s.read() }) }

// View gives the newest view, and waits for the first one.
func (s *stored) View() server.View {
	s.wanted.Store(true)
	s.begin()
	<-s.first
	return s.feed.View()
}

// failed returns why nothing can be read; nil while that is not known.
func (s *stored) failed() error {
	select {
	case <-s.done:
		return s.err
	default:
		return nil
	}
}

func (s *stored) read() {
	defer close(s.done)
	rec := s.rec
	if rec == nil {
		rec, s.err = recording.Open(s.dir)
	}
	if s.err == nil {
		s.loaded, s.err = s.readAll(rec)
	}
	if s.err != nil {
		if s.rec == nil { // nobody waits for done
			complain(s.err)
		}
		s.show(server.View{Rec: &recording.Recording{Dir: s.dir}, Err: s.err})
		return
	}
	s.show(server.View{Rec: rec, Index: s.loaded.index, Findings: s.loaded.findings})
}

// readAll reads the trace and looks for findings, and shows what there is in the meantime.
func (s *stored) readAll(rec *recording.Recording) (*loaded, error) {
	began := time.Now()
	part := func(ix *index.Index, read float64) {
		s.show(server.View{Rec: rec, Index: ix, Live: true, Reading: true, Read: read})
	}
	ix, err := readTrace(rec, index.Options{Progress: s.progress, Grown: func(p index.Progress, snapshot func() *index.Index) {
		if s.due(p, time.Since(began)) {
			s.shown = p.Events
			part(snapshot(), share(p))
		}
	}})
	if err != nil {
		return nil, err
	}
	found := make(chan []findings.Finding, 1)
	go func() { found <- findings.RunRecording(rec, ix) }()
	l := &loaded{rec: rec, index: ix}
	select {
	case l.findings = <-found:
	case <-time.After(soon):
		part(ix, 1)
		l.findings = <-found
	}
	return l, nil
}

// due tells whether it is time for a picture of what was read in some time: when somebody waits for the first one, then
// whenever there is twice as much, but not when the whole is soon there.
func (s *stored) due(p index.Progress, after time.Duration) bool {
	if !s.wanted.Load() || p.Events < max(firstPicture, 2*s.shown) {
		return false
	}
	left := float64(after) * float64(p.TotalBytes-p.ReadBytes) / float64(max(1, p.ReadBytes))
	return p.ReadBytes == 0 || left > float64(soon)
}

// show makes v the newest view.
func (s *stored) show(v server.View) {
	s.view, s.told = v, time.Now()
	if s.feed != nil {
		s.feed.Update(v)
		return
	}
	s.feed = server.NewFeed(s.dir, v)
	close(s.first)
}

func (s *stored) progress(p index.Progress) {
	s.far.Store(&p)
	if s.feed != nil && time.Since(s.told) >= readingPause {
		s.view.Read = share(p)
		s.show(s.view)
	}
}

// share is how much of the trace was read.
func share(p index.Progress) float64 {
	return float64(p.ReadBytes) / float64(max(1, p.TotalBytes))
}

// Progress tells how far the reading is, for a page that waits for it.
func (s *stored) Progress() index.Progress {
	if p := s.far.Load(); p != nil {
		return *p
	}
	return index.Progress{}
}

// Meta tells what the recording is; nothing if its small files can't be read.
func (s *stored) Meta() recording.Meta {
	rec := s.rec
	if rec == nil {
		var err error
		if rec, err = recording.Open(s.dir); err != nil {
			return recording.Meta{}
		}
	}
	return rec.Meta
}
