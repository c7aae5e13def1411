package server

import (
	"cmp"
	"errors"
	"net/http"
	"slices"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"github.com/trace-viz/trace-viz/internal/compare"
	"github.com/trace-viz/trace-viz/internal/flame"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// A diffRow is a line of a source diff with the time that each side spent there.
type diffRow struct {
	compare.DiffRow
	HeatA *lineHeat `json:"heat_a"` // null if nothing happened there
	HeatB *lineHeat `json:"heat_b"`
}

type fileDiff struct {
	A       string    `json:"a"`
	B       string    `json:"b"`
	Changes int       `json:"changes"`
	Rows    []diffRow `json:"rows"`
}

// serveCompareSource sends the diff of the sources, files with changes first.
func serveCompareSource(w http.ResponseWriter, _ *http.Request, c contenders) {
	answer := struct {
		Files []fileDiff `json:"files"`
	}{[]fileDiff{}}
	for _, f := range compare.Changed(compare.Sources(c.side(0), c.side(1))) {
		rows := make([]diffRow, 0, len(f.Rows))
		for _, r := range f.Rows {
			rows = append(rows, diffRow{r, c.heat(0, f.A, r.A), c.heat(1, f.B, r.B)})
		}
		answer.Files = append(answer.Files, fileDiff{f.A, f.B, f.Changes, rows})
	}
	send(w, answer)
}

// heat is the time of a line of a side, nil if nothing happened there.
func (c contenders) heat(side int, file string, line int) *lineHeat {
	e := c.entry[side]
	n := e.files.number(file)
	if n < 0 || line == 0 {
		return nil
	}
	h := e.heatOf(c.view[side].Index)[place{n, line}]
	if h == nil {
		return nil
	}
	return &lineHeat{line, h.running, h.blocked, h.hits}
}

// serveCompareStates sends a chart with a bar for each side: how the time of its goroutines is shared out.
func serveCompareStates(w http.ResponseWriter, r *http.Request, c contenders) {
	th, ok := themes[cmp.Or(r.URL.Query().Get("theme"), "light")]
	if !ok {
		fail(w, http.StatusBadRequest, "theme must be light or dark", "theme")
		return
	}
	send(w, compareStatesChart([2]*index.Index{c.view[0].Index, c.view[1].Index}, th))
}

// leastShare is the percentage from which a state has a part in the bars: less is no wider than the line between two of them.
const leastShare = 0.3

// barNames are the names of the bars, from the bottom up as the axis goes.
var barNames = []string{"B", "A"}

func compareStatesChart(ix [2]*index.Index, th theme) map[string]any {
	win := chartWindow{0, 1, th}
	bar := charts.NewBar()
	win.base(&bar.RectChart)
	bar.SetGlobalOptions(
		charts.WithXAxisOpts(opts.XAxis{Type: "value", Max: 100, AxisLabel: win.label("%"), AxisLine: win.axisLine(), SplitLine: win.splitLine()}),
		charts.WithYAxisOpts(opts.YAxis{Type: "category", Data: barNames, AxisLabel: win.label(""), AxisLine: win.axisLine()}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: "item", BackgroundColor: th.panel, BorderColor: th.line}),
	)
	var shares [2]map[string]float64
	for i := range ix {
		shares[i] = stateShares(ix[i])
	}
	for _, s := range barStates() {
		a, b := shares[0][s.name], shares[1][s.name]
		if max(a, b) < leastShare {
			continue
		}
		data := []opts.BarData{{Value: b}, {Value: a}}
		for i := range data {
			data[i].Label = &opts.Label{Show: opts.Bool(data[i].Value.(float64) >= 6), Position: "inside", Formatter: "{c} %"}
		}
		style := opts.ItemStyle{Color: s.color(th)}
		if edge := th.edges[s.family]; edge != "" {
			style.BorderColor, style.BorderWidth = edge, 1
		}
		bar.AddSeries(s.name, data, charts.WithBarChartOpts(opts.BarChart{Stack: "states", BarWidth: "55%"}), charts.WithItemStyleOpts(style))
	}
	return finish(bar.Validate, bar.JSON)
}

// A barState is a part of the bars: a family of states, or the time in which goroutines wait for what never comes.
type barState struct{ name, family string }

func (s barState) color(th theme) string {
	if s.family == "forever" {
		return th.forever()
	}
	return th.families[s.family]
}

// forever is the colour of findings.
func (th theme) forever() string {
	if th.text == themes["light"].text {
		return "#D6006E"
	}
	return "#FF6FB1"
}

func barStates() []barState {
	return []barState{{"running", "running"}, {"waiting for a core", "runnable"}, {"channel", "channel"}, {"lock", "lock"}, {"I/O", "io"},
		{"sleep", "sleep"}, {"garbage collection", "gc"}, {"other", "other"}, {"blocked forever", "forever"}}
}

// stateShares is the time of all goroutines by part of the bar, in percent with one decimal. What waits for ever is not
// counted again in the state that it waits in.
func stateShares(ix *index.Index) map[string]float64 {
	o := ix.Overview(1)
	sum, total := map[string]float64{}, 0.0
	names := map[string]string{}
	for _, s := range barStates() {
		names[s.family] = s.name
	}
	never := first(o.Forever)
	for _, s := range chartStates {
		v := first(o.States[s.state])
		total += v
		if blocked := s.family == "channel" || s.family == "lock" || s.family == "other"; blocked {
			part := min(never, v)
			v, never = v-part, never-part
			sum[names["forever"]] += part
		}
		sum[names[s.family]] += v
	}
	if total > 0 {
		for name, v := range sum {
			sum[name] = round(100*v/total, 1)
		}
	}
	return sum
}

func first(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	return v[0]
}

// A flameDiff is a function in the context of its callers, with its time on both sides.
type flameDiff struct {
	Name     string       `json:"name"`
	A        int64        `json:"a"`
	B        int64        `json:"b"`
	Value    int64        `json:"value"` // both, the width of its box
	Children []*flameDiff `json:"children"`
}

// serveCompareFlame sends the wall-clock profiles of both sides as one tree.
func serveCompareFlame(w http.ResponseWriter, _ *http.Request, c contenders) {
	var graphs [2]*flame.Graph
	for i, name := range []string{"A", "B"} {
		g, err := c.entry[i].wall()
		if err != nil {
			fail(w, http.StatusNotFound, name+": "+err.Error(), "ab"[i:i+1])
			return
		}
		graphs[i] = g
	}
	send(w, struct {
		Unit string     `json:"unit"`
		A    int64      `json:"a"`
		B    int64      `json:"b"`
		Root *flameDiff `json:"root"`
	}{"ns", graphs[0].Total, graphs[1].Total, mergeFlames(graphs[0].Root, graphs[1].Root)})
}

// wall reads the wall-clock profile.
func (e *entry) wall() (*flame.Graph, error) {
	f, info, err := e.open(recording.WallFile)
	if err != nil || info.Size() > maxProfile {
		return nil, errors.New("this recording has no wall-clock profile")
	}
	defer f.Close()
	g, err := flame.Read(f)
	if err != nil {
		return nil, errors.New("the wall-clock profile can't be read: " + err.Error())
	}
	return g, nil
}

// mergeFlames puts two trees into one; either may be nil.
func mergeFlames(a, b *flame.Node) *flameDiff {
	d := &flameDiff{Children: []*flameDiff{}}
	of := map[string]*[2]*flame.Node{}
	var order []string
	for side, n := range []*flame.Node{a, b} {
		if n == nil {
			continue
		}
		d.Name = n.Name
		for _, child := range n.Children {
			if of[child.Name] == nil {
				of[child.Name] = &[2]*flame.Node{}
				order = append(order, child.Name)
			}
			of[child.Name][side] = child
		}
	}
	if a != nil {
		d.A = a.Value
	}
	if b != nil {
		d.B = b.Value
	}
	d.Value = d.A + d.B
	for _, name := range order {
		d.Children = append(d.Children, mergeFlames(of[name][0], of[name][1]))
	}
	slices.SortStableFunc(d.Children, func(x, y *flameDiff) int {
		return cmp.Or(cmp.Compare(y.Value, x.Value), cmp.Compare(x.Name, y.Name))
	})
	return d
}
