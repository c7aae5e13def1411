// Six clerks move money between two accounts, three in each direction. A transfer has to hold the locks of both accounts,
// as two nested "with lock:" blocks would in Python.
//
// The bug: a transfer locks the account that it takes from and then the one that it gives to. A clerk holds A and wants B
// while another holds B and wants A: a cycle. Neither goes on, and nor does anybody behind them: a deadlock.
package main

import (
	"crypto/sha256"
	"fmt"
	"sync"
)

const clerks, transfers = 3, 4 // clerks for each direction, transfers by each

// An Account is one of the bank's.
type Account struct {
	mu      sync.Mutex // guards the rest
	number  int
	balance int
	seal    [32]byte // of the last transfer
}

// sealed stands for the work under the first lock: it seals the account's last state.
func (a *Account) sealed() [32]byte {
	sum := a.seal
	for range 100_000 {
		sum = sha256.Sum256(sum[:])
	}
	return sum
}

func transfer(from, to *Account, amount int) {
	first, second := from, to
	first.mu.Lock()
	defer first.mu.Unlock()
	first.seal = first.sealed()
	second.mu.Lock()
	defer second.mu.Unlock()
	from.balance -= amount
	to.balance += amount
}

func clerk(from, to *Account, amount int, start <-chan struct{}, wg *sync.WaitGroup) {
	defer wg.Done()
	<-start
	for range transfers {
		transfer(from, to, amount)
	}
}

func main() {
	a, b := &Account{number: 1, balance: 1000}, &Account{number: 2, balance: 1000}
	start := make(chan struct{})
	var wg sync.WaitGroup
	wg.Add(2 * clerks)
	for range clerks {
		go clerk(a, b, 10, start, &wg)
		go clerk(b, a, 5, start, &wg)
	}
	close(start)
	wg.Wait()
	fmt.Println("A has", a.balance, "and B has", b.balance, "- together", a.balance+b.balance)
}
