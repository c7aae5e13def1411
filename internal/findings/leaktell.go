package findings

import (
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
)

// tell puts goroutines that are stuck in the same way into one finding, with what waits because of them.
func (l *leaks) tell() []Finding {
	w := l.w
	all := w.groups(l.withoutCycles())
	for _, gr := range all {
		if gr.soft {
			gr.next = nil // who has done nothing yet is no reason that another one waits
		}
	}
	var order []string
	clusters := map[string][][]int{}
	for _, part := range roots(all) {
		key := l.signature(all, part)
		if clusters[key] == nil {
			order = append(order, key)
		}
		clusters[key] = append(clusters[key], part)
	}
	owned := l.dependants(all)
	var list []Finding
	for _, key := range order {
		list = append(list, l.finding(all, clusters[key], owned))
	}
	return list
}

// withoutCycles is the dead without those that partial-deadlock and double-lock tell of, and what waits because of them.
func (l *leaks) withoutCycles() []index.GID {
	w, list := l.w, sorted(l.dead)
	var waits []index.GID
	gone := map[index.GID]bool{}
	for _, g := range list {
		if s := w.state(g); lockWait(s) {
			waits = append(waits, g)
			gone[g] = slices.Contains(s.Held, s.Obj)
		}
	}
	for _, circle := range w.circles(waits) {
		for _, g := range circle {
			gone[g] = true
		}
	}
	for changed := true; changed; {
		changed = false
		list = slices.DeleteFunc(list, func(g index.GID) bool {
			drop := gone[g] || slices.ContainsFunc(w.wakersOf(w.state(g)).alive, func(h index.GID) bool { return gone[h] })
			gone[g], changed = drop, changed || drop
			return drop
		})
	}
	return list
}

// signature is the same for parts that got stuck at the same places.
func (l *leaks) signature(all []*group, part []int) string {
	var keys []string
	for _, n := range part {
		s := all[n].first
		keys = append(keys, s.Op+" "+l.w.site(s))
	}
	slices.Sort(keys)
	return strings.Join(slices.Compact(keys), "\n")
}

// dependants gives for each part the groups that wait because of it, by the number of the part.
func (l *leaks) dependants(all []*group) map[int][]int {
	owned := map[int][]int{}
	for n, gr := range all {
		at := n
		for range all { // a way down ends, but for cycles, which are one part
			next := slices.IndexFunc(all[at].next, func(m int) bool { return all[m].part != all[at].part })
			if next < 0 {
				break
			}
			at = all[at].next[next]
		}
		if all[at].part != gr.part {
			owned[all[at].part] = append(owned[all[at].part], n)
		}
	}
	return owned
}

// finding tells of parts that are stuck in the same way.
func (l *leaks) finding(all []*group, cluster [][]int, owned map[int][]int) Finding {
	w, f := l.w, Finding{Verdict: Proven}
	var members, after []index.GID
	var objects []index.OID
	for _, part := range cluster {
		members = append(members, w.members(all, part)...)
		for _, n := range part {
			objects = append(objects, all[n].objects()...)
		}
		for _, n := range owned[all[part[0]].part] {
			after = append(after, all[n].members...)
		}
	}
	slices.Sort(members)
	slices.Sort(after)
	if len(cluster) == 1 {
		w.distinguish(objects)
	}
	f.Message = l.message(all, cluster, members)
	if len(after) > 0 {
		f.Message += " " + w.names(after) + " " + plural(len(after), "waits", "wait") + " because of that."
	}
	for _, g := range append(members, after...) {
		w.addGoroutine(&f, g)
		f.TimeNS = max(f.TimeNS, w.state(g).Since)
		if len(f.Why) < mostNames {
			f.Why = append(f.Why, w.why(g)[0]+".")
		}
		if why := l.doubt[g]; why != "" && f.Verdict == Proven {
			f.Verdict = Suspected
			defer func() { f.Why = append(f.Why, "Not proven: "+why+".") }()
		}
	}
	w.addObjects(&f, objects)
	slices.Sort(f.Events)
	f.hint = mend(all, cluster[0])
	return f
}

// message tells what one part waits for, and that of all the goroutines.
func (l *leaks) message(all []*group, cluster [][]int, members []index.GID) string {
	w, gr := l.w, all[cluster[0][0]]
	text := ""
	switch {
	case len(cluster[0]) > 1:
		text = w.part(all, cluster[0])
	case gr.first.Op == "send" && gr.first.Obj >= 0 && len(w.use(gr.first.Obj).recv) == 0:
		text = w.names(members) + " " + plural(len(members), "waits", "wait") + " to send to " + w.object(gr.first.Obj) +
			w.full(gr.first.Obj) + ", from which nobody ever received"
	default:
		same := *gr
		same.members = members
		text = w.names(members) + " " + w.story(&same, nil)
	}
	if !l.over {
		return text + "."
	}
	return text + ". The program ended without " + plural(len(members), "it", "them") + "."
}
