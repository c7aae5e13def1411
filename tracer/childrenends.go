package tracer

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// childEnds finds out, by what the runtime said of it, how each child ended that did not end its trace in order. The trace of one
// that panicked is whole but for its last bytes, as that of the program is.
func (r *run) childEnds(list []recording.Process) {
	for i := range list {
		p := &list[i]
		name := fmt.Sprintf("crash-%d.log", p.PID)
		if i == 0 || p.End != recording.ProcessLost && p.End != recording.ProcessRuns {
			continue
		}
		crash, err := os.ReadFile(filepath.Join(r.Dir, name))
		switch {
		case err != nil:
		case strings.HasPrefix(string(crash), "panic: "):
			p.End = recording.ProcessPanic
			r.cutChild(p.PID)
		case len(crash) > 0:
			p.End = recording.ProcessFatal
		case p.End == recording.ProcessLost:
			os.Remove(filepath.Join(r.Dir, name))
		}
	}
}

// cutChild does for a child what cutTail does for the program.
func (r *run) cutChild(pid int) {
	path := filepath.Join(r.Dir, fmt.Sprintf("trace-%d.out", pid))
	f, err := os.Open(path)
	if err != nil {
		return
	}
	defer f.Close()
	live := index.NewLive(index.Options{Sites: r.built.Sites})
	live.Feed(f) // that its end is not whole is why it is read
	if q := live.Snapshot().Quality(); !q.Complete && q.ReadBytes > 0 {
		if err := os.Truncate(path, q.ReadBytes); err != nil {
			r.notes = append(r.notes, fmt.Sprintf("the end of the trace of the process with pid %d is not whole: %v", pid, err))
		}
	}
}
