package tracer

import (
	"time"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
)

// A watcher looks at the growing index of a run.
type watcher struct {
	*run
	seen    *index.Index
	events  int       // number of events when the program first looked stuck, 0 if it does not
	since   time.Time // when that was
	stuckAt int64     // time of the last event of a stuck program
}

// quiet is how long a program that looks stuck must do nothing until it is called so. What it does meanwhile would be on
// disk by then: a flush of the trace lies in between.
const quiet = 150 * time.Millisecond

// look passes on a new snapshot and reports whether the program is proven to be deadlocked: every possible waker is known
// to wait, and after a flush of the trace and a quiet time there is still no new event.
func (w *watcher) look() bool {
	ix := w.live.Snapshot()
	if ix != w.seen {
		w.seen = ix
		if w.OnSnapshot != nil {
			w.OnSnapshot(ix, w.lag(ix))
		}
		w.judge(ix)
	}
	return w.events > 0 && time.Since(w.since) >= quiet
}

// judge starts or ends the quiet time. A program in which something could wake a goroutine unseen is never called stuck.
func (w *watcher) judge(ix *index.Index) {
	n := ix.NumEvents()
	if n == 0 || n == w.events {
		return
	}
	w.events = 0
	if w.built.HiddenWaker != "" {
		return
	}
	if proven, _, _ := findings.Stuck(ix); proven && w.ctl.flush(flushWait) {
		w.events, w.since = n, time.Now()
		w.stuckAt = ix.Event(n - 1).Time
	}
}

// lag is how much older the newest event of ix is than the program's clock.
func (w *watcher) lag(ix *index.Index) time.Duration {
	_, began, _, _, _ := w.ctl.state()
	if began == 0 {
		return 0
	}
	return max(0, time.Duration(nanotime()-began-ix.Duration()))
}
