// Four workers test numbers for primes, CPU-bound work: Python needs a ProcessPoolExecutor for it, since the GIL lets one
// thread compute at a time. Goroutines use all cores as they are (compare the time with --procs 1). But big numbers take
// longer than small ones.
//
// Fixed: the ranges lie in one queue, and who is done takes the next. (chunksize=1 in Python.)
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const workers, ranges = 4, 80

var primes atomic.Int64

// bound is where range i begins. Later ranges are longer, and have bigger numbers.
func bound(i int) int { return i * i * i * i * i * i / 100_000 }

// count counts the primes of range i by trial division.
func count(i int) {
	found := 0
next:
	for n := max(2, bound(i)); n < bound(i+1); n++ {
		for d := 2; d*d <= n; d++ {
			if n%d == 0 {
				continue next
			}
		}
		found++
	}
	primes.Add(int64(found))
}

func work(queue <-chan int) {
	for i := range queue {
		count(i)
	}
}

// fill puts the ranges from low up to high into a queue.
func fill(low, high int) <-chan int {
	queue := make(chan int, high-low)
	for i := low; i < high; i++ {
		queue <- i
	}
	close(queue)
	return queue
}

func main() {
	start := time.Now()
	var wg sync.WaitGroup
	queue := fill(0, ranges)
	for range workers {
		wg.Go(func() { work(queue) })
	}
	wg.Wait()
	fmt.Println(primes.Load(), "primes below", bound(ranges), "in", time.Since(start).Round(time.Millisecond))
}
