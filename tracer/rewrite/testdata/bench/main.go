// Command bench measures pairs of operations: bench [-trace FILE] KIND N. It prints the nanoseconds a pair took in the best of some
// rounds of N pairs. With -trace it takes an execution trace of its own.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime/trace"
	"sync"
	"time"
)

const rounds = 5

// kinds are the pairs, each as a function that does n of them.
var kinds = map[string]func(n int){
	"channel":    channel,
	"pipeline":   func(n int) { pipeline(n, 64) },
	"unbuffered": func(n int) { pipeline(n, 0) },
	"mutex":      mutex,
	"select":     choose,
}

func main() {
	out := flag.String("trace", "", "trace to `FILE`")
	flag.Parse()
	var n int
	do := kinds[flag.Arg(0)]
	if _, err := fmt.Sscan(flag.Arg(1), &n); err != nil || do == nil || n < 1 {
		fmt.Fprintln(os.Stderr, "usage: bench [-trace FILE] channel|pipeline|unbuffered|mutex|select N")
		os.Exit(64)
	}
	if *out != "" {
		f, err := os.Create(*out)
		if err == nil {
			err = trace.Start(f)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		defer f.Close()
		defer trace.Stop()
	}
	best := time.Duration(1<<63 - 1)
	for range rounds {
		begin := time.Now()
		do(n)
		best = min(best, time.Since(begin))
	}
	fmt.Println(float64(best.Nanoseconds()) / float64(n))
}

// channel sends and receives in one goroutine, through a buffer.
func channel(n int) {
	c := make(chan int, 1)
	for i := range n {
		c <- i
		<-c
	}
}

// pipeline sends in one goroutine and receives in another.
func pipeline(n, size int) {
	c := make(chan struct{}, size)
	go func() {
		defer close(c)
		for range n {
			c <- struct{}{}
		}
	}()
	for range c {
	}
}

func mutex(n int) {
	var mu sync.Mutex
	for range n {
		mu.Lock()
		mu.Unlock()
	}
}

// choose sends by a select with two cases and receives by one with default.
func choose(n int) {
	c, never := make(chan int, 1), make(chan int)
	for i := range n {
		select {
		case c <- i:
		case <-never:
		}
		select {
		case <-c:
		default:
		}
	}
}
