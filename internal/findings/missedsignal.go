package findings

import (
	"github.com/trace-viz/trace-viz/internal/index"
)

var missedSignal = &Analyzer{
	Name:     "missed-signal",
	Summary:  "Cond Signal or Broadcast came before the waiter that then waits for ever",
	Severity: Warning,
	Run:      findMissedSignal,
	Doc: `A Signal or Broadcast reaches only who waits at that moment. One came when nobody waited; who waited after that waits
for ever. A Cond does not remember; what must be remembered is the condition, which the waiter has to look at before it
waits.

Wrong: when ready is called first, wait waits for ever.

    func (t *task) ready() {
    	t.cond.Signal()
    }

    func (t *task) wait() {
    	t.mu.Lock()
    	t.cond.Wait()
    	t.mu.Unlock()
    }

Right: the condition is a variable under the lock.

    func (t *task) ready() {
    	t.mu.Lock()
    	t.isReady = true
    	t.mu.Unlock()
    	t.cond.Signal()
    }

    func (t *task) wait() {
    	t.mu.Lock()
    	for !t.isReady {
    		t.cond.Wait()
    	}
    	t.mu.Unlock()
    }
`,
}

// findMissedSignal looks at those that wait on a Cond for the first time, and that nothing can wake any more. One that was
// woken before knows its condition: what went past it then it had no need of.
func findMissedSignal(p *Pass) []Finding {
	if p.Index.NumEvents() == 0 || !p.Index.HasHooks() {
		return nil
	}
	stuck, how := p.lost()
	w := p.end()
	var list []Finding
	for _, g := range stuck {
		s := w.state(g)
		if s == nil || s.Op != "cond" || !known(s) || p.Index.Objects()[s.Obj].Reused {
			continue
		}
		lost := w.lostSignal(s)
		if lost < 0 {
			continue
		}
		e, f := p.Index.Event(lost), Finding{Verdict: how, TimeNS: s.Since}
		word := "signalled"
		if e.Kind == index.KindBroadcast {
			word = "broadcast on"
		}
		f.Message = w.name(e.G) + " " + word + " " + w.object(s.Obj) + at(e.Site) + " when nobody waited; " + w.name(g) +
			" has waited since " + w.when(s.Since) + place(w.site(s)) + " for the next one, which does not come."
		w.addGoroutine(&f, g)
		if e.G >= 0 {
			p.addActor(&f, e.G, e.Site)
		}
		f.addEvent(lost)
		f.addSite(e.Site.String())
		w.addObjects(&f, []index.OID{s.Obj})
		f.hint = "set a variable under the lock before the signal, and wait only while it is not set"
		list = append(list, f)
	}
	return list
}

// lost are the goroutines that nothing can wake at the end, and how sure that is.
func (p *Pass) lost() ([]index.GID, Verdict) {
	if v, how := p.deadlocked(); how != "" {
		return v.blocked, how
	}
	var list []index.GID
	if l := p.leaks(); l != nil {
		list = sorted(l.dead)
	}
	return list, Suspected
}

// lostSignal is the last signal that came before s began to wait for the first time, when nobody waited; -1 if there is none,
// or if one that was waited for came after it.
func (w *graph) lostSignal(s *index.GState) int {
	lost, waiting := index.None, 0
	for _, ev := range w.eventsOf(s.Obj) {
		kind, g, _, _ := w.ix.Glance(int(ev))
		switch kind {
		case index.KindCondWait:
			if g == s.G && int(ev) != s.OpEvent {
				return index.None
			}
			waiting++
		case index.KindSignal, index.KindBroadcast:
			if waiting == 0 {
				lost = int(ev)
			} else if lost = index.None; kind == index.KindSignal {
				waiting--
			} else {
				waiting = 0
			}
		}
	}
	if lost > s.OpEvent {
		return index.None
	}
	return lost
}
