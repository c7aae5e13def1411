// Command stuck gets stuck in the way that its argument names, or only looks as if it did.
package main

import (
	"context"
	"net"
	"os"
	"os/signal"
	"sync"
	"time"
)

type account struct {
	mu    sync.Mutex
	total int
}

func transfer(from, to *account, ready *sync.WaitGroup) {
	from.mu.Lock()
	defer from.mu.Unlock()
	ready.Done()
	ready.Wait()
	to.mu.Lock()
	defer to.mu.Unlock()
	from.total--
	to.total++
}

func lockOrder() {
	var a, b account
	var ready, all sync.WaitGroup
	ready.Add(2)
	all.Go(func() { transfer(&a, &b, &ready) })
	all.Go(func() { transfer(&b, &a, &ready) })
	all.Wait()
}

func lockOrderInPart() {
	var a, b account
	var ready sync.WaitGroup
	ready.Add(2)
	go transfer(&a, &b, &ready)
	go transfer(&b, &a, &ready)
	time.Sleep(300 * time.Millisecond)
}

func (a *account) get() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.total
}

func doubleLock() {
	a := &account{}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.total = a.get() + 1
}

func worker(jobs <-chan int, wg *sync.WaitGroup) {
	defer wg.Done()
	for range jobs {
	}
}

func neverClosed() {
	jobs := make(chan int)
	var wg sync.WaitGroup
	for range 2 {
		wg.Add(1)
		go worker(jobs, &wg)
	}
	for i := range 5 {
		jobs <- i
	}
	wg.Wait()
}

func deadConsumer() {
	jobs := make(chan int, 2)
	go func() { <-jobs }()
	for i := range 10 {
		jobs <- i
	}
}

func missedSignal() {
	var mu sync.Mutex
	ready := sync.NewCond(&mu)
	var told sync.WaitGroup
	told.Go(func() { ready.Signal() })
	told.Wait()
	mu.Lock()
	ready.Wait()
	mu.Unlock()
}

func choose() {
	in, out := make(chan int), make(chan string)
	select {
	case <-in:
	case out <- "x":
	}
}

func unread() {
	results := make(chan int)
	for i := range 3 {
		go func() { results <- i }()
	}
	time.Sleep(100 * time.Millisecond)
}

func parkedPool() {
	jobs := make(chan int)
	for range 4 {
		go func() {
			for range jobs {
			}
		}()
	}
	for i := range 8 {
		jobs <- i
	}
	time.Sleep(600 * time.Millisecond)
}

func timer() {
	done := make(chan bool)
	go func() {
		<-time.After(600 * time.Millisecond)
		close(done)
	}()
	<-done
}

func deadline() {
	ctx, cancel := context.WithTimeout(context.Background(), 600*time.Millisecond)
	defer cancel()
	never := make(chan int)
	select {
	case <-never:
	case <-ctx.Done():
	}
}

func server() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go l.Accept()
	select {}
}

func signals() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	<-stop
}

func queue() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			mu.Lock()
			for end := time.Now().Add(150 * time.Millisecond); time.Now().Before(end); {
			}
			mu.Unlock()
		})
	}
	wg.Wait()
}

// ownCancel waits for one who waits for a context that nobody else can cancel.
func ownCancel() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() { <-ctx.Done() })
	wg.Wait()
}

// later waits for what time alone brings: a deadline of the parent, a function that runs later, and a timer.
func later() {
	parent, cancel := context.WithTimeout(context.Background(), 600*time.Millisecond)
	defer cancel()
	ctx, stop := context.WithCancel(context.WithValue(parent, "key", 1))
	defer stop()
	var wg sync.WaitGroup
	wg.Go(func() { <-ctx.Done() })
	wg.Wait()
	done := make(chan bool)
	time.AfterFunc(600*time.Millisecond, func() { close(done) })
	<-done
	t := time.NewTimer(600 * time.Millisecond)
	<-t.C
}

var modes = map[string]func(){
	"lock-order": lockOrder, "lock-order-in-part": lockOrderInPart, "double-lock": doubleLock, "never-closed": neverClosed,
	"dead-consumer": deadConsumer, "missed-signal": missedSignal, "choose": choose, "unread": unread,
	"parked-pool": parkedPool, "timer": timer, "deadline": deadline, "server": server, "signals": signals, "queue": queue,
	"own-cancel": ownCancel, "later": later,
}

func main() { modes[os.Args[1]]() }
