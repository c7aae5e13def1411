// Command race has data races whose two sides touch locks and channels in between, but each its own: none of them orders the
// accesses. A tool that hides the races from the race detector adds an order of its own.
package main

import (
	"os"
	"sync"
	"time"
)

var shared, other int

// busy uses a lock, a channel, a select, a WaitGroup and a Once that nobody else uses.
func busy() {
	var mu sync.Mutex
	var rw sync.RWMutex
	var wg sync.WaitGroup
	var once sync.Once
	c := make(chan int, 2)
	for i := range make([]int, 20) {
		mu.Lock()
		c <- i
		select {
		case c <- i:
		default:
		}
		select {
		case <-c:
		case <-make(chan int):
		}
		mu.Unlock()
		rw.RLock()
		<-c
		rw.RUnlock()
		wg.Add(1)
		wg.Done()
		wg.Wait()
		once.Do(func() {})
	}
}

func main() {
	done := make(chan bool)
	go func() {
		busy()
		shared = 1
		busy()
		done <- true
	}()
	time.Sleep(30 * time.Millisecond)
	busy()
	shared = 2
	busy()
	<-done
	if len(os.Args) > 1 {
		variable()
	}
}

// variable has the race on a loop variable that all iterations share before Go 1.22.
func variable() {
	c := make(chan int, 2)
	done := make(chan bool, 2)
	c <- 1
	c <- 2
	close(c)
	for v := range c {
		go func() {
			other += 0
			time.Sleep(10 * time.Millisecond)
			_ = v + 1
			sink(v)
			done <- true
		}()
	}
	<-done
	<-done
}

//go:noinline
func sink(int) {}
