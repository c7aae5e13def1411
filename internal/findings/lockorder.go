package findings

import (
	"cmp"
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
)

var lockOrder = &Analyzer{
	Name:     "lock-order",
	Summary:  "two locks are taken in both orders, even if this run survived",
	Severity: Warning,
	Run:      findLockOrder,
	Doc: `One goroutine took lock a and then b, another one b and then a. Had each taken its first lock before the other one took
its second, both would wait for ever. This run survived; another one need not. The same goes for more locks that
goroutines take in a circle: a and then b, b and then c, c and then a.

It is not told when another lock, or a slot of a channel with too few for all, was held each time by both, so that only
one of them could be between the two, when one goroutine had ended before the other was spawned, or when all holds that
meet are for reading.

Wrong: the order depends on the arguments.

    func transfer(from, to *account, n int) {
    	from.mu.Lock()
    	defer from.mu.Unlock()
    	to.mu.Lock()
    	defer to.mu.Unlock()
    	from.total -= n
    	to.total += n
    }

Right: everybody takes the lock of the account with the lower number first.

    func transfer(from, to *account, n int) {
    	first, second := from, to
    	if second.number < first.number {
    		first, second = second, first
    	}
    	first.mu.Lock()
    	defer first.mu.Unlock()
    	second.mu.Lock()
    	defer second.mu.Unlock()
    	from.total -= n
    	to.total += n
    }
`,
}

func findLockOrder(p *Pass) []Finding {
	if !p.Index.HasHooks() {
		return nil
	}
	h := p.past()
	by := map[[2]index.OID][]*nesting{}
	for _, e := range h.order {
		by[[2]index.OID{e.from, e.to}] = append(by[[2]index.OID{e.from, e.to}], e)
	}
	var list []Finding
	told := map[string]bool{}
	for _, e := range h.order {
		if e.from > e.to {
			continue // from the other side
		}
		for _, back := range by[[2]index.OID{e.to, e.from}] {
			if !p.canMeet(e, back) {
				continue
			}
			if key := p.placesOf(e, back); !told[key] { // many locks that are taken at the same places are one mistake
				told[key] = true
				list = append(list, p.disorder(e, back))
			}
			break
		}
	}
	return append(list, p.rings(told)...)
}

// placesOf are the places where second locks were taken, as one text.
func (p *Pass) placesOf(list ...*nesting) string {
	var places []string
	for _, e := range list {
		places = append(places, p.Index.Event(e.toEv).Site.String())
	}
	slices.Sort(places)
	return strings.Join(slices.Compact(places), " ")
}

// canMeet tells whether two goroutines that take two locks in different orders may wait for each other.
func (p *Pass) canMeet(a, b *nesting) bool {
	h := p.past()
	switch {
	case h.lock(a.from).foreign || h.lock(a.to).foreign:
		return false
	case !a.fromWrite && !b.toWrite || !b.fromWrite && !a.toWrite:
		return false // readers do not keep each other out
	case p.Index.Objects()[a.from].Reused || p.Index.Objects()[a.to].Reused:
		return false
	case p.tried(a) || p.tried(b):
		return false
	}
	return p.together(a, b) && !p.slotted([]*nesting{a, b})
}

// together tells whether two goroutines may be between their two locks at the same time, as far as locks and spawns say.
func (p *Pass) together(a, b *nesting) bool {
	return a.g != b.g && !slices.ContainsFunc(a.gates, func(o index.OID) bool { return slices.Contains(b.gates, o) }) &&
		!p.before(a, b) && !p.before(b, a)
}

// before tells whether what a did must have been over before b began: b's goroutine, or one that it comes from, was spawned
// after that by a's goroutine or after the end of it, or b's goroutine spawned a's and saw its end.
func (p *Pass) before(a, b *nesting) bool {
	all := p.Index.Goroutines()
	for g := b.g; g >= 0; g = all[g].Parent {
		if end := all[a.g].EndEvent; all[g].SpawnEvent >= 0 && end >= 0 && end < all[g].SpawnEvent {
			return true
		}
		if all[g].Parent == a.g && all[g].SpawnEvent > a.toEv {
			return true
		}
	}
	for g := a.g; g >= 0; g = all[g].Parent {
		if g == b.g {
			return all[a.g].EndEvent >= 0 && all[a.g].EndEvent < b.fromEv
		}
	}
	return false
}

// tried tells whether the second lock was taken by a TryLock, which never waits.
func (p *Pass) tried(e *nesting) bool {
	return p.siteName(p.Index.Event(e.toEv).Site, "trylock", "tryrlock") != ""
}

func (p *Pass) disorder(a, b *nesting) Finding {
	if a.toEv > b.toEv {
		a, b = b, a
	}
	f := p.crossed(a, b)
	f.Message += ": in another run each may wait for the other."
	f.hint = "take the two in the same order everywhere, for instance by a number that each has"
	return f
}

// crossed begins a finding about locks that goroutines took one inside of the other. Its message has no end yet.
func (p *Pass) crossed(list ...*nesting) Finding {
	w, f := p.end(), Finding{Verdict: Predicted}
	var locks []index.OID
	for _, e := range list {
		locks = append(locks, e.from)
	}
	w.distinguish(locks)
	var clauses []string
	for _, e := range list {
		first, second := p.Index.Event(e.fromEv), p.Index.Event(e.toEv)
		clauses = append(clauses, w.name(e.g)+" locks "+w.object(e.from)+" and then "+w.object(e.to))
		f.Why = append(f.Why, w.name(e.g)+" locked "+w.object(e.from)+" at "+w.when(first.Time)+at(first.Site)+" and "+
			w.object(e.to)+" at "+w.when(second.Time)+at(second.Site)+".")
		f.addSite(second.Site.String())
		f.addSite(first.Site.String())
		f.addEvent(e.fromEv)
		f.addEvent(e.toEv)
		f.TimeNS = max(f.TimeNS, second.Time)
		p.addActor(&f, e.g, second.Site)
	}
	f.Message = strings.Join(clauses, ", ")
	w.addObjects(&f, locks)
	return f
}

// addActor adds a goroutine with the place that the finding is about.
func (p *Pass) addActor(f *Finding, g index.GID, site index.Site) {
	if slices.Contains(f.G, g) {
		return
	}
	who := p.Index.Goroutines()[g]
	f.G = append(f.G, g)
	f.Goroutines = append(f.Goroutines, Goroutine{who.Process, who.GoID, who.Name, who.SpawnSite.String(), site.String()})
}

// sortedLocks are the locks of the history that somebody waited for, those that cost most first.
func (h *history) sortedLocks() []*lockUse {
	var list []*lockUse
	for _, l := range h.locks {
		if l.waits > 0 || len(l.keeps) > 0 {
			list = append(list, l)
		}
	}
	slices.SortFunc(list, func(a, b *lockUse) int { return cmp.Or(cmp.Compare(b.waited, a.waited), cmp.Compare(a.o, b.o)) })
	return list
}
