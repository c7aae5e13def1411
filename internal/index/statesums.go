package index

import "sort"

// markLen is how many events there are between two marks.
const markLen = 1024

// stateSums knows how long all goroutines together were in each state, from the beginning to any moment, without a look at
// the events. It is exact at its marks, and takes them to be joined by straight lines.
type stateSums struct {
	running [NumStates]int   // goroutines of the program in each state now
	entered [NumStates]int64 // the times at which those came into it, added up; less by what was spent in it by others
	marks   []stateMark
}

// stateMark is a moment with the time spent in each state until then.
type stateMark struct {
	t     int64
	spent [NumStates]int64
}

// change notes that d more goroutines are in a state from t on.
func (s *stateSums) change(state uint8, d int, t int64) {
	s.running[state] += d
	s.entered[state] += int64(d) * t
}

// at is the mark of now or later, if nothing changes until then.
func (s *stateSums) at(t int64) stateMark {
	m := stateMark{t: t}
	for i, n := range s.running {
		m.spent[i] = int64(n)*t - s.entered[i]
	}
	return m
}

func (s *stateSums) mark(t int64) { s.marks = append(s.marks, s.at(t)) }

// until returns the time spent in each state until t; end is the end of the recording.
func (s *stateSums) until(t, end int64) (spent [NumStates]float64) {
	n := sort.Search(len(s.marks), func(i int) bool { return s.marks[i].t > t })
	if n == 0 {
		return spent
	}
	a, b := s.marks[n-1], s.at(end)
	if n < len(s.marks) {
		b = s.marks[n]
	}
	part := 0.0
	if b.t > a.t {
		part = float64(min(t, b.t)-a.t) / float64(b.t-a.t)
	}
	for i := range spent {
		spent[i] = float64(a.spent[i]) + part*float64(b.spent[i]-a.spent[i])
	}
	return spent
}

// manyEvents is from how many events on sums over all goroutines are told from the marks.
const manyEvents = 1 << 20

// StateTimes returns how long all goroutines together were in each state, for n equal parts of the time from t0 to t1. It
// answers at once, to within some hundred events, for a recording of very many events, and not for others (ok is false):
// those can be added up.
func (ix *Index) StateTimes(t0, t1 int64, n int) (parts [][NumStates]float64, ok bool) {
	if ix.n < manyEvents {
		return nil, false
	}
	return ix.stateTimes(t0, t1, n), true
}

func (ix *Index) stateTimes(t0, t1 int64, n int) [][NumStates]float64 {
	parts := make([][NumStates]float64, n)
	before := ix.sumsOf.until(t0, ix.end)
	for i := range parts {
		after := ix.sumsOf.until(t0+int64(float64(t1-t0)*float64(i+1)/float64(n)), ix.end)
		for s := range after {
			if !hidden(uint8(s)) {
				parts[i][s] = max(0, after[s]-before[s])
			}
		}
		before = after
	}
	return parts
}

// manyOverview is Overview for a recording of very many events.
func (ix *Index) manyOverview(o *OverviewData) {
	for x, sums := range ix.stateTimes(0, ix.end, o.Px) {
		for s, ns := range sums {
			if ns > 0 && o.States[s] == nil {
				o.States[s] = make([]float64, o.Px)
			}
			if ns > 0 {
				o.States[s][x] = ns
			}
		}
	}
	forever := &overview{w: float64(ix.end) / float64(o.Px), px: o.Px}
	for g := range ix.gs {
		if p := &ix.gs[g]; ix.ended && Blocked(p.state) {
			since := int64(0)
			if p.last != noEvent {
				since = ix.time(p.last)
			}
			forever.add(p.state, since, ix.end)
		}
	}
	forever.addTo(o.Forever)
}
