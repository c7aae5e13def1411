package server

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/report"
)

const modelVersion = 1

// Bounds of a model. What is left out is counted in it.
const (
	maxGoroutines = 2000
	maxObjects    = 2000
	maxEdges      = 10_000
)

// A model is what the page knows of a recording before it asks for windows and states: names, totals, findings. Fields
// may be added; none is removed or changes its type without a new version.
type model struct {
	Version  int          `json:"version"`
	ID       string       `json:"id"`
	Program  string       `json:"program"`
	Title    string       `json:"title"` // what a person called it, or ""
	Go       string       `json:"go"`
	Outcome  string       `json:"outcome"`
	ExitCode int          `json:"exit_code"`
	Signal   string       `json:"signal"`
	Live     bool         `json:"live"`
	Reading  bool         `json:"reading"`  // live because the trace is still being read
	Duration int64        `json:"duration"` // ns
	Events   int          `json:"events"`
	WallNS   int64        `json:"wall_ns"`
	Quality  modelQuality `json:"quality"`
	Hooks    bool         `json:"hooks"`
	Wall     bool         `json:"wall"` // there is a wall-clock profile
	Counts   modelCounts  `json:"counts"`
	Cores    modelCores   `json:"cores"`
	Procs    []modelProc  `json:"procs"`

	Processes []modelProcess `json:"processes"`

	Notes     []string    `json:"notes"`
	Watch     modelWatch  `json:"watch"`
	Goroutine []modelG    `json:"goroutines"` // a goroutine comes after its parent
	GLeftOut  int         `json:"goroutines_left_out"`
	Objects   []modelObj  `json:"objects"`
	OLeftOut  int         `json:"objects_left_out"`
	Files     []string    `json:"files"`
	Sources   int         `json:"sources"` // how many of files have their text in the recording; they come first
	Edges     []modelEdge `json:"edges"`
	Findings  []modelFind `json:"findings"`
	Compare   *modelTwin  `json:"compare"`
	Pacing    string      `json:"default_pacing"` // event, compressed
}

// modelWatch is what watching the program came to.
type modelWatch struct {
	Operations int   `json:"operations"`  // of channels and locks that hooks recorded
	TraceBytes int64 `json:"trace_bytes"` // read so far, of a live recording
	LeftOut    int64 `json:"left_out"`    // values that were sampled away

	// As in the report; 0 where it is not known.
	HookEvents int     `json:"hook_events"`
	PerEventNS float64 `json:"per_event_ns"`
	Share      float64 `json:"share"`
}

type modelQuality struct {
	Complete    bool    `json:"complete"`
	ReadPercent float64 `json:"read_percent"`
	LostNS      int64   `json:"lost_ns"`
	Reason      string  `json:"reason"`
}

type modelCounts struct {
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

type modelCores struct {
	N    int     `json:"n"`
	Busy float64 `json:"busy"` // share, mean over the cores
}

type modelProc struct {
	Key     string  `json:"key"`
	ID      int     `json:"id"`
	Process int     `json:"process"`
	P       int     `json:"p"` // its number in the runtime of its process
	Busy    float64 `json:"busy"`
}

type modelG struct {
	Key     string `json:"key"`
	G       int    `json:"g"`
	ID      int64  `json:"id"`
	Process int    `json:"process"`
	Name    string `json:"name"`
	Role    string `json:"role"`
	Parent  int    `json:"parent"`
	Spawn   *place `json:"spawn"`
	Created int64  `json:"created"`
	Ended   int64  `json:"ended"`
	Blocked int64  `json:"blocked"` // ns
	Running int64  `json:"running"` // ns
}

type modelObj struct {
	Key       string `json:"key"`
	O         int    `json:"o"`
	Process   int    `json:"process"`
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Type      string `json:"type"`
	Cap       int    `json:"cap"`
	Made      *place `json:"made"`
	Closed    int64  `json:"closed"` // ns, -1: never
	Ops       int    `json:"ops"`
	HeldNS    int64  `json:"held_ns"`
	BlockedNS int64  `json:"blocked_ns"`
	Messages  int    `json:"messages"`
	Contended bool   `json:"contended"` // a lock that somebody waited for
	Inexact   bool   `json:"inexact"`   // code without hooks used it too
	Owner     int    `json:"owner"`     // of a channel: the context or timer that it belongs to, else -1
	Parent    int    `json:"parent"`    // of a context: the one that it was made from; of a timer: the context that fires it; else -1
}

type modelEdge struct {
	G   int            `json:"g"`
	O   int            `json:"o"`
	Ops map[string]int `json:"ops"`
}

type modelFind struct {
	ID int `json:"id"`
	findings.Finding
	G []index.GID `json:"g"`
	O []index.OID `json:"o"`

	// Of a data race: the memory that it is about, as a number of its own in the recording, and its two sides. 0 and empty for others.
	Memory   int               `json:"memory"`
	Accesses []findings.Access `json:"accesses"`
}

type modelTwin struct {
	Fixed string `json:"fixed"`
}

func serveModel(w http.ResponseWriter, _ *http.Request, e *entry) {
	if v := e.view(); v.Index == nil && v.Err != nil {
		fail(w, http.StatusUnprocessableEntity, v.Err.Error(), "")
		return
	}
	send(w, e.model())
}

// model builds the model of the newest view.
func (e *entry) model() model {
	v := e.view()
	meta := v.Rec.Meta
	meta.Title = e.titleOf(meta)
	m := model{Version: modelVersion, ID: e.id, Program: brief(meta.Program), Title: brief(meta.Title), Go: brief(meta.Go), Outcome: brief(meta.Outcome), ExitCode: meta.ExitCode,
		Signal: brief(meta.Signal), Live: v.Live, Reading: v.Reading, WallNS: meta.WallNS, Hooks: meta.Hooks, Pacing: meta.Pacing,
		Quality: modelQuality{Complete: meta.Complete, ReadPercent: 100, Reason: brief(meta.Loss)},
		Procs:   []modelProc{}, Processes: []modelProcess{}, Notes: briefAll(meta.Notes), Goroutine: []modelG{}, Objects: []modelObj{}, Edges: []modelEdge{}, Findings: []modelFind{}}
	if m.Pacing == "" {
		m.Pacing = "compressed"
	}
	if meta.Fixed != "" {
		m.Compare = &modelTwin{meta.Fixed}
	}
	m.Files, m.Sources = notNil(e.files.list()), e.files.sources()
	if f, _, err := e.open(recording.WallFile); err == nil {
		f.Close()
		m.Wall = true
	}
	if v.Index != nil {
		e.fillModel(&m, v)
	}
	return m
}

func (e *entry) fillModel(m *model, v View) {
	ix := v.Index
	m.Duration, m.Events = ix.Duration(), ix.NumEvents()
	m.Hooks = m.Hooks || ix.HasHooks()
	if m.Go == "" {
		m.Go = ix.GoVersion()
	}
	r := report.Build(v.Rec, ix, v.Findings)
	m.Outcome, m.WallNS = r.Outcome, r.WallNS
	m.Quality = modelQuality{Complete: r.Complete, ReadPercent: float64(r.ReadPercent), LostNS: r.LostNS, Reason: brief(report.Loss(v.Rec, ix))}
	m.Counts = modelCounts(r.Counts)
	fillProcs(m, v.Rec.Meta, ix)
	m.Processes = modelProcesses(v.Rec.Meta, ix.Processes())
	m.Watch = modelWatch{TraceBytes: ix.Quality().TotalBytes, LeftOut: r.Cost.LeftOut, HookEvents: r.Cost.HookEvents, PerEventNS: r.Cost.PerEventNS, Share: r.Cost.Share}
	sums := ix.ObjectSums()
	for _, s := range sums {
		m.Watch.Operations += s.Ops
	}
	e.modelGoroutines(m, ix)
	e.modelObjects(m, ix, sums)
	memory := map[uint64]int{}
	for i, f := range v.Findings {
		m.Findings = append(m.Findings, modelFinding(i, f, memory))
	}
}

// modelGoroutines lists goroutines depth first by spawn, children in the order of their creation. There may be millions:
// it makes nothing of those that it leaves out.
func (e *entry) modelGoroutines(m *model, ix *index.Index) {
	n := index.GID(ix.NumGoroutines())
	// Children as linked lists, the last one first; list n is that of goroutines without a parent.
	last, before := make([]index.GID, n+1), make([]index.GID, n)
	for i := range last {
		last[i] = index.None
	}
	for g := range n {
		parent := ix.Parent(g)
		// A parent that comes later, in a damaged trace, would hide the goroutine.
		if parent < 0 || parent >= g {
			parent = n
		}
		before[g], last[parent] = last[parent], g
	}
	todo := []index.GID{}
	push := func(parent index.GID) {
		for g := last[parent]; g >= 0; g = before[g] {
			todo = append(todo, g)
		}
	}
	for push(n); len(todo) > 0 && len(m.Goroutine) < maxGoroutines; {
		g := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		push(g)
		m.Goroutine = append(m.Goroutine, e.modelG(ix, ix.Goroutine(g)))
	}
	m.GLeftOut = int(n) - len(m.Goroutine)
}

func (e *entry) modelG(ix *index.Index, g index.Goroutine) modelG {
	mg := modelG{Key: key("g", int(g.ID)), G: int(g.ID), ID: g.GoID, Process: g.Process, Name: g.Name, Role: g.Role, Parent: int(g.Parent),
		Spawn: e.place(g.SpawnSite), Created: g.Created, Ended: g.Ended}
	for state, ns := range ix.TimeByState(g.ID, 0, ix.Duration()) {
		switch {
		case index.Blocked(uint8(state)):
			mg.Blocked += ns
		case state == int(index.StateRunning):
			mg.Running += ns
		}
	}
	return mg
}

func (e *entry) modelObjects(m *model, ix *index.Index, sums []index.ObjectSum) {
	for _, o := range ix.Objects() {
		if len(m.Objects) >= maxObjects {
			m.OLeftOut++
			continue
		}
		s := sums[o.ID]
		mo := modelObj{Key: key("o", int(o.ID)), O: int(o.ID), Process: o.Process, Kind: o.Kind, Name: o.Name, Type: o.Type, Cap: o.Cap, Made: e.place(o.Made), Closed: -1,
			Ops: s.Ops, HeldNS: s.HeldNS, BlockedNS: s.BlockedNS, Messages: s.Messages, Contended: s.Waits > 0 && (o.Kind == "mutex" || o.Kind == "rwmutex"), Inexact: o.Inexact,
			Owner: int(o.Owner), Parent: int(o.Parent)}
		if o.Closed >= 0 {
			mo.Closed = ix.Event(o.Closed).Time
		}
		m.Objects = append(m.Objects, mo)
	}
	numberObjects(m.Objects)
	edges := slices.Clone(ix.Edges())
	slices.SortFunc(edges, func(a, b index.Edge) int { return cmp.Or(cmp.Compare(a.G, b.G), cmp.Compare(a.Obj, b.Obj)) })
	for _, ed := range edges[:min(len(edges), maxEdges)] {
		m.Edges = append(m.Edges, modelEdge{int(ed.G), int(ed.Obj), ed.Ops})
	}
}

// numberObjects tells objects of one name apart, in the order in which they were first used, as findings do: "first.mu #1".
func numberObjects(list []modelObj) {
	total, seen := map[string]int{}, map[string]int{}
	for _, o := range list {
		total[o.Name]++
	}
	for i := range list {
		if name := list[i].Name; name != "" && total[name] > 1 {
			seen[name]++
			list[i].Name = fmt.Sprintf("%s #%d", name, seen[name])
		}
	}
}

// recordingInfo is one row of the list of recordings.
type recordingInfo struct {
	ID      string `json:"id"`
	Program string `json:"program"`
	Time    string `json:"time"` // RFC 3339
	Outcome string `json:"outcome"`
	WallNS  int64  `json:"wall_ns"`
	Live    bool   `json:"live"`
	Title   string `json:"title"` // what a person called it, or ""
	Own     bool   `json:"own"`   // it can be renamed and removed from the page
}

func (s *Server) serveRecordings(w http.ResponseWriter, _ *http.Request) {
	list := []recordingInfo{}
	for _, e := range s.recordings() {
		m, live := e.peek()
		list = append(list, recordingInfo{e.id, brief(m.Program), brief(m.Start), brief(m.Outcome), m.WallNS, live, brief(m.Title), !live && s.opt.Library != nil && s.opt.Library.Owns(e.src.Dir())})
	}
	send(w, struct {
		Recordings []recordingInfo `json:"recordings"`
	}{list})
}
