package export_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/pprof/profile"

	"github.com/trace-viz/trace-viz/internal/export"
	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

// pair is a producer that waits for its consumer, which takes one of two elements and ends.
const pair = `
site make main.go:10 results "chan int"
site send main.go:20 results "chan int"
site recv main.go:14 results "chan int"
spawn main.go:12 work main.work
main make results 1 @main.go:10
main go w main.work main.go:12
w start 1
w send results 1 @main.go:20
w sendblock results 1 @main.go:20
w block "chan send" @main.go:20
main recv results 1 @main.go:14
main wake w
w start 1
w senddone results 1 @main.go:20
w end
main end
`

type event struct {
	Name  string      `json:"name"`
	Phase string      `json:"ph"`
	PID   int         `json:"pid"`
	TID   int         `json:"tid"`
	TS    json.Number `json:"ts"`
	Dur   json.Number `json:"dur"`
	ID    int         `json:"id"`
}

func chromeEvents(t *testing.T, ix *index.Index) []event {
	t.Helper()
	var a, b bytes.Buffer
	found := findings.Run(ix, recording.Meta{})
	if err := export.Chrome(&a, ix, found); err != nil {
		t.Fatal(err)
	}
	if err := export.Chrome(&b, ix, found); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Errorf("the second time the bytes differ (error %v)", err)
	}
	var doc struct {
		TraceEvents []event `json:"traceEvents"`
	}
	if err := json.Unmarshal(a.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	return doc.TraceEvents
}

func TestChrome(t *testing.T) {
	ix := tracetest.Index(t, pair)
	var blocked []event
	flows := map[int]string{}
	for _, e := range chromeEvents(t, ix) {
		if e.Phase == "X" && e.Name == "blocked: send results" {
			blocked = append(blocked, e)
		}
		if e.Phase == "s" || e.Phase == "f" {
			flows[e.ID] += e.Phase
		}
	}
	if len(blocked) != 1 || blocked[0].TS != "0.050" || blocked[0].Dur != "0.020" {
		t.Errorf("blocked: got %+v, wanted one from 0.050 for 0.020 µs", blocked)
	}
	for id, phases := range flows {
		if phases != "sf" {
			t.Errorf("flow %d has the phases %q, wanted a start and then its end", id, phases)
		}
	}
	if len(flows) != 2 {
		t.Errorf("got %d flows, wanted a spawn and the one message that was received", len(flows))
	}
}

func TestWaits(t *testing.T) {
	ix := tracetest.Index(t, pair)
	p := export.Waits(ix)
	if err := p.CheckValid(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	p, err := profile.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Sample) != 1 {
		t.Fatalf("got %d samples, wanted 1: %v", len(p.Sample), p.Sample)
	}
	s := p.Sample[0]
	if s.Value[0] != 1 || s.Value[1] != 20 || s.Label["state"][0] != "blocked: send" || s.Location[0].Line[0].Line != 20 {
		t.Errorf("got %v %v at line %d", s.Value, s.Label, s.Location[0].Line[0].Line)
	}
}
