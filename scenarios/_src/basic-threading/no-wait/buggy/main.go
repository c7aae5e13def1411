// Nine goroutines count primes, main one of them: threading.Thread in Python. There a program waits at its end for all its
// threads (unless daemon=True) and the GIL lets one of them compute at a time. Goroutines compute on all cores, and nobody
// waits for them: when main returns, the program is over. Compare --procs 1.
//
// The bug: main does its own part, which is the smallest, and returns. The others are cut off in the middle of their work,
// and their lines are never printed.
package main

import (
	"fmt"
	"sync"
)

// countPrimes counts the primes from low up to high by trial division.
func countPrimes(low, high int) (count int) {
next:
	for n := max(2, low); n < high; n++ {
		for d := 2; d*d <= n; d++ {
			if n%d == 0 {
				continue next
			}
		}
		count++
	}
	return count
}

func report(low, high int, wg *sync.WaitGroup) {
	defer wg.Done()
	fmt.Println(countPrimes(low, high), "primes from", low, "to", high)
}

func main() {
	const width = 200_000
	var wg sync.WaitGroup
	wg.Add(9)
	for i := 1; i <= 8; i++ {
		go report(i*width, (i+1)*width, &wg)
	}
	report(0, width/2, &wg)
	fmt.Println("main is done")
}
