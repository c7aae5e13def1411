// Two producers send orders over a buffered channel to three consumers, as over Python's queue.Queue(maxsize=3). A bounded
// queue slows producers down to the pace of the consumers; with no consumer left it stops them. A thread that raises in
// Python goes the same way: it takes nothing from the queue any more.
//
// Fixed: a consumer counts the order that it can't read, and goes on with the next.
package main

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
)

var (
	producers, consumers sync.WaitGroup
	primes, rejected     atomic.Int64
)

// countPrimes counts the primes below n by trial division.
func countPrimes(n int) (count int64) {
next:
	for p := 2; p < n; p++ {
		for d := 2; d*d <= p; d++ {
			if p%d == 0 {
				continue next
			}
		}
		count++
	}
	return count
}

func produce(name string, n int, orders chan<- string) {
	defer producers.Done()
	for i := range n {
		limit := strconv.Itoa(50_000 + 1_000*i)
		if i%3 == 2 {
			limit = name + "?"
		}
		orders <- limit
	}
}

func consume(id int, orders <-chan string) {
	defer consumers.Done()
	for order := range orders {
		limit, err := strconv.Atoi(order)
		if err != nil {
			fmt.Printf("consumer %d: %v\n", id, err)
			rejected.Add(1)
			continue
		}
		primes.Add(countPrimes(limit))
	}
}

func main() {
	orders := make(chan string, 3)
	producers.Add(2)
	go produce("A", 12, orders)
	go produce("B", 12, orders)
	consumers.Add(3)
	for id := range 3 {
		go consume(id, orders)
	}
	producers.Wait()
	close(orders)
	consumers.Wait()
	fmt.Println(primes.Load(), "primes counted,", rejected.Load(), "orders rejected")
}
