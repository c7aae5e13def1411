package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	exptrace "golang.org/x/exp/trace"
)

func TestMedian(t *testing.T) {
	tests := []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 4}, 4}, {[]float64{4, 1, 2, 9}, 3}}
	for _, tt := range tests {
		if got := median(tt.values); got != tt.want {
			t.Errorf("median(%v): got %v, wanted %v", tt.values, got, tt.want)
		}
	}
}

func TestPercentile(t *testing.T) {
	var values []float64
	for i := range 200 {
		values = append(values, float64(200-i))
	}
	for p, want := range map[int]float64{1: 2, 50: 100, 99: 198, 100: 200} {
		if got := percentile(values, p); got != want {
			t.Errorf("percentile %d: got %v, wanted %v", p, got, want)
		}
	}
}

func TestAnnounced(t *testing.T) {
	url, err := announced(strings.NewReader("trace-viz: building\ntrace-viz: replay at http://127.0.0.1:1234/?token=abc\nmore\n"), address)
	if want := "http://127.0.0.1:1234/?token=abc"; err != nil || url != want {
		t.Errorf("got %q, %v, wanted %q", url, err, want)
	}
	if _, err := announced(strings.NewReader("trace-viz: port in use\n"), address); err == nil || !strings.Contains(err.Error(), "port in use") {
		t.Errorf("got error %v, wanted one with what the command said", err)
	}
}

func TestLaunch(t *testing.T) {
	c, err := launch(exec.CommandContext(t.Context(), "go", "build", "./no/such/folder"), regexp.MustCompile("no/such/[a-z]+"))
	if err != nil || c.said != "no/such/folder" || c.took <= 0 {
		t.Errorf("got %+v, %v", c, err)
	}
	if _, err := launch(exec.CommandContext(t.Context(), "go", "version"), address); err == nil || !strings.Contains(err.Error(), "matches") {
		t.Errorf("a command that says nothing on stderr: got %v", err)
	}
}

func TestParts(t *testing.T) {
	s := steps{HTML: 10, Styles: 15, Scripts: 30, Evaluated: 45, Model: 60, Open: 62, Data: 90, Now: 100}
	got := s.parts(200*time.Millisecond, 350*time.Millisecond)
	for i, ms := range []float64{200, 60, 20, 15, 15, 2, 28, 10} {
		if got[i] != ms*1e6 {
			t.Errorf("%s: got %v ns, wanted %v ms", partNames[i], got[i], ms)
		}
	}
}

// The mixed trace is whole, of the size that was asked for, and has every kind of load in it.
func TestMix(t *testing.T) {
	const size = 1_000_000
	path := filepath.Join(t.TempDir(), "mix.out")
	if err := writeMix(path, size); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(path)
	if err != nil || st.Size() < size || st.Size() > 20*size {
		t.Fatalf("got %d bytes, %v, wanted about %d", st.Size(), err, size)
	}
	n, err := readBare(path)
	if err != nil || n < size/20 {
		t.Fatalf("got %d events, %v, wanted more than %d", n, err, size/20)
	}
	reasons := map[string]int{}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := exptrace.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		ev, err := r.ReadEvent()
		if err != nil {
			t.Fatal(err)
		}
		switch ev.Kind() {
		case exptrace.EventStateTransition:
			reasons[ev.StateTransition().Reason]++
		case exptrace.EventTaskBegin:
			reasons["task"]++
		}
	}
	for _, want := range []string{"chan send", "chan receive", "sync", "sleep", "network", "task"} {
		if reasons[want] == 0 {
			t.Errorf("got no %q in %v", want, reasons)
		}
	}
}

func TestPeak(t *testing.T) {
	kb, err := peakKB()
	if err != nil || kb < 1000 {
		t.Errorf("got a peak of %d kB, %v: a Go program needs more", kb, err)
	}
}
