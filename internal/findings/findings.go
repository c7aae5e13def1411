// Package findings says in words what went wrong in a recording. An analyzer is a value with a name, a page of
// documentation and a function from an index to findings; each has a file of its own. What several need lies beside them:
// who waits for what and who could wake whom (graph.go), who may have an object (contacts.go), how locks were used in the
// whole run (history.go), how the program died (crash.go), how that is told (words.go, clauses.go), the chain behind one
// goroutine's wait (why.go), and the judgement of a program that still runs (stuck.go).
//
// A finding is proven only when the recording itself shows it and every possible waker is known. What can't be excluded is
// suspected, with the doubt named in its why list. Everything is in a fixed order: the same recording gives the same
// findings, byte for byte.
package findings

import (
	"cmp"
	"slices"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// A Verdict says how sure a finding is.
type Verdict string

const (
	Proven    Verdict = "proven"    // the recording shows it, and every possible waker is known
	Predicted Verdict = "predicted" // another order of the same events would do it
	Suspected Verdict = "suspected" // likely; the doubt is named
)

// A Severity says how bad a finding is. It belongs to the kind and not to the case.
type Severity string

const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// A Finding is one thing that went wrong. Its JSON form is part of the machine-readable output: fields may be added, never
// removed or changed. Lists are never nil. Texts hold names from the traced program as they are: a terminal needs them
// escaped.
type Finding struct {
	Kind       string      `json:"kind"` // name of its analyzer
	Verdict    Verdict     `json:"verdict"`
	Severity   Severity    `json:"severity"`
	Message    string      `json:"message"`
	Why        []string    `json:"why"`     // the chain behind it, one sentence each
	TimeNS     int64       `json:"time_ns"` // from the first event of the recording
	Goroutines []Goroutine `json:"goroutines"`
	Objects    []Object    `json:"objects"` // root cause first
	Sites      []string    `json:"sites"`   // path:line, the witness first
	Events     []int       `json:"events"`  // indexes of the witness events, ascending

	G []index.GID `json:"-"` // Goroutines as the index numbers them
	O []index.OID `json:"-"` // Objects as the index numbers them

	Memory   uint64   `json:"-"` // address of what a data race is about, in its process; 0 for other kinds
	Accesses []Access `json:"-"` // the two sides of a data race, the later one first; empty for other kinds

	hint string // how to mend it; becomes the last sentence of Why
}

// A Goroutine is one that takes part in a finding.
type Goroutine struct {
	Process int    `json:"process"`
	ID      int64  `json:"id"` // the runtime's number
	Name    string `json:"name"`
	Spawn   string `json:"spawn"` // path:line of its go statement, "" for main
	Site    string `json:"site"`  // path:line of the place that the finding is about
}

// An Access is one side of a data race.
type Access struct {
	What string      `json:"what"` // "read", "write", "atomic read" or "atomic write"
	Site string      `json:"site"` // path:line
	G    []index.GID `json:"g"`    // who did it: one, or, where the recording can't tell, all who may have done it
}

// An Object is a channel, lock, ... that takes part in a finding.
type Object struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	Made string `json:"made"` // path:line, "" if that was not seen
}

// An Analyzer looks for one kind of finding.
type Analyzer struct {
	Name     string // the kind of its findings
	Summary  string // when it is shown, in a sentence
	Severity Severity
	Doc      string // what it means, with a wrong and a right program; Markdown
	Run      func(*Pass) []Finding
}

// A Pass is what analyzers work on. What several of them need is worked out once.
type Pass struct {
	Index *index.Index
	Meta  recording.Meta       // of which a plain trace has little
	Rec   *recording.Recording // nil if only the index is known

	final   *graph
	judge   *verdict
	death   *crash
	history *history
	left    *leaks
	swept   bool // left is worked out
}

// Analyzers are all that there are, the worst first.
var Analyzers = []*Analyzer{
	deadlock,
	doubleLock,
	partialDeadlock,
	goroutineLeak,
	sendOnClosed,
	closeClosed,
	negativeWaitGroup,
	unlockUnlocked,
	concurrentMap,
	dataRace,
	mainExitedEarly,
	missedSignal,
	waitGroupMisuse,
	outlivesContext,
	lockOrder,
	lockContention,
	heldWhileBlocking,
	unboundedGoroutines,
	serialWaits,
	imbalance,
	busyWait,
	unreadResults,
}

// Find returns the analyzer of a kind, nil if there is none.
func Find(kind string) *Analyzer {
	for _, a := range Analyzers {
		if a.Name == kind {
			return a
		}
	}
	return nil
}

// RunRecording is Run with what else is in the recording's folder: the text with which the runtime ended a program tells
// why it died, and the table of sites how things are called.
func RunRecording(rec *recording.Recording, ix *index.Index) []Finding {
	return run(&Pass{Index: ix, Meta: rec.Meta, Rec: rec})
}

// Run applies all analyzers to an index: findings in the order of severity, time, kind and message. The result is never
// nil. What needs the recording's folder is not found.
func Run(ix *index.Index, meta recording.Meta) []Finding {
	return run(&Pass{Index: ix, Meta: meta})
}

func run(p *Pass) []Finding {
	all := []Finding{}
	for _, a := range Analyzers {
		found := a.Run(p)
		for i := range found {
			found[i].Kind, found[i].Severity = a.Name, a.Severity
		}
		for _, f := range merge(found) {
			if f.hint != "" {
				f.Why = append(f.Why, "To mend it: "+f.hint+".")
			}
			all = append(all, f.whole())
		}
	}
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Severity.rank(), b.Severity.rank()), cmp.Compare(a.TimeNS, b.TimeNS),
			cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Message, b.Message))
	})
	return all
}

func (s Severity) rank() int { return slices.Index([]Severity{Error, Warning, Info}, s) }

// whole puts empty lists in the place of missing ones.
func (f Finding) whole() Finding {
	f.Why, f.Sites, f.Events = notNil(f.Why), notNil(f.Sites), notNil(f.Events)
	f.Goroutines, f.Objects = notNil(f.Goroutines), notNil(f.Objects)
	f.G, f.O = notNil(f.G), notNil(f.O)
	return f
}

func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// end is the graph of who waits for whom after the last event.
func (p *Pass) end() *graph {
	if p.final == nil {
		p.final = newGraph(p.Index, p.Index.NumEvents()-1)
	}
	return p.final
}

// stuck is the judgement on the last event.
func (p *Pass) stuck() verdict {
	if p.judge == nil {
		v := judge(p.Index)
		p.judge = &v
	}
	return *p.judge
}
