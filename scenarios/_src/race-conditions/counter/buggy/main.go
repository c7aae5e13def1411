// Four desks sell tickets with numbers of one counter, and no number may be sold twice. In Python next(itertools.count()) is
// one step thanks to the GIL, and "n += 1" is not. Go has no GIL: what is to be one step has to be made one, by a Mutex or
// by sync/atomic.
//
// The bug: a desk reads the counter, prints the ticket and moves the counter on. Another that reads it meanwhile sells the
// same number. It is a data race; run it with --race where it can.
package main

import (
	"fmt"
	"sync"
)

const desks, each = 4, 500

var next int // number of the next ticket

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
	number := next
	ticket := Ticket{number, stamp(number)}
	next = number + 1
	return ticket
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
