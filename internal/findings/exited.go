package findings

import (
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

var mainExitedEarly = &Analyzer{
	Name:     "main-exited-early",
	Summary:  "goroutines were still working when main returned",
	Severity: Warning,
	Run:      findExitedEarly,
	Doc: `The program ends when main returns, whatever other goroutines do. Some were still at work then, and that work is lost.

Not every goroutine that is there at the end is meant: one that waits for its next job is not at work. It is told of one
that never began to run, one at its very first piece of work, one that a WaitGroup still counts, and one whose like have
ended before.

Wrong: main does not wait.

    func main() {
    	for _, url := range os.Args[1:] {
    		go fetch(url)
    	}
    }

Right: it waits for all.

    func main() {
    	var wg sync.WaitGroup
    	for _, url := range os.Args[1:] {
    		wg.Go(func() { fetch(url) })
    	}
    	wg.Wait()
    }
`,
}

// An unfinished goroutine was at work when main returned.
type unfinished struct {
	s   *index.GState
	why string
}

func findExitedEarly(p *Pass) []Finding {
	ix := p.Index
	if p.Meta.Outcome != recording.Exit || p.Meta.ExitCode != 0 || !p.ended() || !p.hooked() || ix.NumEvents() == 0 {
		return nil
	}
	for _, g := range ix.Goroutines() {
		if g.Start == testStart {
			return nil // main is package testing's, and waits for tests, not for what they leave behind
		}
	}
	w := p.end()
	counted, finished, siblings := p.counted(), map[string]bool{}, map[string]int{}
	for _, g := range ix.Goroutines() {
		if key := spawnKey(g); g.Ended >= 0 {
			finished[key] = true
		} else {
			siblings[key]++
		}
	}
	var list []unfinished
	for i := range w.st.Goroutines {
		s := &w.st.Goroutines[i]
		g := ix.Goroutines()[s.G]
		if g.Start == mainStart || g.SpawnEvent < 0 || !p.own(g) || !working(s.State) {
			continue
		}
		life := p.lived(s.G)
		told := life.blocks > 0 && ix.Duration()-life.woken < toldNS
		asleep := s.State == index.StateSleep
		switch key := spawnKey(g); {
		case !life.runs:
			list = append(list, unfinished{s, "had not begun to run"})
		case told:
			// somebody has only just woken it, maybe to stop
		case life.gave && life.since < gaveNS:
			// it has only just handed on its result, by which main may have gone on, and had no time to come to its end
		case counted[s.G] != "":
			list = append(list, unfinished{s, "had not called Done of " + counted[s.G]})
		case finished[key]:
			list = append(list, unfinished{s, "was at work, and others like it had come to their end"})
		case life.blocks == 0 || asleep && life.blocks == 1 && siblings[key] > 1:
			list = append(list, unfinished{s, "was at its first piece of work"})
		}
	}
	if len(list) == 0 {
		return nil
	}
	return []Finding{p.exitedEarly(list)}
}

// hooked tells whether the program had hooks, also when it did nothing that has one.
func (p *Pass) hooked() bool { return p.Meta.Hooks || p.Index.HasHooks() }

func spawnKey(g index.Goroutine) string { return g.Role + " " + g.SpawnSite.String() }

// working tells whether a goroutine in a state is at something. One that waits for the network or for another goroutine may
// well wait for its next piece of work.
func working(state uint8) bool {
	return state == index.StateRunning || state == index.StateRunnable || state == index.StateSleep || state == index.StateGC || state == index.StateSyscall
}

// own tells whether a goroutine was spawned by a file with hooks of the main module: those of libraries look after
// themselves. Files of other modules are told by their import path, whose first part is a domain. Tests are spawned by package testing,
// and are no workers that share something.
func (p *Pass) own(g index.Goroutine) bool {
	first, _, inside := strings.Cut(g.SpawnSite.File, "/")
	return g.SpawnSite.File != "" && g.Start != testStart && !(inside && strings.Contains(first, ".")) && g.Start != signalLoop && !strings.HasPrefix(g.SpawnSite.Func, "net/")
}

// toldNS is how long before the end a goroutine that was woken is given to come to its own end: main may have told it to
// stop, and a busy machine takes some milliseconds to let it.
const toldNS = 20e6

// gaveNS is how long a goroutine may run on after it has handed on its result: what stands between that and its end is little,
// while the wall clock counts what others run meanwhile.
const gaveNS = 5e6

// A life is what a goroutine did until the end.
type life struct {
	blocks int   // how often it blocked
	runs   bool  // whether it ever ran
	woken  int64 // when it was woken last
	gave   bool  // whether the last that it did hands on a result: a send, a close, a Done, ...
	since  int64 // how long it has run since its last operation, in ns
}

func (p *Pass) lived(g index.GID) (l life) {
	last := int64(-1) // since when it runs without an operation, -1 while it does not run
	rest := func(at int64) {
		if last >= 0 {
			l.since += at - last
		}
	}
	for _, ev := range p.Index.EventsOf(g) {
		kind, who, _, at := p.Index.Glance(int(ev))
		if who != g {
			if kind == index.KindUnblock {
				l.woken = at
			}
			continue
		}
		switch {
		case kind == index.KindStart:
			l.runs, last = true, at
		case kind == index.KindStop || kind == index.KindBlock:
			rest(at)
			last = -1
			if kind == index.KindBlock {
				l.blocks++
			}
		case kind.Hook():
			l.since = 0
			if last >= 0 {
				last = at
			}
			l.gave = p.gives(kind, int(ev))
		}
	}
	rest(p.Index.Duration())
	return l
}

// gives tells whether an operation may let others go on who wait for a result.
func (p *Pass) gives(kind index.EventKind, ev int) bool {
	switch kind {
	case index.KindSend, index.KindSendDone, index.KindSelectSend, index.KindClose, index.KindSignal, index.KindBroadcast, index.KindCancel:
		return true
	case index.KindAdd:
		return p.Index.Event(ev).Delta < 0
	}
	return false
}

// counted are the goroutines that a WaitGroup still counts at the end, with its name, where nobody waits for it.
func (p *Pass) counted() map[index.GID]string {
	w, list := p.end(), map[index.GID]string{}
	for _, g := range w.st.WGs {
		if g.Counter <= 0 || len(g.Waiters) > 0 {
			continue
		}
		alive, _ := w.doers(g.Obj)
		for _, one := range alive {
			list[one] = w.object(g.Obj)
		}
	}
	return list
}

func (p *Pass) exitedEarly(list []unfinished) Finding {
	w, f := p.end(), Finding{Verdict: Proven, TimeNS: p.Index.Duration()}
	var names []index.GID
	var wg []index.OID
	for _, u := range list {
		names = append(names, u.s.G)
		who := p.Index.Goroutines()[u.s.G]
		p.addActor(&f, u.s.G, u.s.Site)
		f.addSite(u.s.Site.String())
		f.addSite(who.SpawnSite.String())
		if f.addEvent(who.SpawnEvent); u.s.SinceEvent >= 0 {
			f.addEvent(u.s.SinceEvent)
		}
		if len(f.Why) < mostNames {
			f.Why = append(f.Why, w.name(u.s.G)+" "+u.why+at(u.s.Site)+".")
		}
	}
	for _, g := range w.st.WGs {
		if alive, _ := w.doers(g.Obj); g.Counter > 0 && slices.ContainsFunc(alive, func(g index.GID) bool { return slices.Contains(names, g) }) {
			wg = append(wg, g.Obj)
		}
	}
	w.addObjects(&f, wg)
	f.Message = "main returned while " + w.names(names) + " " + plural(len(names), "was", "were") + " still at work."
	f.hint = "let main wait, with a WaitGroup or for a result from each"
	return f
}
