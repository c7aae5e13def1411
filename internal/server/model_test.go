package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// A wireModel is what these tests read of a model.
type wireModel struct {
	Program  string
	Hooks    bool
	Wall     bool
	Live     bool
	Events   int
	Duration int64
	Counts   struct{ Goroutines, Channels, Locks, Messages int }
	Quality  struct{ Complete bool }
	Cores    struct{ N int }
	Files    []string
	Compare  *struct{ Fixed string }
	Pacing   string `json:"default_pacing"`
	Objects  []struct {
		O               int
		Key, Kind, Name string
		Made            *place
		Ops             int
		HeldNS          int64 `json:"held_ns"`
	}
	Goroutines []struct {
		Key              string
		G, Parent        int
		Blocked, Running int64
	}
	Edges []struct {
		G, O int
		Ops  map[string]int
	}
}

func (c *testClient) model(id string) (m wireModel) {
	c.t.Helper()
	_, b, err := c.get("/api/r/" + id + "/model")
	if err != nil {
		c.t.Fatal(err)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		c.t.Fatal(err)
	}
	return m
}

func TestModel(t *testing.T) {
	c := serve(t, threeRecordings(t)...)
	m := c.model("a")
	if m.Program != evil || !m.Hooks || !m.Wall || m.Live || m.Pacing != "event" || m.Compare == nil || m.Compare.Fixed != "producer-consumer/fixed" {
		t.Errorf("model is %+v", m)
	}
	if m.Counts.Channels != 1 || m.Counts.Locks != 1 || m.Counts.Messages != 20 || len(m.Objects) != 3 || m.Events == 0 || m.Duration == 0 || m.Cores.N < 1 || !m.Quality.Complete {
		t.Errorf("model is %+v", m)
	}
	if m.Files[0] != thisFile || m.Files[1] != "sub/link.go" {
		t.Errorf("files are %q", m.Files)
	}
	for i, o := range m.Objects {
		if o.Key != fmt.Sprintf("o%d", o.O) || o.O != i || o.Ops == 0 || o.Kind == "channel" && (o.Name != evil || o.Made == nil || *o.Made != place{0, 3}) || o.Kind == "mutex" && o.HeldNS == 0 {
			t.Errorf("object is %+v", o)
		}
	}
	seen := map[int]bool{-1: true}
	for _, g := range m.Goroutines {
		if !seen[g.Parent] || g.Key != fmt.Sprintf("g%d", g.G) || g.Blocked+g.Running == 0 {
			t.Errorf("goroutine is %+v, or comes before its parent", g)
		}
		seen[g.G] = true
	}
	sent := 0
	for _, e := range m.Edges {
		sent += e.Ops["send"]
	}
	if sent != 20 {
		t.Errorf("edges have %d sends, want 20: %+v", sent, m.Edges)
	}
	m = c.model("b")
	if m.Hooks || m.Wall || m.Events == 0 || len(m.Objects) != 0 || m.Pacing != "compressed" || m.Compare != nil {
		t.Errorf("model of a plain trace is %+v", m)
	}
	m = c.model("c")
	if !m.Live || m.Events != 0 || len(m.Goroutines) != 0 {
		t.Errorf("model of an empty recording is %+v", m)
	}
}

func TestSource(t *testing.T) {
	c := serve(t, makeRecording(t))
	_, b, err := c.get("/api/r/a/source?file=0")
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		Path, Text string
		Lines      []struct {
			Line      int
			Hits      int
			BlockedNS int64 `json:"blocked_ns"`
			RunningNS int64 `json:"running_ns"`
		}
	}
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	if s.Path != thisFile || s.Text != "package server\n// "+evil+strings.Repeat("\n", 200) {
		t.Errorf("source is %q: %q", s.Path, s.Text)
	}
	hits := 0
	for _, l := range s.Lines {
		hits += l.Hits
		if l.Line < 1 || l.BlockedNS < 0 || l.RunningNS < 0 {
			t.Errorf("heat is %+v", l)
		}
	}
	if hits < 40 {
		t.Errorf("%d events on the lines of the file: %+v", hits, s.Lines)
	}
}

// TestCharts holds charts to the texts and colours of the theme, and to the data of the index.
func TestCharts(t *testing.T) {
	src := makeRecording(t)
	c := serve(t, src)
	for _, th := range []string{"light", "dark"} {
		for _, chart := range []string{"states", "reasons"} {
			_, b, err := c.get("/api/r/a/charts/" + chart + "?theme=" + th)
			if err != nil {
				t.Fatal(err)
			}
			var o struct {
				Animation *bool
				Aria      struct{ Decal struct{ Show bool } }
				Tooltip   struct {
					Show       bool
					RenderMode string
				}
				Legend struct{ TextStyle struct{ Color string } }
				Series []struct {
					Name, Type, Stack string
					Data              []struct{ Value float64 }
					ItemStyle         struct{ Color string }
				}
				YAxis []struct{ Data []string }
			}
			if err := json.Unmarshal(b, &o); err != nil {
				t.Fatal(err)
			}
			if o.Animation == nil || *o.Animation || !o.Aria.Decal.Show || !o.Tooltip.Show || o.Tooltip.RenderMode != "richText" || o.Legend.TextStyle.Color != themes[th].text || len(o.Series) == 0 {
				t.Errorf("%s %s: %.400s", th, chart, b)
			}
			if bytes.Contains(b, []byte(`"__f__`)) {
				t.Errorf("%s %s: a value is marked as a function", th, chart)
			}
			var sum float64
			for _, s := range o.Series {
				if s.Stack == "" || s.ItemStyle.Color == "" || s.Name == "" {
					t.Errorf("%s %s: series %+v", th, chart, s)
				}
				for _, d := range s.Data {
					sum += d.Value
				}
			}
			if chart == "states" && (sum < 99*chartBins || sum > 101*chartBins) {
				t.Errorf("%s: shares add up to %v, want 100 for each of %d bins", th, sum, chartBins)
			}
			if chart == "reasons" {
				_, div := timeUnit(src.View().Index.Duration())
				var want float64
				for _, r := range src.View().Index.BlockedBy(0, src.View().Index.Duration()) {
					if reasonWords[r.State] != "" {
						want += float64(r.NS) / div
					}
				}
				if want == 0 || sum < 0.98*want-1 || sum > 1.02*want+1 {
					t.Errorf("%s: bars add up to %v, want %v", th, sum, want)
				}
			}
		}
	}
}
