package rewrite_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkPairs prints what a pair of operations costs in nanoseconds: in the native program, with the runtime's trace alone, with
// hooks and no trace, and recorded; then what one hook event costs with tracing on and off, and how many bytes it has.
func BenchmarkPairs(b *testing.B) {
	program := build(b, "testdata/bench")
	for _, kind := range []struct {
		name   string
		events float64 // of hooks, a pair
	}{{"channel", 2}, {"mutex", 2}, {"pipeline", 2}, {"unbuffered", 2}, {"select", 3}} {
		b.Run(kind.name, func(b *testing.B) {
			const n = 200_000
			best := map[string]float64{}
			size, records := int64(0), 0
			for b.Loop() {
				dir := b.TempDir()
				recording := filepath.Join(dir, "recording")
				if err := os.Mkdir(recording, 0o700); err != nil {
					b.Fatal(err)
				}
				args := []string{kind.name, strconv.Itoa(n)}
				for name, r := range map[string]ran{
					"native":   run(b, program.native, "", args...),
					"traced":   run(b, program.native, "", append([]string{"-trace", filepath.Join(dir, "trace.out")}, args...)...),
					"off":      run(b, program.hooked, "", args...),
					"recorded": run(b, program.hooked, recording, args...),
				} {
					ns, err := strconv.ParseFloat(strings.TrimSpace(r.stdout), 64)
					if err != nil {
						b.Fatalf("%s: got %+v", name, r)
					}
					if old, ok := best[name]; !ok || ns < old {
						best[name] = ns
					}
				}
				if info, err := os.Stat(filepath.Join(recording, "trace.out")); err != nil {
					b.Fatal(err)
				} else if size == 0 {
					size, records = info.Size(), len(readRecords(b, filepath.Join(recording, "trace.out"), program.result.Sites))
				}
			}
			for name, ns := range best {
				b.ReportMetric(ns, name+"-ns/pair")
			}
			b.ReportMetric((best["recorded"]-best["traced"])/kind.events, "on-ns/event")
			b.ReportMetric((best["off"]-best["native"])/kind.events, "off-ns/event")
			b.ReportMetric(float64(size)/float64(records), "B/event")
			b.ReportMetric(0, "ns/op")
		})
	}
}
