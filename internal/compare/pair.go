package compare

import (
	"slices"
	"strconv"
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
)

// A group is what one statement made: goroutines of one go statement, or objects of one make, in order.
type group struct {
	norm    string // what it is called, without what a shifted line changes in that
	base    string // the same without constant arguments
	literal bool   // a function literal: its name says nothing but its line
	at      place  // in B's source
	sure    uint8  // lineGone if the place stands for nothing in the other source
	scope   string // where it must be found: the pair of its makers, or ""
	side    int
	members []int32
}

// A groupKey tells groups apart.
type groupKey struct {
	scope string
	made  int32
}

// A level is one way to recognise a group: the key that both must have, and how sure that makes. "" is no key.
type level struct {
	confidence float64
	key        func(g *group) string
}

// goLevels are tried in order, the surest first. Changed constant arguments, a changed line and a moved statement each cost
// some of the confidence; a literal that has moved can't be told from another one.
var goLevels = []level{
	{1, func(g *group) string { return placeKey(g, lineSame, g.norm) }},
	{0.9, func(g *group) string { return placeKey(g, lineSimilar, g.norm) }},
	{0.8, func(g *group) string { return placeKey(g, lineSimilar, g.base) }},
	{0.7, func(g *group) string { return nameKey(g, g.norm) }},
	{0.5, func(g *group) string { return nameKey(g, g.base) }},
}

func placeKey(g *group, sure uint8, name string) string {
	if g.sure < sure {
		return ""
	}
	return g.at.file + ":" + strconv.Itoa(g.at.line) + "|" + name
}

func nameKey(g *group, name string) string {
	if g.literal {
		return ""
	}
	return "|" + name
}

// matchGroups tells the pairs of groups, level by level, each group once.
func matchGroups(a, b []*group, levels []level, found func(a, b *group, confidence float64)) {
	done := map[*group]bool{}
	for _, l := range levels {
		where := map[string][]*group{}
		for _, g := range b {
			if key := l.key(g); key != "" && !done[g] {
				where[g.scope+key] = append(where[g.scope+key], g)
			}
		}
		for _, g := range a {
			key := l.key(g)
			list := where[g.scope+key]
			if key == "" || done[g] || len(list) == 0 {
				continue
			}
			where[g.scope+key] = list[1:]
			done[g], done[list[0]] = true, true
			found(g, list[0], l.confidence)
		}
	}
}

// unequal is what it costs when two statements made different numbers: which ones are the further ones is a guess.
const unequal = 0.9

// A pairing is who is whose partner. Members are numbered by GID or OID.
type pairing struct {
	partner    [2][]int32 // -1: none
	confidence []float64  // by member of A
	made       [2][]int32 // by member: the statement that made it, numbered from 0 on each side
	first      [2]int32   // the class of statement 0 of each side
	classes    []int32    // sets of statements: each names another one of its set, or itself
}

// A statement is what members are grouped by before anything is paired.
type statement struct {
	file string
	line int
	name string
}

// newPairing numbers the statements that made n[side] members.
func newPairing(n [2]int, made func(side, member int) statement) *pairing {
	p := &pairing{confidence: make([]float64, n[0])}
	for side := range 2 {
		p.partner[side] = slices.Repeat([]int32{-1}, n[side])
		p.made[side] = make([]int32, n[side])
		p.first[side] = int32(len(p.classes))
		numbers := map[statement]int32{}
		for m := range n[side] {
			st := made(side, m)
			id, ok := numbers[st]
			if !ok {
				id = int32(len(numbers))
				numbers[st] = id
				p.classes = append(p.classes, int32(len(p.classes)))
			}
			p.made[side][m] = id
		}
	}
	return p
}

// class is the role of a member: the same number for all that one statement made, and for what the statement on the other
// side made that it was paired with.
func (p *pairing) class(side int, member int32) int32 {
	return p.root(p.first[side] + p.made[side][member])
}

func (p *pairing) root(id int32) int32 {
	for up := p.classes[id]; up != id; id, up = up, p.classes[up] {
		if top := p.classes[up]; top != up {
			p.classes[id] = top
		}
	}
	return id
}

// settle makes class a mere look-up that changes nothing: what was paired stays so, and may be asked by several goroutines.
func (p *pairing) settle() {
	for id := range p.classes {
		p.classes[id] = p.root(int32(id))
	}
}

func (p *pairing) unite(a, b int32) { p.classes[p.root(b)] = p.root(a) }

// join makes the members of two groups partners, in order.
func (p *pairing) join(a, b *group, confidence float64, paired func(a, b int32)) {
	if len(a.members) != len(b.members) {
		confidence *= unequal
	}
	free := func(list []int32, side int) []int32 {
		return slices.DeleteFunc(slices.Clone(list), func(m int32) bool { return p.partner[side][m] >= 0 })
	}
	la, lb := free(a.members, 0), free(b.members, 1)
	for i := range min(len(la), len(lb)) {
		ma, mb := la[i], lb[i]
		p.partner[0][ma], p.partner[1][mb] = mb, ma
		p.confidence[ma] = hundredths(confidence)
		if i == 0 {
			p.unite(p.class(0, ma), p.class(1, mb))
		}
		paired(ma, mb)
	}
}

func (p *pairing) free(side int) []int32 {
	var list []int32
	for m, partner := range p.partner[side] {
		if partner < 0 {
			list = append(list, int32(m))
		}
	}
	return list
}

// goPairing is a pairing of goroutines while it is made.
type goPairing struct {
	*pairing
	src  *sources
	list [2][]index.Goroutine
	kids [2]map[int32][]int32
	todo [][2]int32
	busy bool
	ix   [2]*index.Index
	work [2]map[int32]map[place]bool // of statements: the lines that their goroutines come by
}

// pairGoroutines pairs goroutines from the top of the spawn trees down: the children of two partners with one another. What
// is left there under other names is paired by what it does. What is left then is paired by its statement and its parent's
// role alone, then by its statement alone, then by what it does alone: it may have moved into another goroutine.
func pairGoroutines(a, b *Side, src *sources) *pairing {
	p := &goPairing{src: src, list: [2][]index.Goroutine{a.Index.Goroutines(), b.Index.Goroutines()},
		ix: [2]*index.Index{a.Index, b.Index}, work: [2]map[int32]map[place]bool{{}, {}}}
	p.pairing = newPairing([2]int{len(p.list[0]), len(p.list[1])}, func(side, m int) statement {
		g := &p.list[side][m]
		return statement{g.SpawnSite.File, g.SpawnSite.Line, g.Role}
	})
	for side := range 2 {
		p.kids[side] = map[int32][]int32{}
		for i := range p.list[side] {
			parent := int32(p.list[side][i].Parent)
			if parent >= int32(i) {
				parent = index.None // damage
			}
			p.kids[side][parent] = append(p.kids[side][parent], int32(i))
		}
	}
	p.match(p.kids[0][index.None], p.kids[1][index.None], 1, nil)
	parent := func(side int, g *index.Goroutine) string {
		if g.Parent < 0 {
			return ""
		}
		return strconv.Itoa(int(p.class(side, int32(g.Parent))))
	}
	p.byWork(1, parent)
	p.match(p.free(0), p.free(1), 0.8, parent)
	p.match(p.free(0), p.free(1), 0.6, nil)
	p.byWork(0.8, nil)
	return p.pairing
}

// match pairs what is free among some goroutines of both sides.
func (p *goPairing) match(a, b []int32, factor float64, scope func(side int, g *index.Goroutine) string) {
	if len(a) == 0 || len(b) == 0 {
		return
	}
	matchGroups(p.groups(0, a, scope), p.groups(1, b, scope), goLevels, func(ga, gb *group, confidence float64) {
		if ga.norm == "main" && p.list[0][ga.members[0]].Start == "runtime.main" {
			confidence = 1
		}
		p.join(ga, gb, confidence*factor, func(ma, mb int32) { p.todo = append(p.todo, [2]int32{ma, mb}) })
		p.descend()
	})
}

// descend pairs the children of new partners. They are no surer than their parents.
func (p *goPairing) descend() {
	for !p.busy && len(p.todo) > 0 {
		next := p.todo[0]
		p.todo = p.todo[1:]
		p.busy = true
		p.match(p.kids[0][next[0]], p.kids[1][next[1]], p.confidence[next[0]], nil)
		p.busy = false
	}
}

func (p *goPairing) groups(side int, members []int32, scope func(side int, g *index.Goroutine) string) []*group {
	var list []*group
	at := map[groupKey]*group{}
	for _, m := range members {
		g := &p.list[side][m]
		in := ""
		if scope != nil {
			in = scope(side, g) + "/"
		}
		key := groupKey{in, p.made[side][m]}
		gr := at[key]
		if gr == nil {
			gr = p.group(side, g)
			gr.scope = in
			at[key] = gr
			list = append(list, gr)
		}
		gr.members = append(gr.members, m)
	}
	return list
}

func (p *goPairing) group(side int, g *index.Goroutine) *group {
	gr := &group{}
	gr.norm, gr.literal = normal(g.Role)
	gr.base, _, _ = strings.Cut(gr.norm, " ")
	if g.SpawnSite.File == "" {
		return gr
	}
	if side == 0 {
		gr.at, gr.sure = p.src.ofA(g.SpawnSite)
	} else {
		gr.at, gr.sure = p.src.ofB(g.SpawnSite)
	}
	return gr
}

// maxListed bounds each list of a result. What is left out is counted.
const maxListed = 10_000

// goroutines lists the pairs in A's order, and who has none.
func (p *pairing) goroutines(a, b *Side, r *Result) {
	r.Pairs, r.OnlyA, r.OnlyB = []Pair{}, []Goroutine{}, []Goroutine{}
	ga, gb := a.Index.Goroutines(), b.Index.Goroutines()
	r.Pairing = Pairing{A: len(ga), B: len(gb)}
	sum := 0.0
	for i := range ga {
		partner := p.partner[0][i]
		switch {
		case partner < 0 && len(r.OnlyA) == maxListed:
			r.Pairing.LeftOut++
		case partner < 0:
			r.OnlyA = append(r.OnlyA, goroutine(&ga[i]))
		default:
			r.Pairing.Paired++
			sum += p.confidence[i]
			if len(r.Pairs) == maxListed {
				r.Pairing.LeftOut++
				continue
			}
			x, y := &ga[i], &gb[partner]
			r.Pairs = append(r.Pairs, Pair{Role: x.Role, A: goroutine(x), B: goroutine(y), Confidence: p.confidence[i], Renamed: renamed(x.Role, y.Role)})
		}
	}
	for _, i := range p.free(1) {
		if len(r.OnlyB) == maxListed {
			r.Pairing.LeftOut++
			continue
		}
		r.OnlyB = append(r.OnlyB, goroutine(&gb[i]))
	}
	if r.Pairing.Paired > 0 {
		r.Pairing.Confidence = hundredths(sum / float64(r.Pairing.Paired))
	}
}

// normal is a role without the line that is part of the name of a function literal.
func normal(role string) (name string, literal bool) {
	if name, _, ok := strings.Cut(role, ".func@"); ok {
		return name + ".func", true
	}
	return role, false
}

func renamed(a, b string) bool {
	a, _ = normal(a)
	b, _ = normal(b)
	return a != b
}

func goroutine(g *index.Goroutine) Goroutine {
	return Goroutine{G: g.ID, Process: g.Process, ID: g.GoID, Name: g.Name, Spawn: g.SpawnSite.String()}
}
