// Eight tellers pay into one ledger and an auditor reads it while they do. A sync.Mutex guards the ledger as
// threading.Lock would in Python, with defer l.mu.Unlock() in the place of "with lock:". Go has no threading.RLock: a
// goroutine that locks what it holds already waits for itself.
//
// The bug: Share holds the lock and calls Total, which locks it once more. The auditor never goes on, the tellers wait for
// the lock behind it, and main waits for all of them: a deadlock.
package main

import (
	"crypto/sha256"
	"fmt"
	"sync"
)

const tellers, payments = 8, 5

// A Ledger holds the balance of each teller.
type Ledger struct {
	mu      sync.Mutex // guards balance
	balance map[int]int
}

func (l *Ledger) Pay(teller, amount int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.balance[teller] += amount
}

// Total is the sum of all balances.
func (l *Ledger) Total() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	sum := 0
	for _, b := range l.balance {
		sum += b
	}
	return sum
}

// Share is a teller's part of the total, in percent.
func (l *Ledger) Share(teller int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return 100 * l.balance[teller] / max(1, l.Total())
}

// sign stands for the work on one payment.
func sign(sum [32]byte) [32]byte {
	for range 20_000 {
		sum = sha256.Sum256(sum[:])
	}
	return sum
}

func teller(id int, ledger *Ledger, wg *sync.WaitGroup) {
	defer wg.Done()
	receipt := [32]byte{byte(id)}
	for range payments {
		receipt = sign(receipt)
		ledger.Pay(id, 10)
	}
	fmt.Printf("teller %d: receipt %x\n", id, receipt[:4])
}

func audit(ledger *Ledger, wg *sync.WaitGroup) {
	defer wg.Done()
	fmt.Printf("teller 0 has %d%% so far\n", ledger.Share(0))
}

func main() {
	ledger := &Ledger{balance: map[int]int{}}
	var wg sync.WaitGroup
	wg.Add(tellers + 1)
	for id := range tellers {
		go teller(id, ledger, &wg)
	}
	go audit(ledger, &wg)
	wg.Wait()
	fmt.Println("total", ledger.Total(), "of", tellers*payments*10)
}
