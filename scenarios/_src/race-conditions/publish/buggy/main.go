// Four tellers change money by a table of rates, and meanwhile a new table is computed. In Python one assigns the new table
// when it is ready, and the GIL makes that one step that all threads see in order. In Go an assignment that others may read
// at the same time needs an atomic.Pointer or a lock, and then what was written before it is seen too.
//
// The bug: the new table is published first and filled then. Who looks meanwhile sees a half-built one: rates of zero. It is
// a data race; run it with --race where it can.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

const tellers, rounds, currencies = 4, 250, 200

// A Table has a rate for each currency, all of one day.
type Table struct {
	Rates [currencies]int
}

var current *Table

// rate computes a rate of the day by rounds of a random generator. It is never zero.
func rate(day, currency int) int {
	x := uint64(day*currencies + currency + 1)
	for range 100_000 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return int(x%1000) + 1
}

// renew makes the table of a day the current one.
func renew(day int) {
	table := &Table{}
	current = table
	for i := range table.Rates {
		table.Rates[i] = rate(day, i)
	}
}

// change looks for rates that are missing in the current table, round by round. It gives the sum of its receipts.
func change(missing *atomic.Int64) (receipts int) {
	for n := range rounds {
		receipts += rate(0, n) // the work on one exchange
		for _, r := range current.Rates {
			if r == 0 {
				missing.Add(1)
				break
			}
		}
	}
	return receipts
}

func main() {
	renew(1)
	var missing atomic.Int64
	receipts := make([]int, tellers)
	var wg sync.WaitGroup
	for id := range tellers {
		wg.Go(func() { receipts[id] = change(&missing) })
	}
	wg.Go(func() { renew(2) })
	wg.Wait()
	fmt.Println("receipts:", receipts)
	fmt.Println(missing.Load(), "of", tellers*rounds, "looks met a table with a rate missing")
}
