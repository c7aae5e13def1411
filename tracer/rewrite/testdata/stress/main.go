// Command stress uses everything that is hooked at once, with contention, and prints sums that do not depend on the schedule.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

const (
	senders  = 4
	messages = 300
)

func main() {
	for _, size := range []int{0, 1, 8} {
		fmt.Println("pipeline", size, pipeline(size))
		fmt.Println("choice", size, choice(size))
	}
	fmt.Println("locks", locks())
	fmt.Println("condition", condition())
	fmt.Println("once", once())
}

func pipeline(size int) (sum int) {
	c, out := make(chan int, size), make(chan int, size)
	var in, work sync.WaitGroup
	in.Add(senders)
	for range senders {
		go func() {
			defer in.Done()
			for i := range messages {
				c <- i
			}
		}()
		work.Go(func() {
			for v := range c {
				out <- v * 2
			}
		})
	}
	go func() {
		in.Wait()
		close(c)
		work.Wait()
		close(out)
	}()
	for {
		v, ok := <-out
		if !ok {
			return sum
		}
		sum += v
	}
}

func choice(size int) (sum int) {
	a, b, quit := make(chan int, size), make(chan int, size), make(chan struct{})
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() {
			for i := range messages {
				select {
				case a <- i:
				case b <- i:
				}
			}
		})
	}
	go func() {
		wg.Wait()
		close(quit)
	}()
	for {
		select {
		case v := <-a:
			sum += v
		case v, ok := <-b:
			if ok {
				sum += v
			}
		case <-quit:
			one := make(chan int, 1)
			one <- 1
			return sum + drain(a) + drain(b) + drain(one)
		}
	}
}

func drain(c chan int) (sum int) {
	for {
		select {
		case v := <-c:
			sum += v
		default:
			return sum
		}
	}
}

type table struct {
	sync.RWMutex
	m map[int]int
}

func locks() (sum int) {
	t := &table{m: map[int]int{}}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range senders {
		wg.Go(func() {
			for j := range messages {
				t.Lock()
				t.m[j] += i
				t.Unlock()
				t.RLock()
				v := t.m[0]
				t.RUnlock()
				if mu.TryLock() {
					mu.Unlock()
				}
				mu.Lock()
				sum += v - v + 1
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return sum + t.m[messages-1]
}

func condition() (n int) {
	var mu sync.Mutex
	c := sync.NewCond(&mu)
	var wg sync.WaitGroup
	waiting := make(chan bool, senders)
	for range senders {
		wg.Go(func() {
			mu.Lock()
			waiting <- true
			for n < messages {
				c.Wait()
			}
			n++
			mu.Unlock()
		})
	}
	for range senders {
		<-waiting
	}
	for range messages {
		mu.Lock()
		n++
		mu.Unlock()
		c.Signal()
	}
	c.Broadcast()
	wg.Wait()
	return n
}

func once() int64 {
	var n atomic.Int64
	for range messages {
		var o sync.Once
		var wg sync.WaitGroup
		for range senders {
			wg.Go(func() { o.Do(func() { n.Add(1) }) })
		}
		wg.Wait()
	}
	return n.Load()
}
