// Command ordinary does what its argument names as many programs do, with nothing wrong in it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

func spin(d time.Duration) int {
	n := 0
	for end := time.Now().Add(d); time.Now().Before(end); {
		for range 1000 {
			n++
		}
	}
	return n
}

// serve is an HTTP server that is asked by some clients at once, and stopped.
func serve() {
	var mu sync.Mutex
	hits := map[string]int{}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		hits[r.URL.Path]++
		mu.Unlock()
		time.Sleep(5 * time.Millisecond)
		fmt.Fprintln(w, "hello")
	})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for range 5 {
				resp, err := http.Get("http://" + l.Addr().String() + "/a")
				if err == nil {
					io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
				}
			}
		})
	}
	wg.Wait()
	srv.Shutdown(context.Background())
	<-done
}

// pool has a fixed number of workers, a queue, and results that are all read.
func pool() {
	jobs, results := make(chan int, 4), make(chan int, 4)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for j := range jobs {
				spin(time.Millisecond)
				results <- j * j
			}
		})
	}
	go func() {
		for i := range 60 {
			jobs <- i
		}
		close(jobs)
		wg.Wait()
		close(results)
	}()
	sum := 0
	for r := range results {
		sum += r
	}
	fmt.Println(sum)
}

// parked leaves its workers waiting for more.
func parked() {
	jobs, quit := make(chan func()), make(chan bool)
	for range 3 {
		go func() {
			for {
				select {
				case f := <-jobs:
					f()
				case <-quit:
					return
				}
			}
		}()
	}
	var wg sync.WaitGroup
	for range 9 {
		wg.Add(1)
		jobs <- func() { defer wg.Done(); spin(time.Millisecond) }
	}
	wg.Wait()
}

// pipeline has three stages.
func pipeline() {
	stage := func(in <-chan int, f func(int) int) <-chan int {
		out := make(chan int)
		go func() {
			defer close(out)
			for v := range in {
				out <- f(v)
			}
		}()
		return out
	}
	first := make(chan int)
	go func() {
		defer close(first)
		for i := range 200 {
			first <- i
		}
	}()
	double := func(v int) int { return 2 * v }
	for range stage(stage(stage(first, double), double), double) {
	}
}

// group stops all when one fails, as errgroup does.
func group() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var wg sync.WaitGroup
	var once sync.Once
	var first error
	for i := range 4 {
		wg.Go(func() {
			err := error(nil)
			select {
			case <-time.After(time.Duration(i+1) * 20 * time.Millisecond):
				err = errors.New("failed")
			case <-ctx.Done():
				err = ctx.Err()
			}
			once.Do(func() {
				first = err
				cancel()
			})
		})
	}
	wg.Wait()
	fmt.Println(first)
}

// ticker does a little now and then until it is told to stop.
func ticker() {
	t := time.NewTicker(10 * time.Millisecond)
	defer t.Stop()
	stop, stopped := make(chan bool), make(chan bool)
	go func() {
		defer close(stopped)
		for {
			select {
			case <-t.C:
				spin(100 * time.Microsecond)
			case <-stop:
				return
			}
		}
	}()
	time.Sleep(150 * time.Millisecond)
	close(stop)
	<-stopped
}

// wait waits for a signal, which it sends itself.
func wait() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	go func() {
		time.Sleep(100 * time.Millisecond)
		syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	}()
	<-c
}

// A client keeps the channels of those who wait for a reply in a map.
type client struct {
	mu      sync.Mutex
	pending map[int]chan string
}

func (c *client) call(id int) chan string {
	reply := make(chan string)
	c.mu.Lock()
	c.pending[id] = reply
	c.mu.Unlock()
	return reply
}

func (c *client) read() {
	for id := range 4 {
		time.Sleep(50 * time.Millisecond)
		c.mu.Lock()
		reply := c.pending[id]
		c.mu.Unlock()
		reply <- "done"
	}
}

// calls ends while some still wait for a reply that would come.
func calls() {
	c := &client{pending: map[int]chan string{}}
	var first sync.WaitGroup
	for id := range 4 {
		call := func() { <-c.call(id) }
		if id < 2 {
			first.Go(call)
		} else {
			go call()
		}
	}
	time.Sleep(20 * time.Millisecond)
	go c.read()
	first.Wait()
	time.Sleep(10 * time.Millisecond)
}

// requests carry the channel for their reply.
func requests() {
	type request struct{ reply chan int }
	queue := make(chan request)
	go func() {
		for r := range queue {
			time.Sleep(30 * time.Millisecond)
			r.reply <- 1
		}
	}()
	ask := func() {
		r := request{make(chan int)}
		queue <- r
		<-r.reply
	}
	for range 3 {
		go ask()
	}
	time.Sleep(50 * time.Millisecond)
}

// queue is a bounded one with a Cond.
func queue() {
	var mu sync.Mutex
	notEmpty := sync.NewCond(&mu)
	var items []int
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for range 20 {
				mu.Lock()
				for len(items) == 0 {
					notEmpty.Wait()
				}
				items = items[1:]
				mu.Unlock()
			}
		})
	}
	wg.Go(func() {
		for i := range 40 {
			mu.Lock()
			items = append(items, i)
			mu.Unlock()
			notEmpty.Signal()
			spin(100 * time.Microsecond)
		}
	})
	wg.Wait()
}

// locks takes several locks in one order, a counter under a lock that is asked for often, and a cache that is read.
func locks() {
	var a, b, count sync.Mutex
	var cache sync.RWMutex
	n, values := 0, map[int]int{}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 20 {
				a.Lock()
				b.Lock()
				n++
				b.Unlock()
				a.Unlock()
				cache.RLock()
				_, ok := values[i]
				cache.RUnlock()
				if !ok {
					cache.Lock()
					values[i] = i
					cache.Unlock()
				}
				spin(time.Millisecond)
				count.Lock()
				n++
				count.Unlock()
			}
		})
	}
	wg.Wait()
}

// gate takes two locks in both orders, but only under a third.
func gate() {
	var g, a, b sync.Mutex
	var wg sync.WaitGroup
	both := func(x, y *sync.Mutex) {
		g.Lock()
		defer g.Unlock()
		x.Lock()
		y.Lock()
		y.Unlock()
		x.Unlock()
	}
	for range 2 {
		wg.Go(func() { both(&a, &b) })
		wg.Go(func() { both(&b, &a) })
	}
	wg.Wait()
}

// slots lets few of many goroutines go on at once, by a channel.
func slots() {
	sem := make(chan bool, 3)
	var wg sync.WaitGroup
	for range 12 {
		sem <- true
		wg.Go(func() {
			defer func() { <-sem }()
			time.Sleep(5 * time.Millisecond)
		})
	}
	wg.Wait()
}

// poll looks at a channel between pieces of work.
func poll() {
	stop := make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			spin(time.Millisecond)
		}
	})
	time.Sleep(100 * time.Millisecond)
	close(stop)
	wg.Wait()
}

func main() { modes[os.Args[1]]() }
