// Package recording knows the layout of a recording on disk: a folder of standard files that other tools open too. It
// reads and writes the small files; the trace itself is the business of package index.
//
//	trace.out    an ordinary Go execution trace; hook records are user log events in it
//	trace-N.out  the same of a process that the program started and that was built with hooks; N is its process id
//	meta.json    what ran, how it ended (Meta)
//	sites.json   the injection points that the hook records name by number (rewrite.Sites)
//	source/      the traced source files as they were
//	output.log   what the program printed, with times (Output), if it was kept
//	wall.pprof   wall-clock profile by fgprof, if it was taken
//	crash.log    what the runtime said when the program died of a panic or a runtime error; crash-N.log that of process N
//	race.log     reports of the race detector, if it was asked for and found something
package recording

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// Names of the files of a recording.
const (
	TraceFile  = "trace.out"
	MetaFile   = "meta.json"
	SitesFile  = "sites.json"
	SourceDir  = "source"
	OutputFile = "output.log"
	WallFile   = "wall.pprof"
	RaceFile   = "race.log"
)

// Version is the format of meta.json that this program writes, and the newest that it reads.
const Version = 1

// Outcomes of a run, as stored in Meta.Outcome.
const (
	Running  = "running" // still going on, or trace-viz died before it could say
	Exit     = "exit"
	Panic    = "panic"
	Fatal    = "fatal" // a runtime error that can't be recovered, such as concurrent map writes
	Deadlock = "deadlock"
	Hung     = "hung" // stopped by --timeout
	Signal   = "signal"
)

// Meta is meta.json.
type Meta struct {
	Version   int      `json:"version"`
	Program   string   `json:"program"`             // scenario and variant, import path or file name
	Variant   string   `json:"variant,omitempty"`   // of a scenario: the bug, or "fixed"
	Fixed     string   `json:"fixed,omitempty"`     // the fixed twin of a buggy scenario
	Pacing    string   `json:"pacing,omitempty"`    // how the replay runs at first: "event" or "compressed"
	Args      []string `json:"args"`                // arguments of the program
	Go        string   `json:"go"`                  // version of the toolchain that built it
	Procs     int      `json:"procs"`               // GOMAXPROCS at the end of the run
	Start     string   `json:"start"`               // RFC 3339 with nanoseconds
	Outcome   string   `json:"outcome"`             // one of the constants above
	ExitCode  int      `json:"exit_code"`           // of trace-viz run: the program's own, or as product rules say
	Signal    string   `json:"signal"`              // name of the signal that ended it, or ""
	WallNS    int64    `json:"wall_ns"`             // process start to its own end, or to where it was found stuck
	CPUNS     int64    `json:"cpu_ns,omitempty"`    // processor time of the process, user and system, with that of children that it waited for
	BeganNS   int64    `json:"began_ns"`            // from the process start to the first event of the trace
	StuckNS   int64    `json:"stuck_ns"`            // time in the trace at which the last goroutine got stuck; 0 if none
	Complete  bool     `json:"complete"`            // the trace was ended in order, nothing is missing at its end
	Cut       bool     `json:"cut,omitempty"`       // the recording was ended before the program, as by --duration
	Loss      string   `json:"loss,omitempty"`      // what may be missing and why
	Hooks     bool     `json:"hooks"`               // built with hooks
	Module    string   `json:"module"`              // path of the main module
	Digest    string   `json:"source_digest"`       // SHA-256 over the traced files
	Notes     []string `json:"notes,omitempty"`     // things worth telling, such as files that got no hooks
	LeftOut   int64    `json:"left_out,omitempty"`  // values that were sampled away
	Cost      *Cost    `json:"cost,omitempty"`      // what the hooks measured of themselves
	SelfMade  bool     `json:"self_made,omitempty"` // recorded by tracer.Start inside the program
	Confirmed bool     `json:"confirmed,omitempty"` // the Go runtime itself confirmed the deadlock
	LostNS    int64    `json:"lost_ns,omitempty"`   // how much is missing at the end
	Title     string   `json:"title,omitempty"`     // what a person called it
	Findings  int      `json:"findings,omitempty"`  // how many there were when it was first looked at

	RaceTimes []RaceTime `json:"race_times,omitempty"` // how race.log grew, in the order of time

	Processes []Process `json:"processes,omitempty"` // those that recorded themselves, the program first, then by their beginning
}

// Cost is what writing a hook record took, as the hooks of all processes measured it while the program ran.
type Cost struct {
	Samples    int64   `json:"samples"`      // records that were measured
	PerEventNS float64 `json:"per_event_ns"` // mean, weighted by how many records each sample stands for
}

// A Process is what is known of a traced process of a recording.
type Process struct {
	PID     int      `json:"pid"`
	Parent  int      `json:"parent"`   // process id; 0: not known
	Program string   `json:"program"`  // the last element of the name that it was called by
	Args    []string `json:"args"`     // the first 4,000 bytes of its arguments
	StartNS int64    `json:"start_ns"` // when its trace began, from the first event of the recording
	End     string   `json:"end"`      // one of the constants
}

// How a process ended, as far as its trace is concerned.
const (
	ProcessExit = "exit" // its trace was ended in order: it returned or called os.Exit
	ProcessLost = "lost" // killed, or ended without a word in another way
	ProcessRuns = "runs" // it outlived the program

	ProcessPanic = "panic" // died of a panic; its trace has all up to that
	ProcessFatal = "fatal" // died of a runtime error, as of a concurrent map write

	ProcessDeadlock = "deadlock" // all its goroutines waited for ever, and the Go runtime ended it because of that
)

// MaxProcesses is how many processes of a recording are listed.
const MaxProcesses = 1 << 14

// A RaceTime tells that race.log was seen to have so many bytes at a time, in ns since the process started.
type RaceTime struct {
	Bytes int64 `json:"bytes"`
	NS    int64 `json:"ns"`
}

// A Recording is a recording's folder with its small files read.
type Recording struct {
	Dir   string // absolute
	Meta  Meta
	Sites *rewrite.Sites // nil if the recording has no hooks
	Trace string         // path of the trace if it is not Dir/trace.out: a plain trace that was opened alone
}

// ErrNotRecording says that a folder holds no recording.
var ErrNotRecording = errors.New("not a recording: it has no " + TraceFile)

// Open reads a recording's small files. A folder with a trace and no meta.json is taken as a recording of which nothing
// else is known.
func Open(dir string) (*Recording, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, TraceFile)); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", dir, ErrNotRecording)
		}
		return nil, err
	}
	r := &Recording{Dir: dir}
	b, err := os.ReadFile(filepath.Join(dir, MetaFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.Meta = Meta{Version: Version, Program: filepath.Base(dir)}
	case err != nil:
		return nil, err
	default:
		if err := json.Unmarshal(b, &r.Meta); err != nil {
			return nil, fmt.Errorf("read %s: %w", filepath.Join(dir, MetaFile), err)
		}
		if r.Meta.Version > Version {
			return nil, fmt.Errorf("read %s: version %d is newer than this trace-viz knows (%d): use a newer trace-viz",
				filepath.Join(dir, MetaFile), r.Meta.Version, Version)
		}
	}
	if r.Meta.Args == nil {
		r.Meta.Args = []string{}
	}
	sites, err := rewrite.ReadSites(filepath.Join(dir, SitesFile))
	if err == nil {
		r.Sites = sites
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return r, nil
}

// WriteMeta stores m in dir so that a reader sees the old file or the new one, never a part.
func WriteMeta(dir string, m Meta) error {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, MetaFile)
	b = append(b, '\n')
	if err := os.WriteFile(path+".new", b, 0o600); err != nil {
		os.Remove(path + ".new")
		if overwrite(path, b) != nil {
			return err
		}
		return nil
	}
	return os.Rename(path+".new", path)
}

// overwrite changes a file in place, for a full disk: what is longer by a little still fits in the block that it has.
func overwrite(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err = f.WriteAt(b, 0); err == nil {
		err = f.Truncate(int64(len(b)))
	}
	return errors.Join(err, f.Close())
}

// TracePath is the path of the execution trace.
func (r *Recording) TracePath() string {
	if r.Trace != "" {
		return r.Trace
	}
	return filepath.Join(r.Dir, TraceFile)
}

// Source returns a traced source file as it was when it was recorded. file is a name of the table in sites.json.
func (r *Recording) Source(file string) ([]byte, error) {
	root, err := os.OpenRoot(filepath.Join(r.Dir, SourceDir))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.ReadFile(filepath.FromSlash(strings.TrimPrefix(file, "/")))
}

// A Line is one line that the program printed.
type Line struct {
	NS     int64  `json:"t"`      // since the start of the process
	Stream string `json:"stream"` // "stdout" or "stderr"
	Text   string `json:"text"`   // without the line feed
}

// Output reads output.log. It returns an empty list if the output was not kept.
func (r *Recording) Output() ([]Line, error) {
	b, err := os.ReadFile(filepath.Join(r.Dir, OutputFile))
	if errors.Is(err, fs.ErrNotExist) {
		return []Line{}, nil
	}
	if err != nil {
		return nil, err
	}
	lines := []Line{}
	for i, row := range strings.Split(strings.TrimSuffix(string(b), "\n"), "\n") {
		if row == "" {
			continue
		}
		var l Line
		if err := json.Unmarshal([]byte(row), &l); err != nil {
			return lines, fmt.Errorf("read %s:%d: %w", OutputFile, i+1, err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}
