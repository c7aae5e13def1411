package findings

import (
	"fmt"
	"slices"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

var lockContention = &Analyzer{
	Name:     "lock-contention",
	Summary:  "a lock's waits cost a notable share of the run; holder and waiters named",
	Severity: Warning,
	Run:      findContention,
	Doc: `Goroutines spent a notable part of their lives waiting for one lock, again and again. More goroutines or cores do not
help then: under the lock only one works.

That some wait for a while is no news: it is told from a hundred waits on, when they took a quarter of the time in which
those that waited lived.

Wrong: the work is done under the lock.

    func (c *counter) add(words []string) {
    	for _, w := range words {
    		c.mu.Lock()
    		c.counts[normalize(w)]++
    		c.mu.Unlock()
    	}
    }

Right: each goroutine counts for itself, and takes the lock once.

    func (c *counter) add(words []string) {
    	own := map[string]int{}
    	for _, w := range words {
    		own[normalize(w)]++
    	}
    	c.mu.Lock()
    	defer c.mu.Unlock()
    	for w, n := range own {
    		c.counts[w] += n
    	}
    }
`,
}

// What makes queueing at a lock contention. A lock that guards a phase of a program, or a few long operations, is waited for
// some dozen times and may well be meant so; a lock on a hot path is taken thousands of times a second. A quarter of the
// lives of those that wait is what a fourth goroutine adds where three would do. Below 20 ms nobody would notice.
const (
	contendedWaits = 100
	contendedShare = 0.25
	contendedNS    = 20e6
)

func findContention(p *Pass) []Finding {
	var list []Finding
	for _, l := range p.past().sortedLocks() {
		if l.waits < contendedWaits || l.waited < contendedNS || p.heldLong(l) != nil {
			continue
		}
		if lives := p.lives(l); float64(l.waited) >= contendedShare*float64(lives) {
			list = append(list, p.contended(l, lives))
		}
	}
	return list
}

// lives adds up how long those lived that waited for a lock.
func (p *Pass) lives(l *lockUse) int64 {
	var sum int64
	for _, u := range l.users {
		g := p.Index.Goroutines()[u.g]
		end := g.Ended
		if end < 0 {
			end = p.Index.Duration()
		}
		sum += end - g.Created
	}
	return max(sum, 1)
}

func (p *Pass) contended(l *lockUse, lives int64) Finding {
	w, f := p.end(), Finding{Verdict: Proven}
	slices.SortFunc(l.users, func(a, b user) int {
		if a.n != b.n {
			return b.n - a.n
		}
		return int(a.g - b.g)
	})
	var names []index.GID
	e := p.Index.Event(l.at)
	for _, u := range l.users {
		names = append(names, u.g)
		p.addActor(&f, u.g, e.Site)
	}
	f.Message = fmt.Sprintf("%s waited %d times for %s, %s in all: %d%% of the time in which they lived.", w.names(names), l.waits,
		w.object(l.o), describe.Duration(l.waited), min(100, l.waited*100/lives))
	f.TimeNS = e.Time
	f.Why = append(f.Why, "The longest wait took "+describe.Duration(l.longest)+" and ended at "+w.when(e.Time)+at(e.Site)+".")
	f.addEvent(l.at)
	f.addSite(e.Site.String())
	w.addObjects(&f, []index.OID{l.o})
	f.hint = "do less under " + w.object(l.o) + ", take it less often, or give each goroutine a part of its own"
	return f
}
