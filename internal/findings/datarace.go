package findings

import (
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
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
	w := p.written(r)
	now, here, first := p.side(&f, r.now, w)
	before, there, second := p.side(&f, r.before, window{0, w.to})
	f.Message = now + " " + verb(r.now.what) + " memory" + at(here) + " that " + before + " " + past(r.before.what) + at(there) +
		", and nothing orders the two."
	f.Memory = r.memory
	f.Accesses = []Access{{r.now.what, here.String(), first}, {r.before.what, there.String(), second}}
	if len(first) > 0 && len(second) > 0 {
		x := p.place(first[0], here, w)
		p.orders(&f, x, p.place(other(second, first[0]), there, window{0, w.to}))
		p.happened(&f, x, w)
	}
	f.hint = "guard both accesses by one Mutex, hand the value over through a channel, or use sync/atomic"
	if strings.HasPrefix(r.now.what, "atomic ") != strings.HasPrefix(r.before.what, "atomic ") {
		f.hint = "use sync/atomic for each access, best by a type such as atomic.Int64, which allows no other"
	}
	return f
}

// other returns one of a list that is not g, if there is one: the two sides of a race are different goroutines.
func other(list []index.GID, g index.GID) index.GID {
	for _, x := range list {
		if x != g {
			return x
		}
	}
	return list[0]
}

// side adds one access, which was in a window of time, to a finding. It returns who did it in words, where, and who can
// have been it.
func (p *Pass) side(f *Finding, a access, in window) (who string, site index.Site, candidates []index.GID) {
	site = p.placeOf(a.frames)
	f.addSite(site.String())
	candidates = p.startedAt(a, in)
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
		return "a goroutine whose beginning the detector does not tell", site, nil
	case 1:
		return w.name(candidates[0]), site, candidates
	default:
		names := w.names(candidates)
		f.Why = appendNew(f.Why, "Which of "+names+" it was is not known: they were all started at "+
			p.spawnOf(a).String()+".")
		return "one of " + names, site, candidates
	}
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// startedAt returns the goroutines that an access can be of: those that were started there and lived in its window. When none did,
// the window is wrong: when a process really began is known to some ms only on a busy machine, and a goroutine may live less.
func (p *Pass) startedAt(a access, in window) []index.GID {
	if list := p.startedIn(a, in); len(list) > 0 {
		return list
	}
	return p.startedIn(a, window{0, p.Index.Duration()})
}

func (p *Pass) startedIn(a access, in window) []index.GID {
	spawn, test := p.spawnOf(a), testIn(a.frames)
	var list []index.GID
	for _, g := range p.Index.Goroutines() {
		if !in.overlaps(g.Created, lastOf(g, p.Index.Duration())) || test != "" && g.Role != test {
			continue
		}
		isMain := g.GoID == 1 && g.Process == 1
		if a.main && isMain || !a.main && spawn.File != "" && g.SpawnSite.File == spawn.File && g.SpawnSite.Line == spawn.Line {
			list = append(list, g.ID)
		}
	}
	return list
}

// spawnOf is the place where the goroutine of an access was started. Of wg.Go the detector does not know it, since the hook that
// calls it has no frame in the detector's stacks; there the function tells that the goroutine runs.
func (p *Pass) spawnOf(a access) index.Site {
	n := slices.IndexFunc(a.frames, func(f frame) bool { return strings.HasPrefix(f.fn, "tracevizhook.GroupGo") })
	if n < 1 || p.Rec == nil || p.Rec.Sites == nil {
		return p.placeOf(outsideTests(a.created))
	}
	runs, sites := a.frames[n-1], p.Rec.Sites
	file := p.fileOf(runs.file)
	here := func(s rewrite.Spawn) bool { // of an inlined function a literal has another name
		return sites.Files[s.File] == file && s.Line <= runs.line && runs.line <= s.EndLine
	}
	i := slices.IndexFunc(sites.Spawns, func(s rewrite.Spawn) bool { return s.Callee == runs.fn })
	if i < 0 {
		i = slices.IndexFunc(sites.Spawns, here)
	}
	if i < 0 {
		return p.placeOf(a.created)
	}
	return index.Site{File: sites.Files[sites.Spawns[i].File], Line: sites.Spawns[i].Line}
}

// lastOf is the end of a goroutine's life, or of the recording.
func lastOf(g index.Goroutine, end int64) int64 {
	if g.Ended >= 0 {
		return g.Ended
	}
	return end
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
