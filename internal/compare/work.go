package compare

import (
	"cmp"
	"slices"

	"github.com/trace-viz/trace-viz/internal/index"
)

// Bounds on what is looked at to tell what the goroutines of a statement do.
const (
	workMembers = 4       // of its goroutines, the first
	workEvents  = 400     // of each
	workPairs   = 1 << 16 // of statements that are compared
)

// sameWorkFrom is the share of lines (Dice's coefficient) from which two statements are taken to start the same work. A bug
// and its fix, or a loop that one of them never gets into, leave a half of a short goroutine's lines.
const sameWorkFrom = 0.5

// A match of two statements that start the same work under other names.
type workMatch struct {
	a, b       *group
	score      float64 // of the likeness, and a little for what else is the same
	confidence float64
}

// byWork pairs what no name pairs: a function was renamed, became a method, was put into a literal or into wg.Go, or is
// started by a helper. Such goroutines still come by the same lines of the source. A name that is left over on both sides
// has moved and is no new one of another.
func (p *goPairing) byWork(factor float64, scope func(side int, g *index.Goroutine) string) {
	a, b := p.groups(0, p.free(0), scope), p.groups(1, p.free(1), scope)
	if len(a)*len(b) > workPairs {
		return
	}
	names := [2]map[string]bool{functions(a), functions(b)}
	var list []workMatch
	for _, ga := range a {
		if names[1][ga.base] {
			continue
		}
		for _, gb := range b {
			if ga.scope == gb.scope && !names[0][gb.base] {
				if m, ok := p.alike(ga, gb); ok {
					list = append(list, m)
				}
			}
		}
	}
	slices.SortStableFunc(list, func(x, y workMatch) int { return cmp.Compare(y.score, x.score) })
	done := map[*group]bool{}
	for _, m := range list {
		if done[m.a] || done[m.b] {
			continue
		}
		done[m.a], done[m.b] = true, true
		confidence := m.confidence * factor
		if up := p.list[0][m.a.members[0]].Parent; up >= 0 && p.partner[0][up] >= 0 {
			confidence *= p.confidence[up]
		}
		p.join(m.a, m.b, confidence, func(ma, mb int32) { p.todo = append(p.todo, [2]int32{ma, mb}) })
	}
	p.descend()
}

// functions are the names of functions, which those of literals are not.
func functions(list []*group) map[string]bool {
	m := map[string]bool{}
	for _, g := range list {
		if !g.literal {
			m[g.base] = true
		}
	}
	return m
}

// alike compares what the goroutines of two statements do. One line alone is enough only if the statement itself is the same.
func (p *goPairing) alike(a, b *group) (workMatch, bool) {
	x, y := p.places(0, a.members[0]), p.places(1, b.members[0])
	both := 0
	for at := range x {
		if y[at] {
			both++
		}
	}
	here := a.sure >= lineSimilar && a.at == b.at
	if both == 0 || both == 1 && !here {
		return workMatch{}, false
	}
	likeness := 2 * float64(both) / float64(len(x)+len(y))
	m := workMatch{a: a, b: b, score: likeness, confidence: 0.6 * likeness}
	if here {
		m.score += 0.02
		m.confidence = 0.7 * likeness
	}
	if arguments(a) == arguments(b) {
		m.score += 0.01
	}
	return m, likeness >= sameWorkFrom
}

// arguments are the constant ones in a group's name.
func arguments(g *group) string { return g.norm[len(g.base):] }

// places are the lines of the program, in B's source, that the goroutines of a statement come by. Member is one of them.
func (p *goPairing) places(side int, member int32) map[place]bool {
	made := p.made[side][member]
	if m := p.work[side][made]; m != nil {
		return m
	}
	m := map[place]bool{}
	p.work[side][made] = m
	left := workMembers
	for g := range p.list[side] {
		if left > 0 && p.made[side][g] == made {
			left--
			p.comesBy(side, index.GID(g), m)
		}
	}
	return m
}

func (p *goPairing) comesBy(side int, g index.GID, m map[place]bool) {
	ix := p.ix[side]
	events := ix.EventsOf(g)
	seen := map[uint32]bool{}
	for _, ev := range events[:min(len(events), workEvents)] {
		e := ix.Brief(int(ev))
		// Where it was preempted or entered a system call is a matter of timing.
		if e.G != g || e.Stack == 0 || seen[e.Stack] || !told[e.Kind] && e.Kind != index.KindBlock {
			continue
		}
		seen[e.Stack] = true
		site := ix.Event(int(ev)).Site
		if own := p.src.own[side]; len(own) > 0 && !own[site.File] {
			continue
		}
		at, _ := p.src.ofB(site)
		if side == 0 {
			at, _ = p.src.ofA(site)
		}
		m[at] = true
	}
}
