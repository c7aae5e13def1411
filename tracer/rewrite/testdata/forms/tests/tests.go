// Package tests has tests inside and outside of it.
package tests

import "sync"

// A Box holds a value under a lock that only its own tests can reach.
type Box struct {
	mu sync.Mutex
	v  int
}

// Put stores v.
func (b *Box) Put(v int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.v = v
}
