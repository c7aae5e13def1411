package server

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

// A goroutineState is a goroutine at the cursor.
type goroutineState struct {
	G          index.GID   `json:"g"`
	S          uint8       `json:"s"`
	Since      int64       `json:"since"`
	SinceEvent int         `json:"since_event"`
	Op         string      `json:"op"`
	O          index.OID   `json:"o"`
	File       int         `json:"file"`
	Line       int         `json:"line"`
	Owner      index.OID   `json:"owner"` // the context or timer that channel o belongs to, -1
	Until      int64       `json:"until"` // of a sleep: when it is over; -1
	Proc       int32       `json:"proc"`
	Forever    bool        `json:"forever"`
	Held       []index.OID `json:"held"`
	Cases      []caseState `json:"cases"`
	Text       string      `json:"text"`
}

type caseState struct {
	O    index.OID `json:"o"`
	Recv bool      `json:"recv"`
}

type messageState struct {
	K    int       `json:"k"`
	V    string    `json:"v"`
	From index.GID `json:"from"`
}

type chanState struct {
	O      index.OID      `json:"o"`
	Buf    []messageState `json:"buf"`
	Len    int            `json:"len"` // elements, also those that Buf has no room for
	SendQ  []index.GID    `json:"sendq"`
	RecvQ  []index.GID    `json:"recvq"`
	Closed bool           `json:"closed"`
}

type lockState struct {
	O       index.OID   `json:"o"`
	Holder  index.GID   `json:"holder"`
	Readers []index.GID `json:"readers"`
	Queue   []index.GID `json:"queue"`
}

type wgState struct {
	O       index.OID   `json:"o"`
	Counter int         `json:"counter"`
	Waiters []index.GID `json:"waiters"`
}

type condState struct {
	O       index.OID   `json:"o"`
	Waiters []index.GID `json:"waiters"`
}

type onceState struct {
	O       index.OID   `json:"o"`
	Runner  index.GID   `json:"runner"`
	Done    bool        `json:"done"`
	Waiters []index.GID `json:"waiters"`
}

type contextState struct {
	O         index.OID   `json:"o"`
	Parent    index.OID   `json:"parent"`
	Deadline  int64       `json:"deadline"` // ns, -1: none is known
	Cancelled bool        `json:"cancelled"`
	At        int64       `json:"at"`
	Why       string      `json:"why"` // call deadline parent unseen, "" while it lives
	By        index.GID   `json:"by"`
	Inferred  bool        `json:"inferred"` // no call in the recording ended it
	Waiters   []index.GID `json:"waiters"`
	Text      string      `json:"text"`
}

type timerState struct {
	O        index.OID   `json:"o"`
	State    string      `json:"state"` // armed stopped fired
	Since    int64       `json:"since"`
	Until    int64       `json:"until"` // armed: when it fires, -1 if that is not known
	Every    int64       `json:"every"` // period of a ticker, else 0
	Inferred bool        `json:"inferred"`
	Waiters  []index.GID `json:"waiters"`
	Text     string      `json:"text"`
}

// A programState is everything at the cursor: what the stage shows.
type programState struct {
	Event      int              `json:"event"`
	T          int64            `json:"t"`
	Current    *eventRow        `json:"current"`
	Goroutines []goroutineState `json:"goroutines"`
	GLeftOut   int              `json:"goroutines_left_out"`
	Chans      []chanState      `json:"chans"`
	Locks      []lockState      `json:"locks"`
	WGs        []wgState        `json:"wgs"`
	Conds      []condState      `json:"conds"`
	Onces      []onceState      `json:"onces"`
	Contexts   []contextState   `json:"contexts"`
	Timers     []timerState     `json:"timers"`
	Cycles     [][]index.GID    `json:"cycles"`
	Totals     map[string]int   `json:"totals"` // goroutines by state
}

func (a *asked) state() (any, error) {
	p := programState{Event: -1, Goroutines: []goroutineState{}, Chans: []chanState{}, Locks: []lockState{}, WGs: []wgState{}, Conds: []condState{},
		Onces: []onceState{}, Contexts: []contextState{}, Timers: []timerState{}, Cycles: [][]index.GID{}, Totals: map[string]int{}}
	if !a.hasEvent() {
		return p, nil
	}
	st := a.ix.State(a.Event)
	row := a.row(a.Event)
	p.Event, p.T, p.Current = st.Event, st.Time, &row
	for _, g := range st.Goroutines {
		p.Totals[strconv.Itoa(int(g.State))]++
	}
	shown := foremost(st.Goroutines, row)
	p.GLeftOut = len(st.Goroutines) - len(shown)
	for _, g := range shown {
		p.Goroutines = append(p.Goroutines, a.gstate(&st, g))
	}
	p.objects(&st)
	p.ends(a.ix, &st)
	for _, c := range st.Cycles {
		p.Cycles = append(p.Cycles, queueOf(c))
	}
	return p, nil
}

// foremost picks the goroutines to show when there are too many: those of the current event, then those that hold or wait
// for something, in the order of their ids.
func foremost(all []index.GState, row eventRow) []index.GState {
	if len(all) <= maxStateG {
		return all
	}
	rank := func(g index.GState) int {
		switch {
		case g.G == row.G || g.G == row.Other:
			return 0
		case len(g.Held) > 0 || g.State == index.StateRunning:
			return 1
		case g.Obj >= 0 || len(g.Cases) > 0:
			return 2
		}
		return 3
	}
	picked := slices.Clone(all)
	slices.SortStableFunc(picked, func(a, b index.GState) int { return cmp.Compare(rank(a), rank(b)) })
	picked = picked[:maxStateG]
	slices.SortFunc(picked, func(a, b index.GState) int { return cmp.Compare(a.G, b.G) })
	return picked
}

func (a *asked) gstate(st *index.State, g index.GState) goroutineState {
	file, line := a.e.fileLine(g.Site)
	s := goroutineState{G: g.G, S: g.State, Since: g.Since, SinceEvent: g.SinceEvent, Op: g.Op, O: g.Obj, Owner: g.Owner, Until: g.Until, File: file, Line: line, Proc: g.Proc,
		Forever: g.Forever, Held: notNil(g.Held), Cases: []caseState{}, Text: describe.GState(a.ix, st, g)}
	for _, c := range g.Cases[:min(len(g.Cases), maxQueue)] {
		s.Cases = append(s.Cases, caseState{c.Obj, c.Recv})
	}
	return s
}

// queueOf bounds a queue and makes an empty list of none.
func queueOf(q []index.GID) []index.GID { return notNil(q[:min(len(q), maxQueue)]) }

// ends fills in contexts and timers, at most maxPending of each.
func (p *programState) ends(ix *index.Index, st *index.State) {
	for _, c := range st.Contexts[:min(len(st.Contexts), maxPending)] {
		p.Contexts = append(p.Contexts, contextState{c.Obj, c.Parent, c.Deadline, c.Cancelled, c.At, c.Why, c.By, c.Inferred, queueOf(c.Waiters),
			describe.Standing(ix, c, st.Event)})
	}
	for _, t := range st.Timers[:min(len(st.Timers), maxPending)] {
		p.Timers = append(p.Timers, timerState{t.Obj, t.State, t.Since, t.Until, t.Every, t.Inferred, queueOf(t.Waiters), describe.Timer(ix, t, st.Event)})
	}
}

// objects fills in the objects, at most maxPending of each kind.
func (p *programState) objects(st *index.State) {
	for _, c := range st.Chans[:min(len(st.Chans), maxPending)] {
		s := chanState{O: c.Obj, Buf: []messageState{}, Len: len(c.Buf), SendQ: queueOf(c.SendQ), RecvQ: queueOf(c.RecvQ), Closed: c.Closed}
		for _, m := range c.Buf[:min(len(c.Buf), maxQueue)] {
			s.Buf = append(s.Buf, messageState{m.K, m.Value, m.From})
		}
		p.Chans = append(p.Chans, s)
	}
	for _, l := range st.Locks[:min(len(st.Locks), maxPending)] {
		p.Locks = append(p.Locks, lockState{l.Obj, l.Holder, queueOf(l.Readers), queueOf(l.Queue)})
	}
	for _, w := range st.WGs[:min(len(st.WGs), maxPending)] {
		p.WGs = append(p.WGs, wgState{w.Obj, w.Counter, queueOf(w.Waiters)})
	}
	for _, c := range st.Conds[:min(len(st.Conds), maxPending)] {
		p.Conds = append(p.Conds, condState{c.Obj, queueOf(c.Waiters)})
	}
	for _, o := range st.Onces[:min(len(st.Onces), maxPending)] {
		p.Onces = append(p.Onces, onceState{o.Obj, o.Runner, o.Done, queueOf(o.Waiters)})
	}
}
