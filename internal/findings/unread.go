package findings

import (
	"fmt"
	"slices"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

var unreadResults = &Analyzer{
	Name:     "unread-results",
	Summary:  "a channel still holds elements at the end",
	Severity: Info,
	Run:      findUnread,
	Doc: `The program ended while a channel still held elements: somebody sent them, and nobody will ever look at them.

A buffer with a place for everything that was sent to it is not meant: that is how a sender is kept from waiting for a
receiver who may be gone.

Wrong: twelve results are sent, and main takes ten.

    func main() {
    	results := make(chan int, 4)
    	go func() {
    		for i := range 12 {
    			results <- compute(i)
    		}
    	}()
    	for range 10 {
    		fmt.Println(<-results)
    	}
    }

Right: it takes all there are.

    func main() {
    	results := make(chan int, 4)
    	go func() {
    		defer close(results)
    		for i := range 12 {
    			results <- compute(i)
    		}
    	}()
    	for r := range results {
    		fmt.Println(r)
    	}
    }
`,
}

func findUnread(p *Pass) []Finding {
	ix := p.Index
	if p.Meta.Outcome != recording.Exit || !p.ended() || ix.NumEvents() == 0 {
		return nil
	}
	w := p.end()
	var list []Finding
	for _, c := range w.st.Chans {
		o := ix.Objects()[c.Obj]
		if len(c.Buf) == 0 || o.MadeEvent < 0 || o.Inexact || o.Reused || o.Elem == "struct{}" || o.Elem == "bool" {
			continue // signals and slots carry nothing that could be read
		}
		last := c.Buf[len(c.Buf)-1]
		u := w.use(c.Obj)
		kept := slices.ContainsFunc(u.recv, func(r user) bool { return r.g == last.From }) // taken out and put back, for the next one
		if last.K <= o.Cap || len(u.recv) == 0 || kept || w.busySender(u) {
			continue
		}
		f := Finding{Verdict: Proven, TimeNS: ix.Duration()}
		n := len(c.Buf)
		f.Message = fmt.Sprintf("%s still held %d %s when the program ended; %d had been received.", w.object(c.Obj), n, plural(n, "element", "elements"), c.Buf[0].K-1)
		sent := w.use(c.Obj).lastSend
		if sent >= 0 {
			e := ix.Event(sent)
			f.Why = append(f.Why, w.name(e.G)+" sent the last one at "+w.when(e.Time)+at(e.Site)+".")
			f.addEvent(sent)
			f.addSite(e.Site.String())
			if e.G >= 0 {
				p.addActor(&f, e.G, e.Site)
			}
		}
		f.addSite(o.Made.String())
		w.addObjects(&f, []index.OID{c.Obj})
		f.hint = "receive until the channel is closed, or tell the sender to stop"
		list = append(list, f)
	}
	return list
}

// busySender tells whether one that sends to a channel goes on: the program was ended in the middle of a stream.
func (w *graph) busySender(u *use) bool {
	for _, s := range u.send {
		if st := w.state(s.g); st != nil && w.ix.Goroutines()[s.g].Start != mainStart {
			return true
		}
	}
	return false
}
