package index

import (
	"cmp"
	"slices"
	"sort"
)

// Flows returns what connects goroutines from t0 to t1, at most limit of them: spawns, wake-ups and messages, each kind
// in the order of time. With g ≥ 0, only those from or to g. When there are more, they are thinned out evenly; when there
// are very many, only an even sample of the events is looked at.
func (ix *Index) Flows(t0, t1 int64, g GID, limit int) []Flow {
	list := []Flow{}
	lo, hi := ix.eventAt(t0-1)+1, ix.eventAt(t1)
	if hi < lo || limit <= 0 {
		return list
	}
	take := func(ev uint32) {
		if f, ok := ix.flow(ev); ok && (g < 0 || f.From == g || f.To == g) {
			list = append(list, f)
		}
	}
	if g >= 0 {
		for _, t := range []*track{ix.states(int32(g)), ix.acts(int32(g))} {
			from := first(t, uint32(lo))
			sample(t.upTo(uint32(hi))-from, maxScan, func(i int) { take(t.at(from + i)) })
		}
	} else {
		sample(hi-lo+1, maxScan, func(i int) { take(uint32(lo + i)) })
	}
	list = ix.messages(list, uint32(lo), uint32(hi), g)
	slices.SortFunc(list, func(a, b Flow) int {
		return cmp.Or(cmp.Compare(a.T0, b.T0), cmp.Compare(a.Event, b.Event), cmp.Compare(a.Obj, b.Obj), cmp.Compare(a.K, b.K))
	})
	return thin(list, limit)
}

// How many events and messages Flows looks at: enough for an even picture, few enough to answer at once.
const (
	maxScan     = 1 << 16
	maxMessages = 1 << 15
	maxMessageG = 1 << 18 // of all goroutines, to find those of one
)

// sampleRun is how many neighbours sample takes at a time: what happens in turn is then met in the shares that it has.
const sampleRun = 64

// sample calls f with the numbers from 0 to n-1, or with about limit of them in runs that are spread evenly.
func sample(n, limit int, f func(i int)) {
	if n <= limit {
		for i := range n {
			f(i)
		}
		return
	}
	runs := max(1, limit/sampleRun)
	for r := range runs {
		at := int(int64(r) * int64(n) / int64(runs))
		for i := range min(sampleRun, limit, n-at) {
			f(at + i)
		}
	}
}

func first(t *track, ev uint32) int {
	if ev == 0 {
		return 0
	}
	return t.upTo(ev - 1)
}

// flow returns the spawn or wake-up of an event.
func (ix *Index) flow(ev uint32) (Flow, bool) {
	kind := ix.kind(ev)
	if kind != KindSpawn && kind != KindUnblock || ix.g(ev) < 0 {
		return Flow{}, false
	}
	f := Flow{Kind: "wake", From: GID(ix.g(ev)), To: GID(ix.other(ev)), Obj: None, T0: ix.time(ev), FromEvent: int(ev)}
	if kind == KindSpawn {
		f.Kind = "spawn"
	}
	f.T1, f.Event = f.T0, f.FromEvent
	t := ix.states(int32(f.To))
	if i := t.upTo(ev); i < t.n {
		f.Event = int(t.at(i))
		f.T1 = ix.time(uint32(f.Event))
	}
	return f, true
}

// messages adds the messages that were in flight or received between two events.
func (ix *Index) messages(list []Flow, lo, hi uint32, g GID) []Flow {
	total := 0
	for id := range ix.objs {
		from, to := ix.objs[id].between(lo, hi)
		total += to - from
	}
	limit := maxMessages
	if g >= 0 {
		limit = maxMessageG
	}
	seen, taken := 0, 0
	for id := range ix.objs {
		o := &ix.objs[id]
		from, to := o.between(lo, hi)
		seen += to - from
		share := to - from
		if total > limit {
			// Its part of the limit, with what was too little to share out among the objects before it.
			share = int(int64(seen)*int64(limit)/int64(total)) - taken
		}
		taken += share
		sample(to-from, share, func(i int) {
			if f, ok := ix.message(OID(id), from+i); ok && (g < 0 || f.From == g || f.To == g) {
				list = append(list, f)
			}
		})
	}
	return list
}

// between returns which messages of a channel were in flight or received between two events: from to to-1.
func (o *object) between(lo, hi uint32) (from, to int) {
	if len(o.recvs) == 0 || o.first > hi {
		return 0, 0
	}
	from = sort.Search(len(o.recvs), func(i int) bool { return o.recvs[i].effect >= lo })
	to = sort.Search(min(len(o.sends), len(o.recvs)), func(i int) bool { return o.sends[i].effect > hi })
	return from, max(from, to)
}

// message returns message k of a channel, from 0, if both of its ends are known.
func (ix *Index) message(id OID, k int) (Flow, bool) {
	s, r := ix.objs[id].sends[k], ix.objs[id].recvs[k]
	if s.ev == noEvent || r.ev == noEvent {
		return Flow{}, false
	}
	from := s.effect
	if ix.objs[id].kind == KindPipe {
		from = min(from, r.effect) // the reader was sooner with its record
	}
	return Flow{Kind: "message", From: GID(ix.g(s.ev)), To: GID(ix.g(r.ev)), Obj: id, T0: ix.time(from),
		T1: ix.time(r.effect), FromEvent: int(from), Event: int(r.effect), K: k + 1}, true
}

// thin keeps limit elements of a list, evenly.
func thin(list []Flow, limit int) []Flow {
	if len(list) <= limit {
		return list
	}
	for i := range limit {
		list[i] = list[i*len(list)/limit]
	}
	return list[:limit]
}
