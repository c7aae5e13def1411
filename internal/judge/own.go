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
	return shareAbove(change, 1)
}

// longTurn is longer than what a goroutine computes before it asks whether it may begin, or after it has told that it is done, in ns.
const longTurn = 1e6

// crowded is the part of the time in which goroutines are at work in which more than n are, main not counted. A goroutine is at
// work from its last operation, or from when it could have had a proc, until it comes to the next or waits for something else, if it computes
// for long in between. So who asks nobody before its work is at work at once with all others that were begun, on one proc too.
func (o own) crowded(n int) float64 {
	change := map[int64]int{}
	for _, g := range o.started {
		ops := o.operations(g.ID)
		var begin, end, computed int64
		ends := func() {
			if computed > longTurn {
				change[begin]++
				change[end]--
			}
			computed = 0
		}
		ready := false // begin is known
		o.ix.Spans(g.ID, func(s index.Span) {
			works := s.State == index.StateRunning || s.State == index.StateGC
			if !works && s.State != index.StateRunnable {
				ends()
				ready = false
				return
			}
			if !ready {
				begin, ready = s.T0, true
			}
			for from := s.T0; from < s.T1; {
				to := s.T1
				for len(ops) > 0 && ops[0] <= from {
					ops = ops[1:]
				}
				if len(ops) > 0 {
					to = min(to, ops[0])
				}
				if works {
					computed, end = computed+to-from, to
				}
				if from = to; len(ops) > 0 && to == ops[0] {
					ends()
					begin = to
				}
			}
		})
		ends()
	}
	return shareAbove(change, n)
}

// operations are the times at which a goroutine came to one of the hooks' operations, ascending.
func (o own) operations(g index.GID) (at []int64) {
	for _, ev := range o.ix.EventsOf(g) {
		if kind, by, _, t := o.ix.Glance(int(ev)); by == g && kind.Hook() {
			at = append(at, t)
		}
	}
	return at
}

// shareAbove is the part of the time with at least one in which there are more than n; change is how the number changes by time.
func shareAbove(change map[int64]int, n int) float64 {
	var one, more, last int64
	now := 0
	for _, t := range slices.Sorted(maps.Keys(change)) {
		if now > 0 {
			one += t - last
		}
		if now > n {
			more += t - last
		}
		now, last = now+change[t], t
	}
	if one == 0 {
		return 0
	}
	return float64(more) / float64(one)
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

// A spin is a goroutine that gives up its proc again and again without waiting for anything.
type spin struct {
	times int
	name  string
	site  index.Site
}

// shortTurn is less than the scheduler lets a goroutine compute before it is another's turn, by far, in ns.
const shortTurn = 1e6

// worstSpin finds the goroutine that gave up its proc most often after a short turn, as one that asks again and again whether others
// are done and calls runtime.Gosched in between.
func (o own) worstSpin() (worst spin) {
	for _, g := range slices.Concat(o.mains, o.started) {
		times, at, last := 0, -1, index.Span{State: index.StateNone}
		o.ix.Spans(g.ID, func(s index.Span) {
			if s.State == index.StateRunnable && last.State == index.StateRunning && last.T1-last.T0 < shortTurn {
				times++
				at = s.Event
			}
			last = s
		})
		if times > worst.times {
			worst = spin{times: times, name: g.Name}
			if at >= 0 {
				worst.site = o.place(at)
			}
		}
	}
	return worst
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
