package server

import (
	"cmp"
	"math"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

// maxLines bounds the objects of one chart: more can't be told apart.
const maxLines = 6

// maxLooked bounds the spans, messages or steps that one chart looks at; a chart that left some out says so.
const maxLooked = 4_000_000

// A pick says what a click on a chart means, for the page.
type pick struct {
	Kind  string   `json:"kind"`            // "time": a bin; "category", "series", "node": an entry of IDs
	T0    int64    `json:"t0,omitempty"`    // ns, of the first bin
	Width float64  `json:"width,omitempty"` // ns, of a bin
	What  []string `json:"what,omitempty"`  // "goroutine" or "object", for each of IDs
	IDs   []int    `json:"ids,omitempty"`
	Note  string   `json:"note,omitempty"` // what the chart leaves out
}

// with adds what a click means to a chart. The page takes it out before echarts sees it.
func (p pick) with(chart map[string]any) map[string]any {
	chart["pick"] = p
	return chart
}

// note says that a chart did not look at everything.
func note(looked int) string {
	if looked < maxLooked {
		return ""
	}
	return "From a part of the recording: choose a shorter stretch to see all of it."
}

// bins are equal stretches of the window.
type bins struct {
	c     chartWindow
	width float64
}

func (c chartWindow) bins() bins { return bins{c, float64(c.t1-c.t0) / chartBins} }

// of returns the bin that t lies in, clamped to the window.
func (b bins) of(t int64) int { return max(0, min(chartBins-1, int(float64(t-b.c.t0)/b.width))) }

// inside tells whether t lies in the window.
func (b bins) inside(t int64) bool { return t >= b.c.t0 && t < b.c.t1 }

// spread adds amount for each nanosecond of [t0, t1) to the bins that it lies in.
func (b bins) spread(sums []float64, t0, t1 int64, amount float64) {
	t0, t1 = max(t0, b.c.t0), min(t1, b.c.t1)
	if t0 >= t1 {
		return
	}
	for i := b.of(t0); i <= b.of(t1-1); i++ {
		from, to := float64(b.c.t0)+float64(i)*b.width, float64(b.c.t0)+float64(i+1)*b.width
		sums[i] += amount * max(0, min(to, float64(t1))-max(from, float64(t0)))
	}
}

// line makes a chart over time.
func (b bins) line(unit string, top any) *charts.Line {
	name, div := timeUnit(b.c.t1 - b.c.t0)
	decimals := max(0, int(math.Ceil(-math.Log10(b.width/div))))
	labels := make([]float64, chartBins)
	for i := range labels {
		labels[i] = round((float64(b.c.t0)+(float64(i)+0.5)*b.width)/div, decimals)
	}
	line := charts.NewLine()
	b.c.base(&line.RectChart)
	line.SetGlobalOptions(
		charts.WithXAxisOpts(opts.XAxis{Type: "category", AxisLabel: b.c.label(name), AxisLine: b.c.axisLine()}),
		charts.WithYAxisOpts(opts.YAxis{Type: "value", Min: 0, Max: top, AxisLabel: b.c.label(unit), AxisLine: b.c.axisLine(), SplitLine: b.c.splitLine()}),
	)
	line.SetXAxis(labels)
	return line
}

// finish gives the options of a chart over time.
func (b bins) finish(line *charts.Line, looked int) map[string]any {
	return pick{Kind: "time", T0: b.c.t0, Width: b.width, Note: note(looked)}.with(finish(line.Validate, line.JSON))
}

// add adds a series; stack is "" for one that stands alone.
func (b bins) add(line *charts.Line, name string, values []float64, color, stack string) {
	data := make([]opts.LineData, len(values))
	for i, v := range values {
		data[i] = opts.LineData{Value: round(v, 3)}
	}
	series := []charts.SeriesOpts{
		charts.WithLineChartOpts(opts.LineChart{Stack: stack, Symbol: "none", ShowSymbol: opts.Bool(false), Step: "middle"}),
		charts.WithItemStyleOpts(opts.ItemStyle{Color: color}), charts.WithLineStyleOpts(opts.LineStyle{Color: color, Width: 1.5}),
	}
	if stack != "" {
		series = append(series, charts.WithAreaStyleOpts(opts.AreaStyle{Color: color, Opacity: opts.Float(0.85)}))
	}
	line.AddSeries(name, data, series...)
}

// goroutinesChart shows how many goroutines there were.
func goroutinesChart(ix *index.Index, c chartWindow) map[string]any {
	b := c.bins()
	lived := make([]float64, chartBins)
	if ix != nil {
		for _, g := range ix.Goroutines() {
			if end := g.Ended; !g.System {
				if end < 0 {
					end = ix.Duration()
				}
				b.spread(lived, g.Created, end, 1/b.width)
			}
		}
	}
	line := b.line("", nil)
	b.add(line, "goroutines", lived, c.theme.families["channel"], "alive")
	return b.finish(line, 0)
}

// coresChart shows what the procs ran, as a share of all of them.
func coresChart(ix *index.Index, c chartWindow) map[string]any {
	b := c.bins()
	kinds := []struct {
		name, family string
		state        uint8
	}{{"program", "running", index.StateRunning}, {"system call", "io", index.StateSyscall}, {"garbage collection", "gc", index.StateGC}}
	sums := map[uint8][]float64{}
	looked := 0
	if ix != nil {
		procs := ix.Procs()
		for p := range procs {
			ix.ProcSpans(p, func(_ index.GID, state uint8, t0, t1 int64) {
				if looked++; looked > maxLooked {
					return
				}
				if sums[state] == nil {
					sums[state] = make([]float64, chartBins)
				}
				b.spread(sums[state], t0, t1, 100/b.width/float64(len(procs)))
			})
		}
	}
	line := b.line("%", 100)
	for _, k := range kinds {
		if sums[k.state] != nil {
			b.add(line, k.name, sums[k.state], c.theme.families[k.family], "cores")
		}
	}
	return b.finish(line, looked)
}

// lineColors tell objects apart, in the order of the theme.
func (c chartWindow) lineColor(i int) string {
	families := []string{"channel", "running", "lock", "io", "runnable", "gc"}
	return c.theme.families[families[i%len(families)]]
}

// busiest returns the objects of some kinds that had most to do, at most maxLines.
func busiest(ix *index.Index, measure func(index.ObjectSum) int64, kinds ...string) []index.OID {
	if ix == nil {
		return nil
	}
	sums := map[index.OID]int64{}
	objects := ix.Objects()
	for _, s := range ix.ObjectSums() {
		for _, k := range kinds {
			if m := measure(s); m > 0 && objects[s.Obj].Kind == k {
				sums[s.Obj] = m
			}
		}
	}
	return top(sums, maxLines, func(a, b index.OID) int { return cmp.Compare(a, b) })
}

// throughputChart shows how many elements a second went through each of the busiest channels.
func throughputChart(ix *index.Index, c chartWindow) map[string]any {
	b := c.bins()
	line := b.line("/s", nil)
	looked := 0
	for i, o := range busiest(ix, func(s index.ObjectSum) int64 { return int64(s.Messages) }, "channel") {
		rate := make([]float64, chartBins)
		ix.Messages(o, func(m index.Flow) {
			if looked++; b.inside(m.T1) && looked <= maxLooked {
				rate[b.of(m.T1)] += 1e9 / b.width
			}
		})
		b.add(line, describe.Object(ix, o), rate, c.lineColor(i), "")
	}
	return b.finish(line, looked)
}

// occupancyChart shows how many elements lay in each of the busiest buffered channels, on average.
func occupancyChart(ix *index.Index, c chartWindow) map[string]any {
	b := c.bins()
	line := b.line("", nil)
	looked := 0
	for i, o := range busiest(ix, func(s index.ObjectSum) int64 { return int64(s.Ops) * int64(max(0, ix.Objects()[s.Obj].Cap)) }, "channel") {
		level := make([]float64, chartBins)
		var since int64
		var last int
		ix.Levels(o, func(t int64, now int) {
			if looked++; looked <= maxLooked {
				b.spread(level, since, t, float64(last)/b.width)
			}
			since, last = t, now
		})
		b.spread(level, since, ix.Duration(), float64(last)/b.width)
		b.add(line, describe.Object(ix, o), level, c.lineColor(i), "")
	}
	return b.finish(line, looked)
}
