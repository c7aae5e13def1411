package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime/trace"
	"sync"
	"sync/atomic"
	"time"
)

// A load keeps goroutines of one kind busy until ctx ends. Together they make a trace that has a bit of everything that
// traces of services have.
type load func(ctx context.Context, wg *sync.WaitGroup)

// mixed are the loads of the trace, in kinds and numbers like the mixed traces that the goals were set on.
var mixed = []load{pipelines(4, 4), lockers(8, 4), workers(8), bursts(50), sleepers(500), requests(8)}

// writeMix traces the loads until the trace has that many bytes.
func writeMix(path string, size int64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := &counter{w: f}
	if err := trace.Start(w); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for _, l := range mixed {
		l(ctx, &wg)
	}
	for w.n.Load() < size {
		time.Sleep(time.Millisecond)
	}
	trace.Stop() // before the loads end: the trace is of a program at work
	cancel()
	wg.Wait()
	return f.Close()
}

// counter counts the bytes that go through it.
type counter struct {
	w io.Writer
	n atomic.Int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n.Add(int64(n))
	return n, err
}

var sink atomic.Uint64

// spin computes something for about n nanoseconds.
func spin(n int) {
	x := uint64(n)
	for range n {
		x ^= x << 13
		x ^= x >> 7
	}
	sink.Add(x & 1)
}

// pipelines passes numbers through stages that are joined by unbuffered channels.
func pipelines(lanes, stages int) load {
	return func(ctx context.Context, wg *sync.WaitGroup) {
		for range lanes {
			first := make(chan int)
			wg.Go(func() { feed(ctx, first) })
			last := first
			for range stages {
				in, out := last, make(chan int)
				last = out
				wg.Go(func() {
					defer close(out)
					for v := range in {
						spin(500)
						out <- v
					}
				})
			}
			end := last
			wg.Go(func() {
				for range end {
				}
			})
		}
	}
}

// feed sends numbers until the context ends, then closes the channel.
func feed(ctx context.Context, c chan<- int) {
	defer close(c)
	for i := 0; ctx.Err() == nil; i++ {
		c <- i
	}
}

// lockers contend for a few mutexes; every now and then one sleeps with a lock held.
func lockers(n, locks int) load {
	return func(ctx context.Context, wg *sync.WaitGroup) {
		mus := make([]sync.Mutex, locks)
		for i := range n {
			wg.Go(func() {
				for turn := i; ctx.Err() == nil; turn++ {
					mu := &mus[turn%locks]
					mu.Lock()
					spin(2000)
					if turn%16 == 0 {
						time.Sleep(20 * time.Microsecond)
					}
					mu.Unlock()
				}
			})
		}
	}
}

// workers take jobs of unequal size from one queue.
func workers(n int) load {
	return func(ctx context.Context, wg *sync.WaitGroup) {
		jobs := make(chan int, n)
		wg.Go(func() { feed(ctx, jobs) })
		for range n {
			wg.Go(func() {
				for job := range jobs {
					spin(500 + job%17*400)
				}
			})
		}
	}
}

// bursts spawns short goroutines and gathers their results, again and again.
func bursts(size int) load {
	return func(ctx context.Context, wg *sync.WaitGroup) {
		wg.Go(func() {
			for ctx.Err() == nil {
				results := make(chan int, 1)
				var burst sync.WaitGroup
				for i := range size {
					burst.Go(func() { spin(300); results <- i })
				}
				for range size {
					<-results
				}
				burst.Wait()
			}
		})
	}
}

// sleepers are long-lived goroutines that wake now and then.
func sleepers(n int) load {
	return func(ctx context.Context, wg *sync.WaitGroup) {
		for i := range n {
			wg.Go(func() {
				for ctx.Err() == nil {
					time.Sleep(time.Duration(20+i%80) * time.Millisecond)
					spin(200)
				}
			})
		}
	}
}

// requests are clients and a server on loopback, with a task and a region for each request.
func requests(clients int) load {
	return func(ctx context.Context, wg *sync.WaitGroup) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(fmt.Sprintf("no loopback network: %v", err))
		}
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			task, t := trace.NewTask(r.Context(), "request")
			defer t.End()
			trace.WithRegion(task, "answer", func() { spin(3000) })
			fmt.Fprintln(w, r.URL.Path)
		})}
		wg.Go(func() { srv.Serve(l) })
		context.AfterFunc(ctx, func() { srv.Close() })
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
		for i := range clients {
			wg.Go(func() {
				for ctx.Err() == nil {
					res, err := client.Get(fmt.Sprintf("http://%s/%d", l.Addr(), i))
					if err != nil {
						return // the server is closed
					}
					io.Copy(io.Discard, res.Body)
					res.Body.Close()
				}
			})
		}
	}
}
