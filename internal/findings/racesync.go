package findings

import (
	"slices"
	"sort"
	"strings"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

// A window is a stretch of time, in ns of the recording.
type window struct{ from, to int64 }

func (w window) overlaps(from, to int64) bool { return from <= w.to && to >= w.from }

// written tells when a report was written: after the log was last seen without it, and before it was first seen whole.
// When the log was not watched it is the whole run.
func (p *Pass) written(r race) window {
	w := window{0, p.Index.Duration()}
	if p.Rec == nil {
		return w
	}
	times := p.Rec.Meta.RaceTimes
	if len(times) == 0 || times[len(times)-1].Bytes < r.to {
		return w // of another process
	}
	for _, seen := range times {
		at := seen.NS - p.Rec.Meta.BeganNS
		if seen.Bytes <= r.from {
			w.from = max(w.from, at)
		}
		if seen.Bytes >= r.to {
			w.to = min(w.to, max(at, w.from))
			break
		}
	}
	return w
}

// A placing is where in the life of a goroutine an access was, as far as that can be told: after its event before, and
// before its event after.
type placing struct {
	g             index.GID
	before, after int         // events of the goroutine that synchronise; index.None at its begin and end
	held          []index.OID // locks that it held there
	sure          bool        // there is no other place where it can have been
}

// place finds the access of goroutine g. A report has no time, but a stack: the access lies between two events that g did
// in the same call of the function, one at a line not after it and one at a line not before it, and for the access that
// was reported in the window in which the report was written. Of several such places it is the first.
func (p *Pass) place(g index.GID, site index.Site, w window) placing {
	acts := p.synchronising(g)
	life := p.Index.Goroutines()[g]
	end := lastOf(life, p.Index.Duration())
	var found, near, hidden []placing
	for i := range len(acts) + 1 {
		x := placing{g: g, before: index.None, after: index.None}
		from, to := life.Created, end
		if i > 0 {
			x.before, from = acts[i-1], p.Index.Event(acts[i-1]).Time
		}
		if i < len(acts) {
			x.after, to = acts[i], p.Index.Event(acts[i]).Time
		}
		switch inside, shown := p.encloses(x, site); {
		case inside && shown && w.overlaps(from, to):
			found = append(found, x)
		case inside && shown && w.overlaps(from-windowSlack, to+windowSlack):
			near = append(near, x)
		case inside && !shown && w.overlaps(from, to):
			hidden = append(hidden, x)
		}
	}
	if found = firstOf(found, near, hidden); len(found) == 0 {
		return placing{g: g, before: index.None, after: index.None}
	}
	x := found[0]
	x.sure = len(found) == 1
	if x.before >= 0 {
		x.held = p.Index.StateOf(x.before, g).Held
	}
	return x
}

// windowSlack is by how much a window may be wrong: when a process really began is not known better on a busy machine.
const windowSlack = 20e6

// firstOf returns the first of some lists that is not empty.
func firstOf[T any](lists ...[]T) []T {
	for _, list := range lists {
		if len(list) > 0 {
			return list
		}
	}
	return nil
}

// mostActs bounds the events of a goroutine that are looked at for one access.
const mostActs = 2000

// synchronising lists the events of a goroutine that order it against others, at most the first mostActs.
func (p *Pass) synchronising(g index.GID) []int {
	var list []int
	for _, ev := range p.Index.ActsOf(g) {
		if k := p.Index.Event(int(ev)).Kind; k == index.KindSpawn || k.Hook() && k != index.KindMake && !announces(k) {
			list = append(list, int(ev))
		}
		if len(list) == mostActs {
			break
		}
	}
	return list
}

// announces tells whether an event only says what comes.
func announces(k index.EventKind) bool {
	switch k {
	case index.KindSendBlock, index.KindRecvBlock, index.KindSelect, index.KindLockBlock, index.KindRLockBlock, index.KindWait, index.KindOnceWait,
		index.KindSelectElse, index.KindTryFailed:
		return true
	}
	return false
}

// encloses tells whether an access at a site can lie between the two events, by the lines of its own function, and whether one of
// them was in it.
func (p *Pass) encloses(x placing, site index.Site) (inside, shown bool) {
	before, knowsBefore := p.lineIn(x.before, site)
	after, knowsAfter := p.lineIn(x.after, site)
	switch {
	case knowsBefore && knowsAfter && before <= after:
		return before <= site.Line && site.Line <= after, true
	case knowsBefore && knowsAfter: // a loop has begun anew in between
		return site.Line >= before || site.Line <= after, true
	case knowsBefore:
		return before <= site.Line, true
	case knowsAfter:
		return site.Line <= after, true
	}
	return true, false // nothing of that function is known: it can have been called in between
}

// lineIn returns the line at which the function of a site was when an event happened.
func (p *Pass) lineIn(ev int, site index.Site) (int, bool) {
	if ev < 0 {
		return 0, false
	}
	for _, f := range p.Index.Stack(ev) {
		if f.Func == site.Func && f.File == site.File {
			return f.Line, true
		}
	}
	return 0, false
}

// reads tells whether one side held a lock for reading.
func (p *Pass) reads(o index.OID, x placing) bool {
	for _, i := range slices.Backward(p.Index.EventsOf(x.g)) {
		kind, who, of, _ := p.Index.Glance(int(i))
		if int(i) > x.before || who != x.g || of != o {
			continue
		}
		switch kind {
		case index.KindRLock, index.KindRLockDone:
			return true
		case index.KindLock, index.KindLockDone, index.KindCondWoken:
			return false
		}
	}
	return false
}

// orders tells in words what ordered the two sides and what did not: where each synchronised last, and which locks it held.
func (p *Pass) orders(f *Finding, sides ...placing) {
	w := p.end()
	var held, all []index.OID
	for _, x := range sides {
		all = append(all, x.held...)
	}
	w.distinguish(all)
	for i, x := range sides {
		f.Why = appendNew(f.Why, p.lastly(x))
		f.addEvent(x.before)
		if x.before >= 0 {
			f.TimeNS = max(f.TimeNS, p.Index.Event(x.before).Time)
		}
		if i == 0 {
			held = slices.Clone(x.held)
		} else {
			held = slices.DeleteFunc(held, func(o index.OID) bool { return !slices.Contains(x.held, o) })
		}
	}
	switch {
	case len(sides) == 2 && sides[0].g == sides[1].g: // two of one name, of which one is not known
	case len(sides) == 2 && len(held) == 0 && len(sides[0].held)+len(sides[1].held) > 0:
		f.Why = append(f.Why, "The two hold no lock in common there, so that no lock keeps them apart.")
	case len(sides) == 2 && len(held) == 0:
		f.Why = append(f.Why, "Missing is an order between the two: a lock that both hold, or a message or a wait after the one and before the other.")
	case !slices.ContainsFunc(held, func(o index.OID) bool { return !p.reads(o, sides[0]) || !p.reads(o, sides[1]) }):
		f.Why = append(f.Why, "Both hold "+w.locksNamed(held)+" for reading, as many may at the same time: who writes has to lock for writing.")
	default:
		f.Why = append(f.Why, "As far as can be told both hold "+w.locksNamed(held)+": if so, the detector's order of the two lines is another one.")
	}
}

// happened puts a finding where its access was, as well as that is known: when the report was written, or before the goroutine did the
// next thing, if that was sooner. The log is looked at again and again, so the time is some 20 ms late at most.
func (p *Pass) happened(f *Finding, x placing, w window) {
	if w.to >= p.Index.Duration() {
		return // not known
	}
	t := min(w.to, lastOf(p.Index.Goroutines()[x.g], p.Index.Duration()))
	if x.sure && x.after >= 0 {
		t = min(t, p.Index.Event(x.after).Time)
	}
	if t <= f.TimeNS {
		return
	}
	f.TimeNS = t
	f.addEvent(p.Index.Step(p.Index.EventAt(t)+1, -1, x.g, index.None))
}

// lastly says where a goroutine last synchronised before its access.
func (p *Pass) lastly(x placing) string {
	w := p.end()
	life := p.Index.Goroutines()[x.g]
	var text string
	switch {
	case x.before >= 0:
		e := p.Index.Event(x.before)
		text = describe.Event(p.Index, x.before) + " at " + w.when(e.Time) + at(e.Site)
		text = "Before its access, the last thing by which " + w.name(x.g) + " was ordered: " + text
	case life.Parent >= 0:
		text = "Before its access " + w.name(x.g) + " was ordered by nothing but the go statement that began it, by " + w.name(life.Parent) + " at " + w.when(life.Created) + at(life.SpawnSite)
	default:
		text = "Before its access " + w.name(x.g) + " was ordered by nothing"
	}
	if len(x.held) > 0 {
		text += "; it held " + w.locksNamed(x.held)
	} else {
		text += "; it held no lock"
	}
	if !x.sure {
		text += " (the first place that fits: there are others)"
	}
	return text + "."
}

// locksNamed lists locks in the order of their numbers.
func (w *graph) locksNamed(list []index.OID) string {
	list = slices.Clone(list)
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	var words []string
	for _, o := range list {
		words = append(words, w.object(o))
	}
	return strings.TrimSpace(join(words, "and"))
}
