package findings

import (
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
)

var waitGroupMisuse = &Analyzer{
	Name:     "waitgroup-misuse",
	Summary:  "Add races with Wait, or Wait returns before the children were added",
	Severity: Warning,
	Run:      findWaitGroupMisuse,
	Doc: `A goroutine counts itself: it calls Add when it has begun to run. Who calls Wait may come first, find nothing to wait
for and go on. Add must come before the go statement, in the goroutine that waits later.

It is proven when Wait was called before the goroutine's Add, and predicted when Add was in time in this run but need
not be in another one.

Wrong: the goroutine announces itself.

    func run(jobs []func()) {
    	var wg sync.WaitGroup
    	for _, job := range jobs {
    		go func() {
    			wg.Add(1)
    			defer wg.Done()
    			job()
    		}()
    	}
    	wg.Wait()
    }

Right: Go announces it before it begins.

    func run(jobs []func()) {
    	var wg sync.WaitGroup
    	for _, job := range jobs {
    		wg.Go(job)
    	}
    	wg.Wait()
    }
`,
}

func findWaitGroupMisuse(p *Pass) []Finding {
	if list := p.reusedWaitGroup(); list != nil {
		return list
	}
	var list []Finding
	for _, o := range p.Index.Objects() {
		if o.Kind == "waitgroup" && !o.Reused {
			list = append(list, p.lateAdds(o.ID)...)
		}
	}
	return list
}

// reusedWaitGroup tells of a panic about a WaitGroup that was used wrongly.
func (p *Pass) reusedWaitGroup() []Finding {
	for _, text := range []string{"sync: WaitGroup is reused before previous Wait has returned", "sync: WaitGroup misuse: Add called concurrently with Wait"} {
		if !p.crash().panicked(text) {
			continue
		}
		f, g := p.died()
		p.blame(&f, p.lastHook(g, index.KindAdd, index.KindWait))
		f.Message = p.who(g) + " died of it" + at(p.crashSite()) + ": " + strings.TrimPrefix(text, "sync: ") + "."
		f.hint = "let each round have a WaitGroup of its own, and call Add before Wait can be called"
		return []Finding{f}
	}
	return nil
}

// A selfAdd is a goroutine that announced itself.
type selfAdd struct {
	g  index.GID
	ev int
}

// lateAdds finds goroutines that announce themselves on a WaitGroup that the goroutine which spawned them waits for.
func (p *Pass) lateAdds(o index.OID) []Finding {
	var late, luck []selfAdd
	waits := map[index.GID][]int{} // by goroutine: its calls of Wait
	last := map[index.GID]int{}    // by goroutine: its last Add
	all := p.Index.Goroutines()
	var adds []selfAdd
	for _, ev := range p.Index.EventsOfObject(o) {
		switch kind, g, _, _ := p.Index.Glance(int(ev)); {
		case kind == index.KindWait || kind == index.KindWaited:
			waits[g] = append(waits[g], int(ev))
		case kind == index.KindAdd && g >= 0:
			if d := p.Index.Event(int(ev)).Delta; d == 1 {
				if _, twice := last[g]; twice {
					d = 0 // more than itself
				}
				last[g] = int(ev)
			} else if at, ok := last[g]; d == -1 && ok && at >= 0 {
				adds = append(adds, selfAdd{g, at})
				last[g] = index.None
			}
		}
	}
	for _, a := range adds {
		parent := all[a.g].Parent
		if parent < 0 || p.spawnsAfter(a) {
			continue
		}
		before, after := around(waits[parent], a.ev)
		switch {
		case before > all[a.g].SpawnEvent:
			late = append(late, a)
		case after >= 0 && !p.metBetween(parent, a.ev, after):
			luck = append(luck, a)
		}
	}
	switch {
	case len(late) > 0:
		return []Finding{p.lateAdd(o, late, waits, Proven)}
	case len(luck) > 0:
		return []Finding{p.lateAdd(o, luck, waits, Predicted)}
	}
	return nil
}

// around returns the last of some events before another one and the first after it, -1 where there is none.
func around(list []int, ev int) (before, after int) {
	before, after = index.None, index.None
	for _, one := range list {
		if one < ev {
			before = one
		} else if after < 0 {
			after = one
		}
	}
	return before, after
}

// spawnsAfter tells whether a goroutine spawned another one after its Add, which then is for that one.
func (p *Pass) spawnsAfter(a selfAdd) bool {
	born := p.end().children(a.g)
	return len(born) > 0 && born[len(born)-1].SpawnEvent > a.ev
}

// metBetween tells whether a goroutine heard of another one between two events: it received something or got a lock, so that
// what it does after that may well come after the Add by design. It looks back from the later event.
func (p *Pass) metBetween(g index.GID, from, to int) bool {
	events := p.Index.EventsOf(g)
	for i := len(events) - 1; i >= 0 && int(events[i]) > from; i-- {
		if int(events[i]) >= to {
			continue
		}
		switch kind, who, _, _ := p.Index.Glance(int(events[i])); {
		case who != g:
		case kind == index.KindRecv || kind == index.KindRecvDone || kind == index.KindSelectRecv || kind == index.KindSend || kind == index.KindSendDone ||
			kind == index.KindSelectSend || kind == index.KindLock || kind == index.KindLockDone || kind == index.KindWaited || kind == index.KindCondWoken:
			return true
		}
	}
	return false
}

func (p *Pass) lateAdd(o index.OID, list []selfAdd, waits map[index.GID][]int, how Verdict) Finding {
	w, f := p.end(), Finding{Verdict: how}
	var names []index.GID
	first := list[0]
	parent := p.Index.Goroutines()[first.g].Parent
	for _, a := range list {
		names = append(names, a.g)
		e := p.Index.Event(a.ev)
		p.addActor(&f, a.g, e.Site)
		f.addEvent(a.ev)
		f.addSite(e.Site.String())
	}
	before, after := around(waits[parent], first.ev)
	e := p.Index.Event(first.ev)
	wait := p.Index.Event(max(before, after))
	if how == Proven {
		wait = p.Index.Event(before)
		f.Message = w.name(parent) + " called Wait of " + w.object(o) + at(wait.Site) + " before " + w.names(names) + " called Add" + at(e.Site) + ", so it did not wait for " + plural(len(names), "it", "them") + "."
	} else {
		wait = p.Index.Event(after)
		f.Message = w.names(names) + " " + plural(len(names), "announces itself", "announce themselves") + " by Add of " + w.object(o) + at(e.Site) +
			": when " + w.name(parent) + " comes to Wait" + at(wait.Site) + " first, it does not wait."
	}
	p.addActor(&f, parent, wait.Site)
	f.addEvent(wait.Index)
	f.addSite(wait.Site.String())
	f.TimeNS = e.Time
	w.addObjects(&f, []index.OID{o})
	f.hint = "call Add before the go statement, or start the goroutines by " + w.object(o) + ".Go"
	return f
}
