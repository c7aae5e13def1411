// Command language uses the forms of the operations that the programs edge and forms beside it do not have. It compiles as Go
// 1.21, but for new.go.
package main

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"example.com/language/low"
)

func main() {
	locks()
	lockers()
	groups()
	onces()
	conds()
	spawns()
	contexts()
	clocks()
	fmt.Println(errgroups(), semaphores())
	newer()
	selects()
	fmt.Println(shadowed(), low.Clock(), low.Sum(40, 2), unsplit(41), generatedSum(), outOfC())
	panics()
	os.Exit(3)
}

// panics does what panics before there is anything to record.
func panics() {
	defer func() { fmt.Println(recover()) }()
	var none chan int
	defer close(none) // its panic is the second one
	var mu *sync.Mutex
	mu.Lock() // no record
}

// locks takes locks by values, pointers, promotion, method values and method expressions.
func locks() {
	var mu sync.Mutex
	lock, unlock := mu.Lock, mu.Unlock
	lock()
	fmt.Println(mu.TryLock())
	unlock()
	(*sync.Mutex).Lock(&mu)
	(*sync.Mutex).Unlock(&mu)
	try := (*sync.RWMutex).TryRLock
	var rw sync.RWMutex
	fmt.Println(try(&rw), rw.TryLock(), rw.TryRLock())
	rw.RUnlock()
	rUnlock := (&rw).RUnlock
	rUnlock()
	rw.Lock()
	func() {
		defer rw.Unlock()
	}()
	var all [2]struct{ sync.RWMutex }
	for i := range all {
		all[i].RLock()
		defer all[i].RUnlock()
	}
	type inner struct{ *sync.Mutex }
	type outer struct{ inner }
	o := outer{inner{&mu}}
	o.Lock()
	release := o.Unlock
	release()
	embedded := struct{ sync.Locker }{&mu}
	embedded.Lock()
	embedded.Unlock()
}

// A counted is a sync.Locker of one's own.
type counted struct {
	mu sync.Mutex
	n  int
}

func (c *counted) Lock()   { c.mu.Lock(); c.n++ }
func (c *counted) Unlock() { c.mu.Unlock() }

func with(l sync.Locker, f func()) {
	l.Lock()
	defer l.Unlock()
	f()
}

func lockers() {
	var mu sync.Mutex
	var rw sync.RWMutex
	own := &counted{}
	for i, l := range []sync.Locker{&mu, &rw, rw.RLocker(), own} {
		with(l, func() { fmt.Print(i, " ") })
		unlock := l.Unlock
		sync.Locker.Lock(l)
		unlock()
	}
	fmt.Println(own.n)
}

func groups() {
	var wg sync.WaitGroup
	add, done, wait := wg.Add, wg.Done, (*sync.WaitGroup).Wait
	add(2)
	go done()
	go func() { defer wg.Done() }()
	wait(&wg)
	var n [3]int
	wg.Go(func() { n[0] = 1 })
	start := wg.Go
	start(func() { n[1] = 2 })
	(*sync.WaitGroup).Go(&wg, func() { n[2] = 3 })
	wg.Wait()
	fmt.Println(n)
}

func onces() {
	var once sync.Once
	do := once.Do
	for i := 0; i < 3; i++ {
		do(func() { fmt.Println("once", i) })
	}
	f := sync.OnceFunc(func() { fmt.Println("function") })
	f()
	f()
	v := sync.OnceValue(func() string { fmt.Println("value"); return "v" })
	two := sync.OnceValues(func() (int, error) { return 2, nil })
	n, err := two()
	fmt.Println(v(), v(), n, err)
	broken := sync.OnceFunc(func() { panic("in once") })
	for i := 0; i < 2; i++ {
		func() {
			defer func() { fmt.Println(recover()) }()
			broken()
		}()
	}
}

// conds waits with a lock of each kind, among them one of the program's own.
func conds() {
	var rw sync.RWMutex
	for i, l := range []sync.Locker{new(sync.Mutex), &rw, rw.RLocker(), &counted{}} {
		cond := sync.NewCond(l)
		waiting, ready := make(chan bool), new(atomic.Bool)
		go func() {
			<-waiting
			rw.Lock()
			rw.Unlock()
			cond.L.Lock()
			ready.Store(true)
			wake := cond.Signal
			if i%2 == 1 {
				wake = cond.Broadcast
			}
			cond.L.Unlock()
			wake()
		}()
		cond.L.Lock()
		close(waiting)
		for !ready.Load() {
			cond.Wait()
		}
		cond.L.Unlock()
		cond.Signal()
		cond.Broadcast()
	}
	fmt.Println("conds")
}

type worker struct{ out chan string }

func (w worker) send(s string)   { w.out <- s }
func (w *worker) point(s string) { w.out <- s }

type sender interface{ send(string) }

func post[T any](c chan<- T, v T) { c <- v }

// spawns begins goroutines with callees of all kinds.
func spawns() {
	w := worker{make(chan string)}
	var s sender = w
	send := w.send
	calls := map[string]func(string){"in a map": s.send}
	next := func() string { v, _ := <-w.out; return v }
	go w.send("method")
	fmt.Println(next())
	go (&w).point("pointer")
	fmt.Println(next())
	go s.send("interface")
	fmt.Println(next())
	go send("method value")
	fmt.Println(next())
	go worker.send(w, "method expression")
	fmt.Println(next())
	go (*worker).point(&w, "expression of a pointer")
	fmt.Println(next())
	go calls["in a map"]("in a map")
	fmt.Println(next())
	go post(w.out, "generic")
	fmt.Println(next())
	go post[string](w.out, "instance")
	fmt.Println(next())
	go func(s string) { w.out <- s }("literal")
	fmt.Println(next())
	go func() func() { return func() { w.out <- "called result" } }()()
	fmt.Println(next())
	var never func()
	done := make(chan bool)
	go func() {
		defer close(done)
		defer func() { fmt.Println(recover()) }()
		never()
	}()
	<-done
	go close(w.out)
	fmt.Printf("%q\n", next())
}

// selects nests selects and leaves them by all ways.
func selects() {
	a, b := make(chan int, 1), make(chan int, 1)
	var nowhere chan int
outer:
	for i := 0; ; i++ {
		select {
		case a <- i:
			select {
			case v, ok := <-a:
				fmt.Println("in", v, ok)
				if i < 2 {
					continue outer
				}
				break outer
			case <-nowhere:
			}
		case nowhere <- <-both(a, b):
			fmt.Println("unreached")
		}
	}
	n := 0
again:
	select {
	case b <- n:
		n++
		goto again
	case nowhere <- 1:
	default:
		fmt.Println("full", len(b), n)
	}
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				close(a)
				return
			case v := <-b:
				a <- v
			}
		}
	}()
	fmt.Println(<-a)
	close(stop)
	_, ok := <-a
	fmt.Println(ok)
}

// both is where the operand of a send in a select comes from.
func both(a, b chan int) chan int {
	c := make(chan int, 1)
	c <- len(a) + len(b)
	return c
}
