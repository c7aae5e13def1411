package server

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

// maxNodes bounds the topology: roles and objects with most operations between them.
const maxNodes = 40

// A tie is what all goroutines of a role did to an object.
type tie struct {
	role string
	obj  index.OID
}

// topologyChart shows who uses what in the whole recording: roles of goroutines on one side, channels and locks on the
// other, and between them how often. Places are fixed, so the same recording always gives the same picture.
func topologyChart(ix *index.Index, c chartWindow) map[string]any {
	ops, first := map[tie]int64{}, map[string]index.GID{}
	if ix != nil {
		gs := ix.Goroutines()
		for _, e := range ix.Edges() {
			g := gs[e.G]
			if _, ok := first[g.Role]; !ok {
				first[g.Role] = g.ID
			}
			for _, n := range e.Ops {
				ops[tie{g.Role, e.Obj}] += int64(n)
			}
		}
	}
	ties := top(ops, maxNodes, func(a, b tie) int { return cmp.Or(cmp.Compare(a.role, b.role), cmp.Compare(a.obj, b.obj)) })
	p := pick{Kind: "node"}
	nodes, links := []opts.GraphNode{}, []opts.GraphLink{}
	roles, objects := map[string]int{}, map[index.OID]int{}
	for _, t := range ties {
		if _, ok := roles[t.role]; !ok {
			roles[t.role] = len(roles)
		}
		if _, ok := objects[t.obj]; !ok {
			objects[t.obj] = len(objects)
		}
	}
	place := func(i, n int) float32 { return float32(100*(i+1)) / float32(n+1) }
	node := func(name, kind, shape, color string, x, y float32, id int) {
		nodes = append(nodes, opts.GraphNode{Name: fmt.Sprintf("%d %s", len(nodes), name), X: x, Y: y, Symbol: shape, SymbolSize: 16,
			ItemStyle: &opts.ItemStyle{Color: color}, Value: 0})
		p.What, p.IDs = append(p.What, kind), append(p.IDs, id)
	}
	for _, r := range ordered(roles) {
		node(r, "goroutine", "circle", c.theme.families["running"], 25, place(roles[r], len(roles)), int(first[r]))
	}
	for _, o := range ordered(objects) {
		color := c.theme.families["lock"]
		if ix.Objects()[o].Kind == "channel" {
			color = c.theme.families["channel"]
		}
		node(describe.Object(ix, o), "object", "roundRect", color, 75, place(objects[o], len(objects)), int(o))
	}
	for _, t := range ties {
		links = append(links, opts.GraphLink{Source: roles[t.role], Target: len(roles) + objects[t.obj], Value: float32(ops[t]),
			LineStyle: &opts.LineStyle{Width: float32(min(6, 1+ops[t]/50)), Color: c.theme.muted}})
	}
	return p.with(c.graph(nodes, links))
}

// ordered returns the keys in the order of their numbers.
func ordered[K comparable](numbers map[K]int) []K {
	list := make([]K, len(numbers))
	for k, i := range numbers {
		list[i] = k
	}
	return slices.Clip(list)
}

func (c chartWindow) graph(nodes []opts.GraphNode, links []opts.GraphLink) map[string]any {
	g := charts.NewGraph()
	g.Accept(chartVisitor{theme: c.theme})
	g.SetGlobalOptions(
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), BackgroundColor: c.theme.panel, BorderColor: c.theme.line}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(false)}), charts.WithAnimation(false),
		charts.WithAriaOpts(&opts.Aria{Enabled: opts.Bool(true)}),
	)
	g.AddSeries("uses", nodes, links,
		charts.WithGraphChartOpts(opts.GraphChart{Layout: "none", Roam: opts.Bool(false), Force: &opts.GraphForce{}, Categories: []*opts.GraphCategory{}, EdgeLabel: &opts.EdgeLabel{}}),
		charts.WithLabelOpts(opts.Label{Show: opts.Bool(true), Position: "bottom", Color: c.theme.text}))
	return finish(g.Validate, g.JSON)
}
