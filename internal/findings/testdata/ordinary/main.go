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

// stop gives its lock up before it waits for the end of a worker that needs the lock for that.
func stop() {
	var mu sync.Mutex
	jobs, done := make(chan int, 1), make(chan bool)
	jobs <- 1
	mu.Lock()
	go func() {
		defer close(done)
		for range jobs {
			mu.Lock()
			mu.Unlock()
		}
	}()
	close(jobs)
	mu.Unlock()
	<-done
}

// background lives as long as the program, and so does who waits for its end.
var background, _ = context.WithCancel(context.Background())

type session struct{ close func() }

func open() *session {
	ctx, cancel := context.WithCancel(background)
	go func() { <-ctx.Done() }()
	return &session{cancel}
}

// sessions closes what it opened, and leaves a watcher of the whole program behind.
func sessions() {
	go func() { <-background.Done() }()
	s := open()
	defer s.close()
	time.Sleep(50 * time.Millisecond)
}

type store struct {
	mu   sync.Mutex
	vals map[int]int
	stop func()
}

func newStore() *store {
	ctx, cancel := context.WithCancel(context.Background())
	s := &store{vals: map[int]int{}, stop: cancel}
	go func() {
		<-ctx.Done()
		s.mu.Lock()
		defer s.mu.Unlock()
		clear(s.vals)
	}()
	return s
}

func (s *store) put(k, v int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.vals[k] = v
}

// kept uses something until the end of the program, and leaves it to that end.
func kept() {
	s := newStore()
	for i := range 3 {
		s.put(i, i)
		time.Sleep(20 * time.Millisecond)
	}
}

type service struct{ adds, dels, asks, stop chan int }

func (s *service) loop() {
	for {
		select {
		case <-s.adds:
		case <-s.dels:
		case <-s.asks:
		case <-s.stop:
			return
		}
	}
}

func serveNobody() {
	s := &service{make(chan int), make(chan int), make(chan int), make(chan int)}
	go s.loop()
}

// unasked begins a service for which there is no work.
func unasked() {
	var wg sync.WaitGroup
	wg.Go(serveNobody)
	wg.Wait()
	time.Sleep(50 * time.Millisecond)
}

// tries looks a fixed number of times whether there is room, and waits for nobody.
func tries() {
	room, refused := make(chan int, 8), 0
	for i := range 1500 {
		select {
		case room <- i:
		default:
			refused++
		}
	}
	for range cap(room) {
		<-room
	}
}

// fetch waits for several at once.
func fetch() {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { time.Sleep(60 * time.Millisecond) })
	}
	wg.Wait()
}

// contexts has goroutines with contexts that end in order: one that stops promptly, one that tidies up for long, one that never had
// the context, one that was spawned to wait for the others, and one that makes a context of its own.
func contexts() {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Add(2)
	go prompt(ctx, &wg)
	go tidy(ctx, &wg)
	wg.Go(func() { time.Sleep(250 * time.Millisecond) })
	wg.Go(func() {
		<-ctx.Done()
		inner, stop := context.WithTimeout(context.WithoutCancel(ctx), 120*time.Millisecond)
		defer stop()
		<-inner.Done()
	})
	wg.Go(func() {
		defer cancel()
		time.Sleep(60 * time.Millisecond)
		cancel()
		time.Sleep(100 * time.Millisecond)
		use(ctx)
	})
	short, stop := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer stop()
	wg.Go(func() {
		for short.Err() == nil {
			time.Sleep(15 * time.Millisecond)
		}
	})
	wg.Wait()
}

func use(context.Context) {}

func prompt(ctx context.Context, wg *sync.WaitGroup) {
	defer wg.Done()
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func tidy(ctx context.Context, wg *sync.WaitGroup) {
	defer wg.Done()
	<-ctx.Done()
	time.Sleep(150 * time.Millisecond)
}

var modes = map[string]func(){
	"serve": serve, "pool": pool, "parked": parked, "pipeline": pipeline, "group": group, "ticker": ticker, "wait": wait,
	"calls": calls, "requests": requests, "queue": queue, "locks": locks, "gate": gate, "slots": slots, "poll": poll, "fetch": fetch, "stop": stop, "sessions": sessions, "tries": tries,
	"kept": kept, "unasked": unasked,
	"contexts": contexts,
}

func main() { modes[os.Args[1]]() }
