package compare

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/trace-viz/trace-viz/internal/index"
)

// A Divergence is where paired goroutines of the two runs do something different: at the same line, an operation ends in
// another way; or one of them never gets to a line that both sources have; or, last, a line is passed another number of
// times. Who of several goroutines with the same role does it, in which order they take turns, and how long anything takes
// makes no divergence. Neither do lines that only one source has: those are in the source diff.
type Divergence struct {
	Kind   string    `json:"kind"` // outcome, path, count
	Role   string    `json:"role"` // as A calls it
	AG     index.GID `json:"a_g"`
	BG     index.GID `json:"b_g"`
	AEvent int       `json:"a_event"` // -1 if there is none
	BEvent int       `json:"b_event"`
	ANS    int64     `json:"a_ns"`
	BNS    int64     `json:"b_ns"`
	ASite  string    `json:"a_site"`
	BSite  string    `json:"b_site"`
	What   string    `json:"what"`
}

// maxDivergences bounds the list.
const maxDivergences = 100

type diverger struct {
	src     *sources
	gs, os  *pairing
	roles   map[int32]bool  // classes of goroutines that both sides have
	things  map[int32]bool  // the same of objects
	workers map[int32]int32 // class of goroutines to the one that stands for all that do the same
	files   [2]*Side
	static  [2]map[spot]bool   // ops in the sources
	does    [2]map[funcOp]bool // the same by function
	sides   [2]*opLog
	walks   [2]map[index.GID]*walk

	mu     sync.Mutex // both sides are read at once
	places map[place]int32
}

// newDiverger prepares the comparison of what two sides did.
func newDiverger(src *sources, gs, os *pairing, a, b *Side) *diverger {
	d := &diverger{src: src, gs: gs, os: os, files: [2]*Side{a, b}, places: map[place]int32{},
		walks: [2]map[index.GID]*walk{{}, {}}, does: [2]map[funcOp]bool{{}, {}}}
	gs.settle()
	os.settle()
	d.roles, d.things = pairedClasses(gs), pairedClasses(os)
	d.workers = d.sameWork(a)
	for side := range d.static {
		d.static[side] = d.inSource(side)
	}
	return d
}

// A split is a divergence before it is put in words.
type split struct {
	kind string
	spot spot
	at   [2]sighting // ev -1: not known yet
	end  [2]outcome
	has  [2]bool // at and end are of the spot on this side
	time int64
}

// all returns the divergences: ends and ways before counts, each in the order of time. Of an operation that ends on one
// side only the time is that side's: the other one has it never.
func (d *diverger) all() ([]Divergence, int) {
	var list []split
	for _, key := range d.sides[0].order {
		list = append(list, d.compare(key)...)
	}
	for _, key := range d.sides[1].order {
		if d.sides[0].spots[key] == nil {
			list = append(list, d.compare(key)...)
		}
	}
	slices.SortStableFunc(list, func(x, y split) int {
		return cmp.Or(cmp.Compare(rank(x), rank(y)), cmp.Compare(x.time, y.time))
	})
	out := []Divergence{}
	for _, s := range list[:min(len(list), maxDivergences)] {
		out = append(out, d.told(s))
	}
	return out, len(list) - len(out)
}

func rank(s split) int {
	if s.kind == "count" {
		return 1
	}
	return 0
}

// compare looks at one spot.
func (d *diverger) compare(key spot) []split {
	r := [2]*record{d.sides[0].spots[key], d.sides[1].spots[key]}
	if r[0] == nil || r[1] == nil {
		side := 0
		if r[0] == nil {
			side = 1
		}
		return d.path(key, side, r[side])
	}
	only := [2][]outcome{without(r[0], r[1]), without(r[1], r[0])}
	if len(only[0])+len(only[1]) == 0 {
		if r[0].total != r[1].total && key.op != opSelect && d.sides[0].whole && d.sides[1].whole {
			s := split{kind: "count", spot: key, at: [2]sighting{r[0].last, r[1].last}, has: [2]bool{true, true}}
			s.time = min(d.time(0, r[0].last.ev), d.time(1, r[1].last.ev))
			return []split{s}
		}
		return nil
	}
	return d.outcome(key, r, only)
}

// without lists the outcomes of a that b does not have, in a fixed order.
func without(a, b *record) []outcome {
	var list []outcome
	for o := range a.outcomes {
		if b.outcomes[o] == nil {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(x, y outcome) int {
		return cmp.Or(cmp.Compare(x.end, y.end), cmp.Compare(x.obj, y.obj))
	})
	return list
}

// path is a spot that only one side gets to. A line that goroutines of another role pass on the other side has moved there.
func (d *diverger) path(key spot, side int, r *record) []split {
	other := d.sides[1-side]
	if !r.shared || !other.whole || other.done[spot{0, key.op, key.at}] {
		return nil
	}
	best := split{time: math.MaxInt64}
	for _, o := range without(r, &record{}) {
		at := d.earliest(side, r.outcomes[o])
		if t := d.time(side, at.ev); t < best.time {
			best = split{kind: "path", spot: key, time: t}
			best.at[side], best.end[side], best.has[side] = at, o, true
			best.at[1-side] = sighting{-1, -1}
		}
	}
	return []split{best}
}

// earliest is the first sighting of a goroutine that has a partner, since the partner is what it is compared with; where
// none has one, the first of all.
func (d *diverger) earliest(side int, s *seen) sighting {
	best := sighting{-1, -1}
	for _, at := range s.first {
		if d.gs.partner[side][at.g] >= 0 && (best.ev < 0 || at.ev < best.ev) {
			best = at
		}
	}
	if best.ev < 0 {
		return s.min
	}
	return best
}

// outcome is a spot at which the ops end in different ways. Partners that do so are best, the first of them.
func (d *diverger) outcome(key spot, r [2]*record, only [2][]outcome) []split {
	best := split{time: math.MaxInt64}
	for _, oa := range only[0] {
		for _, fa := range r[0].outcomes[oa].first {
			gb := index.GID(d.gs.partner[0][fa.g])
			for _, ob := range only[1] {
				i := slices.IndexFunc(r[1].outcomes[ob].first, func(f sighting) bool { return f.g == gb })
				if i < 0 {
					continue
				}
				fb := r[1].outcomes[ob].first[i]
				if t := d.ended(oa, fa, ob, fb); t < best.time {
					best = split{"outcome", key, [2]sighting{fa, fb}, [2]outcome{oa, ob}, [2]bool{true, true}, t}
				}
			}
		}
	}
	if best.kind != "" {
		return []split{best}
	}
	for side := range 2 {
		if !d.sides[1-side].whole {
			continue
		}
		for _, o := range only[side] {
			at := r[side].outcomes[o].min
			other := d.nearest(1-side, key, index.GID(d.gs.partner[side][at.g]))
			t := d.time(side, at.ev)
			if o.end == endNever {
				t = d.time(1-side, other.ev)
			}
			if t < best.time {
				best = split{kind: "outcome", spot: key, time: t}
				best.at[side], best.end[side], best.has[side] = at, o, true
				best.at[1-side] = other
			}
		}
	}
	if best.kind == "" {
		return nil
	}
	return []split{best}
}

// ended is the earlier time at which one of two ops ended.
func (d *diverger) ended(oa outcome, a sighting, ob outcome, b sighting) int64 {
	t := int64(math.MaxInt64 - 1)
	if oa.end != endNever {
		t = d.time(0, a.ev)
	}
	if ob.end != endNever {
		t = min(t, d.time(1, b.ev))
	}
	return t
}

func (d *diverger) time(side, ev int) int64 {
	if ev < 0 {
		return 0
	}
	return d.sides[side].side.Index.Event(ev).Time
}

// told finds the partner's event where it is not known, and puts a split in words.
func (d *diverger) told(s split) Divergence {
	known := 0
	if !s.has[0] {
		known = 1
	}
	if miss := 1 - known; s.at[miss].g < 0 {
		s.at[miss] = d.nearest(miss, s.spot, index.GID(d.gs.partner[known][s.at[known].g]))
	}
	v := Divergence{Kind: s.kind, AG: s.at[0].g, BG: s.at[1].g, AEvent: s.at[0].ev, BEvent: s.at[1].ev,
		ANS: d.time(0, s.at[0].ev), BNS: d.time(1, s.at[1].ev), ASite: d.site(s, 0), BSite: d.site(s, 1)}
	one := s.at[known]
	v.Role = d.sides[known].side.Index.Goroutines()[one.g].Role
	if known == 1 && v.AG >= 0 {
		v.Role = d.sides[0].side.Index.Goroutines()[v.AG].Role
	}
	v.What = d.words(s, known)
	return v
}

// nearest is the event of a goroutine that is shown opposite to what it does not do: the last time that it passes the
// spot, else the last thing that it does.
func (d *diverger) nearest(side int, key spot, g index.GID) sighting {
	if g < 0 {
		return sighting{g, -1}
	}
	w := d.walkOf(side, g)
	if ev, ok := w.passed[spot{op: key.op, at: key.at}]; ok {
		return sighting{g, ev}
	}
	return sighting{g, w.last}
}

// A walk is where one goroutine came by.
type walk struct {
	passed map[spot]int // the last event at each, of class 0
	last   int          // the last event of all
}

// walkOf is kept: many divergences ask for the same goroutine, which may have done millions of things.
func (d *diverger) walkOf(side int, g index.GID) *walk {
	w := d.walks[side][g]
	if w != nil {
		return w
	}
	l := d.sides[side]
	w = &walk{passed: map[spot]int{}, last: -1}
	l.scan(g, func(o operation) { w.passed[spot{op: o.op, at: o.loc.at}], w.last = o.ev, o.ev })
	if w.last < 0 {
		w.last = l.side.Index.Goroutines()[g].EndEvent
	}
	d.walks[side][g] = w
	return w
}

func (d *diverger) site(s split, side int) string {
	l := d.sides[side]
	if r := l.spots[s.spot]; r != nil {
		return r.site.String()
	}
	if s.at[side].ev < 0 {
		return ""
	}
	return l.side.Index.Event(s.at[side].ev).Site.String()
}
