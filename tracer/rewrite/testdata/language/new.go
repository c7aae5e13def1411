//go:build go1.25

package main

import (
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
)

// numbers is an iterator that takes from a channel.
func numbers(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		c := make(chan int)
		var stopped atomic.Bool
		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() {
			defer close(c)
			for i := range n {
				if stopped.Load() {
					return
				}
				c <- i
			}
		})
		defer func() {
			stopped.Store(true)
			for range c {
			}
		}()
		for v := range c {
			if !yield(v) {
				return
			}
		}
	}
}

func newer() {
	var mu sync.Mutex
	sum := 0
	for v := range numbers(5) {
		mu.Lock()
		if sum += v; v == 3 {
			defer mu.Unlock() // of newer
			break
		}
		mu.Unlock()
	}
	next, stop := iter.Pull(numbers(3))
	a, _ := next()
	b, _ := next()
	stop()
	_, more := next()
	fmt.Println(sum, a, b, more)
	var seen []func() int
	c := make(chan int, 3)
	for i := range 3 {
		c <- i
	}
	close(c)
	for v := range c { // each turn has its own v, also where go.mod says 1.21
		seen = append(seen, func() int { return v })
	}
	fmt.Println(seen[0](), seen[1](), seen[2]())
	var latest atomic.Pointer[int]
	one := 1
	fmt.Println(latest.CompareAndSwap(nil, &one), *latest.Load())
}
