package findings

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

var imbalance = &Analyzer{
	Name:     "imbalance",
	Summary:  "workers of one role did very different amounts of work while work was waiting",
	Severity: Warning,
	Run:      findImbalance,
	Doc: `Workers of one kind began together, and one of them worked on long after the others had come to their end: what was left
of its share waited for it alone. Fixed shares look fair and are not when some items take longer than others.

It is told when the shares were fixed: workers that take their items from a channel share them by themselves.
Sleeping is no work.

Wrong: each worker gets a quarter of the items.

    func process(items []item) {
    	var wg sync.WaitGroup
    	for part := range slices.Chunk(items, (len(items)+3)/4) {
    		wg.Go(func() {
    			for _, it := range part {
    				it.process()
    			}
    		})
    	}
    	wg.Wait()
    }

Right: each takes the next item when it has done one.

    func process(items []item) {
    	todo := make(chan item)
    	var wg sync.WaitGroup
    	for range 4 {
    		wg.Go(func() {
    			for it := range todo {
    				it.process()
    			}
    		})
    	}
    	for _, it := range items {
    		todo <- it
    	}
    	close(todo)
    	wg.Wait()
    }
`,
}

// When a share is unfair: the worker with the most had three times what the middle one had, and was alone for a third of the
// time that all took, for a tenth of a second at least. Workers are a few for each core; of a crowd with one item each the
// scheduler takes care.
const (
	unfairTimes   = 3
	unfairAlone   = 1.0 / 3
	unfairNS      = 100e6
	workersLeast  = 3
	workersOfProc = 8
)

// A team is workers that were spawned together by one go statement.
type team struct {
	members    []index.GID
	begin, end int64
	work       []int64 // of each member
}

func findImbalance(p *Pass) []Finding {
	if !p.hooked() {
		return nil
	}
	var list []Finding
	for _, t := range p.teams() {
		if f := p.unfair(t); f != nil {
			list = append(list, *f)
		}
	}
	return list
}

// teams are the workers that may have got fixed shares.
func (p *Pass) teams() []*team {
	type key struct {
		site   string
		parent index.GID
	}
	by := map[key]*team{}
	var order []*team
	for _, g := range p.Index.Goroutines() {
		if g.SpawnEvent < 0 || g.Start == mainStart || !p.own(g) {
			continue
		}
		k := key{g.SpawnSite.String(), g.Parent}
		t := by[k]
		if t == nil {
			t = &team{begin: g.Created}
			by[k] = t
			order = append(order, t)
		}
		t.members = append(t.members, g.ID)
	}
	most := workersOfProc * max(1, p.Meta.Procs, len(p.Index.Procs()))
	return slices.DeleteFunc(order, func(t *team) bool { return len(t.members) < workersLeast || len(t.members) > most })
}

// unfair judges a team, nil if there is nothing to say.
func (p *Pass) unfair(t *team) *Finding {
	all := p.Index.Goroutines()
	var ends []int64
	for _, g := range t.members {
		if all[g].Ended < 0 {
			return nil // what it still has to do is not known
		}
		ends = append(ends, all[g].Ended)
		sums := p.Index.TimeByState(g, all[g].Created, all[g].Ended)
		t.work = append(t.work, sums[index.StateRunning]+sums[index.StateGC]+sums[index.StateSyscall]+sums[index.StateNetwork])
	}
	worst := 0
	for i, ns := range t.work {
		if ns > t.work[worst] {
			worst = i
		}
	}
	last := ends[worst]
	slices.Sort(ends)
	t.end = ends[len(ends)-1]
	alone := t.end - ends[len(ends)-2]
	sorted := slices.Clone(t.work)
	slices.Sort(sorted)
	middle := sorted[(len(sorted)-1)/2]
	together := all[t.members[len(t.members)-1]].Created-t.begin < (t.end-t.begin)/10
	if last != t.end || !together || t.work[worst] < unfairTimes*middle || alone < unfairNS || float64(alone) < unfairAlone*float64(t.end-t.begin) || p.sharing(t) {
		return nil
	}
	if t.work[worst]-p.stolen() < unfairTimes*middle {
		return nil // a worker that got no processor for a while looks like one with much to do
	}
	return p.uneven(t, worst, middle, alone)
}

// stolen is for how many ns goroutines were shown at work, in sum, while the machine did something else: the trace tells that a goroutine
// has a proc, not that the proc has a processor. It is 0 where the recording does not hold the processor time.
func (p *Pass) stolen() int64 {
	if p.Meta.CPUNS == 0 {
		return 0
	}
	ns := -p.Meta.CPUNS
	for _, g := range p.Index.Goroutines() {
		ns += p.Index.TimeByState(g.ID, 0, p.Index.Duration())[index.StateRunning]
	}
	return max(0, ns)
}

// sharing tells whether members of a team take things from the same channel or under the same lock: then nobody has a fixed share.
func (p *Pass) sharing(t *team) bool {
	users := map[index.OID]index.GID{}
	for _, g := range t.members {
		for _, ev := range p.Index.EventsOf(g) {
			kind, who, o, _ := p.Index.Glance(int(ev))
			if who != g || o < 0 || contactOf(kind)&took == 0 {
				continue
			}
			if first, ok := users[o]; ok && first != g && p.Index.Objects()[o].Elem != "struct{}" {
				return true
			}
			users[o] = g
		}
	}
	return false
}

func (p *Pass) uneven(t *team, worst int, middle, alone int64) *Finding {
	w := p.end()
	g := t.members[worst]
	who := p.Index.Goroutines()[g]
	f := &Finding{Verdict: Suspected, TimeNS: t.end - alone}
	f.Message = fmt.Sprintf("%s worked for %s, the others of its kind for about %s; it was alone for the last %s.", w.name(g),
		describe.Duration(t.work[worst]), describe.Duration(middle), describe.Duration(alone))
	order := slices.Clone(t.members)
	slices.SortStableFunc(order, func(a, b index.GID) int {
		return cmp.Compare(t.work[slices.Index(t.members, b)], t.work[slices.Index(t.members, a)])
	})
	for _, m := range order[:min(len(order), mostNames)] {
		f.Why = append(f.Why, w.name(m)+" worked for "+describe.Duration(t.work[slices.Index(t.members, m)])+" and ended at "+w.when(p.Index.Goroutines()[m].Ended)+".")
	}
	f.Why = append(f.Why, "Not proven: whether its items could have been done by the others is not recorded.")
	for _, m := range t.members {
		p.addActor(f, m, who.SpawnSite)
	}
	f.addEvent(who.SpawnEvent)
	f.addEvent(who.EndEvent)
	f.addSite(who.SpawnSite.String())
	f.hint = "let the workers take their items one by one from a channel"
	return f
}
