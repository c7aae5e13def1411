package server

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

// The steps of a histogram of durations, in ns: 1, 2, 5 of each power of ten up to 100 s. Durations of waits span many
// powers of ten, so equal steps would put all but a few into the first.
var steps = func() (list []int64) {
	for ten := int64(100); ten <= 1e11; ten *= 10 {
		list = append(list, ten, 2*ten, 5*ten)
	}
	return list
}()

// stepOf returns the step whose range a duration lies in: [steps[i-1], steps[i]).
func stepOf(ns int64) int {
	i, found := slices.BinarySearch(steps, ns)
	if found {
		i++
	}
	return min(i, len(steps)-1)
}

// stepName is the end of a range in words.
func stepName(i int) string {
	name, div := timeUnit(steps[i])
	return "< " + strconv.FormatFloat(float64(steps[i])/div, 'f', -1, 64) + " " + name
}

// histogram draws how many durations of each object lie in each step; those before the first and after the last that has
// one are left out.
func (c chartWindow) histogram(ix *index.Index, objects []index.OID, counts [][]int, looked int) map[string]any {
	first, last := len(steps), -1
	for _, n := range counts {
		for i, v := range n {
			if v > 0 {
				first, last = min(first, i), max(last, i)
			}
		}
	}
	names := []string{}
	for i := first; i <= last; i++ {
		names = append(names, stepName(i))
	}
	bar := charts.NewBar()
	c.base(&bar.RectChart)
	bar.SetGlobalOptions(
		charts.WithXAxisOpts(opts.XAxis{Type: "category", AxisLabel: c.label(""), AxisLine: c.axisLine()}),
		charts.WithYAxisOpts(opts.YAxis{Type: "value", AxisLabel: c.label(""), AxisLine: c.axisLine(), SplitLine: c.splitLine()}),
	)
	bar.SetXAxis(names)
	p := pick{Kind: "series", Note: note(looked)}
	for s, o := range objects {
		data := make([]opts.BarData, len(names))
		for i := range data {
			data[i] = opts.BarData{Value: counts[s][first+i]}
		}
		bar.AddSeries(describe.Object(ix, o), data, charts.WithBarChartOpts(opts.BarChart{Stack: "locks"}),
			charts.WithItemStyleOpts(opts.ItemStyle{Color: c.lineColor(s), BorderColor: c.theme.panel, BorderWidth: 1}))
		p.What, p.IDs = append(p.What, "object"), append(p.IDs, int(o))
	}
	return p.with(finish(bar.Validate, bar.JSON))
}

// holdsChart is a histogram of how long the busiest locks were held.
func holdsChart(ix *index.Index, c chartWindow) map[string]any {
	objects := busiest(ix, func(s index.ObjectSum) int64 { return s.HeldNS }, "mutex", "rwmutex")
	counts := make([][]int, len(objects))
	looked := 0
	for i, o := range objects {
		counts[i] = make([]int, len(steps))
		ix.Holds(o, func(_ index.GID, t0, t1 int64) {
			if looked++; t0 < c.t1 && t1 > c.t0 && looked <= maxLooked {
				counts[i][stepOf(t1-t0)]++
			}
		})
	}
	return c.histogram(ix, objects, counts, looked)
}

// waitsChart is a histogram of how long goroutines waited for the busiest locks.
func waitsChart(ix *index.Index, c chartWindow) map[string]any {
	objects := busiest(ix, func(s index.ObjectSum) int64 { return s.BlockedNS }, "mutex", "rwmutex")
	counts := make([][]int, len(objects))
	number := map[index.OID]int{}
	for i, o := range objects {
		counts[i], number[o] = make([]int, len(steps)), i
	}
	looked := 0
	if len(objects) > 0 {
		for _, g := range ix.Goroutines() {
			if looked > maxLooked {
				break
			}
			ix.Spans(g.ID, func(s index.Span) {
				looked++
				if i, ok := number[s.Obj]; ok && s.State == index.StateLock && s.T0 < c.t1 && s.T1 > c.t0 {
					counts[i][stepOf(s.T1-s.T0)]++
				}
			})
		}
	}
	return c.histogram(ix, objects, counts, looked)
}

// latencyChart shows how long goroutines lived, by the line that spawned them: those that ended in the window.
func latencyChart(ix *index.Index, c chartWindow) map[string]any {
	lives, slowest := map[string][]int64{}, map[string]index.Goroutine{}
	if ix != nil {
		for _, g := range ix.Goroutines() {
			site := g.SpawnSite.String()
			if g.System || site == "" || g.Ended < c.t0 || g.Ended > c.t1 {
				continue
			}
			lives[site] = append(lives[site], g.Ended-g.Created)
			if s, ok := slowest[site]; !ok || g.Ended-g.Created > s.Ended-s.Created {
				slowest[site] = g
			}
		}
	}
	worst := map[string]int64{}
	for site, g := range slowest {
		worst[site] = g.Ended - g.Created
	}
	sites := top(worst, maxBars, func(a, b string) int { return cmp.Compare(a, b) })
	var longest int64
	p := pick{Kind: "category"}
	for _, s := range sites {
		longest = max(longest, worst[s])
		p.What, p.IDs = append(p.What, "goroutine"), append(p.IDs, int(slowest[s].ID))
	}
	unit, div := timeUnit(longest)
	bar := charts.NewBar()
	c.base(&bar.RectChart)
	bar.SetGlobalOptions(
		charts.WithXAxisOpts(opts.XAxis{Type: "value", AxisLabel: c.label(unit), AxisLine: c.axisLine(), SplitLine: c.splitLine()}),
		charts.WithYAxisOpts(opts.YAxis{Type: "category", Inverse: opts.Bool(true), AxisLabel: c.label(""), AxisLine: c.axisLine()}),
	)
	bar.SetXAxis(notNil(sites)).XYReversal()
	for i, q := range []struct {
		name  string
		share float64
	}{{"median", 0.5}, {"95 of 100", 0.95}, {"longest", 1}} {
		data := make([]opts.BarData, len(sites))
		for j, s := range sites {
			data[j] = opts.BarData{Value: round(float64(quantile(lives[s], q.share))/div, 3)}
		}
		bar.AddSeries(q.name, data, charts.WithItemStyleOpts(opts.ItemStyle{Color: c.lineColor([]int{1, 0, 2}[i])}))
	}
	return p.with(finish(bar.Validate, bar.JSON))
}

// quantile returns the smallest value that a share of the values does not exceed.
func quantile(values []int64, share float64) int64 {
	values = slices.Sorted(slices.Values(values))
	return values[max(0, min(len(values)-1, int(share*float64(len(values))+0.999999)-1))]
}
