package server

import (
	"encoding/json"
	"testing"

	"github.com/trace-viz/trace-viz/internal/compare"
	"github.com/trace-viz/trace-viz/internal/recording"
)

func TestCompare(t *testing.T) {
	src := makeRecording(t)
	unread := NewFeed(t.TempDir(), View{Rec: &recording.Recording{Dir: t.TempDir()}, Live: true})
	c := serve(t, src, makePlain(t), unread)
	for path, status := range map[string]int{
		"?a=a&b=b": 200, "?a=b&b=a": 200, "?a=a&b=a": 200, "": 400, "?a=a": 400, "?b=a": 400, "?a=a&b=no": 404, "?a=..%2fa&b=a": 404, "?a=a&b=c": 404,
	} {
		r, body, err := c.get("/api/compare" + path)
		if err != nil || r.StatusCode != status || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("/api/compare%s: got status %d, %v, wanted %d: %s", path, r.StatusCode, err, status, body)
		}
	}
	v := src.View()
	side := compare.Side{Rec: v.Rec, Index: v.Index, Findings: v.Findings}
	want, err := json.Marshal(compare.Compare(side, side))
	if err != nil {
		t.Fatal(err)
	}
	if _, got, _ := c.get("/api/compare?a=a&b=a"); string(got) != string(want)+"\n" {
		t.Errorf("got %s\nwanted what the command prints, %s", got, want)
	}
}

// The parts of the page of a comparison: the diff of the sources with times, the bars of states, the profiles of both.
func TestCompareParts(t *testing.T) {
	src := makeRecording(t)
	c := serve(t, src, makePlain(t))
	for path, status := range map[string]int{
		"source?a=a&b=a": 200, "source?a=a&b=b": 200, "source?a=a": 400, "states?a=a&b=b": 200, "states?a=a&b=b&theme=dark": 200,
		"states?a=a&b=b&theme=x": 400, "states?a=a&b=no": 404, "flame?a=a&b=a": 200, "flame?a=a&b=b": 404,
	} {
		r, body, err := c.get("/api/compare/" + path)
		if err != nil || r.StatusCode != status || !json.Valid(body) {
			t.Errorf("/api/compare/%s: got status %d, %v, wanted %d: %s", path, r.StatusCode, err, status, body)
		}
	}
	var flame struct {
		A, B int64
		Root flameDiff
	}
	if _, body, _ := c.get("/api/compare/flame?a=a&b=a"); json.Unmarshal(body, &flame) != nil || flame.A == 0 || flame.Root.A != flame.Root.B || flame.Root.Value != 2*flame.Root.A {
		t.Errorf("a profile with itself: got %s", body)
	}
	var source struct{ Files []fileDiff }
	if _, body, _ := c.get("/api/compare/source?a=a&b=a"); json.Unmarshal(body, &source) != nil || len(source.Files) == 0 || source.Files[0].Changes != 0 {
		t.Errorf("a source with itself: got %s", body)
	}
}

// A comparison that was made elsewhere, as of several runs, is what is told.
func TestSetComparison(t *testing.T) {
	c := serve(t, makeRecording(t), makePlain(t))
	c.s.SetComparison("a", "b", compare.Result{Runs: 7})
	var got compare.Result
	if _, body, _ := c.get("/api/compare?a=a&b=b"); json.Unmarshal(body, &got) != nil || got.Runs != 7 {
		t.Errorf("got %d runs, wanted those of the comparison that was set", got.Runs)
	}
	if _, body, _ := c.get("/api/compare?a=b&b=a"); json.Unmarshal(body, &got) != nil || got.Runs != 1 {
		t.Errorf("the other way round: got %d runs, wanted 1", got.Runs)
	}
}
