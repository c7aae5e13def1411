// Eight tellers book payments on one account. In Python "with lock:" guards what threads share; in Go a sync.Mutex does, and
// defer a.mu.Unlock() stands for the end of the block. += alone is no single step in either language, GIL or not.
//
// The bug: Pay reads the balance, signs, and writes back what it read and the payment. Payments that others book meanwhile
// are overwritten: at the end money is missing. It is a data race; run it with --race where it can.
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
	balance := a.balance
	receipt := sign(teller, payment)
	a.balance = balance + amount
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
