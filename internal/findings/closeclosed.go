package findings

import "github.com/trace-viz/trace-viz/internal/index"

var closeClosed = &Analyzer{
	Name:     "close-closed",
	Summary:  "a goroutine closed a channel a second time, or one that is nil, and the program died of it",
	Severity: Error,
	Run:      findCloseClosed,
	Doc: `A goroutine closed a channel that was closed already. That is a panic: a channel has one end, and one goroutine should
know when it has come. A nil channel, one that was declared and never made, can't be closed at all.

Wrong: both Stop and the end of run close done.

    type server struct{ done chan struct{} }

    func (s *server) Stop() { close(s.done) }

    func (s *server) run() {
    	defer close(s.done)
    	work()
    }

Right: whoever comes first closes it, and only once.

    type server struct {
    	done chan struct{}
    	once sync.Once
    }

    func (s *server) Stop() { s.once.Do(func() { close(s.done) }) }

    func (s *server) run() {
    	defer s.Stop()
    	work()
    }
`,
}

func findCloseClosed(p *Pass) []Finding {
	if p.crash().panicked("close of nil channel") {
		return []Finding{p.closedNil()}
	}
	if !p.crash().panicked("close of closed channel") {
		return nil
	}
	f, g := p.died()
	w, site := p.end(), p.crashSite()
	ev := p.lastHook(g, index.KindClose)
	o, name := p.blame(&f, ev), p.siteName(site, "close")
	if o >= 0 {
		name = w.object(o)
	}
	if name == "" {
		name = "a channel"
	}
	f.Message = p.who(g) + " closed " + name + " a second time" + at(site) + "."
	if o >= 0 {
		if e := w.closes(o)[0]; e.Index != ev {
			f.Message = p.who(g) + " closed " + name + " a second time" + at(site) + ", after " + w.name(e.G) + " at " + w.when(e.Time) + at(e.Site) + "."
			f.addEvent(e.Index)
			f.addSite(e.Site.String())
		}
	}
	f.hint = "give the closing of " + name + " to one goroutine, or put it into a sync.Once"
	return []Finding{f}
}

// closedNil tells of a channel that was never made.
func (p *Pass) closedNil() Finding {
	f, g := p.died()
	site := p.crashSite()
	name := p.siteName(site, "close")
	if name == "" {
		name = "a channel"
	}
	f.Message = p.who(g) + " closed " + name + at(site) + ", which is nil: no channel was ever assigned to it."
	f.hint = "make " + name + " before it is handed on, or close it only where it was made"
	return f
}
