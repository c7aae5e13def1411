package tracer

import (
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"github.com/trace-viz/trace-viz/internal/index"
)

// A childWatch follows the traces of the processes that the target started. A trace keeps the runtime of a child from looking
// for a deadlock as it does in the target, so somebody has to notice that its goroutines all wait for one another: natively
// the child would die, and its parent with it or not.
type childWatch struct {
	run     *run
	watched map[int]bool // by process id
	over    chan struct{}
	all     sync.WaitGroup

	mu    sync.Mutex
	notes []string
}

func (r *run) watchChildren() *childWatch {
	return &childWatch{run: r, watched: map[int]bool{}, over: make(chan struct{})}
}

// look begins to watch the children that are new. Where something could wake a goroutine unseen, none is ever called
// deadlocked, and so none is watched: they are the same program.
func (w *childWatch) look() {
	if w.run.built.HiddenWaker != "" {
		return
	}
	for _, pid := range w.run.ctl.children() {
		if !w.watched[pid] {
			w.watched[pid] = true
			w.all.Go(func() { w.watch(pid) })
		}
	}
}

// end ends all watching and notes what is to be told of it.
func (w *childWatch) end() {
	close(w.over)
	w.all.Wait()
	w.run.notes = append(w.run.notes, w.notes...)
}

// watch follows the trace of one child until that ends, and ends it when the child is proven to be deadlocked.
func (w *childWatch) watch(pid int) {
	tail := followIdle(filepath.Join(w.run.Dir, fmt.Sprintf("trace-%d.out", pid)), pid)
	live := index.NewLive(index.Options{Sites: w.run.built.Sites})
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		defer tail.Close()
		live.Feed(tail) // what is wrong with the trace is found again when the recording is opened
	}()
	defer func() {
		tail.end()
		<-fed
	}()
	look := time.NewTicker(childLook)
	defer look.Stop()
	var still stillness
	flush := func() bool { return w.run.ctl.askOne(pid, askFlush, flushWait) }
	for w.run.ctl.records(pid) {
		select {
		case <-w.over:
			return
		case <-look.C:
			still.judge(live.Snapshot(), flush)
			if still.proven() {
				w.endChild(pid)
				return
			}
		}
	}
}

// endChild ends the trace of a deadlocked child, so that its runtime looks for itself, reports the deadlock and ends it as
// it would without us. Where the runtime can't see it, the child waits on, as it would too.
func (w *childWatch) endChild(pid int) {
	if !w.run.ctl.endStuck(pid, flushWait) {
		return
	}
	for end := time.After(deadWait); w.run.ctl.connected(pid); {
		select {
		case <-end:
			w.run.ctl.goesOn(pid)
			w.mu.Lock()
			defer w.mu.Unlock()
			w.notes = append(w.notes, fmt.Sprintf("all goroutines of the process with pid %d seemed to wait for ever, so its trace was ended; it went on", pid))
			return
		case <-w.over:
			return
		case <-time.After(lookEvery):
		}
	}
}

// childLook is how often a child is looked at. That one is deadlocked may be found a little later than of the target.
const childLook = 100 * time.Millisecond

// An idleReader reads the growing trace of a process only while that does next to nothing, as one does that is deadlocked. So
// those that work, which may be many and write much, are not read meanwhile, and most never.
type idleReader struct {
	*follower
	pid  int
	used int64 // processor time that it had had at the last look, in ticks
}

func followIdle(path string, pid int) *idleReader {
	r := &idleReader{follower: follow(path), pid: pid, used: -1}
	r.every = childLook
	return r
}

// busy tells whether the process has used the processor since the last look, except for what its hooks need themselves. Where
// that is not known it is not busy.
func (r *idleReader) busy() bool {
	before := r.used
	r.used = processorTicks(r.pid)
	return before < 0 || r.used > before+1
}

func (r *idleReader) Read(b []byte) (int, error) {
	for !r.ended.Load() && r.busy() {
		time.Sleep(childLook)
	}
	if r.ended.Load() {
		return 0, io.EOF // nobody needs the rest
	}
	return r.follower.Read(b)
}
