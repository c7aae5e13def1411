// Eight tellers book payments on one account. In Python "with lock:" guards what threads share; in Go a sync.Mutex does, and
// defer a.mu.Unlock() stands for the end of the block. += alone is no single step in either language, GIL or not.
//
// Fixed: Pay signs first, and then reads and writes the balance under a lock. It is held for that alone, so the tellers still
// sign at once.
package main

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"sync"
)

const tellers, payments, amount = 8, 10, 10

// An Account is what all tellers share.
type Account struct {
	mu      sync.Mutex // guards balance
	balance int
}

// sign makes the receipt of a payment, by so many rounds that nobody guesses it.
func sign(teller, payment int) uint64 {
	sum := sha256.Sum256([]byte{byte(teller), byte(payment)})
	x := binary.BigEndian.Uint64(sum[:])
	for range 2_000_000 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}

// Pay books a payment and gives its receipt.
func (a *Account) Pay(teller, payment int) uint64 {
	receipt := sign(teller, payment)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance += amount
	return receipt
}

// teller books its payments and keeps the last receipt.
func teller(id int, account *Account, receipts []uint64, wg *sync.WaitGroup) {
	defer wg.Done()
	for n := range payments {
		receipts[id] = account.Pay(id, n)
	}
}

func main() {
	account := &Account{}
	receipts := make([]uint64, tellers)
	var wg sync.WaitGroup
	wg.Add(tellers)
	for id := range tellers {
		go teller(id, account, receipts, &wg)
	}
	wg.Wait()
	good := 0
	for id, receipt := range receipts {
		if receipt == sign(id, payments-1) {
			good++
		}
	}
	fmt.Println(good, "of", tellers, "receipts are good")
	fmt.Println("the balance is", account.balance, "of", tellers*payments*amount)
}
