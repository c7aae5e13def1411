// A producer fills a shelf with jobs and tells three consumers by a sync.Cond: Python's threading.Condition with its wait and
// notify_all. A signal is not kept: it wakes those that wait at that moment, and nobody who comes later.
//
// The bug: Take waits for the signal without a look at the shelf. It was filled, and the signal given, while the consumers
// still got ready. They wait for a signal that is over, and main waits for them: a deadlock.
package main

import (
	"fmt"
	"sync"
)

// A Shelf is filled once, and then jobs are taken from it.
type Shelf struct {
	mu      sync.Mutex // guards filled and jobs
	changed *sync.Cond
	filled  bool
	jobs    []int
}

func (s *Shelf) Fill(jobs []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs, s.filled = jobs, true
	s.changed.Broadcast()
}

// Take gives a job, or false when there is no more.
func (s *Shelf) Take() (job int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Wait()
	if len(s.jobs) == 0 {
		return 0, false
	}
	job = s.jobs[0]
	s.jobs = s.jobs[1:]
	return job, true
}

// sieve finds the primes below n.
func sieve(n int) (primes []int) {
	composite := make([]bool, n)
	for p := 2; p < n; p++ {
		if composite[p] {
			continue
		}
		primes = append(primes, p)
		for m := p * p; m < n; m += p {
			composite[m] = true
		}
	}
	return primes
}

func produce(shelf *Shelf, wg *sync.WaitGroup) {
	defer wg.Done()
	var jobs []int
	for i := range 12 {
		jobs = append(jobs, 1_000_003*(i+5))
	}
	shelf.Fill(jobs)
}

func consume(id int, shelf *Shelf, wg *sync.WaitGroup) {
	defer wg.Done()
	primes := sieve(8_000_000) // gets ready
	for job, ok := shelf.Take(); ok; job, ok = shelf.Take() {
		largest := 0
		for _, p := range primes {
			if job%p == 0 {
				largest = p
			}
		}
		fmt.Printf("consumer %d: the largest prime factor of %d is %d\n", id, job, largest)
	}
}

func main() {
	shelf := &Shelf{}
	shelf.changed = sync.NewCond(&shelf.mu)
	var wg sync.WaitGroup
	wg.Add(4)
	for id := range 3 {
		go consume(id, shelf, &wg)
	}
	go produce(shelf, &wg)
	wg.Wait()
	fmt.Println("the shelf is empty")
}
