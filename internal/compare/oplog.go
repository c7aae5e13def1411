package compare

import (
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// An op is what a goroutine of the program does, whether it had to wait for it or not.
type op uint8

const (
	opNone op = iota
	opSpawn
	opSend
	opRecv
	opClose
	opSelect
	opLock
	opUnlock
	opRLock
	opRUnlock
	opAdd
	opWait
	opCondWait
	opSignal
	opBroadcast
	opOnce
	opStuck // it is left blocked, by an operation that no hook record names
)

// How an op ends.
type ending uint8

const (
	endDone   ending = iota
	endClosed        // a receive from a closed channel
	endNever         // the recording ends, and it still waits
	endSent          // a select that sent
	endGot           // a select that received
	endGotClosed
)

// An outcome is how an op ended, and on which class of objects; 0 is one without partner.
type outcome struct {
	end ending
	obj int32
}

// A spot is where goroutines of one role do something: the unit of comparison.
type spot struct {
	class int32
	op    op
	at    int32 // number of the place
}

// firsts bounds the goroutines of one role whose own first event with an outcome is kept.
const firsts = 64

// A seen tells where an outcome occurred.
type seen struct {
	first []sighting // the first of each goroutine, in their order
	min   sighting   // the first of all
	of    index.GID  // who was seen last: its first is there
}

type sighting struct {
	g  index.GID
	ev int
}

// A record is all that goroutines of one role did at a spot.
type record struct {
	total    int
	last     sighting
	shared   bool // the line is in both sources, with this op
	site     index.Site
	outcomes map[outcome]*seen
	out      outcome // the last one, with what was seen of it
	seen     *seen
}

// An opLog is what the paired goroutines of one side did, by spot.
type opLog struct {
	d      *diverger
	side   *Side
	n      int // 0: A, 1: B
	whole  bool
	spots  map[spot]*record
	order  []spot
	done   map[spot]bool // class 0: by whatever goroutine
	stacks []*located    // by the number of the stack
	spawns []*located    // by the go statement
	kids   map[index.GID][]index.GID
	things []int32 // the class of each object from 1, 0 if the other side has none of it
}

// located is a site and what it is in B's source.
type located struct {
	site index.Site
	at   int32
	sure uint8

	// The record of what was last done there: most events need no other.
	class int32
	op    op
	rec   *record
}

// pairedClasses are the classes with members on both sides.
func pairedClasses(p *pairing) map[int32]bool {
	m := map[int32]bool{}
	for i, partner := range p.partner[0] {
		if partner >= 0 {
			m[p.class(0, int32(i))] = true
		}
	}
	return m
}

func newLog(d *diverger, s *Side, n int, whole bool) *opLog {
	l := &opLog{d: d, side: s, n: n, whole: whole, spots: map[spot]*record{}, done: map[spot]bool{}, kids: map[index.GID][]index.GID{}}
	list := s.Index.Goroutines()
	for i := range list {
		if g := &list[i]; g.SpawnEvent >= 0 && g.Parent >= 0 {
			l.kids[g.Parent] = append(l.kids[g.Parent], g.ID)
		}
	}
	l.things = make([]int32, s.Index.NumObjects())
	for o := range l.things {
		if c := d.os.class(n, int32(o)); d.things[c] {
			l.things[o] = c + 1
		}
	}
	classes := make([]int32, len(list))
	for g := range classes {
		classes[g] = d.gs.class(n, int32(g))
		if !d.roles[classes[g]] {
			classes[g] = -1
		} else if c, ok := d.workers[classes[g]]; ok {
			classes[g] = c
		}
	}
	l.all(func(g index.GID, o operation) { l.add(classes[g], g, o) })
	return l
}

// sameWork puts the classes of goroutines that are started at several places but run the same named function into one:
// which of them does what is a matter of timing too. It maps each class to the one that stands for all.
func (d *diverger) sameWork(a *Side) map[int32]int32 {
	first, m := map[string]int32{}, map[int32]int32{}
	for i, g := range a.Index.Goroutines() {
		class := d.gs.class(0, int32(i))
		name, literal := normal(g.Role)
		name, _, _ = strings.Cut(name, " ")
		if literal || !d.roles[class] {
			continue
		}
		if _, ok := first[name]; !ok {
			first[name] = class
		}
		m[class] = first[name]
	}
	return m
}

// An operation is one thing that a goroutine did. ev is the event with which it ended, or began if it never did.
type operation struct {
	op  op
	out outcome
	loc *located
	ev  int
}

// locate puts a site in B's source.
func (l *opLog) locate(s index.Site) *located {
	at, sure := l.d.src.ofB(s)
	if l.n == 0 {
		at, sure = l.d.src.ofA(s)
	}
	return &located{site: s, at: l.d.number(at), sure: sure}
}

// ofEvent locates an event with the number of its stack.
func (l *opLog) ofEvent(ev int, stack uint32) *located {
	for int(stack) >= len(l.stacks) {
		l.stacks = append(l.stacks, make([]*located, len(l.stacks)+1024)...)
	}
	loc := l.stacks[stack]
	if loc == nil {
		loc = l.locate(l.side.Index.Event(ev).Site)
		if stack != 0 {
			l.stacks[stack] = loc
		}
	}
	return loc
}

// ofSpawn locates the go statement that began a goroutine. If both sides have such goroutines they are the same statement,
// wherever it stands: it may have moved, and another one may stand in its line.
func (l *opLog) ofSpawn(g index.GID) *located {
	made := int(l.d.gs.made[l.n][g])
	for made >= len(l.spawns) {
		l.spawns = append(l.spawns, make([]*located, len(l.spawns)+16)...)
	}
	if l.spawns[made] == nil {
		l.spawns[made] = l.locate(l.side.Index.Goroutines()[g].SpawnSite)
		if c := l.child(g); c > 0 {
			l.spawns[made].at, l.spawns[made].sure = -c, lineSame
		}
	}
	return l.spawns[made]
}

func (l *opLog) add(class int32, g index.GID, o operation) {
	key := spot{class, o.op, o.loc.at}
	if class < 0 {
		key.class = 0
		l.done[key] = true
		return
	}
	r := o.loc.rec
	if r == nil || o.loc.class != class || o.loc.op != o.op {
		r = l.record(key, o)
		o.loc.class, o.loc.op, o.loc.rec = class, o.op, r
	}
	at := sighting{g, o.ev}
	r.total++
	if o.ev > r.last.ev {
		r.last = at
	}
	if r.seen == nil || r.out != o.out {
		r.out, r.seen = o.out, r.outcomes[o.out]
		if r.seen == nil {
			r.seen = &seen{min: at, of: index.None}
			r.outcomes[o.out] = r.seen
		}
	}
	s := r.seen
	if o.ev < s.min.ev {
		s.min = at
	}
	if s.of != g && len(s.first) < firsts {
		s.of = g
		if !slices.ContainsFunc(s.first, func(f sighting) bool { return f.g == g }) {
			s.first = append(s.first, at)
		}
	}
}

// record finds the record of a spot, or begins it.
func (l *opLog) record(key spot, o operation) *record {
	r := l.spots[key]
	if r == nil {
		r = &record{shared: l.shared(o), site: o.loc.site, outcomes: map[outcome]*seen{}, last: sighting{-1, -1}}
		l.spots[key] = r
		l.order = append(l.order, key)
		l.done[spot{0, key.op, key.at}] = true
	}
	return r
}

// shared tells whether the other source has the line too. If it was changed, it must still have an op of the same kind. Where
// the line has no such op it is the end of a function that deferred it: then that function must still have one. What happens
// inside of other packages is no line of the program's.
func (l *opLog) shared(o operation) bool {
	s, other := o.loc, 1-l.n
	if own := l.d.src.own[l.n]; len(own) > 0 && !own[s.site.File] && o.op != opStuck {
		return false
	}
	if s.sure != lineGone && !l.d.static[l.n][spot{op: o.op, at: s.at}] && l.d.does[l.n][funcOp{s.site.Func, o.op}] {
		return l.d.does[other][funcOp{l.d.src.funcs[l.n][s.site.Func], o.op}]
	}
	return s.sure == lineSame || s.sure == lineSimilar && (o.op == opStuck || l.d.static[other][spot{op: o.op, at: s.at}])
}

// A funcOp is an op that is in a function of the source.
type funcOp struct {
	fn string
	op op
}

// siteOps are the ops that the injection points in the source stand for.
var siteOps = map[string]op{
	rewrite.OpSend: opSend, rewrite.OpRecv: opRecv, rewrite.OpRange: opRecv, rewrite.OpClose: opClose, rewrite.OpSelect: opSelect,
	rewrite.OpLock: opLock, rewrite.OpTryLock: opLock, rewrite.OpUnlock: opUnlock, rewrite.OpRLock: opRLock, rewrite.OpTryRLock: opRLock,
	rewrite.OpRUnlock: opRUnlock, rewrite.OpAdd: opAdd, rewrite.OpDone: opAdd, rewrite.OpGo: opAdd, rewrite.OpWait: opWait,
	rewrite.OpCondWait: opCondWait, rewrite.OpSignal: opSignal, rewrite.OpBroadcast: opBroadcast,
}

// number numbers the places. The numbers say nothing but which places are the same.
func (d *diverger) number(p place) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, ok := d.places[p]
	if !ok {
		n = int32(len(d.places))
		d.places[p] = n
	}
	return n
}

// inSource are the ops in the source of a side, by place.
func (d *diverger) inSource(side int) map[spot]bool {
	m := map[spot]bool{}
	sites := d.files[side].Rec.Sites
	if sites == nil {
		return m
	}
	put := func(o op, file, line int, fn string) {
		at, _ := d.src.ofB(index.Site{File: sites.Files[file], Line: line})
		if side == 0 {
			at, _ = d.src.ofA(index.Site{File: sites.Files[file], Line: line})
		}
		m[spot{op: o, at: d.number(at)}] = true
		d.does[side][funcOp{fn, o}] = true
	}
	for _, s := range sites.Sites {
		put(siteOps[s.Op], s.File, s.Line, s.Func)
	}
	for _, s := range sites.Spawns {
		put(opSpawn, s.File, s.Line, s.Func)
	}
	return m
}
