package findings

import (
	"slices"

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

This version looks for the plainest form: a goroutine that could not send, because nobody ever received from the
channel. Workers that wait for their next job when the program ends are not told.

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

// findLeak finds senders that nobody ever received from, in a program that ended well by itself. It says nothing while a
// goroutine other than main goes on: that one might have received in time.
func findLeak(p *Pass) []Finding {
	ix := p.Index
	if p.Meta.Outcome != recording.Exit || p.Meta.ExitCode != 0 || !p.Meta.Complete || !ix.Quality().Complete || ix.NumEvents() == 0 {
		return nil
	}
	w := p.end()
	var stuck []index.GID
	for _, s := range w.st.Goroutines {
		switch {
		case ix.Goroutines()[s.G].Start == mainStart:
		case !index.Blocked(s.State):
			return nil
		default:
			stuck = append(stuck, s.G)
		}
	}
	stuck = slices.DeleteFunc(stuck, func(g index.GID) bool { return !w.unread(w.state(g)) })
	var list []Finding
	for _, gr := range w.groups(stuck) {
		list = append(list, w.leak(gr))
	}
	return list
}

// mainStart is what the main goroutine runs.
const mainStart = "runtime.main"

// unread tells whether s sends to a channel from which nobody ever received. One that waited for it in a select and took another case is no receiver.
func (w *graph) unread(s *index.GState) bool {
	if !known(s) || s.Op != "send" || s.Obj < 0 {
		return false
	}
	o, u := w.ix.Objects()[s.Obj], w.use(s.Obj)
	return o.MadeEvent >= 0 && !o.Reused && !o.Inexact && !u.partial && len(u.recv) == 0
}

func (w *graph) leak(gr *group) Finding {
	s, n := gr.first, len(gr.members)
	f := Finding{Verdict: Proven}
	w.distinguish(gr.objects())
	f.Message = w.names(gr.members) + " " + plural(n, "waits", "wait") + " to send to " + w.object(s.Obj) + w.full(s.Obj) +
		", from which nobody ever received. The program ended without " + plural(n, "it", "them") + "."
	for _, g := range gr.members {
		w.addGoroutine(&f, g)
		f.TimeNS = max(f.TimeNS, w.state(g).Since)
		if len(f.Why) < mostNames {
			f.Why = append(f.Why, w.why(g)[0]+".")
		}
	}
	w.addObjects(&f, gr.objects())
	slices.Sort(f.Events)
	return f
}
