package compare

import (
	"fmt"
	"strconv"

	"github.com/trace-viz/trace-viz/internal/index"
)

// objLevels are tried in order. An object whose making was recorded has its place; of a lock there is only the name that it
// was first used through, and where.
var objLevels = []level{
	{1, func(g *group) string { return placeKey(g, lineSame, g.norm) }},
	{0.9, func(g *group) string { return placeKey(g, lineSimilar, g.norm) }},
	{0.8, func(g *group) string { return placeKey(g, lineSimilar, g.base) }},
	{0.9, func(g *group) string { return unmadeKey(g, g.norm) }},
	{0.7, func(g *group) string { return "|" + g.norm }},
}

func unmadeKey(g *group, name string) string {
	if g.at.file != "" {
		return ""
	}
	return "unmade|" + name
}

// objPairing is a pairing of objects while it is made.
type objPairing struct {
	*pairing
	src     *sources
	gs      *pairing
	sides   [2]*Side
	renames map[string]string
}

// pairObjects pairs objects by where and by whom they were made, then by where alone, then by name, by a name that the
// source diff shows to be the new one of the old, and at last by where they were used, or as what is left of a kind.
func pairObjects(a, b *Side, src *sources, gs *pairing) *pairing {
	p := &objPairing{src: src, gs: gs, sides: [2]*Side{a, b}, renames: renames(a, b, src)}
	lists := [2][]index.Object{a.Index.Objects(), b.Index.Objects()}
	p.pairing = newPairing([2]int{len(lists[0]), len(lists[1])}, func(side, m int) statement {
		o := &lists[side][m]
		return statement{o.Made.File, o.Made.Line, o.Kind + "|" + o.Name}
	})
	p.match(objLevels[:3], 1, p.maker)
	p.match(objLevels, 0.9, nil)
	p.match([]level{{0.6, func(g *group) string { return "|" + p.renamed(g) }}}, 1, nil)
	p.match([]level{{0.5, func(g *group) string { return p.used(g) }}}, 1, nil)
	p.match([]level{{0.4, func(g *group) string { return unmadeKey(g, g.base) }}}, 1, nil)
	return p.pairing
}

// maker names the pair that the maker of an object belongs to.
func (p *objPairing) maker(side int, o *index.Object) string {
	if o.MadeEvent < 0 {
		return ""
	}
	g := int32(p.sides[side].Index.Event(o.MadeEvent).G)
	if side == 1 && g >= 0 {
		g = p.gs.partner[1][g]
	} else if g >= 0 && p.gs.partner[0][g] < 0 {
		g = -1
	}
	if g < 0 {
		return "side " + strconv.Itoa(side) // a maker without partner
	}
	return strconv.Itoa(int(g))
}

func (p *objPairing) match(levels []level, factor float64, scope func(side int, o *index.Object) string) {
	a, b := p.groups(0, scope), p.groups(1, scope)
	matchGroups(a, b, levels, func(ga, gb *group, confidence float64) {
		if len(ga.members)+len(gb.members) > 2 {
			confidence *= factor // of one object of one place there is no other that it could be taken for
		}
		p.join(ga, gb, confidence, func(_, _ int32) {})
	})
}

func (p *objPairing) groups(side int, scope func(side int, o *index.Object) string) []*group {
	var list []*group
	at := map[groupKey]*group{}
	all := p.sides[side].Index.Objects()
	for _, m := range p.free(side) {
		o := &all[m]
		in := ""
		if scope != nil {
			in = scope(side, o) + "/"
		}
		key := groupKey{in, p.made[side][m]}
		gr := at[key]
		if gr == nil {
			gr = &group{norm: o.Kind + "|" + o.Name, base: o.Kind, scope: in, side: side}
			if o.Made.File != "" {
				gr.at, gr.sure = p.place(side, o.Made)
			}
			at[key] = gr
			list = append(list, gr)
		}
		gr.members = append(gr.members, m)
	}
	return list
}

func (p *objPairing) place(side int, s index.Site) (place, uint8) {
	if side == 0 {
		return p.src.ofA(s)
	}
	return p.src.ofB(s)
}

// renamed is a group's kind and name, the name as B has it.
func (p *objPairing) renamed(g *group) string {
	if to := p.renames[g.norm]; g.side == 0 && to != "" {
		return to
	}
	return g.norm
}

// uses bounds the events of an object that are searched for the places where it is used.
const uses = 200

// used is a group's kind with the first line, in B's source, on which its first object is used.
func (p *objPairing) used(g *group) string {
	ix := p.sides[g.side].Index
	events := ix.EventsOfObject(index.OID(g.members[0]))
	var first place
	for _, ev := range events[:min(len(events), uses)] {
		at, sure := p.place(g.side, ix.Event(int(ev)).Site)
		if sure != lineGone && (first.file == "" || at.file < first.file || at.file == first.file && at.line < first.line) {
			first = at
		}
	}
	if first.file == "" {
		return ""
	}
	return fmt.Sprintf("%s|%s:%d", g.base, first.file, first.line)
}

// renames finds what names of A's source became: the operations on a line are paired by what they do and their order. The
// most frequent new name wins, and a name that is kept anywhere was not renamed.
func renames(a, b *Side, src *sources) map[string]string {
	if a.Rec.Sites == nil || b.Rec.Sites == nil {
		return nil
	}
	type opAt struct {
		at place
		op string
		n  int
	}
	names, count := map[opAt]string{}, map[opAt]int{}
	next := func(at place, op string) opAt {
		k := opAt{at: at, op: op}
		count[k]++
		k.n = count[k]
		return k
	}
	for _, s := range b.Rec.Sites.Sites {
		names[next(place{b.Rec.Sites.Files[s.File], s.Line}, s.Op)] = s.Name
	}
	clear(count)
	votes := map[string]map[string]int{}
	for _, s := range a.Rec.Sites.Sites {
		at, sure := src.ofA(index.Site{File: a.Rec.Sites.Files[s.File], Line: s.Line})
		if sure == lineGone {
			continue
		}
		if to := names[next(at, s.Op)]; to != "" {
			if votes[s.Name] == nil {
				votes[s.Name] = map[string]int{}
			}
			votes[s.Name][to]++
		}
	}
	return elected(votes)
}

// elected turns votes on names into a map of every kind of object with the old name to the new one.
func elected(votes map[string]map[string]int) map[string]string {
	m := map[string]string{}
	for from, list := range votes {
		best := from
		for to, n := range list {
			if list[from] == 0 && (best == from || n > list[best] || n == list[best] && to < best) {
				best = to
			}
		}
		if best == from {
			continue
		}
		for _, kind := range []string{"channel", "mutex", "rwmutex", "waitgroup", "cond", "once"} {
			m[kind+"|"+from] = kind + "|" + best
		}
	}
	return m
}

// objects lists the pairs in A's order, then what only B has.
func (p *pairing) objects(a, b *Side, r *Result) {
	r.Objects = []ObjectPair{}
	put := func(o ObjectPair) {
		if len(r.Objects) == maxListed {
			r.Pairing.ObjectsLeftOut++
			return
		}
		r.Objects = append(r.Objects, o)
	}
	oa, ob := a.Index.Objects(), b.Index.Objects()
	for i := range oa {
		x := &oa[i]
		pair := ObjectPair{Kind: x.Kind, Name: x.Name, A: object(x), Confidence: p.confidence[i]}
		if partner := p.partner[0][i]; partner >= 0 {
			pair.B = object(&ob[partner])
			pair.Renamed = pair.B.Name != x.Name
		}
		put(pair)
	}
	for _, i := range p.free(1) {
		put(ObjectPair{Kind: ob[i].Kind, Name: ob[i].Name, B: object(&ob[i])})
	}
}

func object(o *index.Object) *Object {
	return &Object{O: o.ID, Kind: o.Kind, Name: o.Name, Made: o.Made.String()}
}
