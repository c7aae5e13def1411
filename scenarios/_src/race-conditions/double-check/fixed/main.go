// Six goroutines need a table of primes, and who comes first computes it: functools.cache or a lazy property in Python. A lock
// costs something each time, so many look first without it whether the table is there ("double-checked locking").
//
// Fixed: sync.Once does both looks right. Who comes while the table is being computed waits until it is full.
package main

import (
	"fmt"
	"sync"
)

const users, blocks, width = 6, 120, 5_000

// Primes has the number of primes in each block of numbers. It is made when it is first needed.
type Primes struct {
	once   sync.Once // makes counts
	counts *[blocks]int
}

// table gives the counts.
func (p *Primes) table() *[blocks]int {
	p.once.Do(func() {
		p.counts = new([blocks]int)
		fill(p.counts)
	})
	return p.counts
}

func fill(counts *[blocks]int) {
	for i := range counts {
		counts[i] = count(i)
	}
}

// count counts the primes of block i by trial division.
func count(i int) (primes int) {
next:
	for n := max(2, i*width); n < (i+1)*width; n++ {
		for d := 2; d*d <= n; d++ {
			if n%d == 0 {
				continue next
			}
		}
		primes++
	}
	return primes
}

// use looks at the blocks of a user after some work of the user's own, and gives how many are right.
func (p *Primes) use(user int) (right int) {
	own := 0
	for i := range 15 * user {
		own += count(i)
	}
	table := p.table()
	for i := user; i < blocks; i += users {
		if own >= 0 && table[i] == count(i) {
			right++
		}
	}
	return right
}

func main() {
	p := &Primes{}
	right := make([]int, users)
	var wg sync.WaitGroup
	for user := range users {
		wg.Go(func() { right[user] = p.use(user) })
	}
	wg.Wait()
	sum := 0
	for _, n := range right {
		sum += n
	}
	fmt.Println(sum, "of", blocks, "blocks were right")
}
