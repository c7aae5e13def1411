package index_test

import (
	"bytes"
	"io"
	"runtime"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	exptrace "golang.org/x/exp/trace"

	"github.com/trace-viz/trace-viz/internal/index"
)

// counter is a writer that counts.
type counter struct {
	buf bytes.Buffer
	n   atomic.Int64
}

func (c *counter) Write(p []byte) (int, error) {
	c.n.Add(int64(len(p)))
	return c.buf.Write(p)
}

// mixed records a program that does a bit of everything until its trace has n bytes: pipelines over channels, contended
// locks, short goroutines in bursts, sleepers.
func mixed(t testing.TB, n int64) []byte {
	t.Helper()
	var out counter
	if err := trace.Start(&out); err != nil {
		t.Fatalf("trace: %v", err)
	}
	var stop atomic.Bool
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range 4 {
		first := make(chan int)
		in := first
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer close(first)
			for i := 0; !stop.Load(); i++ {
				first <- i
			}
		}()
		for range 4 {
			next := make(chan int, 1)
			wg.Add(1)
			go func(in <-chan int, out chan<- int) {
				defer wg.Done()
				defer close(out)
				for v := range in {
					out <- v
				}
			}(in, next)
			in = next
		}
		wg.Add(1)
		go func(in <-chan int) {
			defer wg.Done()
			for range in {
				mu.Lock()
				runtime.Gosched()
				mu.Unlock()
			}
		}(in)
	}
	wg.Add(1)
	go func() {
		defer wg.Done()
		for !stop.Load() {
			var burst sync.WaitGroup
			for range 50 {
				burst.Add(1)
				go func() { defer burst.Done(); runtime.Gosched() }()
			}
			burst.Wait()
		}
	}()
	for i := range 200 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for !stop.Load() {
				time.Sleep(time.Duration(5+i%20) * time.Millisecond)
			}
		}()
	}
	for out.n.Load() < n {
		time.Sleep(time.Millisecond)
	}
	trace.Stop()
	stop.Store(true)
	wg.Wait()
	return out.buf.Bytes()
}

const benchSize = 10e6

func BenchmarkBareRead(b *testing.B) {
	data := mixed(b, benchSize)
	b.SetBytes(int64(len(data)))
	n := 0
	for b.Loop() {
		n = bareRead(b, data)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/event")
}

func bareRead(t testing.TB, data []byte) (n int) {
	r, err := exptrace.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := r.ReadEvent(); err == io.EOF {
			return n
		} else if err != nil {
			t.Fatal(err)
		}
		n++
	}
}

// BenchmarkLoad reports the time of a whole load as a multiple of a bare read by the library in the same run, and the
// memory that the index keeps for each event of the trace.
func BenchmarkLoad(b *testing.B) {
	data := mixed(b, benchSize)
	b.SetBytes(int64(len(data)))
	var bare time.Duration
	n := 0
	var kept int64
	for b.Loop() {
		b.StopTimer()
		start := time.Now()
		n = bareRead(b, data)
		bare += time.Since(start)
		before := heap()
		b.StartTimer()
		ix, err := index.Read(bytes.NewReader(data), int64(len(data)), index.Options{})
		b.StopTimer()
		if err != nil {
			b.Fatal(err)
		}
		kept = heap() - before
		runtime.KeepAlive(ix)
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed())/float64(bare), "x-bare")
	b.ReportMetric(float64(kept)/float64(n), "B/event")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/event")
}

// heap returns the bytes that live on the heap.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func BenchmarkWindow(b *testing.B) {
	data := mixed(b, benchSize)
	ix, err := index.Read(bytes.NewReader(data), int64(len(data)), index.Options{})
	if err != nil {
		b.Fatal(err)
	}
	rows := []index.RowKey{"p0", "p1", "gc", "syscalls", "network"}
	for g := 0; len(rows) < 40; g++ {
		rows = append(rows, index.RowKey("g"+itoa(g)))
	}
	d := ix.Duration()
	var times []time.Duration
	i := int64(0)
	for b.Loop() {
		i++
		w := d >> (i % 12)
		t0 := (d - w) * (i * 7919 % 1000) / 1000
		start := time.Now()
		ix.Window(t0, t0+w, 1600, rows)
		times = append(times, time.Since(start))
	}
	b.ReportMetric(float64(percentile(times, 0.99).Microseconds())/1000, "p99-ms")
}
