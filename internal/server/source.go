package server

import (
	"sync"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// A View is what is known of a recording at one moment. It does not change; a live recording has ever new ones.
type View struct {
	Rec      *recording.Recording // never nil; while the run goes on Sites or the outcome may not be there yet
	Index    *index.Index         // nil if nothing was read yet, or can be
	Err      error                // why nothing can be read; Index is nil then
	Findings []findings.Finding
	Live     bool            // there will be more: the run goes on, or (Reading) its trace is still being read
	Reading  bool            // the run is over, and Index has the part of its trace that was read until now
	Read     float64         // share of the trace that was read, with Reading
	LagMS    float64         // how far the index is behind the program, in milliseconds; 0 if not live
	Next     <-chan struct{} // closed when there is a newer view; nil if there will be none
}

// A Source gives the recording that a server shows.
type Source interface {
	// Dir is the folder of the recording.
	Dir() string
	// View is called for each request, and must not wait for a recorder. The list of recordings does not call it, so that a
	// source can read its trace when it is first looked at.
	View() View
}

// A Reader is a Source that takes a while to give its first view and can tell how far it is. The page asks for that while
// it waits.
type Reader interface {
	Source
	Progress() index.Progress
	// Meta tells what the recording is, without waiting for its trace.
	Meta() recording.Meta
}

// A Feed is a Source whose view is set from outside: once for a finished recording, again and again for a live one. The
// recorder never waits for a page: Update stores the view and wakes who waits for it.
type Feed struct {
	dir  string
	mu   sync.Mutex
	view View
	next chan struct{}
}

// NewFeed makes a source with its first view; v.Next is set by the feed.
func NewFeed(dir string, v View) *Feed {
	f := &Feed{dir: dir}
	f.Update(v)
	return f
}

// Dir is the folder of the recording.
func (f *Feed) Dir() string { return f.dir }

// View returns the newest view.
func (f *Feed) View() View {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.view
}

// Update makes v the newest view. A view that is not live is the last one.
func (f *Feed) Update(v View) {
	f.mu.Lock()
	defer f.mu.Unlock()
	woken := f.next
	f.next, v.Next = nil, nil
	if v.Live {
		f.next = make(chan struct{})
		v.Next = f.next
	}
	f.view = v
	if woken != nil {
		close(woken)
	}
}
