package findings

import (
	"slices"

	"github.com/trace-viz/trace-viz/internal/index"
)

var sendOnClosed = &Analyzer{
	Name:     "send-on-closed",
	Summary:  "a goroutine sent to a closed channel, and the program died of it",
	Severity: Error,
	Run:      findSendOnClosed,
	Doc: `A goroutine sent to a channel that was closed, or waited to send when it was closed. That is a panic: close says that
nothing more will come. Where there are several senders, none of them can know that it is the last.

Wrong: the first producer that is done closes jobs while the other one still sends.

    func produce(jobs chan<- int, n int) {
    	for i := range n {
    		jobs <- i
    	}
    	close(jobs)
    }

    func start(jobs chan int) {
    	go produce(jobs, 10)
    	go produce(jobs, 20)
    }

Right: who knows that all producers are done closes jobs.

    func produce(jobs chan<- int, n int) {
    	for i := range n {
    		jobs <- i
    	}
    }

    func start(jobs chan int) {
    	var producers sync.WaitGroup
    	producers.Go(func() { produce(jobs, 10) })
    	producers.Go(func() { produce(jobs, 20) })
    	go func() {
    		producers.Wait()
    		close(jobs)
    	}()
    }
`,
}

func findSendOnClosed(p *Pass) []Finding {
	if !p.crash().panicked("send on closed channel") {
		return nil
	}
	f, g := p.died()
	w, site := p.end(), p.crashSite()
	o := index.OID(index.None)
	if ev := p.lastHook(g, index.KindSendBlock); ev >= 0 {
		o = p.blame(&f, ev)
	}
	if o < 0 { // a send that does not block leaves no record before it panics
		o = p.closedAt(site)
	}
	name := p.siteName(site, "send")
	if o >= 0 {
		name = w.object(o)
		w.addObjects(&f, []index.OID{o})
	}
	if name == "" {
		name = "a channel"
	}
	f.Message = p.who(g) + " sent to " + name + at(site) + ", which was closed."
	if o >= 0 {
		if closes := w.closes(o); len(closes) > 0 {
			e := closes[0]
			f.Message = p.who(g) + " sent to " + name + at(site) + ", which " + w.name(e.G) + " had closed at " + w.when(e.Time) + at(e.Site) + "."
			f.addEvent(e.Index)
			f.addSite(e.Site.String())
		}
		f.Why = append(f.Why, w.senders(o)...)
	}
	f.hint = "let one goroutine close " + name + ", once it knows that all senders are done: after a WaitGroup's Wait for them"
	return []Finding{f}
}

// closes are the events at which a channel is closed, the first ones.
func (w *graph) closes(o index.OID) []index.Event {
	var list []index.Event
	for _, ev := range w.eventsOf(o) {
		if kind, _, _, _ := w.ix.Glance(int(ev)); kind == index.KindClose && len(list) < mostNames {
			list = append(list, w.ix.Event(int(ev)))
		}
	}
	return list
}

// senders tells who sent to a channel.
func (w *graph) senders(o index.OID) []string {
	list := goroutines(w.use(o).send)
	if len(list) == 0 {
		return nil
	}
	return []string{w.names(list) + " " + plural(len(list), "is the one that", "are those that") + " sent to " + w.object(o) + " before."}
}

// closedAt finds the closed channel to which a place sends: the only one that was sent to from there, else the only one of
// the name that the place gives it. It is -1 when there is none, or several.
func (p *Pass) closedAt(site index.Site) index.OID {
	return p.onlyAt(site, p.siteName(site, "send"), func(o *index.Object) bool { return o.Closed >= 0 && o.Kind == "channel" })
}

// onlyAt returns the one object of a sort that was used at a place, else the one that is called by a name, unless that is "".
// It is -1 when there is none, or several.
func (p *Pass) onlyAt(site index.Site, name string, sort func(*index.Object) bool) index.OID {
	var used, called []index.OID
	objects := p.Index.Objects()
	for i := range objects {
		o := &objects[i]
		if !sort(o) {
			continue
		}
		if p.usedAt(o.ID, site) {
			used = append(used, o.ID)
		}
		if name != "" && o.Name == name {
			called = append(called, o.ID)
		}
	}
	for _, list := range [][]index.OID{used, called} {
		if len(list) == 1 {
			return list[0]
		}
	}
	return index.None
}

// maxLook is how many of the last events of one object are looked at for a place.
const maxLook = 200

// usedAt tells whether an object was lately used at a place.
func (p *Pass) usedAt(o index.OID, site index.Site) bool {
	events := p.Index.EventsOfObject(o)
	for _, ev := range slices.Backward(events[max(0, len(events)-maxLook):]) {
		if s := p.Index.Event(int(ev)).Site; s.File == site.File && s.Line == site.Line && site.File != "" {
			return true
		}
	}
	return false
}
