// Package report puts a recording's outcome, counts and findings together: as a value whose JSON form is the
// machine-readable output of trace-viz, and as text for people. It works nothing out by itself.
package report

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// version is that of the JSON form. Fields may be added to it without a new version, never removed or retyped.
const version = 1

// A Report is what run --no-ui --json and report --json print. Times are nanoseconds. Lists are never null.
type Report struct {
	Version     int                `json:"version"`
	Recording   string             `json:"recording"` // absolute path of the folder, or of the trace if it is one alone
	Program     string             `json:"program"`
	Go          string             `json:"go"`
	Procs       int                `json:"procs"`
	Outcome     string             `json:"outcome"` // "" if not known, as of a plain trace
	ExitCode    int                `json:"exit_code"`
	Signal      string             `json:"signal"`
	WallNS      int64              `json:"wall_ns"`
	Complete    bool               `json:"complete"`
	ReadPercent Percent            `json:"read_percent"`
	LostNS      int64              `json:"lost_ns"`
	Counts      Counts             `json:"counts"`
	Findings    []findings.Finding `json:"findings"`
	Cost        Cost               `json:"cost"`

	index *index.Index
	loss  string
	notes []string
	hooks bool
}

// Counts are the totals of a recording.
type Counts struct {
	Events     int `json:"events"`
	Goroutines int `json:"goroutines"`
	Channels   int `json:"channels"`
	Locks      int `json:"locks"`
	Messages   int `json:"messages"`
	Spawns     int `json:"spawns"`
	LockWaits  int `json:"lock_waits"`
	Processes  int `json:"processes"`
	Contexts   int `json:"contexts"`
	Timers     int `json:"timers"`
}

// A Percent is written with one digit behind the point.
type Percent float64

// MarshalJSON writes 100.0 and never an exponent. What is not all is never rounded up to all.
func (p Percent) MarshalJSON() ([]byte, error) { return []byte(p.String()), nil }

func (p Percent) String() string {
	v := min(max(float64(p), 0), 100)
	if v < 100 {
		v = min(v, 99.9)
	}
	return strconv.FormatFloat(v, 'f', 1, 64)
}

// Build makes the report of a recording. What the recording's meta.json does not know, as for a plain trace, is taken from
// the trace itself.
func Build(rec *recording.Recording, ix *index.Index, list []findings.Finding) Report {
	m, q := rec.Meta, ix.Quality()
	r := Report{Version: version, Recording: pathOf(rec), Program: m.Program, Go: m.Go, Procs: m.Procs, Outcome: m.Outcome,
		ExitCode: m.ExitCode, Signal: m.Signal, WallNS: m.WallNS, Complete: complete(rec, ix), ReadPercent: Percent(q.ReadPercent),
		LostNS: lost(rec, ix), Counts: Counts(ix.Counts()), Cost: costOf(m, ix.HookRecords()), Findings: list, index: ix, notes: m.Notes, hooks: m.Hooks || ix.HasHooks()}
	if r.Findings == nil {
		r.Findings = []findings.Finding{}
	}
	if r.Go == "" {
		r.Go = strings.ReplaceAll(ix.GoVersion(), " ", "")
	}
	if r.Procs == 0 {
		r.Procs = len(ix.Procs())
	}
	if r.WallNS == 0 {
		r.WallNS = ix.Duration()
	}
	if !r.Complete {
		r.loss = Loss(rec, ix)
	}
	return r
}

// pathOf is the absolute path by which a recording is opened again.
func pathOf(rec *recording.Recording) string {
	path := rec.Dir
	if rec.Trace != "" {
		path = rec.Trace
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// complete tells whether the trace is whole as a file, and was ended in order as far as that is known.
func complete(rec *recording.Recording, ix *index.Index) bool {
	return ix.Quality().Complete && (rec.Meta.Complete || rec.Meta.Outcome == "")
}

// lost is how much time is missing: what the index knows, what the run knew when it ended, or, when a whole recording was cut
// later, what is left of the run's time.
func lost(rec *recording.Recording, ix *index.Index) int64 {
	q := ix.Quality()
	ns := max(q.LostNS, rec.Meta.LostNS)
	if !q.Complete && rec.Meta.WallNS > 0 {
		// The trace only tells how much of itself is missing; when the program ended is known from outside.
		ns = max(ns, rec.Meta.WallNS-rec.Meta.BeganNS-ix.Duration())
	}
	return ns
}

// Loss says in one line how much of an incomplete recording could be read, in percent and time, and why not more. It is ""
// for a complete one.
func Loss(rec *recording.Recording, ix *index.Index) string {
	if complete(rec, ix) {
		return ""
	}
	q := ix.Quality()
	text := fmt.Sprintf("read %s %% of the trace, %s", Percent(q.ReadPercent), describe.Duration(ix.Duration()))
	if ns := lost(rec, ix); ns > 0 {
		text += fmt.Sprintf("; about %s are missing", describe.Duration(ns))
	}
	var reasons []string
	for _, why := range []string{q.Reason, rec.Meta.Loss} {
		if why != "" {
			reasons = append(reasons, why)
		}
	}
	if rec.Meta.Outcome == recording.Running {
		reasons = append(reasons, "the recording was never ended")
	}
	if len(reasons) > 0 {
		text += ": " + strings.Join(reasons, "; ")
	}
	return escape(text)
}
