package findings

import "github.com/trace-viz/trace-viz/internal/index"

var concurrentMap = &Analyzer{
	Name:     "concurrent-map",
	Summary:  "a map was written by one goroutine while another one used it, and the program died of it",
	Severity: Error,
	Run:      findConcurrentMap,
	Doc: `A goroutine used a map while another one wrote it. Maps are not made for that; the runtime noticed it and ended the
program, which no recover prevents. It notices by luck: most such accesses break the map in silence.

Wrong: the goroutines write one map.

    func count(words []string) map[string]int {
    	counts := map[string]int{}
    	var wg sync.WaitGroup
    	for _, w := range words {
    		wg.Go(func() { counts[w]++ })
    	}
    	wg.Wait()
    	return counts
    }

Right: a lock guards the map.

    func count(words []string) map[string]int {
    	counts := map[string]int{}
    	var mu sync.Mutex
    	var wg sync.WaitGroup
    	for _, w := range words {
    		wg.Go(func() {
    			mu.Lock()
    			defer mu.Unlock()
    			counts[w]++
    		})
    	}
    	wg.Wait()
    	return counts
    }
`,
}

func findConcurrentMap(p *Pass) []Finding {
	if !p.crash().in("internal/runtime/maps.fatal") {
		return nil
	}
	f, g := p.died()
	w := p.end()
	f.Message = p.who(g) + " used a map" + at(p.crashSite()) + " while another goroutine wrote it."
	if g >= 0 {
		if events := p.Index.EventsOf(g); len(events) > 0 {
			f.addEvent(int(events[len(events)-1]))
		}
	}
	var others []index.GID
	for _, s := range w.st.Goroutines {
		if s.G != g && (s.State == index.StateRunning || s.State == index.StateRunnable) {
			others = append(others, s.G)
		}
	}
	if len(others) > 0 {
		f.Why = append(f.Why, "Which one wrote it is not recorded; at the end "+w.names(others)+" could run.")
	}
	f.hint = "guard the map by a Mutex that every reader and writer holds, or use sync.Map; --race shows both places"
	return []Finding{f}
}
