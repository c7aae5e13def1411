package server

import (
	"cmp"
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
	Version   int          `json:"version"`
	ID        string       `json:"id"`
	Program   string       `json:"program"`
	Go        string       `json:"go"`
	Outcome   string       `json:"outcome"`
	ExitCode  int          `json:"exit_code"`
	Signal    string       `json:"signal"`
	Live      bool         `json:"live"`
	Duration  int64        `json:"duration"` // ns
	Events    int          `json:"events"`
	WallNS    int64        `json:"wall_ns"`
	Quality   modelQuality `json:"quality"`
	Hooks     bool         `json:"hooks"`
	Wall      bool         `json:"wall"` // there is a wall-clock profile
	Counts    modelCounts  `json:"counts"`
	Cores     modelCores   `json:"cores"`
	Procs     []modelProc  `json:"procs"`
	Notes     []string     `json:"notes"`
	Goroutine []modelG     `json:"goroutines"` // a goroutine comes after its parent
	GLeftOut  int          `json:"goroutines_left_out"`
	Objects   []modelObj   `json:"objects"`
	OLeftOut  int          `json:"objects_left_out"`
	Files     []string     `json:"files"`
	Sources   int          `json:"sources"` // how many of files have their text in the recording; they come first
	Edges     []modelEdge  `json:"edges"`
	Findings  []modelFind  `json:"findings"`
	Compare   *modelTwin   `json:"compare"`
	Pacing    string       `json:"default_pacing"` // event, compressed
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
}

type modelCores struct {
	N    int     `json:"n"`
	Busy float64 `json:"busy"` // share, mean over the cores
}

type modelProc struct {
	Key  string  `json:"key"`
	ID   int     `json:"id"`
	Busy float64 `json:"busy"`
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
}

type modelTwin struct {
	Fixed string `json:"fixed"`
}

func serveModel(w http.ResponseWriter, _ *http.Request, e *entry) { send(w, e.model()) }

// model builds the model of the newest view.
func (e *entry) model() model {
	v := e.view()
	meta := v.Rec.Meta
	m := model{Version: modelVersion, ID: e.id, Program: meta.Program, Go: meta.Go, Outcome: meta.Outcome, ExitCode: meta.ExitCode,
		Signal: meta.Signal, Live: v.Live, WallNS: meta.WallNS, Hooks: meta.Hooks, Pacing: meta.Pacing,
		Quality: modelQuality{Complete: meta.Complete, ReadPercent: 100, Reason: meta.Loss},
		Procs:   []modelProc{}, Notes: notNil(meta.Notes), Goroutine: []modelG{}, Objects: []modelObj{}, Edges: []modelEdge{}, Findings: []modelFind{}}
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
	m.Quality = modelQuality{Complete: r.Complete, ReadPercent: float64(r.ReadPercent), LostNS: r.LostNS, Reason: report.Loss(v.Rec, ix)}
	m.Counts = modelCounts(r.Counts)
	var busy float64
	for _, p := range ix.Procs() {
		m.Procs = append(m.Procs, modelProc{key("p", p.ID), p.ID, p.Busy})
		busy += p.Busy
	}
	m.Cores.N = max(v.Rec.Meta.Procs, len(m.Procs))
	if m.Cores.N > 0 {
		m.Cores.Busy = busy / float64(m.Cores.N)
	}
	e.modelGoroutines(m, ix)
	e.modelObjects(m, ix)
	for i, f := range v.Findings {
		m.Findings = append(m.Findings, modelFinding(i, f))
	}
}

// modelGoroutines lists goroutines depth first by spawn, children in the order of their creation.
func (e *entry) modelGoroutines(m *model, ix *index.Index) {
	all := ix.Goroutines()
	children := make(map[index.GID][]index.GID)
	for _, g := range all {
		if g.System {
			continue
		}
		parent := g.Parent
		// A parent that is not listed, or comes later in a damaged trace, would hide the goroutine.
		if parent < 0 || parent >= g.ID || all[parent].System {
			parent = index.None
		}
		children[parent] = append(children[parent], g.ID)
	}
	todo := slices.Clone(children[index.None])
	slices.Reverse(todo)
	for len(todo) > 0 {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		next := slices.Clone(children[id])
		slices.Reverse(next)
		todo = append(todo, next...)
		if len(m.Goroutine) >= maxGoroutines {
			m.GLeftOut++
			continue
		}
		m.Goroutine = append(m.Goroutine, e.modelG(ix, all[id]))
	}
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

func (e *entry) modelObjects(m *model, ix *index.Index) {
	sums := make([]index.ObjectSum, ix.NumObjects())
	for _, s := range ix.ObjectSums() {
		sums[s.Obj] = s
	}
	for _, o := range ix.Objects() {
		if len(m.Objects) >= maxObjects {
			m.OLeftOut++
			continue
		}
		s := sums[o.ID]
		mo := modelObj{Key: key("o", int(o.ID)), O: int(o.ID), Kind: o.Kind, Name: o.Name, Type: o.Type, Cap: o.Cap, Made: e.place(o.Made), Closed: -1,
			Ops: s.Ops, HeldNS: s.HeldNS, BlockedNS: s.BlockedNS, Messages: s.Messages, Contended: s.Waits > 0 && (o.Kind == "mutex" || o.Kind == "rwmutex"), Inexact: o.Inexact}
		if o.Closed >= 0 {
			mo.Closed = ix.Event(o.Closed).Time
		}
		m.Objects = append(m.Objects, mo)
	}
	edges := slices.Clone(ix.Edges())
	slices.SortFunc(edges, func(a, b index.Edge) int { return cmp.Or(cmp.Compare(a.G, b.G), cmp.Compare(a.Obj, b.Obj)) })
	for _, ed := range edges[:min(len(edges), maxEdges)] {
		m.Edges = append(m.Edges, modelEdge{int(ed.G), int(ed.Obj), ed.Ops})
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
}

func (s *Server) serveRecordings(w http.ResponseWriter, _ *http.Request) {
	list := []recordingInfo{}
	for _, e := range s.recordings() {
		m, live := e.peek()
		list = append(list, recordingInfo{e.id, m.Program, m.Start, m.Outcome, m.WallNS, live})
	}
	send(w, struct {
		Recordings []recordingInfo `json:"recordings"`
	}{list})
}
