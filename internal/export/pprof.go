package export

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/pprof/profile"

	"github.com/trace-viz/trace-viz/internal/index"
)

// Waits returns where goroutines waited, as a pprof profile with the values count and ns: a sample for each stack, state
// and role of goroutines, with the labels state and goroutine. What ran has no stacks in a trace, so this is the part that
// a processor profile does not show. It is exact: every wait of the recording is in it.
func Waits(ix *index.Index) *profile.Profile {
	b := &builder{ix: ix, samples: map[string]*profile.Sample{}, locations: map[index.Frame]*profile.Location{}, functions: map[[2]string]*profile.Function{}}
	b.p = &profile.Profile{
		SampleType:        []*profile.ValueType{{Type: "waits", Unit: "count"}, {Type: "delay", Unit: "nanoseconds"}},
		DefaultSampleType: "delay", DurationNanos: ix.Duration(),
		PeriodType: &profile.ValueType{Type: "waits", Unit: "count"}, Period: 1,
	}
	for _, g := range ix.Goroutines() {
		ix.Spans(g.ID, func(s index.Span) {
			if waits(s.State) && s.Event >= 0 {
				b.add(g.Role, s)
			}
		})
	}
	slices.SortStableFunc(b.p.Sample, func(x, y *profile.Sample) int {
		return cmp.Or(cmp.Compare(y.Value[1], x.Value[1]), cmp.Compare(x.Label["state"][0], y.Label["state"][0]),
			cmp.Compare(x.Label["goroutine"][0], y.Label["goroutine"][0]))
	})
	return b.p
}

// waits tells whether a goroutine in state s gets no further by what it does itself. One that waits for a core is left
// out: the event that made it runnable has the stack of its waker.
func waits(s uint8) bool {
	return index.Blocked(s) || s == index.StateNetwork || s == index.StateSyscall || s == index.StateSleep
}

type builder struct {
	ix        *index.Index
	p         *profile.Profile
	samples   map[string]*profile.Sample
	locations map[index.Frame]*profile.Location
	functions map[[2]string]*profile.Function
}

func (b *builder) add(role string, s index.Span) {
	var key strings.Builder
	var stack []*profile.Location
	for _, f := range b.ix.Stack(s.Event) {
		l := b.location(f)
		stack = append(stack, l)
		key.WriteString(strconv.FormatUint(l.ID, 10) + " ")
	}
	if len(stack) == 0 {
		return
	}
	key.WriteString(stateNames[s.State] + "\x00" + role)
	sample := b.samples[key.String()]
	if sample == nil {
		sample = &profile.Sample{Location: stack, Value: make([]int64, 2), Label: map[string][]string{"state": {stateNames[s.State]}, "goroutine": {role}}}
		b.samples[key.String()] = sample
		b.p.Sample = append(b.p.Sample, sample)
	}
	sample.Value[0]++
	sample.Value[1] += s.T1 - s.T0
}

func (b *builder) location(f index.Frame) *profile.Location {
	if l := b.locations[f]; l != nil {
		return l
	}
	key := [2]string{f.Func, f.File}
	fn := b.functions[key]
	if fn == nil {
		fn = &profile.Function{ID: uint64(len(b.p.Function) + 1), Name: f.Func, SystemName: f.Func, Filename: f.File}
		b.functions[key] = fn
		b.p.Function = append(b.p.Function, fn)
	}
	l := &profile.Location{ID: uint64(len(b.p.Location) + 1), Line: []profile.Line{{Function: fn, Line: int64(f.Line)}}}
	b.locations[f] = l
	b.p.Location = append(b.p.Location, l)
	return l
}
