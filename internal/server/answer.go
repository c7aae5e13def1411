package server

import (
	"fmt"
	"sort"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
)

// Bounds of answers.
const (
	maxStateG   = 300  // goroutines in a state
	maxQueue    = 1000 // goroutines in one queue, elements in one buffer
	maxAncestry = 100
	maxPending  = 300 // objects in a state
)

// An asked is a request with the view that it is answered from.
type asked struct {
	*request
	e  *entry
	v  View
	ix *index.Index
}

// answers has a function for each operation but "window", which alone is not JSON.
var answers = map[string]func(*asked) (any, error){
	"overview":  (*asked).overview,
	"state":     (*asked).state,
	"locate":    (*asked).locate,
	"totals":    (*asked).totals,
	"step":      (*asked).step,
	"events":    (*asked).events,
	"flows":     (*asked).flows,
	"stack":     (*asked).stack,
	"selection": (*asked).selection,
	"find":      (*asked).find,
}

// answer answers a decoded request with a frame.
func answer(e *entry, r *request) []byte {
	v := e.view()
	a := &asked{request: r, e: e, v: v, ix: v.Index}
	if a.ix == nil {
		return errorFrame(r.ID, unread(v))
	}
	if err := a.check(); err != nil {
		return errorFrame(r.ID, err.Error())
	}
	if r.Op == "window" {
		b, err := a.window()
		if err != nil {
			return errorFrame(r.ID, err.Error())
		}
		return b
	}
	result, err := answers[r.Op](a)
	if err != nil {
		return errorFrame(r.ID, err.Error())
	}
	return jsonFrame(r.ID, frameJSON, result)
}

// check holds the ids of the request against the index.
func (a *asked) check() error {
	if a.G >= a.ix.NumGoroutines() {
		return fmt.Errorf("goroutine %d is not known: there are %d", a.G, a.ix.NumGoroutines())
	}
	if a.O >= a.ix.NumObjects() {
		return fmt.Errorf("object %d is not known: there are %d", a.O, a.ix.NumObjects())
	}
	if a.Event > 0 && a.Event >= a.ix.NumEvents() {
		return fmt.Errorf("event %d is not known: there are %d", a.Event, a.ix.NumEvents())
	}
	return nil
}

// hasEvent tells whether the cursor of the request is on an event. Before the first one, and in an empty index, it is not.
func (a *asked) hasEvent() bool { return a.Event >= 0 && a.Event < a.ix.NumEvents() }

// eventTime is the time of an event, 0 before the first.
func (a *asked) eventTime(i int) int64 {
	if i < 0 || i >= a.ix.NumEvents() {
		return 0
	}
	return a.ix.Event(i).Time
}

// A position is an event and its time; event is -1 if there is none.
type position struct {
	Event int   `json:"event"`
	T     int64 `json:"t"`
}

func (a *asked) locate() (any, error) {
	i := a.ix.EventAt(int64(a.T))
	return position{i, a.eventTime(i)}, nil
}

// totals says how the time of all goroutines is shared out over a window, and how many events are in it.
func (a *asked) totals() (any, error) {
	t0, t1 := max(int64(a.T0), 0), min(int64(a.T1), a.ix.Duration())
	answer := struct {
		Events int             `json:"events"`
		States map[uint8]int64 `json:"states"` // ns
	}{States: map[uint8]int64{}}
	if t0 >= t1 {
		return answer, nil
	}
	answer.Events = a.ix.EventAt(t1) - a.ix.EventAt(t0-1)
	sums := stateBins(a.ix, t0, t1, 1)[0]
	for _, s := range chartStates {
		if ns := int64(sums[s.state]); ns > 0 {
			answer.States[s.state] = ns
		}
	}
	return answer, nil
}

// stepReach is how many events a step to the next one at a place looks at: enough for a second of a busy program, and a fraction
// of a second to wait for.
const stepReach = 1 << 20

func (a *asked) step() (any, error) {
	if a.File >= 0 {
		return a.stepAt()
	}
	i := a.ix.Step(a.Event, a.Dir, index.GID(a.G), index.OID(a.O))
	return position{i, a.eventTime(i)}, nil
}

// stepAt steps to the next event at a place in the source, whoever comes there.
func (a *asked) stepAt() (any, error) {
	for i, n := a.Event+a.Dir, 0; i >= 0 && i < a.ix.NumEvents(); i, n = i+a.Dir, n+1 {
		if n == stepReach {
			return nil, fmt.Errorf("none of the next %d events is at line %d", stepReach, a.Line)
		}
		ev := a.ix.Event(i)
		if ev.Site.Line != a.Line {
			continue
		}
		if file, _ := a.e.fileLine(ev.Site); file == a.File {
			return position{i, ev.Time}, nil
		}
	}
	return position{Event: -1}, nil
}

// An eventRow is a line of the event log.
type eventRow struct {
	I     int       `json:"i"`
	T     int64     `json:"t"`
	Kind  string    `json:"kind"`
	G     index.GID `json:"g"`
	Other index.GID `json:"other"`
	O     index.OID `json:"o"`
	File  int       `json:"file"`
	Line  int       `json:"line"`
	K     int       `json:"k"`
	V     string    `json:"v"`
	Text  string    `json:"text"`
}

func (a *asked) row(i int) eventRow {
	ev := a.ix.Event(i)
	file, line := a.e.fileLine(ev.Site)
	return eventRow{i, ev.Time, ev.Kind.String(), ev.G, ev.Other, ev.Obj, file, line, ev.Message, ev.Value, describe.Event(a.ix, i)}
}

// events lists events from a place in the list: of all, of a goroutine, of an object, or of both.
func (a *asked) events() (any, error) {
	answer := struct {
		Total int        `json:"total"`
		Rows  []eventRow `json:"rows"`
	}{Rows: []eventRow{}}
	some, all := a.filtered()
	answer.Total = len(some)
	if all {
		answer.Total = a.ix.NumEvents()
	}
	for i := a.From; i < answer.Total && len(answer.Rows) < a.N; i++ {
		if all {
			answer.Rows = append(answer.Rows, a.row(i))
		} else {
			answer.Rows = append(answer.Rows, a.row(int(some[i])))
		}
	}
	return answer, nil
}

// find lists the first events with a text in their value or message.
func (a *asked) find() (any, error) {
	answer := struct {
		Rows []eventRow `json:"rows"`
	}{Rows: []eventRow{}}
	for _, i := range a.ix.Find(a.Text, a.Max) {
		answer.Rows = append(answer.Rows, a.row(i))
	}
	return answer, nil
}

// filtered returns the events that the request is about; all means every one.
func (a *asked) filtered() (some []uint32, all bool) {
	switch {
	case a.G < 0 && a.O < 0:
		return nil, true
	case a.O < 0:
		return a.ix.EventsOf(index.GID(a.G)), false
	case a.G < 0:
		return a.ix.EventsOfObject(index.OID(a.O)), false
	}
	return intersect(a.ix.EventsOf(index.GID(a.G)), a.ix.EventsOfObject(index.OID(a.O))), false
}

// intersect returns what is in both ascending lists. It looks up each of the shorter one in the longer one.
func intersect(a, b []uint32) []uint32 {
	if len(a) > len(b) {
		a, b = b, a
	}
	var both []uint32
	for _, v := range a {
		if i := sort.Search(len(b), func(i int) bool { return b[i] >= v }); i < len(b) && b[i] == v {
			both = append(both, v)
		}
	}
	return both
}

type flowRow struct {
	Kind string    `json:"kind"`
	From index.GID `json:"from"`
	To   index.GID `json:"to"`
	O    index.OID `json:"o"`
	T0   int64     `json:"t0"`
	T1   int64     `json:"t1"`
	K    int       `json:"k"`
}

func (a *asked) flows() (any, error) {
	list := []flowRow{}
	if a.Max == 0 {
		a.Max = 200
	}
	for _, f := range a.ix.Flows(int64(a.T0), int64(a.T1), index.GID(a.G), a.Max) {
		list = append(list, flowRow{f.Kind, f.From, f.To, f.Obj, f.T0, f.T1, f.K})
	}
	return struct {
		Flows []flowRow `json:"flows"`
	}{list}, nil
}

// A frameRow is a call of a stack. File is a name, because most files of a stack are not in the file table; N is its
// number there, or -1.
type frameRow struct {
	Func string `json:"func"`
	File string `json:"file"`
	Line int    `json:"line"`
	N    int    `json:"n"`
}

func (a *asked) frames(event int) []frameRow {
	list := []frameRow{}
	if event < 0 || event >= a.ix.NumEvents() {
		return list
	}
	for _, f := range a.ix.Stack(event) {
		list = append(list, frameRow{f.Func, f.File, f.Line, a.e.files.number(f.File)})
	}
	return list
}

func (a *asked) stack() (any, error) {
	return struct {
		Frames []frameRow `json:"frames"`
	}{a.frames(a.Event)}, nil
}

type wokenBy struct {
	G     index.GID `json:"g"`
	Event int       `json:"event"`
	File  int       `json:"file"`
	Line  int       `json:"line"`
}

// A selected is a goroutine at the cursor, in full.
type selected struct {
	goroutineState
	Why      []string    `json:"why"`
	WokenBy  *wokenBy    `json:"woken_by"`
	Stack    []frameRow  `json:"stack"`
	Ancestry []index.GID `json:"ancestry"` // its parent, the parent of that, ...
	Next     []eventRow  `json:"next"`     // what it does after the cursor
}

func (a *asked) selection() (any, error) {
	if a.G < 0 {
		return nil, fmt.Errorf("g is missing")
	}
	g := index.GID(a.G)
	st := index.State{Event: -1}
	gs := index.GState{G: g, State: index.StateUnborn, SinceEvent: -1, Obj: index.None, OpEvent: -1, Proc: -1, WokenBy: index.None, WokenEv: -1, LastHook: -1}
	sel := selected{Why: []string{}, Ancestry: []index.GID{}}
	if a.hasEvent() {
		st, gs = a.ix.State(a.Event), a.ix.StateOf(a.Event, g)
		sel.Why = notNil(findings.Why(a.ix, a.Event, g))
	}
	sel.goroutineState = a.gstate(&st, gs)
	if gs.WokenEv >= 0 {
		file, line := a.e.fileLine(a.ix.Event(gs.WokenEv).Site)
		sel.WokenBy = &wokenBy{gs.WokenBy, gs.WokenEv, file, line}
	}
	sel.Stack = a.frames(stackEvent(gs))
	sel.Next = a.next(g)
	for p := a.ix.Parent(g); p >= 0 && p < g && len(sel.Ancestry) < maxAncestry; g, p = p, a.ix.Parent(p) {
		sel.Ancestry = append(sel.Ancestry, p)
	}
	return sel, nil
}

// maxNext is how many events of a goroutine are told of what it does next.
const maxNext = 5

// next lists the first events of a goroutine after the cursor.
func (a *asked) next(g index.GID) []eventRow {
	rows := []eventRow{}
	for i := a.ix.Step(a.Event, 1, g, index.None); i >= 0 && len(rows) < maxNext; i = a.ix.Step(i, 1, g, index.None) {
		rows = append(rows, a.row(i))
	}
	return rows
}

// stackEvent is the event whose stack is nearest to where a goroutine stands: that which began its wait, else its last
// operation.
func stackEvent(g index.GState) int {
	if index.Blocked(g.State) || g.State >= index.StateNetwork && g.State <= index.StateGC {
		return g.SinceEvent
	}
	return max(g.LastHook, g.SinceEvent)
}
