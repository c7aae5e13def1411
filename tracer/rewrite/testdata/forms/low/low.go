// Package low has a function in assembly, where the machine has one, and a linkname.
package low

import (
	"sync"
	_ "unsafe" // for go:linkname
)

//go:linkname nanotime runtime.nanotime
func nanotime() int64

var mu sync.Mutex

// Sum adds under a lock.
func Sum(a, b int64) int64 {
	mu.Lock()
	defer mu.Unlock()
	return add(a, b)
}

// Monotonic reports whether the clock of the runtime goes forwards.
//
//go:noinline
func Monotonic() bool {
	c := make(chan int64, 1)
	c <- nanotime()
	return nanotime() >= <-c
}
