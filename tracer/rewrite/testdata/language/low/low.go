// Package low has functions whose body is elsewhere.
package low

import (
	"sync"
	_ "unsafe" // for go:linkname
)

//go:linkname nanotime runtime.nanotime
func nanotime() int64

var mu sync.Mutex

// Clock reports whether the runtime's clock goes forward.
func Clock() bool {
	mu.Lock()
	defer mu.Unlock()
	return nanotime() <= nanotime()
}

// Sum adds under a lock.
func Sum(a, b int64) int64 {
	mu.Lock()
	defer mu.Unlock()
	return add(a, b)
}
