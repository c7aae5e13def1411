// Four desks sell tickets with numbers of one counter, and no number may be sold twice. In Python next(itertools.count()) is
// one step thanks to the GIL, and "n += 1" is not. Go has no GIL: what is to be one step has to be made one, by a Mutex or
// by sync/atomic.
//
// Fixed: Add of an atomic.Int64 takes the number and moves the counter on in one step.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

const desks, each = 4, 500

var next atomic.Int64 // number of the next ticket

// A Ticket has a number and a stamp that proves it.
type Ticket struct {
	Number int
	Stamp  uint64
}

// stamp computes the stamp of a number, by so many rounds that nobody guesses it.
func stamp(number int) uint64 {
	x := uint64(number + 1)
	for range 40_000 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}

func sell() Ticket {
	number := int(next.Add(1)) - 1
	return Ticket{number, stamp(number)}
}

func desk(sold []Ticket, start <-chan struct{}, wg *sync.WaitGroup) {
	defer wg.Done()
	<-start
	for i := range sold {
		sold[i] = sell()
	}
}

func main() {
	sold := make([]Ticket, desks*each)
	start := make(chan struct{})
	var wg sync.WaitGroup
	wg.Add(desks)
	for d := range desks {
		go desk(sold[d*each:(d+1)*each], start, &wg)
	}
	close(start)
	wg.Wait()
	numbers := map[int]bool{}
	for _, t := range sold {
		numbers[t.Number] = true
	}
	fmt.Println(len(sold), "tickets with", len(numbers), "different numbers")
}
