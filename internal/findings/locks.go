package findings

import (
	"slices"

	"github.com/trace-viz/trace-viz/internal/index"
)

var doubleLock = &Analyzer{
	Name:     "double-lock",
	Summary:  "a goroutine locks what it holds",
	Severity: Error,
	Run:      findDoubleLock,
	Doc: `A goroutine waits for a lock that it holds itself. Locks of Go do not know their owner: a second Lock waits until
somebody unlocks, and nobody will. The same holds for RLock while holding Lock, and for Lock while holding RLock.

Wrong: Add holds the lock when it calls Total, which takes it again.

    func (a *account) Total() int {
    	a.mu.Lock()
    	defer a.mu.Unlock()
    	return a.total
    }

    func (a *account) Add(n int) int {
    	a.mu.Lock()
    	defer a.mu.Unlock()
    	a.total += n
    	return a.Total()
    }

Right: the part that needs the lock to be held is a function of its own.

    func (a *account) Total() int {
    	a.mu.Lock()
    	defer a.mu.Unlock()
    	return a.totalLocked()
    }

    func (a *account) Add(n int) int {
    	a.mu.Lock()
    	defer a.mu.Unlock()
    	a.total += n
    	return a.totalLocked()
    }

    func (a *account) totalLocked() int { return a.total }
`,
}

var partialDeadlock = &Analyzer{
	Name:     "partial-deadlock",
	Summary:  "a set of goroutines waits on one another (cycle) while others go on",
	Severity: Error,
	Run:      findPartialDeadlock,
	Doc: `Some goroutines wait for one another's locks in a circle, so none of them will ever go on. The rest of the program
does, which is why the runtime says nothing.

Wrong: two goroutines take the same two locks in different orders.

    go func() {
    	a.Lock()
    	b.Lock()
    	move(a, b)
    	b.Unlock()
    	a.Unlock()
    }()
    go func() {
    	b.Lock()
    	a.Lock()
    	move(b, a)
    	a.Unlock()
    	b.Unlock()
    }()

Right: everybody takes them in one order.

    go func() {
    	a.Lock()
    	b.Lock()
    	move(a, b)
    	b.Unlock()
    	a.Unlock()
    }()
    go func() {
    	a.Lock()
    	b.Lock()
    	move(b, a)
    	b.Unlock()
    	a.Unlock()
    }()
`,
}

// findDoubleLock finds goroutines that still wait at the end for a lock that they hold.
func findDoubleLock(p *Pass) []Finding {
	if p.Index.NumEvents() == 0 || !p.Index.HasHooks() {
		return nil
	}
	w := p.end()
	var list []Finding
	for _, g := range w.waiting() {
		s := w.state(g)
		if !lockWait(s) || !slices.Contains(s.Held, s.Obj) || w.foreignUnlock(s.Obj) {
			continue
		}
		got := w.taken(s.Obj, g)
		f := Finding{Verdict: Proven, TimeNS: s.Since}
		w.distinguish([]index.OID{s.Obj})
		f.Message = w.name(g) + " " + w.does(s, 1) + w.hold(s, g, true) + "."
		f.hint = "let one function lock and call others that expect the lock to be held"
		if l := w.locks[s.Obj]; s.Op == "rlock" && l.Holder < 0 {
			f.Why = append(f.Why, w.names(w.holders(s))+" came in between and waits to lock it: who wants to read from then on waits behind it.")
		}
		w.addGoroutine(&f, g)
		p.addBehind(&f)
		w.addObjects(&f, []index.OID{s.Obj})
		if got.event >= 0 {
			f.addWitness(got)
		}
		w.doubtObjects(&f)
		list = append(list, f)
	}
	return list
}

func lockWait(s *index.GState) bool {
	return s != nil && known(s) && (s.Op == "lock" || s.Op == "rlock") && s.Obj >= 0
}

// addWitness adds the place where a lock was taken.
func (f *Finding) addWitness(got taker) {
	f.addSite(got.site.String())
	if !slices.Contains(f.Events, got.event) {
		f.Events = append(f.Events, got.event)
		slices.Sort(f.Events)
	}
}

// doubtObjects makes a finding a suspicion when one of its objects may be another one than the recording says.
func (w *graph) doubtObjects(f *Finding) {
	for _, o := range f.O {
		if w.ix.Objects()[o].Reused {
			f.Verdict = Suspected
			f.Why = append(f.Why, "Not proven: the memory of "+w.object(o)+" may have served another object before.")
		}
	}
}

// findPartialDeadlock finds circles of goroutines that wait for one another's locks at the end. Such a circle is for good:
// each of them must act before the one before it can. A deadlock of the whole program is told by that name alone.
func findPartialDeadlock(p *Pass) []Finding {
	if _, how := p.deadlocked(); p.Index.NumEvents() == 0 || !p.Index.HasHooks() || how != "" {
		return nil
	}
	w := p.end()
	var waits []index.GID
	for _, g := range w.waiting() {
		if s := w.state(g); lockWait(s) && !w.foreignUnlock(s.Obj) {
			waits = append(waits, g)
		}
	}
	var list []Finding
	for _, circle := range w.circles(waits) {
		f := Finding{Verdict: Proven}
		w.fillStuck(&f, circle)
		for _, g := range circle {
			s := w.state(g)
			f.TimeNS = max(f.TimeNS, s.Since)
			for _, h := range w.holders(s) {
				if got := w.taken(s.Obj, h); got.event >= 0 && slices.Contains(circle, h) {
					f.addWitness(got)
				}
			}
		}
		p.addBehind(&f)
		w.doubtObjects(&f)
		list = append(list, f)
	}
	return list
}

// addBehind adds those who wait because of the goroutines of a finding: for a lock that one of them holds, or for something
// that nobody else can do, and so on. What is about the same lines stays one finding, so their lines are told in words only.
func (p *Pass) addBehind(f *Finding) {
	w := p.end()
	for _, g := range p.behind(f.G) {
		var own Finding
		w.addGoroutine(&own, g)
		f.G, f.Goroutines = append(f.G, g), append(f.Goroutines, own.Goroutines...)
		for _, ev := range own.Events {
			f.addEvent(ev)
		}
		if len(f.Why) < mostNames {
			f.Why = append(f.Why, w.why(g)[0]+".")
		}
	}
}

// behind returns who can't go on before one of some goroutines does, ascending.
func (p *Pass) behind(first []index.GID) (list []index.GID) {
	w, stuck := p.end(), map[index.GID]bool{}
	for _, g := range first {
		stuck[g] = true
	}
	waits := w.waiting()
	for changed := true; changed; {
		changed = false
		for _, g := range waits {
			k := w.wakersOf(w.state(g))
			if stuck[g] || len(k.alive) == 0 || slices.ContainsFunc(k.alive, func(h index.GID) bool { return !stuck[h] }) || !k.exact && !p.over(g) {
				continue
			}
			stuck[g], changed = true, true
			list = append(list, g)
		}
	}
	slices.Sort(list)
	return list
}

// over tells whether nothing that is alive can wake a goroutine at the end.
func (p *Pass) over(g index.GID) bool {
	if v, how := p.deadlocked(); how != "" {
		return slices.Contains(v.blocked, g)
	}
	l := p.leaks()
	return l != nil && l.dead[g]
}

// circles returns the sets of at least two goroutines that wait for one another through locks, each set ascending.
func (w *graph) circles(waits []index.GID) [][]index.GID {
	of := map[index.GID]int{}
	all := make([]*group, len(waits))
	for n, g := range waits {
		all[n], of[g] = &group{members: []index.GID{g}}, n
	}
	for n, g := range waits {
		for _, h := range w.holders(w.state(g)) {
			if m, ok := of[h]; ok && !slices.Contains(all[n].next, m) {
				all[n].next = append(all[n].next, m)
			}
		}
	}
	var list [][]index.GID
	for _, part := range parts(all) {
		if len(part) > 1 {
			list = append(list, w.members(all, part))
		}
	}
	return list
}
