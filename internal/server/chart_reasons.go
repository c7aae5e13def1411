package server

import (
	"cmp"
	"slices"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

// Bounds of the reasons chart: more bars than that can't be read. The rest goes into one bar or series each.
const (
	maxBars    = 24
	maxReasons = 14
)

// reasonWords name what a goroutine waits for. The object follows.
var reasonWords = map[uint8]string{
	index.StateSend: "send", index.StateRecv: "receive", index.StateSelect: "select", index.StateLock: "lock or wait", index.StateNetwork: "network",
	index.StateSyscall: "system call", index.StateSleep: "sleep", index.StateGC: "garbage collection", index.StateBlocked: "blocked",
}

// A reason is a series of the reasons chart. The zero object is "the rest".
type reason struct {
	state uint8
	obj   index.OID
}

// reasonsChart shows what each goroutine was blocked on: a bar for each of those that waited longest, a series for each
// reason with its object.
func reasonsChart(ix *index.Index, c chartWindow) map[string]any {
	var sums []index.ReasonSum
	if ix != nil {
		sums = ix.BlockedBy(c.t0, c.t1)
	}
	byG, byReason, ns := map[index.GID]int64{}, map[reason]int64{}, map[index.GID]map[reason]int64{}
	for _, s := range sums {
		if reasonWords[s.State] == "" || s.NS <= 0 {
			continue
		}
		r := reason{s.State, s.Obj}
		byG[s.G] += s.NS
		byReason[r] += s.NS
		if ns[s.G] == nil {
			ns[s.G] = map[reason]int64{}
		}
		ns[s.G][r] += s.NS
	}
	bars := top(byG, maxBars, func(a, b index.GID) int { return cmp.Compare(a, b) })
	reasons := top(byReason, maxReasons, func(a, b reason) int { return cmp.Or(cmp.Compare(a.state, b.state), cmp.Compare(a.obj, b.obj)) })

	names := make([]string, len(bars))
	for i, g := range bars {
		names[i] = describe.Goroutine(ix, g)
	}
	unit, div := timeUnit(c.t1 - c.t0)
	bar := charts.NewBar()
	c.base(&bar.RectChart)
	bar.SetGlobalOptions(
		charts.WithXAxisOpts(opts.XAxis{Type: "value", AxisLabel: c.label(unit), AxisLine: c.axisLine(), SplitLine: c.splitLine()}),
		charts.WithYAxisOpts(opts.YAxis{Type: "category", Inverse: opts.Bool(true), AxisLabel: c.label(""), AxisLine: c.axisLine()}),
	)
	bar.SetXAxis(names).XYReversal()
	shown := map[reason]bool{}
	for _, r := range reasons {
		shown[r] = true
		c.addReason(bar, reasonName(ix, r), r.state, bars, div, func(g index.GID) int64 { return ns[g][r] }, opacityOf(r, reasons))
	}
	if len(byReason) > len(reasons) {
		c.addReason(bar, "other reasons", index.StateNone, bars, div, func(g index.GID) (sum int64) {
			for r, v := range ns[g] {
				if !shown[r] {
					sum += v
				}
			}
			return sum
		}, 1)
	}
	p := pick{Kind: "category"}
	for _, g := range bars {
		p.What, p.IDs = append(p.What, "goroutine"), append(p.IDs, int(g))
	}
	return p.with(finish(bar.Validate, bar.JSON))
}

// addReason adds one series to the bars.
func (c chartWindow) addReason(bar *charts.Bar, name string, state uint8, bars []index.GID, div float64, ns func(index.GID) int64, opacity float32) {
	data := make([]opts.BarData, len(bars))
	for i, g := range bars {
		data[i] = opts.BarData{Value: round(float64(ns(g))/div, 3)}
	}
	family := "other"
	for _, s := range chartStates {
		if s.state == state {
			family = s.family
		}
	}
	style := c.style(family, opacity)
	if style.BorderColor == "" {
		style.BorderColor, style.BorderWidth = c.theme.panel, 1 // parts of one family must be told apart
	}
	bar.AddSeries(name, data, charts.WithBarChartOpts(opts.BarChart{Stack: "reasons"}), charts.WithItemStyleOpts(style))
}

// waitWords name what a goroutine in state "lock" does, by the kind of the object.
var waitWords = map[string]string{"mutex": "lock", "rwmutex": "lock", "waitgroup": "wait for", "cond": "wait on", "once": "wait for"}

// reasonName is "receive jobs", "lock stats", "wait for producers".
func reasonName(ix *index.Index, r reason) string {
	word := reasonWords[r.state]
	if r.obj < 0 || int(r.obj) >= ix.NumObjects() {
		return word
	}
	if w := waitWords[ix.Objects()[r.obj].Kind]; w != "" && r.state == index.StateLock {
		word = w
	}
	return word + " " + describe.Object(ix, r.obj)
}

// opacityOf gives reasons of one family different strengths, the first the full one.
func opacityOf(r reason, all []reason) float32 {
	familyOf := func(state uint8) string {
		for _, s := range chartStates {
			if s.state == state {
				return s.family
			}
		}
		return "other"
	}
	n := 0
	for _, other := range all {
		if other == r {
			break
		}
		if familyOf(other.state) == familyOf(r.state) {
			n++
		}
	}
	return max(0.35, 1-0.2*float32(n))
}

// top returns the keys of the n largest values, largest first, equal ones in the order of the keys.
func top[K comparable](m map[K]int64, n int, order func(a, b K) int) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b K) int { return cmp.Or(cmp.Compare(m[b], m[a]), order(a, b)) })
	return keys[:min(n, len(keys))]
}
