package findings

import (
	"fmt"

	"github.com/trace-viz/trace-viz/internal/index"
)

var negativeWaitGroup = &Analyzer{
	Name:     "negative-waitgroup",
	Summary:  "Done was called more often than Add had announced, and the program died of it",
	Severity: Error,
	Run:      findNegative,
	Doc: `The counter of a WaitGroup fell below zero: Done was called more often than Add had announced. That is a
panic. Often one path calls Done twice, or an Add is missing or comes too late.

Wrong: after an error Done is called twice.

    func fetch(url string, wg *sync.WaitGroup) {
    	defer wg.Done()
    	if err := get(url); err != nil {
    		log.Print(err)
    		wg.Done()
    		return
    	}
    }

Right: Go counts by itself.

    func fetchAll(urls []string) {
    	var wg sync.WaitGroup
    	for _, url := range urls {
    		wg.Go(func() {
    			if err := get(url); err != nil {
    				log.Print(err)
    			}
    		})
    	}
    	wg.Wait()
    }
`,
}

func findNegative(p *Pass) []Finding {
	if !p.crash().panicked("sync: negative WaitGroup counter") {
		return nil
	}
	f, g := p.died()
	w, site := p.end(), p.crashSite()
	o, name := p.blame(&f, p.lastHook(g, index.KindAdd)), p.siteName(site, "done", "add")
	if o >= 0 {
		name = w.object(o)
	}
	if name == "" {
		name = "a WaitGroup"
	}
	f.Message = p.who(g) + " called Done on " + name + at(site) + " more often than Add had announced."
	if o >= 0 {
		adds, dones := w.counted(o)
		f.Why = append(f.Why, fmt.Sprintf("Add announced %d in all, and Done was called %s.", adds, times(dones)))
	}
	f.hint = "call Done once for each that Add announced, by defer at the top of the goroutine, or start goroutines by " + name + ".Go"
	return []Finding{f}
}

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

// counted adds up what was announced on a WaitGroup and what was taken back.
func (w *graph) counted(o index.OID) (adds, dones int) {
	for _, ev := range w.eventsOf(o) {
		if kind, _, _, _ := w.ix.Glance(int(ev)); kind == index.KindAdd {
			if d := w.ix.Event(int(ev)).Delta; d > 0 {
				adds += d
			} else {
				dones -= d
			}
		}
	}
	return adds, dones
}
