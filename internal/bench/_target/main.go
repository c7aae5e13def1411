// Pairs times two pairs of operations, a send and a receive on a buffered channel and a Lock and an Unlock, and prints
// the nanoseconds of a pair. The benchmark builds it with hooks and without; it knows nothing of either. With a file as
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
