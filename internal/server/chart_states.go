package server

import (
	"math"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"github.com/trace-viz/trace-viz/internal/index"
)

const (
	chartBins = 80
	// maxSums bounds the sums of time that one chart asks the index for; above it the overview, which is coarser in a narrow
	// window, is good enough.
	maxSums = 200_000
)

// statesChart shows states over time: for each bin, how the time of all goroutines that lived then is shared out.
func statesChart(ix *index.Index, c chartWindow) map[string]any {
	bins := stateBins(ix, c.t0, c.t1, chartBins)
	unit, div := timeUnit(c.t1 - c.t0)
	labels, width := make([]float64, len(bins)), float64(c.t1-c.t0)/float64(len(bins))
	decimals := max(0, int(math.Ceil(-math.Log10(width/div))))
	for i := range bins {
		labels[i] = round((float64(c.t0)+(float64(i)+0.5)*width)/div, decimals)
	}
	line := charts.NewLine()
	c.base(&line.RectChart)
	line.SetGlobalOptions(
		charts.WithXAxisOpts(opts.XAxis{Type: "category", AxisLabel: c.label(unit), AxisLine: c.axisLine()}),
		charts.WithYAxisOpts(opts.YAxis{Type: "value", Max: 100, AxisLabel: c.label("%"), AxisLine: c.axisLine(), SplitLine: c.splitLine()}),
	)
	line.SetXAxis(labels)
	for _, s := range chartStates {
		data, any := make([]opts.LineData, len(bins)), false
		for i, b := range bins {
			var total float64
			for _, other := range chartStates {
				total += b[other.state]
			}
			share := 0.0
			if total > 0 {
				share = round(100*b[s.state]/total, 2)
			}
			any = any || share > 0
			data[i] = opts.LineData{Value: share}
		}
		if !any {
			continue // a legend of states that never occur hides those that do
		}
		style := c.style(s.family, s.opacity)
		line.AddSeries(s.name, data,
			charts.WithLineChartOpts(opts.LineChart{Stack: "states", Symbol: "none", ShowSymbol: opts.Bool(false)}),
			charts.WithItemStyleOpts(style),
			charts.WithLineStyleOpts(opts.LineStyle{Color: c.theme.panel, Width: 1}),
			charts.WithAreaStyleOpts(opts.AreaStyle{Color: style.Color, Opacity: style.Opacity}))
	}
	return pick{Kind: "time", T0: c.t0, Width: width}.with(finish(line.Validate, line.JSON))
}

// finish is the one way from a chart to JSON.
func finish(validate func(), options func() map[string]any) map[string]any {
	validate()
	chart := options()
	if s, ok := chart["series"].(charts.MultiSeries); ok && s == nil {
		chart["series"] = charts.MultiSeries{}
	}
	return chart
}

// stateBins returns the time in each state, for n bins of [t0, t1).
func stateBins(ix *index.Index, t0, t1 int64, n int) [][index.NumStates]float64 {
	bins := make([][index.NumStates]float64, n)
	if ix == nil {
		return bins
	}
	if parts, ok := ix.StateTimes(t0, t1, n); ok {
		return parts
	}
	if ix.NumGoroutines()*n > maxSums {
		return overviewBins(ix, t0, t1, bins)
	}
	at := func(i int) int64 { return t0 + int64(float64(t1-t0)*float64(i)/float64(n)) }
	for _, g := range ix.Goroutines() {
		if g.System {
			continue
		}
		for i := range bins {
			if from, to := at(i), at(i+1); from < to {
				for s, ns := range ix.TimeByState(g.ID, from, to) {
					bins[i][s] += float64(ns)
				}
			}
		}
	}
	return bins
}

// overviewBins shares the pixels of the overview out to the bins that they lie in.
func overviewBins(ix *index.Index, t0, t1 int64, bins [][index.NumStates]float64) [][index.NumStates]float64 {
	o := ix.Overview(maxPixels)
	for s, ns := range o.States {
		for x, v := range ns {
			mid := float64(ix.Duration()) * (float64(x) + 0.5) / float64(o.Px)
			if i := int((mid - float64(t0)) / float64(t1-t0) * float64(len(bins))); mid >= float64(t0) && i < len(bins) {
				bins[i][s] += v
			}
		}
	}
	return bins
}

// timeUnit picks the unit in which a stretch of time has few digits, and its length in ns.
func timeUnit(ns int64) (name string, length float64) {
	switch {
	case ns < 2_000:
		return "ns", 1
	case ns < 2_000_000:
		return "µs", 1e3
	case ns < 2_000_000_000:
		return "ms", 1e6
	}
	return "s", 1e9
}
