// A pool of four workers counts primes: Python's concurrent.futures.ThreadPoolExecutor(max_workers=4). Submit returns a
// channel that will hold the result, as submit returns a Future there. No GIL: the workers count on all cores at once.
//
// Fixed: the parts go to a pool of their own, whose jobs wait for nobody.
package main

import (
	"fmt"
	"sync"
)

const surveys, parts, width = 6, 4, 15_000

// A Pool runs jobs on a fixed number of goroutines.
type Pool struct {
	jobs    chan func()
	workers sync.WaitGroup
}

func NewPool() *Pool { return &Pool{jobs: make(chan func(), surveys*parts)} }

func (p *Pool) work() {
	for job := range p.jobs {
		job()
	}
}

func (p *Pool) Start(workers int) {
	for range workers {
		p.workers.Go(p.work)
	}
}

// Submit queues f and returns where its result will be.
func (p *Pool) Submit(f func() int) <-chan int {
	result := make(chan int, 1)
	p.jobs <- func() { result <- f() }
	return result
}

func (p *Pool) Close() {
	close(p.jobs)
	p.workers.Wait()
}

// count counts the primes from low up to high by trial division.
func count(low, high int) (primes int) {
next:
	for p := max(2, low); p < high; p++ {
		for d := 2; d*d <= p; d++ {
			if p%d == 0 {
				continue next
			}
		}
		primes++
	}
	return primes
}

// survey counts the primes of one range, in parts that pool counts side by side.
func survey(pool *Pool, low int) (sum int) {
	var results []<-chan int
	for i := range parts {
		from := low + i*width
		results = append(results, pool.Submit(func() int { return count(from, from+width) }))
	}
	for _, r := range results {
		sum += <-r
	}
	return sum
}

func main() {
	pool := NewPool()
	partPool := NewPool()
	partPool.Start(4)
	defer partPool.Close()
	var results []<-chan int
	for i := range surveys {
		results = append(results, pool.Submit(func() int { return survey(partPool, i*parts*width) }))
	}
	pool.Start(4)
	defer pool.Close()
	sum := 0
	for _, r := range results {
		sum += <-r
	}
	fmt.Println(sum, "primes below", surveys*parts*width)
}
