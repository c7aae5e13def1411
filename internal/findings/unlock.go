package findings

import (
	"slices"

	"github.com/trace-viz/trace-viz/internal/index"
)

var unlockUnlocked = &Analyzer{
	Name:     "unlock-unlocked",
	Summary:  "a goroutine unlocked what is not locked, and the program died of it",
	Severity: Error,
	Run:      findUnlockUnlocked,
	Doc: `A goroutine unlocked a Mutex or RWMutex that was not locked. The runtime ends the program, and no recover helps.
Often one path unlocks by hand and a defer does it again, or a lock was copied with the value that it is part of.

Wrong: after an error the lock is given up twice.

    func (s *store) set(key, value string) error {
    	s.mu.Lock()
    	defer s.mu.Unlock()
    	if key == "" {
    		s.mu.Unlock()
    		return errors.New("no key")
    	}
    	s.values[key] = value
    	return nil
    }

Right: the defer alone unlocks.

    func (s *store) set(key, value string) error {
    	s.mu.Lock()
    	defer s.mu.Unlock()
    	if key == "" {
    		return errors.New("no key")
    	}
    	s.values[key] = value
    	return nil
    }
`,
}

func findUnlockUnlocked(p *Pass) []Finding {
	c := p.crash()
	reads := c.in("sync.(*RWMutex).rUnlockSlow", "sync.(*RWMutex).RUnlock")
	if !c.in("sync.fatal", "internal/sync.fatal") || !reads && !c.in("internal/sync.(*Mutex).unlockSlow", "sync.(*RWMutex).Unlock") {
		return nil
	}
	op, kinds, verb := "unlock", []index.EventKind{index.KindUnlock}, "unlocked "
	if reads {
		op, kinds, verb = "runlock", []index.EventKind{index.KindRUnlock}, "gave up a read lock of "
	}
	f, g := p.died()
	w, site := p.end(), p.crashSite()
	name := p.siteName(site, op)
	ev := p.lastHook(g, kinds...) // missing where the end of the trace is: a fatal error leaves no time to write it
	if ev >= 0 && p.Index.Event(ev).Site.Line != site.Line {
		ev = index.None
	}
	o := p.blame(&f, ev)
	if o < 0 {
		if o = p.lockCalled(name, site); o >= 0 {
			w.addObjects(&f, []index.OID{o})
		}
	}
	if o >= 0 {
		name = w.object(o)
	}
	if name == "" {
		name = "a lock"
	}
	f.Message = p.who(g) + " " + verb + name + at(site) + ", which was not locked."
	p.lastUnlock(&f, o, ev)
	f.hint = "unlock " + name + " on one way only, best by a defer right after the lock, and never copy a value that holds a lock"
	return []Finding{f}
}

// lockCalled finds the lock that was unlocked at a place, by that or by its name. It is -1 when there is none, or several.
func (p *Pass) lockCalled(name string, site index.Site) index.OID {
	return p.onlyAt(site, name, func(o *index.Object) bool { return o.Kind == "mutex" || o.Kind == "rwmutex" })
}

// lastUnlock adds who unlocked a lock last before the event at which the program died.
func (p *Pass) lastUnlock(f *Finding, o index.OID, death int) {
	if o < 0 {
		return
	}
	w := p.end()
	for _, ev := range slices.Backward(w.eventsOf(o)) {
		kind, _, _, _ := p.Index.Glance(int(ev))
		if int(ev) == death || kind != index.KindUnlock && kind != index.KindRUnlock {
			continue
		}
		e := p.Index.Event(int(ev))
		f.Why = append(f.Why, "Before that "+w.name(e.G)+" unlocked "+w.object(o)+" at "+w.when(e.Time)+at(e.Site)+".")
		f.addEvent(e.Index)
		f.addSite(e.Site.String())
		return
	}
}
