// Eight people book seats at once, and each takes the first that is free. "if key not in d: d[key] = value" is the same in
// Python: between the check and the act another thread may do both, GIL or not, unless a lock holds the two together.
//
// Fixed: take looks and writes the name down under one lock, and the card is charged afterwards.
package main

import (
	"fmt"
	"sync"
)

// A Seat is free while nobody's name is on it.
type Seat struct {
	owner string
}

// A Hall has its seats by their names. The map itself does not change.
type Hall struct {
	mu    sync.Mutex // guards the owners
	seats map[string]*Seat
}

var rows = []string{"1A", "1B", "1C", "1D", "2A", "2B", "2C", "2D"}

// charge computes the code of a payment, by so many rounds that nobody guesses it.
func charge(card int) uint64 {
	code := uint64(card)
	for range 12_000_000 {
		code ^= code << 13
		code ^= code >> 7
		code ^= code << 17
	}
	return code
}

// book gives the seat that is now name's, "" if there is none, and the code of the payment.
func (h *Hall) book(name string, card int) (row string, code uint64) {
	for _, row = range rows {
		if h.take(h.seats[row], name) {
			code = charge(card)
			return row, code
		}
	}
	return "", 0
}

// take makes the seat name's if it is free.
func (h *Hall) take(seat *Seat, name string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if seat.owner != "" {
		return false
	}
	seat.owner = name
	return true
}

func main() {
	hall := &Hall{seats: map[string]*Seat{}}
	for _, row := range rows {
		hall.seats[row] = &Seat{}
	}
	names := []string{"Ada", "Ben", "Cem", "Dao", "Eva", "Fox", "Gus", "Hal"}
	tickets, codes := make([]string, len(names)), make([]uint64, len(names))
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			<-start
			tickets[i], codes[i] = hall.book(name, i+1)
		})
	}
	close(start)
	wg.Wait()
	good := 0
	for i, name := range names {
		if seat := hall.seats[tickets[i]]; seat != nil && seat.owner == name && codes[i] == charge(i+1) {
			good++
		}
	}
	fmt.Println(good, "of", len(names), "people have a seat of their own and have paid")
}
