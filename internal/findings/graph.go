package findings

import (
	"fmt"
	"slices"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

// A graph is who waits for what after one event, and who could end that wait. It rests on what goroutines did to an object
// so far: who sent to a channel may send again. It can't see who holds a reference and never used it.
type graph struct {
	ix  *index.Index
	ev  int
	now int64
	st  index.State

	at      map[index.GID]int // place in st.Goroutines
	locks   map[index.OID]*index.LockState
	uses    map[index.OID]*use
	spawned map[index.GID][]index.Goroutine
	labels  map[index.OID]string
	reached int // how often reach was used
}

// maxReach bounds how often all goroutines are looked through.
const maxReach = 200

func newGraph(ix *index.Index, ev int) *graph {
	w := &graph{ix: ix, ev: ev, st: ix.State(ev), at: map[index.GID]int{}, locks: map[index.OID]*index.LockState{},
		uses: map[index.OID]*use{}, labels: map[index.OID]string{}}
	w.now = w.st.Time
	for i, s := range w.st.Goroutines {
		w.at[s.G] = i
	}
	for i := range w.st.Locks {
		w.locks[w.st.Locks[i].Obj] = &w.st.Locks[i]
	}
	return w
}

// state returns a living goroutine's state, nil if it has ended or is not there yet.
func (w *graph) state(g index.GID) *index.GState {
	if i, ok := w.at[g]; ok {
		return &w.st.Goroutines[i]
	}
	return nil
}

func (w *graph) lives(g index.GID) bool { return w.state(g) != nil }

// blocked tells whether a goroutine waits for another one.
func (w *graph) blocked(g index.GID) bool {
	s := w.state(g)
	return s != nil && index.Blocked(s.State)
}

// known tells whether what a goroutine announced by its hooks is what the runtime says that it waits for. It is not after
// an announced operation that ended in a panic, when the goroutine then waits in code without hooks.
func known(s *index.GState) bool {
	switch s.Op {
	case "send":
		return s.State == index.StateSend || s.State == index.StateBlocked && s.Obj < 0
	case "recv":
		return s.State == index.StateRecv || s.State == index.StateBlocked && s.Obj < 0
	case "select": // one of a single case is compiled to its operation
		return s.State == index.StateSelect || s.State == index.StateSend || s.State == index.StateRecv ||
			s.State == index.StateBlocked && len(s.Cases) < 2
	case "lock", "rlock", "wait", "cond", "once":
		return s.State == index.StateLock
	}
	return false
}

// wakers are the goroutines that could end a wait.
type wakers struct {
	alive []index.GID // did what is needed before, or hold the lock; ascending
	gone  []index.GID // the same, but they have ended
	maybe []index.GID // nobody did what is needed yet; these live and may have the object
	exact bool        // alive is all there is, and the wait lasts until each of them acts
}

// wakersOf finds who could end the wait of a blocked goroutine.
func (w *graph) wakersOf(s *index.GState) wakers {
	var k wakers
	if !known(s) {
		k.alive = w.testsAwaited(s)
		return k
	}
	switch s.Op {
	case "send", "recv":
		w.partners(&k, s.G, s.Obj, s.Op == "recv")
	case "select":
		for _, c := range s.Cases {
			w.partners(&k, s.G, c.Obj, c.Recv)
		}
	case "lock", "rlock":
		k.exact = true
		w.split(&k, w.holders(s))
	case "wait":
		k.alive, k.gone = w.doers(s.Obj)
	case "cond":
		w.split(&k, goroutines(w.use(s.Obj).signal))
	case "once":
		for _, o := range w.st.Onces {
			if o.Obj == s.Obj && o.Runner >= 0 {
				k.exact = true
				w.split(&k, []index.GID{o.Runner})
			}
		}
	}
	if len(k.alive) > 0 {
		k.maybe = nil
	}
	return k
}

// partners adds those that could do the other side of a channel operation.
func (w *graph) partners(k *wakers, g index.GID, o index.OID, recv bool) {
	if o < 0 {
		return // a nil channel: nobody can
	}
	if end := describe.Owner(w.ix, o); recv && end >= 0 {
		w.split(k, w.cancellers(end))
		return
	}
	u := w.use(o)
	others := goroutines(u.recv)
	if recv {
		others = append(goroutines(u.send), goroutines(u.close)...)
	}
	w.split(k, others)
	if w.reached++; len(others) == 0 && w.reached < maxReach {
		w.reach(k, g, o)
	}
}

// split sorts goroutines into those that live and those that have ended.
func (w *graph) split(k *wakers, list []index.GID) {
	for _, g := range list {
		to := &k.gone
		if w.lives(g) {
			to = &k.alive
		}
		if i, found := slices.BinarySearch(*to, g); !found && g >= 0 {
			*to = slices.Insert(*to, i, g)
		}
	}
}

// reach adds the living goroutines that may have an object: those that used it, and those that were spawned by its users
// after its first use. The goroutine that waits and those that wait like it can't help.
func (w *graph) reach(k *wakers, g index.GID, o index.OID) {
	self := w.state(g)
	has, first := map[index.GID]bool{}, w.ix.Objects()[o].FirstEvent
	for _, u := range w.use(o).touch {
		has[u.g] = true
	}
	for _, c := range w.ix.Goroutines() { // parents come first
		if has[c.Parent] && c.SpawnEvent >= first && c.SpawnEvent <= w.ev {
			has[c.ID] = true
		}
		s := w.state(c.ID)
		alike := s != nil && s.Op == self.Op && s.Obj == self.Obj && s.Op != "select"
		if !has[c.ID] || s == nil || c.ID == g || alike {
			continue
		}
		if i, found := slices.BinarySearch(k.maybe, c.ID); !found {
			k.maybe = slices.Insert(k.maybe, i, c.ID)
		}
	}
}

// holders returns who must give up a lock before s.G can have it. A reader also waits behind a writer that came first.
func (w *graph) holders(s *index.GState) []index.GID {
	l := w.locks[s.Obj]
	switch {
	case l == nil:
		return nil
	case l.Holder >= 0:
		return []index.GID{l.Holder}
	case s.Op == "lock":
		return slices.Sorted(slices.Values(l.Readers))
	}
	for _, g := range l.Queue {
		if q := w.state(g); q != nil && q.Op == "lock" && g != s.G {
			return []index.GID{g}
		}
	}
	return nil
}

func goroutines(list []user) []index.GID {
	ids := make([]index.GID, 0, len(list))
	for _, u := range list {
		ids = append(ids, u.g)
	}
	return ids
}

// A group is goroutines that wait for the same.
type group struct {
	members []index.GID // ascending
	first   *index.GState
	wakers  wakers
	next    []int // groups that must go on before this one can, ascending
	soft    bool  // nobody did what is needed yet: next is a guess
	part    int   // number of its strongly connected part
}

// groups puts goroutines that wait into groups, in the order of their first members, and links them.
func (w *graph) groups(list []index.GID) []*group {
	byKey, of := map[string]int{}, map[index.GID]int{}
	var all []*group
	for _, g := range list {
		s := w.state(g)
		key := fmt.Sprint(s.Op, s.Obj, s.Cases)
		if !known(s) {
			key = fmt.Sprint(s.State, s.Site)
		}
		n, ok := byKey[key]
		if !ok {
			n = len(all)
			byKey[key] = n
			all = append(all, &group{first: s})
		}
		all[n].members = append(all[n].members, g)
		of[g] = n
	}
	for _, gr := range all {
		gr.wakers = w.wakersOf(gr.first)
		gr.link(of)
	}
	return all
}

// link finds the groups that could wake this one. Where nobody did what is needed yet, there is one candidate or none: a
// cycle through goroutines that merely might have helped would be a guess.
func (gr *group) link(of map[index.GID]int) {
	for _, g := range gr.wakers.alive {
		gr.add(of, g)
	}
	if len(gr.wakers.alive) > 0 || len(gr.wakers.maybe) == 0 {
		return
	}
	gr.soft = true
	n, stuck := of[gr.wakers.maybe[0]]
	for _, g := range gr.wakers.maybe {
		if m, ok := of[g]; !stuck || !ok || m != n {
			return
		}
	}
	gr.next = []int{n}
}

func (gr *group) add(of map[index.GID]int, g index.GID) {
	if n, stuck := of[g]; stuck {
		if i, found := slices.BinarySearch(gr.next, n); !found {
			gr.next = slices.Insert(gr.next, i, n)
		}
	}
}

// parts numbers the strongly connected parts of the groups (Tarjan) so that a group's own part comes after those that it
// waits for, and returns the groups by part.
func parts(all []*group) [][]int {
	p := &partition{all: all, low: make([]int, len(all)), num: make([]int, len(all)), on: make([]bool, len(all))}
	for n := range all {
		if p.num[n] == 0 {
			p.visit(n)
		}
	}
	return p.found
}

type partition struct {
	all      []*group
	low, num []int
	on       []bool
	stack    []int
	count    int
	found    [][]int
}

func (p *partition) visit(n int) {
	p.count++
	p.num[n], p.low[n] = p.count, p.count
	p.stack, p.on[n] = append(p.stack, n), true
	for _, m := range p.all[n].next {
		if p.num[m] == 0 {
			p.visit(m)
			p.low[n] = min(p.low[n], p.low[m])
		} else if p.on[m] {
			p.low[n] = min(p.low[n], p.num[m])
		}
	}
	if p.low[n] != p.num[n] {
		return
	}
	at := slices.Index(p.stack, n)
	part := slices.Clone(p.stack[at:])
	for _, m := range part {
		p.on[m] = false
		p.all[m].part = len(p.found)
	}
	p.stack = p.stack[:at]
	p.found = append(p.found, part)
}

// roots returns the parts that wait for no other part: there the trouble begins. Cycles come first, then what is sure.
func roots(all []*group) [][]int {
	var list [][]int
	for _, part := range parts(all) {
		if !slices.ContainsFunc(part, func(n int) bool {
			return slices.ContainsFunc(all[n].next, func(m int) bool { return all[m].part != all[n].part })
		}) {
			list = append(list, part)
		}
	}
	slices.SortStableFunc(list, func(a, b []int) int {
		soft := func(n int) bool { return all[n].soft }
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		if x, y := slices.ContainsFunc(a, soft), slices.ContainsFunc(b, soft); x != y {
			if y {
				return -1
			}
			return 1
		}
		return slices.Min(a) - slices.Min(b)
	})
	return list
}
