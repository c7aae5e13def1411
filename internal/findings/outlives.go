package findings

import (
	"fmt"
	"slices"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

var outlivesContext = &Analyzer{
	Name:     "outlives-context",
	Summary:  "a goroutine goes on after its context was cancelled",
	Severity: Warning,
	Run:      findOutlives,
	Doc: `A goroutine was handed a context where it was spawned. The context was cancelled, or its deadline passed, and the
goroutine worked on as if nothing had happened: nobody wants its result any more, and it still takes time, connections
and memory.

It is told of a goroutine that worked, slept or waited for the network for 50 ms or more after that, and for at least a
twentieth of the run. One that waits on the context's Done, also late, knows of it and may tidy up as long as it likes;
so may the one that made or cancelled the context. It is suspected, not proven, where the goroutine had looked at the
context before.

Wrong: the request does not know of the context, so it goes on after main has given up.

    func main() {
    	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
    	defer cancel()
    	answer := make(chan string, 1)
    	go ask(ctx, answer)
    	select {
    	case a := <-answer:
    		fmt.Println(a)
    	case <-ctx.Done():
    		fmt.Println("too late")
    	}
    	more()
    }

    func ask(ctx context.Context, answer chan<- string) {
    	resp, err := http.Get(server)
    	answer <- text(resp, err)
    }

Right: the request ends with the context.

    func ask(ctx context.Context, answer chan<- string) {
    	req, err := http.NewRequestWithContext(ctx, "GET", server, nil)
    	if err != nil {
    		answer <- err.Error()
    		return
    	}
    	resp, err := http.DefaultClient.Do(req)
    	answer <- text(resp, err)
    }
`,
}

// A goroutine that stops between two pieces of work takes as long as a piece. Beyond 50 ms, more than twice of what people notice,
// and a part of the run that is worth the work, it goes on.
const (
	outlivedNS    = 50e6
	outlivedShare = 0.05
	outlivedBusy  = 0.5 // of the time after the end; one that waits for others all that time is told of as a leak, if it is one
)

// A survivor is a goroutine that went on after its contexts were over.
type survivor struct {
	g     index.Goroutine
	ctx   index.ContextState // the one that was over last
	until int64
	after stretch
	aware bool // it had looked at the context before
}

// A stretch is what a goroutine did from one time to another.
type stretch struct {
	busy, longest int64
	sums          [index.NumStates]int64
	site          index.Site // of the longest part
	events        []int
}

func findOutlives(p *Pass) []Finding {
	ix := p.Index
	if ix.Counts().Contexts == 0 || ix.NumEvents() == 0 {
		return nil
	}
	made := map[index.GID][]index.OID{}
	for _, o := range ix.Objects() {
		if o.Kind == index.KindContext && o.MadeEvent >= 0 {
			g := ix.Event(o.MadeEvent).G
			made[g] = append(made[g], o.ID)
		}
	}
	var order []string
	groups, stopped := map[string][]survivor{}, map[string]int{}
	for _, g := range ix.Goroutines() {
		ctx, ok := p.handed(g, made)
		if !ok {
			continue
		}
		key := spawnKey(g) + fmt.Sprint(ctx.Obj)
		s, goesOn := p.outlives(g, ctx)
		if !goesOn {
			stopped[key]++
			continue
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], s)
	}
	var list []Finding
	for _, key := range order {
		list = append(list, p.outlived(groups[key], stopped[key]))
	}
	return list
}

// handed returns the context that a goroutine was handed where it was spawned: of several, the one that was over last. It reports
// false when that is not known, or when one of them still lived at the end.
func (p *Pass) handed(g index.Goroutine, made map[index.GID][]index.OID) (last index.ContextState, ok bool) {
	if g.System || g.SpawnEvent < 0 || !p.own(g) {
		return last, false
	}
	spawn, file, known := p.Index.SpawnOf(g.ID)
	if !known {
		return last, false
	}
	for _, lines := range spawn.Contexts {
		o := p.madeAt(g, made, file, lines)
		ctx, is := p.Index.ContextAt(o, p.Index.NumEvents()-1)
		if !is || !ctx.Cancelled || ctx.At <= g.Created || p.Index.Objects()[o].Reused {
			return last, false
		}
		if !ok || ctx.At > last.At {
			last, ok = ctx, true
		}
	}
	return last, ok
}

// mostAncestors and mostContexts bound how far back a context is looked for.
const (
	mostAncestors = 20
	mostContexts  = 1000
)

// madeAt finds the context that was made on some lines by who spawned a goroutine, or who spawned that one: the last before.
func (p *Pass) madeAt(g index.Goroutine, made map[index.GID][]index.OID, file string, lines [][2]int) index.OID {
	ix := p.Index
	for range mostAncestors {
		if g.Parent < 0 || g.SpawnEvent < 0 {
			break
		}
		list := made[g.Parent]
		for n, o := range slices.Backward(list) {
			event := ix.Objects()[o].MadeEvent
			if event < g.SpawnEvent && onLines(ix.Stack(event), file, lines) {
				return o
			}
			if len(list)-n > mostContexts {
				break
			}
		}
		g = ix.Goroutine(g.Parent)
	}
	return index.None
}

func onLines(stack []index.Frame, file string, lines [][2]int) bool {
	return slices.ContainsFunc(stack, func(f index.Frame) bool {
		return f.File == file && slices.ContainsFunc(lines, func(l [2]int) bool { return l[0] <= f.Line && f.Line <= l[1] })
	})
}

// outlives tells whether a goroutine went on after its context was over.
func (p *Pass) outlives(g index.Goroutine, ctx index.ContextState) (s survivor, goesOn bool) {
	s = survivor{g: g, ctx: ctx, until: g.Ended}
	if g.Ended < 0 {
		s.until = p.Index.Duration()
	}
	after := s.until - ctx.At
	if after < outlivedNS || float64(after) < outlivedShare*float64(p.Index.Duration()) || ctx.By == g.ID {
		return s, false
	}
	noticed, aware := p.looked(g.ID, ctx)
	if noticed || aware && after < 10*outlivedNS {
		return s, false
	}
	s.aware = aware
	s.after = p.stretch(g.ID, ctx.At, s.until)
	return s, s.after.busy >= outlivedNS && float64(s.after.busy) >= outlivedBusy*float64(after)
}

// looked tells whether a goroutine saw the end of a context, or of one that belongs to it, and whether it waited for that before.
func (p *Pass) looked(g index.GID, ctx index.ContextState) (noticed, aware bool) {
	ix := p.Index
	for _, ev := range ix.ActsOf(g) {
		e := ix.Brief(int(ev))
		if !e.Kind.Hook() {
			continue
		}
		switch e.Kind {
		case index.KindSelect:
			for _, c := range ix.StateOf(int(ev), g).Cases {
				aware = aware || p.related(describe.Owner(ix, c.Obj), ctx.Obj)
			}
		case index.KindRecv, index.KindRecvBlock, index.KindRecvDone, index.KindSelectRecv:
			if p.related(describe.Owner(ix, e.Obj), ctx.Obj) {
				aware = true
				noticed = noticed || e.Kind != index.KindRecvBlock
			}
		}
	}
	return noticed, aware
}

// related tells whether one of two contexts was made from the other, or both are one.
func (p *Pass) related(a, b index.OID) bool {
	return p.descends(a, b) || p.descends(b, a)
}

func (p *Pass) descends(o, from index.OID) bool {
	for ; o >= 0; o = p.Index.Objects()[o].Parent {
		if o == from {
			return true
		}
	}
	return false
}

// mostParts bounds the parts of a stretch that are looked at one by one.
const mostParts = 2000

// stretch sums up what a goroutine did. A wait for others of the program is no work, one in code without hooks is: it may be that of
// a request.
func (p *Pass) stretch(g index.GID, from, to int64) stretch {
	ix, s := p.Index, stretch{}
	at := ix.EventAt(from)
	parts := []int{at}
	for _, ev := range ix.EventsOf(g) {
		kind, who, _, _ := ix.Glance(int(ev))
		if int(ev) > at && (who != g || kind == index.KindStart || kind == index.KindBlock || kind == index.KindSyscall || kind == index.KindSysExit || kind == index.KindStop) {
			parts = append(parts, int(ev))
		}
		if len(parts) > mostParts {
			break
		}
	}
	for i, ev := range parts {
		begin, end := max(from, ix.Event(max(ev, 0)).Time), to
		if i+1 < len(parts) {
			end = min(to, ix.Event(parts[i+1]).Time)
		}
		st := ix.StateOf(ev, g)
		if end <= begin || index.Blocked(st.State) && known(&st) {
			continue
		}
		s.busy += end - begin
		s.sums[st.State] += end - begin
		if end-begin > s.longest {
			s.longest, s.site, s.events = end-begin, st.Site, []int{max(ev, 0)}
			if st.OpEvent >= 0 {
				s.site = ix.Event(st.OpEvent).Site
			}
		}
	}
	return s
}

// wentOn are the words for what a goroutine did most.
var wentOn = map[uint8]string{index.StateSleep: "slept", index.StateNetwork: "waited for the network", index.StateSyscall: "was in a system call",
	index.StateRunning: "ran", index.StateRunnable: "waited for a core"}

// did tells what a survivor did most, and for how long.
func (s survivor) did() string {
	most := slices.Index(s.after.sums[:], slices.Max(s.after.sums[:]))
	text := wentOn[uint8(most)]
	if text == "" {
		text = "waited in code without hooks"
	}
	return text + " for " + describe.Duration(s.after.sums[most])
}

func (p *Pass) outlived(list []survivor, stopped int) Finding {
	w, first := p.end(), list[0]
	f := Finding{Verdict: Proven, TimeNS: first.ctx.At}
	var who []index.GID
	most := first
	for _, s := range list {
		who = append(who, s.g.ID)
		if s.until > most.until {
			most = s
		}
		if s.aware {
			f.Verdict = Suspected
		}
	}
	made := p.Index.Objects()[first.ctx.Obj]
	f.Message = fmt.Sprintf("%s went on for %s after %s was over%s.", w.names(who), describe.Duration(most.until-most.ctx.At), made.Name, p.overBy(first.ctx))
	f.Why = append(f.Why, fmt.Sprintf("%s was made%s: %s.", made.Name, at(made.Made), describe.Standing(p.Index, first.ctx, p.Index.NumEvents()-1)))
	for i, s := range list {
		if i == mostNames {
			break
		}
		f.Why = append(f.Why, fmt.Sprintf("%s was handed it where it was spawned%s; after that end it %s%s.", w.name(s.g.ID), at(s.g.SpawnSite), s.did(), at(s.after.site)))
	}
	if stopped > 0 {
		others := fmt.Sprintf("%d others that were spawned there stopped", stopped)
		if stopped == 1 {
			others = "Another one that was spawned there stopped"
		}
		f.Why = append(f.Why, others+" in time.")
	}
	if f.Verdict == Suspected {
		f.Why = append(f.Why, "Not proven: it had looked at the context before, and might do so again.")
	}
	f.addSite(first.after.site.String())
	for _, s := range list {
		p.addActor(&f, s.g.ID, s.after.site)
		for _, ev := range s.after.events {
			f.addEvent(ev)
		}
	}
	if first.ctx.Event >= 0 {
		f.addSite(p.Index.Event(first.ctx.Event).Site.String())
		f.addEvent(first.ctx.Event)
	}
	f.addSite(first.g.SpawnSite.String())
	w.addObjects(&f, []index.OID{first.ctx.Obj})
	f.hint = "hand " + made.Name + " on to all that takes long (http.NewRequestWithContext), and select on " + made.Name + ".Done() beside each wait"
	return f
}

// overBy tells how a context ended, behind "was over".
func (p *Pass) overBy(ctx index.ContextState) string {
	if ctx.Event >= 0 {
		return at(p.Index.Event(ctx.Event).Site)
	}
	return ": its deadline had passed"
}
