package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	url, err := announced(strings.NewReader("trace-viz: building\ntrace-viz: replay at http://127.0.0.1:1234/?token=abc\nmore\n"))
	if want := "http://127.0.0.1:1234/?token=abc"; err != nil || url != want {
		t.Errorf("got %q, %v, wanted %q", url, err, want)
	}
	if _, err := announced(strings.NewReader("trace-viz: port in use\n")); err == nil || !strings.Contains(err.Error(), "port in use") {
		t.Errorf("got error %v, wanted one with what the command said", err)
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
