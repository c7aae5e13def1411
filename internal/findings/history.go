package findings

import (
	"slices"

	"github.com/trace-viz/trace-viz/internal/index"
)

// A history is what several analyzers need from the whole run: which locks were taken while others were held, how long
// they were waited for and kept while somebody waited, and who tried again and again without waiting. It is worked out in
// one walk over the columns, in the order of the events, and what is kept of it does not grow with their number.
type history struct {
	ix    *index.Index
	held  [][]holding // by goroutine, in the order in which the locks were taken
	conds [][]holding // by goroutine: what it gave up to wait on a Cond
	waits []lockWaiting
	locks map[index.OID]*lockUse
	edges map[edgeKey]*nesting
	order []*nesting // edges as they were found
	tries []tryRun
	spins []tryRun // by goroutine, the longest
}

// A holding is a lock that a goroutine holds.
type holding struct {
	o     index.OID
	write bool
	ev    int
}

// lockWaiting is the wait of a goroutine for a lock.
type lockWaiting struct {
	o  index.OID // -1: none
	ev int
	at int64
}

// A lockUse is how much a lock was waited for.
type lockUse struct {
	o       index.OID
	waits   int
	waited  int64 // ns in all
	longest int64
	at      int // event of the longest wait's end
	users   []user
	foreign bool // it was given up by a goroutine that did not take it

	holder  index.GID // -1: nobody writes
	since   int64
	event   int
	queue   int   // who waits
	pressed int64 // when the first of them came, while holder has it
	keeps   []keep
}

// A keep is a time in which a goroutine kept a lock from others.
type keep struct {
	g        index.GID
	from, to int64
	wait     int64 // how long the first of those that waited did so
	ev, end  int
}

// shortKeep is what no keep is looked at below: sleeping or talking to a disk or another machine takes longer, and a lock
// that is kept for less than that delays nobody by much.
const shortKeep = 1e6

// maxKeeps bounds what is kept of one lock: the longest count.
const maxKeeps = 4096

type edgeKey struct {
	from, to index.OID
	g        index.GID
}

// A nesting is one lock taken by a goroutine while it held another.
type nesting struct {
	edgeKey
	fromWrite, toWrite bool
	fromEv, toEv       int
	gates              []index.OID // held too, each time; ascending
}

// A tryRun is a row of tries that failed, with nothing in between.
type tryRun struct {
	n           int
	first, last int64
	begin, end  int

	pauses int // longer than spinGap
	paused int64
}

// spun is how long the tries took, without the pauses.
func (t *tryRun) spun() int64 { return t.last - t.first - t.paused }

func (p *Pass) past() *history {
	if p.history == nil {
		n := p.Index.NumGoroutines()
		p.history = &history{ix: p.Index, held: make([][]holding, n), conds: make([][]holding, n), waits: make([]lockWaiting, n),
			locks: map[index.OID]*lockUse{}, edges: map[edgeKey]*nesting{}, tries: make([]tryRun, n), spins: make([]tryRun, n)}
		for g := range p.history.waits {
			p.history.waits[g].o = index.None
		}
		if p.Index.HasHooks() {
			p.history.walk()
		}
	}
	return p.history
}

func (h *history) walk() {
	for i := range h.ix.NumEvents() {
		kind, g, o, at := h.ix.Glance(i)
		if g < 0 {
			continue
		}
		switch kind {
		case index.KindLock, index.KindLockDone, index.KindRLock, index.KindRLockDone:
			h.take(i, kind == index.KindLock || kind == index.KindLockDone, g, o, at)
		case index.KindUnlock, index.KindRUnlock:
			h.release(i, kind == index.KindUnlock, g, o, at)
		case index.KindLockBlock, index.KindRLockBlock:
			h.waits[g] = lockWaiting{o, i, at}
			h.queued(o, g, at)
		case index.KindCondWait:
			h.condWait(i, g, at)
		case index.KindCondWoken:
			for _, l := range h.conds[g] {
				h.take(i, l.write, g, l.o, at)
			}
			h.conds[g] = h.conds[g][:0]
		case index.KindSelectElse, index.KindTryFailed:
			h.try(i, g, at)
			continue
		case index.KindRecv, index.KindSelectRecv:
			if h.over(i, o) {
				h.try(i, g, at)
				continue
			}
		}
		if kind == index.KindBlock || kind.Hook() && kind != index.KindSelect { // that one only says what is tried
			h.tries[g].n = 0
		}
	}
}

func (h *history) lock(o index.OID) *lockUse {
	l := h.locks[o]
	if l == nil {
		l = &lockUse{o: o, holder: index.None}
		h.locks[o] = l
	}
	return l
}

func (h *history) queued(o index.OID, g index.GID, at int64) {
	l := h.lock(o)
	if l.queue++; l.queue == 1 {
		l.pressed = at
	}
}

// take notes that a goroutine got a lock.
func (h *history) take(i int, write bool, g index.GID, o index.OID, at int64) {
	l := h.lock(o)
	if w := &h.waits[g]; w.o == o {
		ns := at - w.at
		l.waits++
		l.waited += ns
		if ns > l.longest {
			l.longest, l.at = ns, i
		}
		l.queue = max(0, l.queue-1)
		w.o = index.None
		h.user(l, g)
	}
	if write {
		l.holder, l.since, l.event = g, at, i
		l.pressed = at // who waits already has waited for this holder from now on
	}
	for _, from := range h.held[g] {
		if from.o != o {
			h.nest(g, from, holding{o, write, i})
		}
	}
	h.held[g] = append(h.held[g], holding{o, write, i})
}

// user counts a goroutine among those that waited.
func (h *history) user(l *lockUse, g index.GID) {
	if n := len(l.users); n > 0 && l.users[n-1].g == g {
		l.users[n-1].n++
		return
	}
	for i := range l.users {
		if l.users[i].g == g {
			l.users[i].n++
			return
		}
	}
	if len(l.users) < maxUsers {
		l.users = append(l.users, user{g: g, n: 1})
	}
}

// maxUsers bounds how many of those that waited for a lock are told apart.
const maxUsers = 64

// nest notes that to was taken while from was held. What else was held each time is a gate: nobody else can be between the
// two at the same time.
func (h *history) nest(g index.GID, from, to holding) {
	key := edgeKey{from.o, to.o, g}
	e := h.edges[key]
	if e == nil {
		if len(h.order) >= maxNestings {
			return
		}
		e = &nesting{edgeKey: key, fromWrite: from.write, toWrite: to.write, fromEv: from.ev, toEv: to.ev, gates: h.gates(g, from.o, to.o)}
		h.edges[key] = e
		h.order = append(h.order, e)
		return
	}
	e.fromWrite, e.toWrite = e.fromWrite || from.write, e.toWrite || to.write
	if len(e.gates) > 0 {
		now := h.gates(g, from.o, to.o)
		e.gates = slices.DeleteFunc(e.gates, func(o index.OID) bool { return !slices.Contains(now, o) })
	}
}

// maxNestings bounds how many pairs of locks are looked at. A program with more has more locks than anybody can order.
const maxNestings = 100_000

// gates are the locks for writing that a goroutine holds besides two.
func (h *history) gates(g index.GID, a, b index.OID) []index.OID {
	var list []index.OID
	for _, l := range h.held[g] {
		if l.o != a && l.o != b && l.write {
			list = append(list, l.o)
		}
	}
	return list
}

// release notes that a lock was given up.
func (h *history) release(i int, write bool, g index.GID, o index.OID, at int64) {
	l := h.lock(o)
	if write {
		h.keep(l, i, at)
		if l.holder >= 0 && l.holder != g {
			l.foreign = true
			h.drop(l.holder, o)
		}
		l.holder = index.None
	}
	if !h.drop(g, o) && !write {
		l.foreign = true
	}
}

// keep notes that a lock was kept from those that wait.
func (h *history) keep(l *lockUse, i int, at int64) {
	if l.queue == 0 || l.holder < 0 || at-l.since < shortKeep || len(l.keeps) >= maxKeeps {
		return
	}
	l.keeps = append(l.keeps, keep{l.holder, l.since, at, at - max(l.pressed, l.since), l.event, i})
}

func (h *history) drop(g index.GID, o index.OID) bool {
	for n, l := range slices.Backward(h.held[g]) {
		if l.o == o {
			h.held[g] = slices.Delete(h.held[g], n, n+1)
			return true
		}
	}
	return false
}

// condWait gives up the lock of a Cond: the one taken last. (The record names it, the columns keep that for the state alone.)
func (h *history) condWait(i int, g index.GID, at int64) {
	if n := len(h.held[g]); n > 0 {
		l := h.held[g][n-1]
		h.conds[g] = append(h.conds[g][:0], l)
		h.release(i, l.write, g, l.o, at)
	}
}

// over tells whether a receive found its channel closed, or its context cancelled: it will each time from then on.
func (h *history) over(i int, o index.OID) bool {
	if o < 0 {
		return false
	}
	x := h.ix.Objects()[o]
	if x.Owner >= 0 {
		return h.ix.Objects()[x.Owner].Kind == index.KindContext
	}
	return x.Closed >= 0 && i > x.Closed && !h.ix.Event(i).OK
}

// try notes an operation that did not wait and came to nothing.
func (h *history) try(i int, g index.GID, at int64) {
	t := &h.tries[g]
	switch pause := at - t.last; {
	case t.n == 0, pause > spinGap && t.n < spinSlice*(t.pauses+1):
		*t = tryRun{first: at, begin: i}
	case pause > spinGap:
		t.pauses++
		t.paused += pause
	}
	t.n++
	t.last, t.end = at, i
	if s := &h.spins[g]; t.n > s.n {
		*s = *t
	}
}
