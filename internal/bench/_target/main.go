// Pairs times two pairs of operations, a send and a receive on a buffered channel and a Lock and an Unlock, and prints
// the nanoseconds of a pair, or the same on a new object each time. The benchmark builds it with hooks and without; it knows nothing of either. With a file as
// second argument it traces itself into that file.
package main

import (
	"fmt"
	"os"
	"runtime/trace"
	"strconv"
	"sync"
	"time"
)

func main() {
	pairs, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	if len(os.Args) > 3 {
		f, err := os.Create(os.Args[3])
		if err != nil {
			panic(err)
		}
		if err := trace.Start(f); err != nil {
			panic(err)
		}
		defer f.Close()
		defer trace.Stop()
	}
	begin := time.Now()
	switch os.Args[1] {
	case "channel":
		channel(pairs)
	case "mutex":
		mutex(pairs)
	case "fresh-channel":
		freshChannels(pairs)
	case "fresh-mutex":
		freshMutexes(pairs)
	}
	fmt.Println(float64(time.Since(begin).Nanoseconds()) / float64(pairs))
}

func channel(pairs int) {
	c := make(chan struct{}, 8)
	for range pairs {
		c <- struct{}{}
		<-c
	}
}

func mutex(pairs int) {
	var mu sync.Mutex
	for range pairs {
		mu.Lock()
		mu.Unlock()
	}
}

// The last of the short-lived objects; each lies on the heap, at an address that was not used for a while.
var (
	lastChannel chan struct{}
	lastMutex   *sync.Mutex
)

func freshChannels(n int) {
	for range n {
		c := make(chan struct{}, 1)
		lastChannel = c
		c <- struct{}{}
		<-c
	}
}

func freshMutexes(n int) {
	for range n {
		mu := &sync.Mutex{}
		lastMutex = mu
		mu.Lock()
		mu.Unlock()
	}
}
