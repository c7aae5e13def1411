package tracer

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/trace"
	"sync"
	"time"

	"github.com/felixge/fgprof"

	"github.com/trace-viz/trace-viz/internal/recording"
)

// recorder is what Start began; a process has at most one.
var recorder struct {
	sync.Mutex
	dir      string // "" while nothing is recorded
	trace    *os.File
	wall     *os.File
	stopWall func() error
	began    time.Time
}

// Start begins to record this process into the folder dir, which is created when it is missing and must be empty: a Go
// execution trace (trace.out) and a wall-clock profile taken by fgprof 99 times a second (wall.pprof). Channel and lock
// operations show up only in programs that trace-viz built, because only these have hooks. Start fails when a recording
// or an execution trace (trace.Start) is going on already, and then leaves nothing behind.
//
// fgprof stops the world for each sample and costs about a sixth of a core at 1,000 goroutines.
func Start(dir string) error {
	recorder.Lock()
	defer recorder.Unlock()
	if recorder.dir != "" {
		return fmt.Errorf("start recording into %s: a recording into %s is going on: call tracer.Stop first", dir, recorder.dir)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("start recording: %w", err)
	}
	if err := emptyDir(dir); err != nil {
		return fmt.Errorf("start recording: %w", err)
	}
	r := &recorder
	if r.trace, err = os.OpenFile(filepath.Join(dir, recording.TraceFile), os.O_CREATE|os.O_WRONLY, 0o600); err != nil {
		return fmt.Errorf("start recording: %w", err)
	}
	if r.wall, err = os.OpenFile(filepath.Join(dir, recording.WallFile), os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
		if err = trace.Start(r.trace); err != nil {
			os.Remove(r.wall.Name())
			r.wall.Close()
		}
	}
	if err != nil {
		os.Remove(r.trace.Name())
		r.trace.Close()
		return fmt.Errorf("start recording: %w", err)
	}
	r.dir, r.began, r.stopWall = dir, time.Now(), fgprof.Start(r.wall, fgprof.FormatPprof)
	return nil
}

func emptyDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("folder %s is not empty", dir)
	}
	return err
}

// Stop ends the recording that Start began and completes its folder, which `trace-viz open` shows. It returns the first
// error of writing it, and an error if nothing is being recorded.
func Stop() error {
	recorder.Lock()
	defer recorder.Unlock()
	r := &recorder
	if r.dir == "" {
		return errors.New("stop recording: nothing is being recorded: call tracer.Start first")
	}
	trace.Stop()
	err := errors.Join(endWall(r.stopWall, time.Since(r.began)), r.trace.Close(), r.wall.Close(), describeSelf(r.dir, r.began))
	r.dir = ""
	if err != nil {
		return fmt.Errorf("stop recording: %w", err)
	}
	return nil
}

// wallPeriods is the time in which fgprof, at 99 Hz, takes two samples.
const wallPeriods = 21 * time.Millisecond

// endWall stops fgprof. It divides by the rate of its samples and panics when there are too few, so a recording that was
// very short is made a little longer.
func endWall(stop func() error, ran time.Duration) (err error) {
	time.Sleep(wallPeriods - ran)
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("wall-clock profile: fgprof could not take samples: %v", v)
		}
	}()
	return stop()
}

// describeSelf writes the small files of a recording of this process.
func describeSelf(dir string, began time.Time) error {
	m := recording.Meta{
		Version: recording.Version, Program: filepath.Base(os.Args[0]), Pacing: "compressed", Args: append([]string{}, os.Args[1:]...),
		Go: runtime.Version(), Procs: runtime.GOMAXPROCS(0), Start: began.Format(time.RFC3339Nano), Outcome: recording.Exit,
		WallNS: int64(time.Since(began)), Complete: true, SelfMade: true,
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		m.Module = info.Main.Path
	}
	if built := os.Getenv(envDir); built != "" {
		if b, err := os.ReadFile(filepath.Join(built, recording.SitesFile)); err == nil {
			if err := os.WriteFile(filepath.Join(dir, recording.SitesFile), b, 0o600); err != nil {
				return err
			}
			if err := os.CopyFS(filepath.Join(dir, recording.SourceDir), os.DirFS(filepath.Join(built, recording.SourceDir))); err != nil {
				return err
			}
			m.Hooks = true
		}
	}
	return recording.WriteMeta(dir, m)
}
