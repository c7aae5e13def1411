package findings

import (
	"fmt"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

var busyWait = &Analyzer{
	Name:     "busy-wait",
	Summary:  "a goroutine spins on a non-blocking operation",
	Severity: Warning,
	Run:      findBusyWait,
	Doc: `A goroutine tried an operation that does not wait (a select with a default case, a TryLock, a receive from a channel
that is closed) again and again with nothing in between. It takes a core from those that it waits for, and the answer
comes no sooner.

It is told from a thousand tries in a row on that went on for 2 ms or more, each at once after the one before but for
pauses in which the system may have given the core to somebody else.

Wrong: the loop spins until something is there.

    func next(jobs <-chan int) int {
    	for {
    		select {
    		case j := <-jobs:
    			return j
    		default:
    		}
    	}
    }

Right: a receive waits without a core.

    func next(jobs <-chan int) int {
    	return <-jobs
    }
`,
}

// A row of tries is a busy wait when it is long, and when the time between two is too short for any work: a try with its
// record takes about a microsecond, the shortest sleep about fifty. A loop that tries a fixed number of times is over in less
// than spinLeast; who waits for another goroutine that sleeps, calculates or asks the network goes on for longer. On a busy
// machine the system takes the core away now and then, but hardly before spinSlice tries.
const (
	spinTries = 1000
	spinGap   = 20_000
	spinLeast = 2_000_000
	spinSlice = 200
)

func findBusyWait(p *Pass) []Finding {
	w := p.end()
	var list []Finding
	told := map[string]int{}
	for g, t := range p.past().spins {
		if t.n < spinTries || t.spun() < spinLeast {
			continue
		}
		who := p.Index.Goroutines()[g]
		e := p.Index.Event(t.end)
		if i, ok := told[e.Site.String()]; ok {
			p.addActor(&list[i], who.ID, e.Site)
			continue
		}
		f := Finding{Verdict: Proven, TimeNS: t.first}
		did, hint := "tried", "wait for what is tried: leave out the default case, use Lock, or let a Cond or channel tell"
		if e.Kind == index.KindRecv || e.Kind == index.KindSelectRecv {
			did, hint = "found "+w.overAs(e.Obj), "leave the loop when the channel is closed, by return or by break with a label (break alone leaves the select), or set its variable to nil"
		}
		f.Message = fmt.Sprintf("%s %s %d times in a row without waiting%s, for %s: it spins.", w.name(who.ID), did, t.n, at(e.Site), describe.Duration(t.last-t.first))
		f.Why = append(f.Why, "Nothing lay between two tries, from "+w.when(t.first)+" to "+w.when(t.last)+".")
		p.addActor(&f, who.ID, e.Site)
		p.blame(&f, t.end)
		f.addEvent(t.begin)
		f.addSite(e.Site.String())
		f.hint = hint
		told[e.Site.String()] = len(list)
		list = append(list, f)
	}
	return list
}

// overAs is a channel from which nothing will come any more, in words: "quit closed", "ctx cancelled".
func (w *graph) overAs(o index.OID) string {
	if end := describe.Owner(w.ix, o); end >= 0 {
		return w.object(end) + " cancelled"
	}
	return w.object(o) + " closed"
}
