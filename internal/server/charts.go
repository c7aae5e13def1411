package server

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"github.com/go-echarts/go-echarts/v2/types"

	"github.com/trace-viz/trace-viz/internal/index"
)

// Of go-echarts only the option structs are used: Validate, JSON and encoding/json. Its Render functions let
// </script> in a name through, and are never called.

// A theme has the colours of the page that a chart needs.
type theme struct {
	text, muted, line, panel string
	families                 map[string]string // fill by family of states
	edges                    map[string]string // outline of the families that need one
}

// themes are the palettes of the page, chosen to differ under every kind of colour vision.
var themes = map[string]theme{
	"light": {text: "#1A1D21", muted: "#59616E", line: "#CCD3E0", panel: "#F5F6F8", families: map[string]string{
		"running": "#169C81", "runnable": "#E2AC19", "channel": "#003DA8", "lock": "#904216", "io": "#B167EC", "sleep": "#CCD3E0", "gc": "#30281D", "other": "#8A92A0"},
		edges: map[string]string{"runnable": "#7A4E00", "sleep": "#8A92A0"}},
	"dark": {text: "#E6E9EF", muted: "#9AA3B2", line: "#44474C", panel: "#1C2027", families: map[string]string{
		"running": "#82E0C4", "runnable": "#FBE92C", "channel": "#7BA0ED", "lock": "#BD501D", "io": "#835E99", "sleep": "#44474C", "gc": "#B79A7B", "other": "#6B7482"},
		edges: map[string]string{"sleep": "#6B7482"}},
}

// A stateSeries is a series of the charts: a state with its name and colour. Those of one family differ by opacity and by
// the line between them.
type stateSeries struct {
	state   uint8
	name    string
	family  string
	opacity float32
}

// chartStates are the states that charts show, from the bottom of a stack to its top.
var chartStates = []stateSeries{
	{index.StateRunning, "running", "running", 1},
	{index.StateRunnable, "waiting for a core", "runnable", 1},
	{index.StateSend, "blocked: send", "channel", 1},
	{index.StateRecv, "blocked: receive", "channel", 0.75},
	{index.StateSelect, "blocked: select", "channel", 0.5},
	{index.StateLock, "blocked: lock, Cond, WaitGroup", "lock", 1},
	{index.StateNetwork, "network, I/O", "io", 1},
	{index.StateSyscall, "system call", "io", 0.65},
	{index.StateSleep, "sleeping", "sleep", 1},
	{index.StateGC, "garbage collection", "gc", 1},
	{index.StateBlocked, "blocked otherwise", "other", 1},
}

// A chartWindow is what a chart is asked for.
type chartWindow struct {
	t0, t1 int64
	theme  theme
}

// chartMakers has a function for each chart.
var chartMakers = map[string]func(*index.Index, chartWindow) map[string]any{
	"states":     statesChart,
	"reasons":    reasonsChart,
	"goroutines": goroutinesChart,
	"cores":      coresChart,
	"throughput": throughputChart,
	"occupancy":  occupancyChart,
	"holds":      holdsChart,
	"waits":      waitsChart,
	"latency":    latencyChart,
	"topology":   topologyChart,
}

func serveChart(w http.ResponseWriter, r *http.Request, e *entry) {
	make := chartMakers[r.PathValue("chart")]
	if make == nil {
		fail(w, http.StatusNotFound, "there are the charts "+strings.Join(slices.Sorted(maps.Keys(chartMakers)), ", "), "chart")
		return
	}
	name := cmp.Or(r.URL.Query().Get("theme"), "light")
	th, ok := themes[name]
	if !ok {
		fail(w, http.StatusBadRequest, "theme must be light or dark", "theme")
		return
	}
	ix := e.view().Index
	var duration int64
	if ix != nil {
		duration = ix.Duration()
	}
	t0, ok := number(w, r, "t0", 0, -far, far)
	if !ok {
		return
	}
	t1, ok := number(w, r, "t1", max(duration, t0+1), -far, far)
	if !ok {
		return
	}
	if t0 >= t1 {
		fail(w, http.StatusBadRequest, "t1 must come after t0", "t1")
		return
	}
	send(w, make(ix, chartWindow{max(t0, 0), max(min(t1, duration), 1), th}))
}

// base sets what all charts have in common.
func (c chartWindow) base(rc *charts.RectChart) {
	rc.Accept(chartVisitor{theme: c.theme})
	rc.SetGlobalOptions(
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: "axis", BackgroundColor: c.theme.panel, BorderColor: c.theme.line}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(true), Type: "scroll", Top: "0", TextStyle: &opts.TextStyle{Color: c.theme.text}}),
		charts.WithGridOpts(opts.Grid{Left: "16", Right: "36", Top: "36", Bottom: "8", ContainLabel: opts.Bool(true)}),
		// Textures repeat the colours for those who can't tell them apart, and a description is there for screen readers.
		charts.WithAriaOpts(&opts.Aria{Enabled: opts.Bool(true), Decal: &opts.AriaDecal{Show: opts.Bool(true)}}),
		charts.WithAnimation(false),
	)
}

// label is the look of the labels of an axis; unit follows each value.
func (c chartWindow) label(unit string) *opts.AxisLabel {
	l := &opts.AxisLabel{Show: opts.Bool(true), Color: c.theme.text, HideOverlap: opts.Bool(true), ShowMinLabel: opts.Bool(true), ShowMaxLabel: opts.Bool(true)}
	if unit != "" {
		l.Formatter = types.FuncStr("{value} " + unit)
	}
	return l
}

func (c chartWindow) axisLine() *opts.AxisLine {
	return &opts.AxisLine{Show: opts.Bool(true), LineStyle: &opts.LineStyle{Color: c.theme.muted}}
}

func (c chartWindow) splitLine() *opts.SplitLine {
	return &opts.SplitLine{Show: opts.Bool(true), LineStyle: &opts.LineStyle{Color: c.theme.line}}
}

// style is the look of one series: filled with the colour of its state, with an edge where the palette asks for one.
func (c chartWindow) style(family string, opacity float32) opts.ItemStyle {
	s := opts.ItemStyle{Color: c.theme.families[family], Opacity: opts.Float(opacity)}
	if edge := c.theme.edges[family]; edge != "" {
		s.BorderColor, s.BorderWidth = edge, 1
	}
	return s
}

// A chartVisitor adds what the option structs of go-echarts have no fields for, and takes out what nobody set.
type chartVisitor struct {
	charts.BaseConfigurationVisitor
	theme theme
}

// VisitTooltipOpt draws tooltips on the canvas, not as HTML: names of the traced program are in them.
func (v chartVisitor) VisitTooltipOpt(t opts.Tooltip) any {
	return struct {
		opts.Tooltip
		RenderMode string          `json:"renderMode"`
		Confine    bool            `json:"confine"`
		TextStyle  *opts.TextStyle `json:"textStyle"`
	}{t, "richText", true, &opts.TextStyle{Color: v.theme.text}}
}

// Visit drops the empty title and toolbox.
func (v chartVisitor) Visit(chart map[string]any) {
	delete(chart, "title")
	delete(chart, "toolbox")
	delete(chart, "color") // every series has its own
}
