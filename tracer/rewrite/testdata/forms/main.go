// Command forms has operations in places where code lives in unusual ways.
package main

import (
	_ "embed"
	"fmt"
	"iter"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"example.com/forms/low"
)

//go:embed greeting.txt
var greeting string

// where is the place of the caller of its caller, as the runtime reports it.
func where() string {
	_, file, line, _ := runtime.Caller(1)
	return fmt.Sprintf("%s:%d", file, line)
}

func main() {
	embedded()
	pull()
	overFunc()
	fmt.Println(leave(), jump(3))
	counters()
	lines := make(chan string, 4)
	generated(lines)
	close(lines)
	for l := range lines {
		fmt.Println(l)
	}
	fmt.Println(tagged(), low.Sum(40, 2), low.Monotonic())
	defer func() {
		fmt.Println(recover())
		var none chan int
		close(none) // panics
	}()
	explode(lines)
}

func embedded() {
	c := make(chan string, 1)
	c <- strings.TrimSpace(greeting)
	fmt.Println(<-c)
}

// elements is an iterator over a channel that is closed when the loop leaves early.
func elements(n int) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		c := make(chan string)
		stop := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			defer close(c)
			for i := range n {
				select {
				case c <- fmt.Sprint("e", i):
				case <-stop:
					return
				}
			}
		})
		defer wg.Wait()
		defer close(stop)
		i := 0
		for s := range c {
			if !yield(i, s) {
				return
			}
			i++
		}
	}
}

func pull() {
	next, stop := iter.Pull2(elements(5))
	defer stop()
	done := make(chan bool)
	go func() { // from another goroutine: the coroutine moves
		i, s, ok := next()
		fmt.Println(i, s, ok)
		done <- true
	}()
	<-done
	i, s, ok := next()
	fmt.Println(i, s, ok)
}

func overFunc() {
	var mu sync.Mutex
	results := make(chan int, 5)
	defer func() { fmt.Println(mu.TryLock(), len(results)) }()
outer:
	for i, s := range elements(9) {
		mu.Lock()
		if i == 1 {
			mu.Unlock()
			continue
		}
		for j := range elements(3) {
			select {
			case results <- i*10 + j:
			default:
				defer mu.Unlock() // of overFunc
				break outer
			}
			if j == 1 {
				mu.Unlock()
				continue outer
			}
		}
		fmt.Println("unreached", s)
	}
}

// leave returns out of a loop over a function, between two channel operations.
func leave() (found string) {
	c := make(chan string, 1)
	for i, s := range elements(5) {
		select {
		case c <- s:
		case found = <-c:
			return fmt.Sprint(found, i, len(c))
		}
	}
	return "none"
}

// jump goes out of a loop over a function and over a select.
func jump(n int) (sum int) {
	c := make(chan int, n)
again:
	for i := range elements(n) {
		c <- i
		select {
		case v := <-c:
			sum += v
			if i == n-1 && sum < 7 {
				goto again
			}
		}
	}
	return sum
}

// counters spins on atomics beside a Cond and a RWMutex.
func counters() {
	var n atomic.Int64
	var ready atomic.Bool
	var latest atomic.Pointer[string]
	var mu sync.RWMutex
	cond := sync.NewCond(mu.RLocker())
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			mu.RLock()
			for !ready.Load() {
				cond.Wait()
			}
			mu.RUnlock()
			for range 100 {
				n.Add(int64(i))
			}
			text := "set"
			latest.CompareAndSwap(nil, &text)
		})
	}
	mu.Lock()
	ready.Store(true)
	mu.Unlock()
	cond.Broadcast()
	wg.Wait()
	fmt.Println(n.Load(), *latest.Load())
}
