package findings

import (
	"fmt"
	"slices"

	"github.com/trace-viz/trace-viz/internal/index"
)

var unboundedGoroutines = &Analyzer{
	Name:     "unbounded-goroutines",
	Summary:  "goroutines grow far beyond cores and finish slower than they are spawned",
	Severity: Warning,
	Run:      findUnbounded,
	Doc: `One place spawned goroutines much faster than they came to their end, so that more and more of them were there at once,
far more than there are cores to run them. Each holds its memory, and all compete for the same cores. With more to do
the program does not slow down, it dies.

Goroutines that wait for the network do not count: they need no core.

Wrong: one goroutine for each item, however many there are.

    func resize(images []image) {
    	var wg sync.WaitGroup
    	for _, img := range images {
    		wg.Go(func() { img.resize() })
    	}
    	wg.Wait()
    }

Right: as many goroutines as there are cores take the items from a channel.

    func resize(images []image) {
    	todo := make(chan image)
    	var wg sync.WaitGroup
    	for range runtime.GOMAXPROCS(0) {
    		wg.Go(func() {
    			for img := range todo {
    				img.resize()
    			}
    		})
    	}
    	for _, img := range images {
    		todo <- img
    	}
    	close(todo)
    	wg.Wait()
    }
`,
}

// What makes many goroutines too many: a hundred for each core, and 500 at least, of one place and at once. Pools and batches that
// people mean are far smaller. That they finish slower than they are spawned shows when most of all that the place ever
// spawned were there at the peak, and when few of those had come to run: a burst of quick ones never piles up.
const (
	crowdPerProc = 100
	crowdLeast   = 500
	crowdShare   = 0.5
)

// A crowd is the goroutines of one go statement.
type crowd struct {
	members []index.GID
	now     int
	peak    int
	at      int // event of the peak
	cpu     int // members that needed a core
}

func findUnbounded(p *Pass) []Finding {
	if !p.Meta.Hooks && !p.Index.HasHooks() {
		return nil // a plain trace may be any part of a run, and a large one would cost seconds here
	}
	all, procs := p.Index.Goroutines(), max(1, p.Meta.Procs, len(p.Index.Procs()))
	limit := max(crowdLeast, crowdPerProc*procs)
	if len(all) < limit {
		return nil
	}
	var list []Finding
	for _, c := range p.crowds(limit) {
		if float64(c.peak) >= crowdShare*float64(len(c.members)) && 2*c.cpu >= min(len(c.members), crowdSample) {
			list = append(list, p.crowded(c, procs))
		}
	}
	return list
}

// crowds are those that were large at some time.
func (p *Pass) crowds(limit int) []*crowd {
	by := map[string]*crowd{}
	var order []*crowd
	type change struct {
		ev int
		c  *crowd
		d  int
	}
	var changes []change
	for _, g := range p.Index.Goroutines() {
		if g.SpawnEvent < 0 || g.Start == mainStart {
			continue
		}
		key := g.SpawnSite.String()
		c := by[key]
		if c == nil {
			c = &crowd{}
			by[key] = c
			order = append(order, c)
		}
		c.members = append(c.members, g.ID)
		changes = append(changes, change{g.SpawnEvent, c, 1})
		if g.EndEvent >= 0 {
			changes = append(changes, change{g.EndEvent, c, -1})
		}
	}
	slices.SortFunc(changes, func(a, b change) int { return a.ev - b.ev })
	for _, x := range changes {
		if x.c.now += x.d; x.c.now > x.c.peak {
			x.c.peak, x.c.at = x.c.now, x.ev
		}
	}
	return slices.DeleteFunc(order, func(c *crowd) bool {
		if c.peak < limit {
			return true
		}
		p.sample(c)
		return false
	})
}

// crowdSample is how many of a crowd are looked at more closely.
const crowdSample = 200

// sample counts those of a crowd that waited for a core, a lock or one another, and not for the world outside.
func (p *Pass) sample(c *crowd) {
	step := max(1, len(c.members)/crowdSample)
	for i := 0; i < len(c.members) && i/step < crowdSample; i += step {
		s := p.Index.TimeByState(c.members[i], 0, p.Index.Duration())
		outside := s[index.StateNetwork] + s[index.StateSleep] + s[index.StateSyscall] + s[index.StateSelect]
		if inside := s[index.StateRunnable] + s[index.StateRunning] + s[index.StateLock] + s[index.StateSend] + s[index.StateRecv]; inside >= outside {
			c.cpu++
		}
	}
}

func (p *Pass) crowded(c *crowd, procs int) Finding {
	e := p.Index.Event(c.at)
	f := Finding{Verdict: Proven, TimeNS: e.Time}
	who := p.Index.Goroutines()[c.members[0]]
	w := p.end()
	f.Message = fmt.Sprintf("%s was spawned %d times%s, and %d of them were there at once, for %d %s.", who.Role, len(c.members), at(who.SpawnSite),
		c.peak, procs, plural(procs, "core", "cores"))
	f.Why = append(f.Why, fmt.Sprintf("The most were there at %s; %d had come to their end by then.", w.when(e.Time), p.endedBefore(c)))
	for _, g := range c.members[:min(len(c.members), mostNames)] {
		p.addActor(&f, g, who.SpawnSite)
		f.addEvent(p.Index.Goroutines()[g].SpawnEvent)
	}
	f.addEvent(c.at)
	f.addSite(who.SpawnSite.String())
	f.hint = "let a fixed number of goroutines take the work from a channel, or let each take a slot of a semaphore before it is spawned"
	return f
}

func (p *Pass) endedBefore(c *crowd) int {
	n := 0
	for _, g := range c.members {
		if end := p.Index.Goroutines()[g].EndEvent; end >= 0 && end <= c.at {
			n++
		}
	}
	return n
}
