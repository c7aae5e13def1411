package findings

import (
	"slices"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

var deadlock = &Analyzer{
	Name:     "deadlock",
	Summary:  "every goroutine of the program waits and nothing can wake one",
	Severity: Error,
	Run:      findDeadlock,
	Doc: `Every goroutine of the program waits, and each waits for something that only another goroutine could do: send,
receive, close, unlock, call Done, signal. So none will ever go on. The message begins with the root cause: those
that wait for nobody who is left, or a cycle of goroutines that wait for one another.

It is proven when trace-viz or the Go runtime ended the program because of it. It is suspected when all goroutines
waited when the program was stopped, but a waker that leaves no sign in a trace can't be excluded.

Wrong: nobody closes jobs, so the range never ends and main waits for ever.

    func main() {
    	jobs := make(chan int)
    	var wg sync.WaitGroup
    	wg.Go(func() {
    		for job := range jobs {
    			fmt.Println(job)
    		}
    	})
    	jobs <- 1
    	wg.Wait()
    }

Right: who sends the last job closes the channel.

    func main() {
    	jobs := make(chan int)
    	var wg sync.WaitGroup
    	wg.Go(func() {
    		for job := range jobs {
    			fmt.Println(job)
    		}
    	})
    	jobs <- 1
    	close(jobs)
    	wg.Wait()
    }
`,
}

// quietNS is how long a program must have been stuck when it was stopped from outside for that to be called a suspicion. A
// program whose goroutines all wait for a moment is no news.
const quietNS = 1e9

func findDeadlock(p *Pass) []Finding {
	v, how := p.deadlocked()
	if how == "" {
		return p.bubble(bubbleStuck, " That is all of a bubble of testing/synctest.")
	}
	f := Finding{Verdict: how, TimeNS: v.since}
	if len(v.blocked) == 0 {
		p.fillAbandoned(&f)
		return []Finding{f}
	}
	p.end().fillStuck(&f, v.blocked)
	if how == Suspected {
		f.Why = append(f.Why, "Not proven: "+v.why+".")
	}
	return []Finding{f}
}

// deadlocked tells whether the program ended in a deadlock, "" if it did not.
func (p *Pass) deadlocked() (v verdict, how Verdict) {
	if p.Index.NumEvents() == 0 {
		return v, ""
	}
	switch p.Meta.Outcome {
	case recording.Deadlock:
		if p.Meta.Cut {
			return v, "" // it came later
		}
		v, how = p.stuck(), Proven
		if len(v.blocked) == 0 && v.proven {
			return v, how
		}
		if len(v.blocked) == 0 { // the end of the trace is missing
			v.blocked = p.end().waiting()
			for _, g := range v.blocked {
				v.since = max(v.since, p.end().state(g).Since)
			}
		}
		if !p.Index.Processes()[0].Complete {
			how, v.why = Suspected, "the end of the recording is missing, and this is how the goroutines were before that"
		}
	case recording.Hung, recording.Signal:
		v, how = p.stuck(), Suspected
		if !p.Index.HasHooks() || p.Meta.Cut || len(v.blocked) == 0 || !v.proven && !v.suspected || v.outside || p.Meta.WallNS-v.since < quietNS {
			return v, ""
		}
		if v.why == "" {
			v.why = "a pending time.AfterFunc would leave no sign in the recording"
		}
	}
	if len(v.blocked) == 0 {
		return v, ""
	}
	return v, how
}

// fillAbandoned tells of a program that has no goroutine any more.
func (p *Pass) fillAbandoned(f *Finding) {
	main := p.Index.Goroutines()[exitedMain(p.Index)]
	f.Message = "main ended by runtime.Goexit and no other goroutine is left, so nothing can end the program: only a return from main or os.Exit does."
	site, seen := "", p.Index.EventsOf(main.ID)
	for i := len(seen) - 1; i >= 0 && site == ""; i-- { // an end has no place: the last one at which main was seen
		site = p.Index.Event(int(seen[i])).Site.String()
	}
	f.G, f.Goroutines = []index.GID{main.ID}, []Goroutine{{main.Process, main.GoID, main.Name, main.SpawnSite.String(), site}}
	f.addSite(site)
	f.Events = []int{main.EndEvent}
}

// waiting returns the goroutines that wait for others.
func (w *graph) waiting() []index.GID {
	var list []index.GID
	for _, s := range w.st.Goroutines {
		if index.Blocked(s.State) {
			list = append(list, s.G)
		}
	}
	return list
}

// fillStuck tells of goroutines that wait for one another or for nobody. list is ascending.
func (w *graph) fillStuck(f *Finding, list []index.GID) {
	all := w.groups(list)
	first := roots(all)
	var order []int // of groups: root causes first
	for _, part := range first {
		order = append(order, w.order(all, part)...)
	}
	for n := range all {
		if !slices.Contains(order, n) {
			order = append(order, n)
		}
	}
	var objects []index.OID
	for _, n := range order {
		objects = append(objects, all[n].objects()...)
	}
	w.distinguish(objects)
	f.Message = w.message(all, first)
	if len(order) > 0 {
		f.hint = w.mend(all, first[0])
	}
	for i, part := range first {
		if i == mostClauses {
			break
		}
		for _, n := range w.order(all, part) {
			f.Why = append(f.Why, w.evidence(all[n])...)
		}
	}
	for _, n := range order {
		for _, g := range all[n].members {
			if s := w.state(g); len(f.Sites) == 0 || !waitsForTest(w.ix, s) { // the main of a test program tells nothing
				f.addSite(w.site(s))
			}
		}
	}
	for _, g := range list {
		w.addGoroutine(f, g)
	}
	w.addObjects(f, objects)
	slices.Sort(f.Events)
}

// mends are hints by what a goroutine waits for that nothing will wake.
var mends = map[string]string{
	"send":   "let somebody receive until the channel is closed, give the buffer a place for each send, or let the sender select on a context too",
	"recv":   "close the channel when nothing more will come, or let the receiver select on a context too",
	"select": "add a case for a context or a channel that is closed when the work is over",
	"lock":   "unlock by a defer right after the lock",
	"rlock":  "unlock by a defer right after the lock",
	"wait":   "call Done by a defer at the top of each goroutine, or start them by Go",
	"cond":   "call Signal or Broadcast each time the condition changes, also when the work is over",
	"once":   "let the function of the Once wait for nothing that needs the Once",
}

// mend is the hint for a root cause.
func (w *graph) mend(all []*group, part []int) string {
	first := all[part[0]].first
	copied := func(g index.GID) bool { return w.copied(g) >= 0 }
	switch op := first.Op; {
	case known(first) && op == "wait" && slices.ContainsFunc(all[part[0]].wakers.gone, copied):
		return "hand on a pointer to the WaitGroup, not a copy of it"
	case !known(first):
		return ""
	case (op == "lock" || op == "rlock") && w.neverTaken(first.Obj):
		return "hand on a pointer to what holds the lock, not a copy of it (go vet finds copies)"
	case len(part) > 1 && (op == "lock" || op == "rlock") && oneLock(all, part):
		return "let one function lock and call others that expect the lock to be held"
	case len(part) > 1 && (op == "lock" || op == "rlock"):
		return "take the locks in the same order everywhere, and wait for nothing else while one is held"
	case owner(first) >= 0:
		return "let the one that waits not be the only one that could end that, or give the context a deadline"
	case (op == "send" || op == "recv") && first.Obj < 0:
		return "make the channel before it is used"
	case (op == "lock" || op == "rlock") && slices.Contains(first.Held, first.Obj):
		return "let one function lock and call others that expect the lock to be held"
	}
	return mends[first.Op]
}

// oneLock tells whether a cycle is about a single lock: one that reads wants to read once more, behind one that wants to write.
func oneLock(all []*group, part []int) bool {
	return !slices.ContainsFunc(part, func(n int) bool {
		return !lockWait(all[n].first) || all[n].first.Obj != all[part[0]].first.Obj
	})
}

// objects are what a group waits for.
func (gr *group) objects() []index.OID {
	if gr.first.Op == "" || !known(gr.first) {
		return nil
	}
	list := []index.OID{gr.first.Obj}
	for _, c := range gr.first.Cases {
		list = append(list, c.Obj)
	}
	return slices.DeleteFunc(list, func(o index.OID) bool { return o < 0 })
}

// addGoroutine adds a goroutine that waits, with the line and the event of its wait.
func (w *graph) addGoroutine(f *Finding, g index.GID) {
	s, who := w.state(g), w.ix.Goroutines()[g]
	site := w.site(s)
	f.G = append(f.G, g)
	f.Goroutines = append(f.Goroutines, Goroutine{who.Process, who.GoID, who.Name, who.SpawnSite.String(), site})
	if len(f.Sites) == 0 || !waitsForTest(w.ix, s) {
		f.addSite(site)
	}
	if s.SinceEvent >= 0 {
		f.Events = append(f.Events, s.SinceEvent)
	}
}

func (f *Finding) addSite(site string) {
	if site != "" && !slices.Contains(f.Sites, site) {
		f.Sites = append(f.Sites, site)
	}
}

// site is where a goroutine waits: the place of what it announced, else of its innermost frame.
func (w *graph) site(s *index.GState) string {
	if known(s) && s.OpEvent >= 0 {
		if text := w.ix.Event(s.OpEvent).Site.String(); text != "" {
			return text
		}
	}
	return s.Site.String()
}

func (w *graph) addObjects(f *Finding, list []index.OID) {
	for _, o := range list {
		if end := describe.Owner(w.ix, o); end >= 0 {
			o = end
		}
		if slices.Contains(f.O, o) {
			continue
		}
		x := w.ix.Objects()[o]
		f.O = append(f.O, o)
		f.Objects = append(f.Objects, Object{x.Kind, x.Name, x.Made.String()})
	}
}
