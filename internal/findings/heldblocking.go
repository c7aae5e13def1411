package findings

import (
	"fmt"
	"slices"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

var heldWhileBlocking = &Analyzer{
	Name:     "lock-held-while-blocking",
	Summary:  "a goroutine sleeps, does I/O or waits on a channel while it holds a contended lock",
	Severity: Warning,
	Run:      findHeldWhileBlocking,
	Doc: `A goroutine held a lock while it slept, did I/O or waited on a channel, and others waited for the lock all that time.
What takes long by itself now takes long for everybody.

It is told when such holds kept others waiting for 20 ms or more in all, at least a twentieth of the run.

Wrong: all readers wait while one of them asks a slow server.

    func (c *cache) get(key string) string {
    	c.mu.Lock()
    	defer c.mu.Unlock()
    	v, ok := c.values[key]
    	if !ok {
    		v = fetch(key)
    		c.values[key] = v
    	}
    	return v
    }

Right: the lock is held only to look and to store.

    func (c *cache) get(key string) string {
    	c.mu.Lock()
    	v, ok := c.values[key]
    	c.mu.Unlock()
    	if !ok {
    		v = fetch(key)
    		c.mu.Lock()
    		c.values[key] = v
    		c.mu.Unlock()
    	}
    	return v
    }
`,
}

// Holds in which the holder waited count when they kept others for longer than people notice (20 ms) and for a part of the
// run that is worth the work. A hold of which less than half is waiting is one of work.
const (
	keptNS       = 20e6
	keptShare    = 0.05
	keptBlocking = 0.5
)

// A long is what long holds of a lock cost.
type long struct {
	n       int
	kept    int64 // how long others waited
	blocked [index.NumStates]int64
	worst   keep
}

// heldLong tells whether a lock was held while its holder waited for something slow, nil if not so that it matters.
func (p *Pass) heldLong(l *lockUse) *long {
	var s long
	for _, k := range l.keeps {
		sums := p.Index.TimeByState(k.g, k.from, k.to)
		var waiting int64
		for _, state := range slow {
			waiting += sums[state]
		}
		if float64(waiting) < keptBlocking*float64(k.to-k.from) {
			continue
		}
		s.n++
		s.kept += k.wait
		for _, state := range slow {
			s.blocked[state] += sums[state]
		}
		if k.wait > s.worst.wait {
			s.worst = k
		}
	}
	if s.kept < keptNS || float64(s.kept) < keptShare*float64(p.Index.Duration()) {
		return nil
	}
	return &s
}

// slow are the states in which a goroutine waits for something other than a lock.
var slow = []uint8{index.StateSleep, index.StateNetwork, index.StateSyscall, index.StateSend, index.StateRecv, index.StateSelect}

var slowWords = map[uint8]string{index.StateSleep: "slept", index.StateNetwork: "waited for the network", index.StateSyscall: "was in system calls",
	index.StateSend: "waited to send", index.StateRecv: "waited to receive", index.StateSelect: "waited in a select"}

// slowly says what the holder of a lock did in a state that is slow. What the runtime calls the network may be a pipe.
func (p *Pass) slowly(s *long, state uint8) string {
	if state == index.StateNetwork {
		for _, ev := range p.Index.EventsOf(s.worst.g) {
			if kind, _, _, _ := p.Index.Glance(int(ev)); int(ev) > s.worst.ev && int(ev) <= s.worst.end && kind == index.KindPipeRead {
				return "waited for " + describe.Object(p.Index, p.Index.Event(int(ev)).Obj)
			}
		}
	}
	return slowWords[state]
}

func findHeldWhileBlocking(p *Pass) []Finding {
	var list []Finding
	for _, l := range p.past().sortedLocks() {
		if s := p.heldLong(l); s != nil {
			list = append(list, p.keptFrom(l, s))
		}
	}
	return list
}

func (p *Pass) keptFrom(l *lockUse, s *long) Finding {
	w, f := p.end(), Finding{Verdict: Proven, TimeNS: s.worst.from}
	most := slices.MaxFunc(slow, func(a, b uint8) int { return int(min(1, max(-1, s.blocked[a]-s.blocked[b]))) })
	took := p.Index.Event(s.worst.ev)
	f.Message = fmt.Sprintf("%s %s while it held %s%s, for which others waited.", w.name(s.worst.g), p.slowly(s, most), w.object(l.o), at(took.Site))
	var waiters []index.GID
	for _, u := range l.users {
		waiters = append(waiters, u.g)
	}
	slices.Sort(waiters)
	f.Why = append(f.Why, fmt.Sprintf("In %d such %s others waited %s in all.", s.n, plural(s.n, "hold", "holds"), describe.Duration(s.kept)),
		w.names(waiters)+" waited for "+w.object(l.o)+" in the course of the run.",
		"The worst began at "+w.when(s.worst.from)+" and took "+describe.Duration(s.worst.to-s.worst.from)+".")
	p.addActor(&f, s.worst.g, took.Site)
	for _, g := range waiters {
		p.addActor(&f, g, index.Site{})
	}
	f.addEvent(s.worst.ev)
	f.addEvent(s.worst.end)
	f.addSite(took.Site.String())
	f.addSite(p.blockedAt(s.worst))
	w.addObjects(&f, []index.OID{l.o})
	f.hint = "copy what is needed under " + w.object(l.o) + ", give it up, and wait after that"
	return f
}

// blockedAt is where a goroutine waited longest while it held a lock.
func (p *Pass) blockedAt(k keep) string {
	ix := p.Index
	var site string
	var most, since int64
	begun := index.None
	for _, ev := range ix.EventsOf(k.g) {
		if int(ev) <= k.ev || int(ev) > k.end {
			continue
		}
		kind, g, _, at := ix.Glance(int(ev))
		switch {
		case g == k.g && (kind == index.KindBlock || kind == index.KindSyscall):
			begun, since = int(ev), at
		case begun >= 0:
			if at-since > most {
				most, site = at-since, ix.Event(begun).Site.String()
			}
			begun = index.None
		}
	}
	return site
}
