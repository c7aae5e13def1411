// Two producers send readings over one channel to two consumers, as over Python's queue.Queue. There each producer may put a
// sentinel of its own when it is done. Go has one close for all: it says that nobody will send any more.
//
// The bug: each producer closes the channel when it is done itself. A has less to send than B and closes it first, and the
// next send of B panics: the program dies of "send on closed channel".
package main

import (
	"crypto/sha256"
	"fmt"
	"sync"
	"sync/atomic"
)

// A Reading of a sensor carries a seal that the consumer checks.
type Reading struct {
	Sensor string
	Number int
	Seal   [32]byte
}

var (
	producers, consumers sync.WaitGroup
	checked, broken      atomic.Int64
)

func seal(sensor string, number int) [32]byte {
	sum := sha256.Sum256(fmt.Append(nil, sensor, number))
	for range 20_000 {
		sum = sha256.Sum256(sum[:])
	}
	return sum
}

func produce(sensor string, n int, readings chan<- Reading) {
	defer producers.Done()
	for i := range n {
		readings <- Reading{sensor, i, seal(sensor, i)}
	}
	close(readings)
}

func consume(readings <-chan Reading) {
	defer consumers.Done()
	for r := range readings {
		if seal(r.Sensor, r.Number) != r.Seal {
			broken.Add(1)
		}
		checked.Add(1)
	}
}

func main() {
	readings := make(chan Reading, 4)
	producers.Add(2)
	go produce("A", 5, readings)
	go produce("B", 25, readings)
	consumers.Add(2)
	for range 2 {
		go consume(readings)
	}
	producers.Wait()
	consumers.Wait()
	fmt.Println(checked.Load(), "readings checked,", broken.Load(), "broken")
}
