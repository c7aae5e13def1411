package index

import (
	"sort"
	"strings"
	"sync"

	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// An Index is a recording in columns.
type Index struct {
	data
	segs  []*segment
	sites *rewrite.Sites

	goroutines func() []Goroutine
	objects    func() []Object
	lifetimes  func() []life // by goroutine, livesLen at a time
	lanes      []func() []uint32
	mips       sync.Map // RowKey → *mip
}

// newIndex makes a snapshot of what the builder has.
func newIndex(d *data, segs []*segment, sites *rewrite.Sites) *Index {
	ix := &Index{data: *d, segs: segs, sites: sites}
	if n := len(d.chunks); n > 0 {
		// The builder may still give the last chunk a pointer that it lacks.
		last := *d.chunks[n-1]
		ix.chunks = append(d.chunks[:n-1:n-1], &last)
	}
	ix.gs = append([]gor(nil), d.gs...)
	ix.objs = append([]object(nil), d.objs...)
	for i := range ix.objs {
		ix.objs[i].ch = nil
		ix.objs[i].freezeSteps()
	}
	ix.roles = append([]uint32(nil), d.roles...)
	ix.procs = append([]procLane(nil), d.procs...)
	ix.prepare()
	return ix
}

// freezeSteps protects the last step, which the builder may replace while it is at the same event.
func (o *object) freezeSteps() {
	if n := len(o.steps); n > 0 {
		o.steps = o.steps[:n:n]
	}
}

// prepare sets up what is made when it is first asked for.
func (ix *Index) prepare() {
	ix.goroutines = sync.OnceValue(ix.makeGoroutines)
	ix.objects = sync.OnceValue(ix.makeObjects)
	ix.lifetimes = sync.OnceValue(ix.makeLives)
	ix.lanes = make([]func() []uint32, len(ix.procs))
	for p := range ix.procs {
		ix.lanes[p] = sync.OnceValue(func() []uint32 { return ix.makeLane(p) })
	}
}

// Quality says what could be read.
func (ix *Index) Quality() Quality { return ix.quality }

// Duration returns the time of the last event, in ns from the first.
func (ix *Index) Duration() int64 { return ix.end }

// NumEvents returns the number of events.
func (ix *Index) NumEvents() int { return ix.n }

// NumGoroutines returns the number of goroutines of the program, ended ones too.
func (ix *Index) NumGoroutines() int { return len(ix.gs) }

// NumObjects returns the number of objects.
func (ix *Index) NumObjects() int { return len(ix.objs) }

// GoVersion returns the version of the trace's format, such as "go 1.26".
func (ix *Index) GoVersion() string { return ix.version }

// HasHooks tells whether there are hook records.
func (ix *Index) HasHooks() bool { return ix.hooks }

// HookRecords counts what the hooks wrote.
type HookRecords struct {
	N     int // all records
	First int // those in the long form, of what had not been met lately: they cost more (see tracer/hook/wire.go)
}

// HookRecords returns the number of hook records, those that are no events included.
func (ix *Index) HookRecords() HookRecords { return ix.records }

// Ended tells whether the recording is over: false for snapshots of a live one.
func (ix *Index) Ended() bool { return ix.ended }

// Counts returns the totals.
func (ix *Index) Counts() Counts {
	c := ix.counts
	c.Events, c.Goroutines = ix.n, len(ix.gs)
	return c
}

// Goroutines returns the goroutines of the program, by GID. The caller must not change the list.
func (ix *Index) Goroutines() []Goroutine { return ix.goroutines() }

// Objects returns the objects, by OID. The caller must not change the list.
func (ix *Index) Objects() []Object { return ix.objects() }

func (ix *Index) makeGoroutines() []Goroutine {
	list := make([]Goroutine, len(ix.gs))
	for i := range list {
		list[i] = ix.Goroutine(GID(i))
	}
	return list
}

// Goroutine returns goroutine g, which must be one. It makes nothing of the others, of which there may be millions.
func (ix *Index) Goroutine(id GID) Goroutine {
	p := &ix.gs[id]
	role, _ := ix.roleOf(p)
	g := Goroutine{ID: id, Process: int(p.process) + 1, GoID: p.goid, Name: ix.goroutineName(int32(id)), Role: role,
		Start: ix.strs[p.start], Parent: GID(p.parent), SpawnEvent: None, Ended: -1, EndEvent: None}
	if p.spawnEv != noEvent {
		g.SpawnEvent, g.Created = int(p.spawnEv), ix.time(p.spawnEv)
		g.SpawnSite = ix.siteOfStack(ix.stackID(p.spawnEv))
	}
	if s, ok := ix.sites.Site(p.later); ok {
		g.SpawnSite = Site{ix.sites.Files[s.File], s.Line, s.Func}
	}
	if p.endEv != noEvent {
		g.EndEvent, g.Ended = int(p.endEv), ix.time(p.endEv)
	}
	return g
}

// Parent returns the goroutine that spawned g, -1 if it is not known or the runtime's.
func (ix *Index) Parent(g GID) GID { return GID(ix.gs[g].parent) }

// Files calls f with the file of each event from from to to-1, but only once for each stack: seen holds the numbers of
// those that need no look any more, and is returned with what it has more by then.
func (ix *Index) Files(from, to int, seen []bool, f func(file string)) []bool {
	if n := len(ix.stacks); n > len(seen) {
		seen = append(seen, make([]bool, n-len(seen))...)
	}
	ix.eachChunkTo(uint32(from), to, func(ch *chunk, _ uint32, i, n int) {
		for _, id := range ch.stack[i:n] {
			if seen[id] {
				continue
			}
			seen[id] = true
			if s := ix.siteOfStack(id); s.File != "" {
				f(s.File)
			}
		}
	})
	return seen
}

func (ix *Index) makeObjects() []Object {
	list := make([]Object, len(ix.objs))
	for i := range list {
		list[i] = ix.exported(OID(i), ix.sites)
	}
	return list
}

// Procs returns the procs by their number in the runtime.
func (ix *Index) Procs() []ProcInfo {
	list := make([]ProcInfo, len(ix.procs))
	for i, p := range ix.procs {
		busy := p.busy
		if p.state != StateNone {
			busy += ix.end - p.since
		}
		list[i] = ProcInfo{ID: int(p.id)}
		list[i].Process, list[i].P = SplitProc(p.id)
		if ix.end > 0 {
			list[i].Busy = min(1, float64(busy)/float64(ix.end))
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	return list
}

// Event returns event i, which must be one.
func (ix *Index) Event(i int) Event {
	ev := uint32(i)
	kind := ix.kind(ev)
	e := Event{Index: i, Time: ix.time(ev), Kind: kind, G: GID(ix.g(ev)), Other: None, Obj: None,
		Site: ix.siteOfStack(ix.stackID(ev)), Proc: None, Reason: ix.reasons[ix.reason(ev)], Case: None}
	if p := ix.proc(ev); p >= 0 {
		e.Proc = ix.procs[p].id
	}
	switch {
	case kind == KindSpawn || kind == KindUnblock:
		e.Other = GID(ix.other(ev))
	case kind == KindLog:
		if ix.chunks[ev>>chunkBits].hook != nil {
			e.Value = ix.strs[ix.val(ev)]
		}
	case kind.Hook():
		ix.hookEvent(&e, ev)
	}
	return e
}

// hookEvent fills in what only hook events have.
func (ix *Index) hookEvent(e *Event, ev uint32) {
	if e.Kind != KindSelect {
		e.Obj = OID(ix.other(ev))
	}
	if site, ok := ix.hookSite(ev); ok && e.Site.File == "" {
		e.Site = site
	}
	switch e.Kind {
	case KindAdd, KindPipeRead, KindPipeWrite:
		e.Delta = int(ix.k(ev))
	case KindSleep, KindCtxMade, KindTimerSet, KindReset:
		e.Span = ix.span(ev)
	case KindSend, KindSendBlock, KindSendDone, KindSelectSend:
		e.Message, e.OK = int(ix.k(ev)), true
		e.Value = ix.strs[ix.val(ev)]
	case KindRecv, KindRecvBlock, KindRecvDone, KindSelectRecv:
		e.Message, e.OK = int(ix.k(ev)), ix.gotElement(ev)
		e.Value = ix.valueOf(e.Obj, e.Message)
	case KindSelect:
		e.Message = int(ix.k(ev))
		if cases := ix.casesOf(ev); len(cases) > 0 { // the stack shows the line of the last case
			if s, ok := ix.sites.Site(cases[0].site); ok {
				e.Site = Site{ix.sites.Files[s.File], s.Line, s.Func}
			}
		}
	}
	if e.Kind == KindSelectSend || e.Kind == KindSelectRecv {
		e.Case = int(ix.cas(ev) &^ noElementBit)
	}
	if e.Kind == KindSendDone && e.Message > 0 {
		e.Value = ix.valueOf(e.Obj, e.Message)
	}
}

// gotElement tells whether a receive got an element, or may still get one.
func (ix *Index) gotElement(ev uint32) bool { return gotElement(ix.cas(ev)) }

func gotElement(cas int16) bool { return cas == None || cas&noElementBit == 0 }

// valueOf returns the value of the k-th message of a channel, "" if it is not known.
func (ix *Index) valueOf(id OID, k int) string {
	if id < 0 || k < 1 {
		return ""
	}
	if o := &ix.objs[id]; k <= len(o.sends) && o.sends[k-1].ev != noEvent {
		return ix.strs[ix.val(o.sends[k-1].ev)]
	}
	return ""
}

// hookSite returns the place of a hook event whose stack has no frame of the program: that of its object.
func (ix *Index) hookSite(ev uint32) (Site, bool) {
	id := ix.other(ev)
	if id < 0 || ix.kind(ev) == KindSelect {
		return Site{}, false
	}
	s, ok := ix.sites.Site(ix.objs[id].site)
	if !ok || ix.objs[id].first != ev {
		return Site{}, false
	}
	return Site{ix.sites.Files[s.File], s.Line, s.Func}, true
}

// Stack returns the stack of an event, innermost frame first, without the hooks' own frames.
func (ix *Index) Stack(ev int) []Frame {
	if ev < 0 || ev >= ix.n {
		return []Frame{}
	}
	ids := ix.stackFrames(ix.stackID(uint32(ev)))
	list := make([]Frame, 0, len(ids))
	for _, id := range ids {
		list = append(list, ix.site(ix.frames[id]))
	}
	return list
}

// EventAt returns the last event that is not after t, -1 if there is none.
func (ix *Index) EventAt(t int64) int { return ix.eventAt(t) }

// EventsOf returns the events of a goroutine: what it does, and what makes it able to run. The caller must not change
// the list.
func (ix *Index) EventsOf(g GID) []uint32 {
	a, b := ix.states(int32(g)).list(), ix.acts(int32(g)).list()
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	all := make([]uint32, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0] < b[0] {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return append(append(all, a...), b...)
}

// EventsOfObject returns the events on an object, and the selects that wait for it. The caller must not change the list.
func (ix *Index) EventsOfObject(o OID) []uint32 { return ix.ofObject(o).list() }

// Step returns the next (dir > 0) or previous event after or before ev: of goroutine g and of object o unless they are
// -1; -1 when there is none. ev may be -1 or NumEvents.
func (ix *Index) Step(ev, dir int, g GID, o OID) int {
	ev = max(-1, min(ev, ix.n))
	if g < 0 && o < 0 {
		if dir > 0 && ev+1 < ix.n {
			return ev + 1
		} else if dir <= 0 && ev > 0 {
			return ev - 1
		}
		return None
	}
	if o < 0 {
		return nearest(ev, dir, ix.states(int32(g)), ix.acts(int32(g)))
	}
	t := ix.ofObject(o)
	for at := nearest(ev, dir, t); ; at = nearest(at, dir, t) {
		if at < 0 || g < 0 || GID(ix.g(uint32(at))) == g {
			return at
		}
	}
}

// nearest returns the event of some tracks that is next to ev.
func nearest(ev, dir int, tracks ...*track) int {
	best := None
	for _, t := range tracks {
		i := 0
		if ev >= 0 {
			i = t.upTo(uint32(ev))
		}
		if dir <= 0 {
			if i--; i >= 0 && int(t.at(i)) == ev {
				i--
			}
		}
		if i < 0 || i >= t.n {
			continue
		}
		if at := int(t.at(i)); best < 0 || (at < best) == (dir > 0) {
			best = at
		}
	}
	return best
}

// key splits a row's name: 'g', 'p' or 'o' with a number, or 0 with -1.
func (k RowKey) split() (byte, int) {
	s := string(k)
	if len(s) < 2 || len(s) > 10 || !strings.ContainsRune("gpor", rune(s[0])) {
		return 0, -1
	}
	n := 0
	for _, c := range s[1:] {
		if c < '0' || c > '9' {
			return 0, -1
		}
		n = n*10 + int(c-'0')
	}
	return s[0], n
}
