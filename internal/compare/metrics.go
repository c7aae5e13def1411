package compare

import (
	"cmp"
	"slices"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/report"
)

// A Metric is one number of both sides. With several runs A and B are medians, and Low and High bound the change from A to
// B with 95 % confidence. With one run the noise is not known: there are no bounds, and no change is significant.
type Metric struct {
	Name        string   `json:"name"`  // for programs: wall, time.running, waits.jobs
	Label       string   `json:"label"` // for people
	Unit        string   `json:"unit"`  // ns, ratio, count, per second, elements, exit code
	A           float64  `json:"a"`
	B           float64  `json:"b"`
	Low         *float64 `json:"low"`  // null if not known
	High        *float64 `json:"high"` // null if not known
	Significant bool     `json:"significant"`
	P           *float64 `json:"p"`     // of the test, not corrected; null with one run
	Worse       string   `json:"worse"` // the direction that is worse: up, down, or "" if neither is
}

// change is how much B is more than A, as a share of A; ok is false if A is 0.
func (m *Metric) change() (share float64, ok bool) {
	if m.A == 0 {
		return 0, false
	}
	return (m.B - m.A) / m.A, true
}

// stateMetrics are the states whose time is told, summed over all goroutines.
var stateMetrics = []struct {
	name, label, worse string
	states             []uint8
}{
	{"time.running", "running", "up", []uint8{index.StateRunning}},
	{"time.runnable", "waiting for a core", "up", []uint8{index.StateRunnable}},
	{"time.channel", "blocked on channels", "up", []uint8{index.StateSend, index.StateRecv, index.StateSelect}},
	{"time.lock", "blocked on locks", "up", []uint8{index.StateLock}},
	{"time.network", "waiting for the network", "up", []uint8{index.StateNetwork}},
	{"time.syscall", "in system calls", "up", []uint8{index.StateSyscall}},
	{"time.sleep", "asleep", "", []uint8{index.StateSleep}},
	{"time.gc", "working for the garbage collector", "up", []uint8{index.StateGC}},
	{"time.blocked", "blocked otherwise", "up", []uint8{index.StateBlocked}},
}

// maxThings bounds the objects that have rows of their own in the metrics: those that were waited for or held longest.
const maxThings = 8

// metrics are the numbers of both sides, in a fixed order.
func metrics(a, b *Side, r *Result, os *pairing, sums [2][]index.ObjectSum) []Metric {
	list := []Metric{
		{Name: "outcome", Label: "exit code", Unit: "exit code", A: float64(r.A.ExitCode), B: float64(r.B.ExitCode), Worse: "up"},
		{Name: "wall", Label: "wall time", Unit: "ns", A: float64(r.A.WallNS), B: float64(r.B.WallNS), Worse: "up"},
		{Name: "cpu", Label: "processor time", Unit: "ns", A: float64(a.Rec.Meta.CPUNS), B: float64(b.Rec.Meta.CPUNS), Worse: "up"},
		{Name: "goroutines.left", Label: "goroutines left behind", Unit: "count", A: left(a, &r.A), B: left(b, &r.B), Worse: "up"},
		{Name: "goroutines", Label: "goroutines", Unit: "count", A: float64(r.A.Counts.Goroutines), B: float64(r.B.Counts.Goroutines)},
	}
	if a.Rec.Meta.CPUNS == 0 || b.Rec.Meta.CPUNS == 0 { // not known, as of a plain trace
		list = slices.DeleteFunc(list, func(m Metric) bool { return m.Name == "cpu" })
	}
	ta, tb := timeByState(a), timeByState(b)
	for _, s := range stateMetrics {
		m := Metric{Name: s.name, Label: s.label, Unit: "ns", Worse: s.worse}
		for _, state := range s.states {
			m.A, m.B = m.A+first(ta[state]), m.B+first(tb[state])
		}
		list = append(list, m)
	}
	list = append(list, Metric{Name: "cores", Label: "core use", Unit: "ratio", A: cores(a), B: cores(b)})
	return append(list, things(a, b, os, sums)...)
}

// timeByState returns the sums of the time of all goroutines by state, in one element each.
func timeByState(s *Side) [index.NumStates][]float64 { return s.Index.Overview(1).States }

func first(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	return v[0]
}

// left counts the goroutines that waited when the run was over, main only in a deadlock. One that was running or about to run
// when main returned may have been at its last line: whether it gets there is luck, and no difference between two programs.
// Of a program that was stopped because it went on and on, it counts.
func left(s *Side, r *report.Report) float64 {
	if !s.Index.Ended() {
		return 0
	}
	list, n := s.Index.Goroutines(), 0
	for _, g := range s.Index.State(s.Index.NumEvents() - 1).Goroutines {
		switch g.State {
		case index.StateNone, index.StateEnded, index.StateUnborn:
			continue
		case index.StateRunning, index.StateRunnable:
			if r.Outcome != recording.Hung {
				continue
			}
		}
		if list[g.G].Start != "runtime.main" || r.Outcome == recording.Deadlock {
			n++
		}
	}
	return float64(n)
}

// cores is the mean share of its time in which a core ran something.
func cores(s *Side) float64 {
	procs := s.Index.Procs()
	busy := 0.0
	for _, p := range procs {
		busy += p.Busy
	}
	if n := max(len(procs), s.Rec.Meta.Procs); n > 0 {
		return busy / float64(n)
	}
	return 0
}

// A use is how the objects of one class were used on both sides.
type use struct {
	kind  string
	names []string // of its objects in A
	class int32
	sum   [2]index.ObjectSum
	level [2]float64
}

// things are the metrics of the objects that both sides have.
func things(a, b *Side, os *pairing, sums [2][]index.ObjectSum) []Metric {
	list := usesOf(a, b, os, sums)
	slices.SortStableFunc(list, func(x, y *use) int { return cmp.Compare(y.weight(), x.weight()) })
	list = list[:min(len(list), maxThings)]
	slices.SortStableFunc(list, func(x, y *use) int { return cmp.Compare(x.class, y.class) })
	names := map[string]int{}
	var out []Metric
	for _, u := range list {
		name := cmp.Or(u.names[0], u.kind) // a plain trace has no names
		if names[name]++; names[name] > 1 {
			name += "#" + itoa(names[name])
		}
		add := func(metric, label, unit, worse string, x, y float64) {
			out = append(out, Metric{Name: metric + "." + name, Label: label + " " + name, Unit: unit, A: x, B: y, Worse: worse})
		}
		x, y := u.sum[0], u.sum[1]
		add("waits", "blocked on", "ns", "up", float64(x.BlockedNS), float64(y.BlockedNS))
		add("waits.count", "waits for", "count", "up", float64(x.Waits), float64(y.Waits))
		switch u.kind {
		case "mutex", "rwmutex":
			add("held", "time held:", "ns", "up", float64(x.HeldNS), float64(y.HeldNS))
		case "channel":
			add("messages", "elements through", "count", "", float64(x.Messages), float64(y.Messages))
			add("throughput", "throughput of", "per second", "down", rate(a, x), rate(b, y))
			add("occupancy", "mean elements in", "elements", "", u.level[0], u.level[1])
		}
	}
	return out
}

func (u *use) weight() int64 {
	return u.sum[0].BlockedNS + u.sum[0].HeldNS + u.sum[1].BlockedNS + u.sum[1].HeldNS
}

// usesOf sums up the use of paired objects by class.
func usesOf(a, b *Side, os *pairing, sums [2][]index.ObjectSum) []*use {
	var list []*use
	of := map[int32]*use{}
	paired := pairedClasses(os)
	for side, s := range []*Side{a, b} {
		objects := s.Index.Objects()
		for i, sum := range sums[side] {
			class := os.class(side, int32(i))
			if !paired[class] {
				continue
			}
			u := of[class]
			if u == nil {
				u = &use{kind: objects[i].Kind, class: class, names: []string{objects[i].Name}}
				of[class] = u
				list = append(list, u)
			}
			t := &u.sum[side]
			t.BlockedNS, t.Waits, t.HeldNS, t.Messages = t.BlockedNS+sum.BlockedNS, t.Waits+sum.Waits, t.HeldNS+sum.HeldNS, t.Messages+sum.Messages
			if objects[i].Kind == "channel" && objects[i].Cap > 0 {
				u.level[side] += occupancy(s.Index, index.OID(i))
			}
		}
	}
	return list
}

// rate is elements per second of the recording.
func rate(s *Side, sum index.ObjectSum) float64 {
	if d := s.Index.Duration(); d > 0 {
		return float64(sum.Messages) / (float64(d) / 1e9)
	}
	return 0
}

// levelSteps is the width at which the level of a channel is asked for. A channel with more than twice as many steps is seen
// as its greatest level in each of so many parts of the run.
const levelSteps = 1 << 12

// occupancy is the mean number of elements in a channel over the run.
func occupancy(ix *index.Index, o index.OID) float64 {
	end := ix.Duration()
	rows := ix.Window(0, end, levelSteps, []index.RowKey{index.RowKey("o" + itoa(int(o)))})
	if end <= 0 || len(rows) != 1 || rows[0].Enc != index.EncLevel {
		return 0
	}
	sum := 0.0
	for i, t := range rows[0].Start {
		to := float64(end)
		if i+1 < len(rows[0].Start) {
			to = rows[0].Start[i+1]
		}
		sum += max(0, to-t) * float64(rows[0].Level[i])
	}
	return sum / float64(end)
}
