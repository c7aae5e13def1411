package findings

import (
	"slices"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

var goroutineLeak = &Analyzer{
	Name:     "goroutine-leak",
	Summary:  "a goroutine still waits at the end and nothing that is alive can wake it",
	Severity: Error,
	Run:      findLeak,
	Doc: `A goroutine still waits when the program is over, and nothing that is alive can wake it. In a short program nobody
notices; in a server each request may leave one behind, with all the memory that it holds on to.

Who could wake it is known from what was done: who used the channel or lock, who was spawned by a user of it, and who
got a message from one. Workers that wait for their next job when main returns are no leak as long as somebody who has
their channel is alive, and neither is what waits for a timer, a context, a signal or the network, or what a package
started when it was initialized. Of tests it is told whether they pass, fail or run out of time.

It is suspected, not proven, where a way to hand on the channel leaves no sign in a recording: a field of a struct, or a
function that time.AfterFunc will call.

Wrong: after a time-out nobody receives from result any more, and the goroutine waits for ever.

    func ask(ctx context.Context) (string, error) {
    	result := make(chan string)
    	go func() { result <- slowAnswer() }()
    	select {
    	case r := <-result:
    		return r, nil
    	case <-ctx.Done():
    		return "", ctx.Err()
    	}
    }

Right: with a place in the buffer the send needs no receiver.

    func ask(ctx context.Context) (string, error) {
    	result := make(chan string, 1)
    	go func() { result <- slowAnswer() }()
    	select {
    	case r := <-result:
    		return r, nil
    	case <-ctx.Done():
    		return "", ctx.Err()
    	}
    }
`,
}

// mainStart is what the main goroutine runs.
const mainStart = "runtime.main"

// leaks looks for goroutines that nothing can wake, as a garbage collector looks for memory: those that go on are alive, so
// is whom they could wake, and what is left over is not.
type leaks struct {
	w        *graph
	over     bool // the program ended by itself: main has returned
	main     index.GID
	contacts *contacts
	circles  map[index.OID]*circle
	dead     map[index.GID]bool
	doubt    map[index.GID]string // why one of the dead may not be
	tests    []index.GID          // of each goroutine, once it was asked for
}

// findLeak finds what is left over at the end of a program that ended by itself, or that was stopped while others went on.
func findLeak(p *Pass) []Finding {
	if list := p.bubble(bubbleLeft, " The function of the bubble had returned."); list != nil {
		return list
	}
	if l := p.leaks(); l != nil {
		return l.tell()
	}
	return nil
}

// leaks works out what is left over, nil if nothing is.
func (p *Pass) leaks() *leaks {
	if !p.swept {
		p.swept, p.left = true, p.sweep()
	}
	return p.left
}

func (p *Pass) sweep() *leaks {
	ix := p.Index
	if !p.ended() || ix.NumEvents() == 0 || !ix.HasHooks() {
		return nil
	}
	if _, how := p.deadlocked(); how != "" {
		return nil
	}
	l := &leaks{w: p.end(), over: p.Meta.Outcome == recording.Exit, main: index.None, circles: map[index.OID]*circle{},
		dead: map[index.GID]bool{}, doubt: map[index.GID]string{}}
	for _, s := range l.w.st.Goroutines {
		if ix.Goroutines()[s.G].Start == mainStart {
			l.main = s.G
		}
		if l.candidate(&s, p.quiet()) {
			l.dead[s.G] = true
		}
	}
	if len(l.dead) == 0 {
		return nil
	}
	l.contacts = newContacts(ix)
	l.sweep()
	return l
}

// ended tells whether the recording shows how goroutines were left at the end.
func (p *Pass) ended() bool {
	if !p.Meta.Complete || p.Meta.Cut || !p.Index.Processes()[0].Complete { // that a child was killed says nothing of the program
		return false
	}
	switch p.Meta.Outcome {
	case recording.Exit:
		return p.Meta.ExitCode == 0 || p.testsFailed()
	case recording.Hung, recording.Signal:
		return true
	}
	return p.testsLate()
}

// quiet is the time after which nothing is called a leak: a program that is stopped from outside is in the middle of things.
func (p *Pass) quiet() int64 {
	if p.Meta.Outcome == recording.Exit {
		return p.Index.Duration()
	}
	return p.Index.Duration() - quietNS
}

// candidate tells whether a goroutine waits for something that only a goroutine of the program can bring, and all is known
// about what it waits for.
func (l *leaks) candidate(s *index.GState, quiet int64) bool {
	if !index.Blocked(s.State) || !known(s) || s.Since > quiet {
		return false
	}
	switch s.Op {
	case "send", "recv":
		return s.Obj < 0 || l.traced(s.Obj)
	case "select":
		return len(s.Cases) > 0 && len(s.Cases) < maxCases &&
			!slices.ContainsFunc(s.Cases, func(c index.SelectCase) bool { return c.Obj >= 0 && !l.traced(c.Obj) })
	}
	return s.Obj >= 0 && !l.w.ix.Objects()[s.Obj].Reused
}

// traced tells whether all that was done to a channel is known.
func (l *leaks) traced(o index.OID) bool {
	x := l.w.ix.Objects()[o]
	if x.Owner >= 0 {
		return !l.w.ix.Objects()[x.Owner].Reused
	}
	return x.MadeEvent >= 0 && !x.Reused && !x.Inexact
}

// sweep takes out of the dead those that somebody else could wake, until nothing changes.
func (l *leaks) sweep() {
	list := sorted(l.dead)
	for changed := true; changed; {
		changed = false
		for _, g := range list {
			if l.dead[g] && l.wakeable(l.w.state(g)) {
				delete(l.dead, g)
				delete(l.doubt, g)
				changed = true
			}
		}
	}
}

func sorted(set map[index.GID]bool) []index.GID {
	list := make([]index.GID, 0, len(set))
	for g := range set {
		list = append(list, g)
	}
	slices.Sort(list)
	return list
}

// wakeable tells whether one that is not dead could wake s.
func (l *leaks) wakeable(s *index.GState) bool {
	w := l.w
	switch s.Op {
	case "send", "recv":
		return l.served(s, s.Obj, s.Op == "recv")
	case "select":
		return l.unasked(s) || slices.ContainsFunc(s.Cases, func(c index.SelectCase) bool { return l.served(s, c.Obj, c.Recv) })
	case "lock", "rlock":
		k := w.wakersOf(s)
		return len(k.alive)+len(k.gone) == 0 || w.foreignUnlock(s.Obj) || l.anyAlive(k.alive)
	case "once":
		k := w.wakersOf(s)
		return len(k.alive)+len(k.gone) == 0 || l.anyAlive(k.alive)
	case "wait":
		return l.awaited(s)
	}
	c := l.circleOf(s.Obj)
	l.suspect(s.G)
	return c.all || l.kept(s.G, s.Obj) || l.anyAlive(l.going(s.Obj, c.sure)) || l.anyAlive(l.going(s.Obj, c.loose))
}

// served tells whether one that is not dead, or time, could do the other side of a channel operation.
func (l *leaks) served(s *index.GState, o index.OID, recv bool) bool {
	if recv && describe.Owner(l.w.ix, o) >= 0 {
		return l.endedBy(s, o)
	}
	return l.answered(s, o, recv)
}

// going is a list without main, when main has returned and never used an object itself.
func (l *leaks) going(o index.OID, list []index.GID) []index.GID {
	if !l.over || l.touched(l.w.use(o).touch, l.main) {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(g index.GID) bool { return g == l.main })
}

func (l *leaks) anyAlive(list []index.GID) bool {
	return slices.ContainsFunc(list, func(g index.GID) bool { return !l.dead[g] })
}

// suspect notes that ways are open on which s could be woken, and which no recording shows.
func (l *leaks) suspect(g index.GID) {
	if l.doubt[g] == "" {
		l.doubt[g] = "what was kept in a field of a struct or in a pending time.AfterFunc leaves no sign in the recording"
	}
}

// answered tells whether somebody could do the other side of a channel operation. main, when it has returned, could only have
// done what it did before. One that received through a lock what it never used may answer a receiver, as those do that
// keep channels for replies in a map; to answer a sender it would have to take what others wait to get rid of.
func (l *leaks) answered(s *index.GState, o index.OID, recv bool) bool {
	if o < 0 {
		return false // a nil channel
	}
	c, u := l.circleOf(o), l.w.use(o)
	if c.all || recv && (l.kept(s.G, o) || l.signalled(o)) {
		return true
	}
	for _, g := range c.sure {
		switch {
		case l.dead[g]:
		case g != l.main || !l.over:
			return true
		case recv && l.touched(u.touch, g) || !recv && l.touched(u.recv, g):
			return true
		}
	}
	loose := slices.DeleteFunc(slices.Clone(c.loose), func(g index.GID) bool { return l.dead[g] || g == l.main && l.over })
	if recv {
		l.suspect(s.G)
		return len(loose) > 0
	}
	if len(loose) > 0 && l.doubt[s.G] == "" {
		l.doubt[s.G] = l.w.name(loose[0]) + " may have got " + l.w.object(o) + " from somebody with whom it shares a lock"
	}
	return false
}

func (l *leaks) touched(list []user, g index.GID) bool {
	return slices.ContainsFunc(list, func(u user) bool { return u.g == g })
}

// awaited tells whether somebody could call Done: those that Add was for, those that did it before, and those that may have
// the WaitGroup and did not.
func (l *leaks) awaited(s *index.GState) bool {
	alive, gone := l.w.doers(s.Obj)
	if l.anyAlive(alive) {
		return true
	}
	if len(alive)+len(gone) == 0 {
		l.suspect(s.G)
	}
	c := l.circleOf(s.Obj)
	if c.all {
		return true
	}
	return slices.ContainsFunc(c.sure, func(g index.GID) bool { return !l.dead[g] && (g != l.main || !l.over) })
}
