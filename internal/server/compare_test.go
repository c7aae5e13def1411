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
