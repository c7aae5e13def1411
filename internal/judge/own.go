package judge

import (
	"maps"
	"slices"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// An own is what a program does by itself: its main goroutines, and those that lines of it start. What a library starts for
// it is not its own, such as the goroutine in which a server calls a handler.
type own struct {
	ix      *index.Index
	files   []string // of the program, as sites name them
	mains   []index.Goroutine
	started []index.Goroutine
}

func ownOf(sites *rewrite.Sites, ix *index.Index) own {
	o := own{ix: ix}
	if sites == nil {
		return o
	}
	o.files = sites.Files
	type line struct {
		file string
		line int
	}
	spawns := map[line]bool{}
	for _, sp := range sites.Spawns {
		spawns[line{sites.Files[sp.File], sp.Line}] = true
	}
	for _, g := range ix.Goroutines() {
		switch {
		case g.System:
		case g.Parent == index.None && g.Role == "main":
			o.mains = append(o.mains, g)
		case g.SpawnEvent >= 0 && spawns[line{g.SpawnSite.File, g.SpawnSite.Line}]:
			o.started = append(o.started, g)
		}
	}
	return o
}

// most is the highest number of goroutines at one time, main not counted.
func (o own) most() int {
	change, top, now := map[int64]int{}, 0, 0
	for _, g := range o.started {
		end := g.Ended
		if end < 0 {
			end = o.ix.Duration() + 1
		}
		change[g.Created]++
		change[end]--
	}
	for _, t := range slices.Sorted(maps.Keys(change)) {
		now += change[t]
		top = max(top, now)
	}
	return top
}

// beside is the part of the time in which goroutines compute in which at least two do: 0 when they take turns. It is the same on
// a machine that is busy with something else, since a goroutine keeps its proc while the system has taken the core away.
func (o own) beside() float64 {
	change := map[int64]int{}
	for _, g := range slices.Concat(o.mains, o.started) {
		o.ix.Spans(g.ID, func(s index.Span) {
			if s.State == index.StateRunning {
				change[s.T0]++
				change[s.T1]--
			}
		})
	}
	var one, two, last int64
	now := 0
	for _, t := range slices.Sorted(maps.Keys(change)) {
		if now > 0 {
			one += t - last
		}
		if now > 1 {
			two += t - last
		}
		now, last = now+change[t], t
	}
	if one == 0 {
		return 0
	}
	return float64(two) / float64(one)
}

// A stretch is one in which a goroutine waits.
type stretch struct {
	ns   int64
	name string // of the goroutine
	site index.Site
}

// longestSleep finds the longest time.Sleep, or receive from the channel of a timer alone. A select is no such: there the time is a limit.
func (o own) longestSleep() stretch {
	objects := o.ix.Objects()
	timer := func(id index.OID) bool {
		return id >= 0 && objects[id].Owner >= 0 && objects[objects[id].Owner].Kind == "timer"
	}
	return o.longest(func(s index.Span) bool {
		return s.State == index.StateSleep || s.State == index.StateRecv && timer(s.Obj)
	})
}

// longestLock finds the longest wait for a lock.
func (o own) longestLock() stretch {
	objects := o.ix.Objects()
	return o.longest(func(s index.Span) bool {
		return s.State == index.StateLock && s.Obj >= 0 && (objects[s.Obj].Kind == "mutex" || objects[s.Obj].Kind == "rwmutex")
	})
}

func (o own) longest(is func(index.Span) bool) (longest stretch) {
	for _, g := range slices.Concat(o.mains, o.started) {
		o.ix.Spans(g.ID, func(s index.Span) {
			if ns := s.T1 - s.T0; s.Event >= 0 && ns > longest.ns && is(s) {
				longest = stretch{ns, g.Name, o.place(s.Event)}
			}
		})
	}
	return longest
}

// place is the line of the program that is behind an event, the zero Site if there is none.
func (o own) place(ev int) index.Site {
	for _, frame := range o.ix.Stack(ev) {
		if slices.Contains(o.files, frame.File) {
			return frame
		}
	}
	return index.Site{}
}
