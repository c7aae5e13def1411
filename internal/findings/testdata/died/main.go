// Command died dies in the way that its argument names, or does the same things in a way that is right.
package main

import (
	"os"
	"sync"
	"time"
)

func produce(jobs chan<- int, n int, ready, leave chan bool) {
	ready <- true
	<-leave
	for i := range n {
		jobs <- i
	}
}

func sendOnClosed() {
	jobs, ready, leave := make(chan int, 4), make(chan bool), make(chan bool)
	go produce(jobs, 2, ready, leave)
	<-ready
	close(jobs)
	close(leave)
	time.Sleep(time.Second)
}

// sendWhileClosed closes a channel on which a goroutine waits to send.
func sendWhileClosed() {
	jobs := make(chan int)
	go func() { jobs <- 1 }()
	time.Sleep(50 * time.Millisecond)
	close(jobs)
	time.Sleep(time.Second)
}

func closeClosed() {
	done := make(chan bool)
	var wg sync.WaitGroup
	stop := func() { close(done) }
	wg.Go(stop)
	wg.Wait()
	stop()
}

func negative() {
	var wg sync.WaitGroup
	wg.Add(1)
	wg.Done()
	wg.Done()
}

func unlockUnlocked() {
	var mu sync.Mutex
	mu.Lock()
	mu.Unlock()
	time.Sleep(200 * time.Millisecond)
	mu.Unlock()
}

func runlockUnlocked() {
	var mu sync.RWMutex
	mu.RLock()
	mu.RUnlock()
	time.Sleep(200 * time.Millisecond)
	mu.RUnlock()
}

func concurrentMap() {
	counts := map[int]int{}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			time.Sleep(300 * time.Millisecond)
			for i := range 10_000_000 {
				counts[i%100]++
			}
		})
	}
	wg.Wait()
}

func wrongKey() {
	var counts map[string]int
	counts["a"]++
}

// closeOnce is right: whoever comes first closes.
func closeOnce() {
	done := make(chan bool)
	var once sync.Once
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { once.Do(func() { close(done) }) })
	}
	wg.Wait()
	<-done
}

type service struct{ quit chan bool }

// closeNil closes a channel that nobody made.
func closeNil() {
	var s service
	close(s.quit)
}

// nilRecovered does the same and gets over it.
func nilRecovered() {
	defer func() { recover() }()
	closeNil()
}

var modes = map[string]func(){
	"send-on-closed": sendOnClosed, "send-while-closed": sendWhileClosed, "close-closed": closeClosed, "negative": negative,
	"unlock-unlocked": unlockUnlocked, "runlock-unlocked": runlockUnlocked, "concurrent-map": concurrentMap,
	"wrong-key": wrongKey, "close-once": closeOnce, "close-nil": closeNil, "nil-recovered": nilRecovered,
}

func main() { modes[os.Args[1]]() }
