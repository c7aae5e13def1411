package compare_test

import (
	"os"
	"testing"

	"github.com/trace-viz/trace-viz/internal/compare"
	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// BenchmarkCompare compares a trace with itself, beyond loading it. TRACEVIZ_BENCH_TRACE names its file.
func BenchmarkCompare(b *testing.B) {
	path := os.Getenv("TRACEVIZ_BENCH_TRACE")
	if path == "" {
		b.Fatal("set TRACEVIZ_BENCH_TRACE to an execution trace")
	}
	ix, err := index.Open(path, index.Options{})
	if err != nil {
		b.Fatal(err)
	}
	meta := recording.Meta{Program: path, Outcome: recording.Exit, Complete: true}
	s := compare.Side{Rec: &recording.Recording{Dir: "/", Meta: meta}, Index: ix, Findings: []findings.Finding{}}
	for b.Loop() {
		compare.Compare(s, s)
	}
}
