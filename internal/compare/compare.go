// Package compare tells what is different in two recordings: of a program with a bug and its fixed twin, before and after
// a change, or of the same program twice. Compare is a pure function of two indexes with their recordings and findings.
//
// Goroutines and objects are paired by what they are for, never by number: a goroutine by its parent, its go statement and
// its place in the order of those that the statement spawned; an object by where it was made. Places go through the line
// diff of the two sources (diff.go, sources.go), so that an inserted line does not unpair what follows. On the pairs rest
// the first divergence (diverge.go) and the metrics (metrics.go). Repeat (stats.go) judges metrics of several runs.
package compare

import (
	"fmt"
	"sync"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/report"
)

// version is that of the JSON form. Fields may be added to it without a new version, never removed or retyped.
const version = 1

// A Side is one of the two recordings. All its fields must be set but Source.
type Side struct {
	Rec      *recording.Recording
	Index    *index.Index
	Findings []findings.Finding
	Source   func(file string) ([]byte, error) // nil: Rec.Source
}

func (s *Side) text(file string) ([]byte, error) {
	if s.Source != nil {
		return s.Source(file)
	}
	return s.Rec.Source(file)
}

// fileNames are the files of the program's own source.
func (s *Side) fileNames() []string {
	if s.Rec.Sites == nil {
		return nil
	}
	return s.Rec.Sites.Files
}

// whole tells whether the recording is known to show all of its run, so that what did not happen in it did not happen.
func (s *Side) whole(r *report.Report) bool {
	return s.Index.Ended() && r.Complete && r.Outcome != recording.Running
}

// A Result is what compare --json prints. Times are nanoseconds. Lists are never null.
type Result struct {
	Version     int           `json:"version"`
	A           report.Report `json:"a"`
	B           report.Report `json:"b"`
	Runs        int           `json:"runs"` // of each side
	Test        string        `json:"test"` // that significance rests on; "" with one run
	Metrics     []Metric      `json:"metrics"`
	Pairing     Pairing       `json:"pairing"`
	Pairs       []Pair        `json:"pairs"`
	OnlyA       []Goroutine   `json:"only_a"`
	OnlyB       []Goroutine   `json:"only_b"`
	Objects     []ObjectPair  `json:"objects"`
	Divergence  *Divergence   `json:"divergence"` // the first of Divergences
	Divergences []Divergence  `json:"divergences"`
	More        int           `json:"divergences_left_out"`
	Findings    FindingSets   `json:"findings"`
	Notes       []string      `json:"notes"` // what the comparison could not see

	src    *sources
	edits  []edit // of the sources
	edited int    // how many there are
}

// Pairing says how much was paired. Lists are cut after 10,000 rows; what was left out of them is counted here.
type Pairing struct {
	A              int     `json:"a"` // goroutines of A
	B              int     `json:"b"`
	Paired         int     `json:"paired"`
	Confidence     float64 `json:"confidence"` // mean over the pairs, 0 to 1
	LeftOut        int     `json:"left_out"`   // of pairs, only_a and only_b
	ObjectsLeftOut int     `json:"objects_left_out"`
}

// A Goroutine is one of a recording.
type Goroutine struct {
	G       index.GID `json:"g"`
	Process int       `json:"process"`
	ID      int64     `json:"id"` // the runtime's number
	Name    string    `json:"name"`
	Spawn   string    `json:"spawn"` // path:line of its go statement, "" for main
}

// A Pair is two goroutines that play the same role.
type Pair struct {
	Role       string    `json:"role"` // as A calls it
	A          Goroutine `json:"a"`
	B          Goroutine `json:"b"`
	Confidence float64   `json:"confidence"` // 0 to 1
	Renamed    bool      `json:"renamed"`
}

// An Object is a channel, lock, ... of a recording.
type Object struct {
	O    index.OID `json:"o"`
	Kind string    `json:"kind"`
	Name string    `json:"name"`
	Made string    `json:"made"` // path:line, "" if that was not seen
}

// An ObjectPair is two objects that play the same role, or one that the other recording has nothing for.
type ObjectPair struct {
	Kind       string  `json:"kind"`
	Name       string  `json:"name"` // as A calls it, if A has it
	A          *Object `json:"a"`
	B          *Object `json:"b"`
	Confidence float64 `json:"confidence"` // 0 to 1; 0 if it has no partner
	Renamed    bool    `json:"renamed"`
}

// FindingSets are the findings by where they are.
type FindingSets struct {
	OnlyA []findings.Finding `json:"only_a"`
	OnlyB []findings.Finding `json:"only_b"`
	Both  []findings.Finding `json:"both"` // as A has them
}

// Compare compares one run with another.
func Compare(a, b Side) Result {
	r := Result{Version: version, Runs: 1, A: report.Build(a.Rec, a.Index, a.Findings), B: report.Build(b.Rec, b.Index, b.Findings),
		Notes: []string{}}
	src := newSources(&a, &b)
	r.src = src
	gs := pairGoroutines(&a, &b, src)
	os := pairObjects(&a, &b, src, gs)
	gs.goroutines(&a, &b, &r)
	os.objects(&a, &b, &r)
	d := newDiverger(src, gs, os, &a, &b)
	var both sync.WaitGroup
	var sums [2][]index.ObjectSum
	for i, s := range d.files {
		whole := s.whole([]*report.Report{&r.A, &r.B}[i])
		both.Go(func() { d.sides[i] = newLog(d, s, i, whole) })
		both.Go(func() { sums[i] = s.Index.ObjectSums() })
	}
	both.Wait()
	r.Divergences, r.More = d.all()
	if len(r.Divergences) > 0 {
		r.Divergence = &r.Divergences[0]
	}
	r.Findings = pairFindings(&a, &b, src, gs, os)
	r.Metrics = metrics(&a, &b, &r, os, sums)
	r.note(&a, &b, src)
	r.edits, r.edited = edits(a, b)
	return r
}

// Unrelated is the share of goroutines with a partner below which two recordings are said to be of unrelated programs.
const Unrelated = 0.25

// note says what the comparison could not see.
func (r *Result) note(a, b *Side, src *sources) {
	add := func(format string, args ...any) { r.Notes = append(r.Notes, fmt.Sprintf(format, args...)) }
	// main has a partner in every program, so it says nothing.
	if most := max(r.Pairing.A, r.Pairing.B) - 1; most > 0 && float64(r.Pairing.Paired-1) < Unrelated*float64(most) {
		add("these look like unrelated programs: only %d of %d and %d goroutines have a partner", r.Pairing.Paired, r.Pairing.A, r.Pairing.B)
	}
	for _, s := range []struct {
		name   string
		side   *Side
		report *report.Report
	}{{"A", a, &r.A}, {"B", b, &r.B}} {
		if loss := report.Loss(s.side.Rec, s.side.Index); loss != "" {
			add("%s is not complete (%s): what is missing there can't be told from what did not happen", s.name, loss)
		}
		if !s.side.Index.HasHooks() {
			add("%s has no hook events: its channels, locks and operations are not known", s.name)
		}
	}
	if src.diffs == 0 {
		add("the sources were not recorded on both sides: lines are taken as unchanged")
	}
}

func hundredths(v float64) float64 { return float64(int(v*100+0.5)) / 100 }
