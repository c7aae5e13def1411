//go:build unix

package main

import (
	"runtime"
	"syscall"
)

// childrenKB is the most memory that one of the processes that this one has waited for had resident, 0 if there were none.
func childrenKB() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u) != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return int64(u.Maxrss) / 1024 // in bytes there
	}
	return int64(u.Maxrss)
}
