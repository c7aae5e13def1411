package findings

import (
	"cmp"
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
)

// tell puts goroutines that are stuck in the same way into one finding, with what waits because of them.
func (l *leaks) tell() []Finding {
	w := l.w
	all := w.groups(l.withoutCycles())
	l.knot(all)
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

// knot links groups for which nobody did what is needed yet. Who has done nothing yet is no reason that another one waits;
// but where such a one has the channel and waits itself, in the end for a lock that the first holds, the two hold each other up.
func (l *leaks) knot(all []*group) {
	of := map[index.GID]int{}
	for n, gr := range all {
		if gr.soft || len(gr.wakers.alive) == 0 {
			gr.next = nil
		}
		for _, g := range gr.members {
			of[g] = n
		}
	}
	wide := make([]*group, len(all))
	for n, gr := range all {
		wide[n] = &group{next: slices.Clone(gr.next)}
		if len(gr.wakers.alive)+len(gr.wakers.gone) > 0 {
			continue
		}
		for _, o := range gr.objects() {
			for _, g := range l.circleOf(o).sure {
				if m, dead := of[g]; dead && m != n {
					wide[n].add(of, g)
				}
			}
		}
	}
	for _, part := range parts(wide) {
		if !slices.ContainsFunc(part, func(n int) bool {
			held := lockWait(all[n].first) || all[n].first.Op == "once"
			return held && slices.ContainsFunc(all[n].next, func(m int) bool { return slices.Contains(part, m) })
		}) {
			continue
		}
		for _, n := range part {
			hard := all[n].next
			all[n].next = slices.DeleteFunc(wide[n].next, func(m int) bool { return !slices.Contains(part, m) && !slices.Contains(hard, m) })
		}
	}
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
	doubt := ""
	for _, part := range cluster {
		members = append(members, w.members(all, part)...)
		for _, n := range part {
			objects = append(objects, all[n].objects()...)
		}
	}
	for _, part := range cluster {
		for _, n := range owned[all[part[0]].part] {
			after = append(after, all[n].members...)
			objects = append(objects, all[n].objects()...)
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
		doubt = cmp.Or(doubt, l.doubt[g])
	}
	if doubt != "" {
		f.Verdict = Suspected
		f.Why = append(f.Why, "Not proven: "+doubt+".")
	}
	w.addObjects(&f, objects)
	slices.Sort(f.Events)
	f.hint = w.mend(all, cluster[0])
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
