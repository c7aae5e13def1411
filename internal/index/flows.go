package index

import (
	"cmp"
	"slices"
	"sort"
)

// Flows returns what connects goroutines from t0 to t1, at most limit of them: spawns, wake-ups and messages, each kind
// in the order of time. With g ≥ 0, only those from or to g. When there are more, they are thinned out evenly.
func (ix *Index) Flows(t0, t1 int64, g GID, limit int) []Flow {
	list := []Flow{}
	lo, hi := ix.eventAt(t0-1)+1, ix.eventAt(t1)
	if hi < lo || limit <= 0 {
		return list
	}
	stride := 1
	if n := hi - lo + 1; g < 0 && n > maxScan {
		stride = n / maxScan
	}
	take := func(ev uint32) {
		if f, ok := ix.flow(ev); ok && (g < 0 || f.From == g || f.To == g) {
			list = append(list, f)
		}
	}
	if g >= 0 {
		for _, t := range []*track{ix.states(int32(g)), ix.acts(int32(g))} {
			for i := first(t, uint32(lo)); i < t.n && int(t.at(i)) <= hi; i++ {
				take(t.at(i))
			}
		}
	} else {
		for ev := lo; ev <= hi; ev += stride {
			take(uint32(ev))
		}
	}
	list = ix.messages(list, uint32(lo), uint32(hi), g)
	slices.SortFunc(list, func(a, b Flow) int {
		return cmp.Or(cmp.Compare(a.T0, b.T0), cmp.Compare(a.Event, b.Event), cmp.Compare(a.Obj, b.Obj), cmp.Compare(a.K, b.K))
	})
	return thin(list, limit)
}

// maxScan is how many events Flows looks at when it is not asked for one goroutine.
const maxScan = 1 << 20

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
	for id := range ix.objs {
		o := &ix.objs[id]
		if len(o.recvs) == 0 || o.first > hi {
			continue
		}
		k := sort.Search(len(o.recvs), func(i int) bool { return o.recvs[i].effect >= lo })
		for ; k < len(o.recvs) && k < len(o.sends) && o.sends[k].effect <= hi; k++ {
			s, r := o.sends[k], o.recvs[k]
			if s.ev == noEvent || r.ev == noEvent {
				continue
			}
			f := Flow{Kind: "message", From: GID(ix.g(s.ev)), To: GID(ix.g(r.ev)), Obj: OID(id), T0: ix.time(s.effect),
				T1: ix.time(r.effect), FromEvent: int(s.effect), Event: int(r.effect), K: k + 1}
			if g < 0 || f.From == g || f.To == g {
				list = append(list, f)
			}
		}
	}
	return list
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
