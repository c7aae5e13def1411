package findings

import (
	"slices"

	"github.com/trace-viz/trace-viz/internal/index"
)

var dataRace = &Analyzer{
	Name:     "data-race",
	Summary:  "two goroutines use the same memory, one of them writes it, and nothing orders the two",
	Severity: Error,
	Run:      findDataRace,
	Doc: `Two goroutines accessed the same memory, at least one of them wrote it, and no channel, lock or other synchronisation
orders the two accesses. What the program does then is not defined: updates are lost, half-built values are seen. The
race detector saw it (run with --race); without it nothing of this kind can be found.

Wrong: the increments of two goroutines overlap, and some are lost.

    func count() int {
    	n := 0
    	var wg sync.WaitGroup
    	for range 2 {
    		wg.Go(func() {
    			for range 1000 {
    				n++
    			}
    		})
    	}
    	wg.Wait()
    	return n
    }

Right: a lock orders them.

    func count() int {
    	n := 0
    	var mu sync.Mutex
    	var wg sync.WaitGroup
    	for range 2 {
    		wg.Go(func() {
    			for range 1000 {
    				mu.Lock()
    				n++
    				mu.Unlock()
    			}
    		})
    	}
    	wg.Wait()
    	return n
    }
`,
}

func findDataRace(p *Pass) []Finding {
	var all []Finding
	seen := map[string]bool{}
	for _, r := range p.races() {
		f := p.dataRace(r)
		if !seen[f.Message] {
			seen[f.Message] = true
			all = append(all, f)
		}
	}
	return all
}

// dataRace tells one report. The race detector has numbers of its own for goroutines; each side is found by the place
// where its goroutine was started, and named as a candidate when several were started there.
func (p *Pass) dataRace(r race) Finding {
	f := Finding{Verdict: Proven}
	now, here := p.side(&f, r.now)
	before, there := p.side(&f, r.before)
	f.Message = now + " " + verb(r.now.what) + " memory" + at(here) + " that " + before + " " + past(r.before.what) + at(there) +
		", and nothing orders the two."
	f.hint = "guard both accesses by one Mutex, hand the value over through a channel, or use sync/atomic"
	return f
}

// side adds one access to a finding. It returns who did it in words, and where.
func (p *Pass) side(f *Finding, a access) (who string, site index.Site) {
	site = p.placeOf(a.frames)
	f.addSite(site.String())
	candidates := p.startedAt(a)
	for _, g := range candidates {
		x := p.Index.Goroutines()[g]
		f.TimeNS = max(f.TimeNS, x.Created)
		if slices.Contains(f.G, g) {
			continue
		}
		f.G = append(f.G, g)
		f.Goroutines = append(f.Goroutines, Goroutine{x.Process, x.GoID, x.Name, x.SpawnSite.String(), site.String()})
		f.addEvent(x.SpawnEvent)
	}
	switch w := p.end(); len(candidates) {
	case 0:
		return "a goroutine that the recording does not know", site
	case 1:
		return w.name(candidates[0]), site
	default:
		names := w.names(candidates)
		f.Why = appendNew(f.Why, "Which of "+names+" it was is not known: they were all started at "+
			p.placeOf(a.created).String()+".")
		return "one of " + names, site
	}
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// startedAt returns the goroutines that an access can be of.
func (p *Pass) startedAt(a access) []index.GID {
	spawn := p.placeOf(a.created)
	var list []index.GID
	for _, g := range p.Index.Goroutines() {
		isMain := g.GoID == 1 && g.Process == 1
		if a.main && isMain || !a.main && spawn.File != "" && g.SpawnSite.File == spawn.File && g.SpawnSite.Line == spawn.Line {
			list = append(list, g.ID)
		}
	}
	return list
}

// placeOf is the innermost frame that is neither the runtime's nor the hooks'.
func (p *Pass) placeOf(frames []frame) index.Site {
	for _, f := range frames {
		if !innards(f.fn) {
			return index.Site{File: p.fileOf(f.file), Line: f.line, Func: f.fn}
		}
	}
	return index.Site{}
}

func verb(what string) string {
	switch what {
	case "read":
		return "reads"
	case "write":
		return "writes"
	case "atomic read":
		return "reads (by sync/atomic)"
	}
	return "writes (by sync/atomic)"
}

func past(what string) string {
	switch what {
	case "read":
		return "read"
	case "write":
		return "wrote"
	case "atomic read":
		return "read (by sync/atomic)"
	}
	return "wrote (by sync/atomic)"
}
