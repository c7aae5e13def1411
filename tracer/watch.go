package tracer

import (
	"time"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
)

// A watcher looks at the growing index of a run.
type watcher struct {
	*run
	seen     *index.Index
	children *childWatch
	stillness
}

// stillness is for how long a process has looked stuck.
type stillness struct {
	events  int       // number of events when it first looked stuck, 0 if it does not
	since   time.Time // when that was
	stuckAt int64     // time of the last event of a stuck process
}

// quiet is how long a program that looks stuck must do nothing until it is called so. What it does meanwhile would be on
// disk by then: a flush of the trace lies in between.
const quiet = 150 * time.Millisecond

// proven reports whether a process is proven to be deadlocked: every possible waker is known to wait, and after a flush of
// the trace and a quiet time there is still no new event.
func (s *stillness) proven() bool { return s.events > 0 && time.Since(s.since) >= quiet }

// judge starts or ends the quiet time.
func (s *stillness) judge(ix *index.Index, flush func() bool) {
	n := ix.NumEvents()
	if n == 0 || n == s.events {
		return
	}
	s.events = 0
	if proven, _, _ := findings.Stuck(ix); proven && flush() {
		s.events, s.since = n, time.Now()
		s.stuckAt = ix.Event(n - 1).Time
	}
}

// look passes on a new snapshot and reports whether the program is proven to be deadlocked. A program in which something could
// wake a goroutine unseen is never called stuck.
func (w *watcher) look() bool {
	w.children.look()
	ix := w.live.Snapshot()
	if ix != w.seen {
		w.seen = ix
		if w.OnSnapshot != nil {
			w.OnSnapshot(ix, w.lag(ix))
		}
		if w.built.HiddenWaker == "" {
			w.judge(ix, func() bool { return w.ctl.flush(flushWait) })
		}
	}
	return w.proven()
}

// lag is how much older the newest event of ix is than the program's clock.
func (w *watcher) lag(ix *index.Index) time.Duration {
	_, began, _, _, _ := w.ctl.state()
	if began == 0 {
		return 0
	}
	return max(0, time.Duration(nanotime()-began-ix.Duration()))
}
