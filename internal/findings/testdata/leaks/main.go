// Command leaks leaves goroutines behind in the way that its argument names.
package main

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"
)

// ask gives up before the answer is there.
func ask(d time.Duration) (string, error) {
	result := make(chan string)
	go func() {
		time.Sleep(d)
		result <- "late"
	}()
	select {
	case r := <-result:
		return r, nil
	case <-time.After(20 * time.Millisecond):
		return "", errors.New("no answer in time")
	}
}

// lateSender serves requests in goroutines of their own, some of which give up. main goes on meanwhile.
func lateSender() {
	var all sync.WaitGroup
	for i := range 3 {
		all.Go(func() { ask(time.Duration(i) * 60 * time.Millisecond) })
	}
	all.Wait()
	time.Sleep(300 * time.Millisecond)
}

// noReceiver has receivers that end on an error before all is sent.
func noReceiver() {
	var all sync.WaitGroup
	all.Go(func() {
		rows := make(chan int)
		for range 3 {
			go func() {
				for i := range 4 {
					rows <- i
				}
			}()
		}
		all.Go(func() { <-rows })
	})
	all.Wait()
	time.Sleep(100 * time.Millisecond)
}

// neverClosed forgets to close a channel whose consumers and producers are its own.
func neverClosed() { neverCloses(6) }

// neverClosedLong does so after so many jobs that the analyzers don't look at each of them.
func neverClosedLong() { neverCloses(60_000) }

func neverCloses(n int) {
	var all sync.WaitGroup
	all.Go(func() {
		jobs := make(chan int)
		for range 2 {
			go func() {
				for range jobs {
				}
			}()
		}
		for i := range n {
			jobs <- i
		}
	})
	all.Wait()
	time.Sleep(100 * time.Millisecond)
}

// eachOther has one goroutine hold a lock while it waits for the end of another, which needs the lock for that.
func eachOther() {
	go func() {
		var mu sync.Mutex
		jobs, done := make(chan int, 1), make(chan bool)
		jobs <- 1
		mu.Lock()
		go func() {
			defer close(done)
			for range jobs {
				mu.Lock()
				mu.Unlock()
			}
		}()
		close(jobs)
		<-done
		mu.Unlock()
	}()
	time.Sleep(100 * time.Millisecond)
}

type session struct{ cancel func() }

func open() *session {
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-ctx.Done() }()
	return &session{cancel}
}

// droppedContext forgets to close a session.
func droppedContext() {
	open()
	time.Sleep(100 * time.Millisecond)
}

type cache struct {
	mu   sync.Mutex
	vals map[string]int
}

func (c *cache) get(key string) (int, error) {
	c.mu.Lock()
	v, ok := c.vals[key]
	if !ok {
		return 0, errors.New("none") // the lock stays
	}
	c.mu.Unlock()
	return v, nil
}

func keptLock() {
	c := &cache{vals: map[string]int{}}
	for range 3 {
		go c.get("a")
	}
	time.Sleep(100 * time.Millisecond)
}

// missedDone has a goroutine wait for others, one of which returns without Done.
func missedDone() {
	go func() {
		var wg sync.WaitGroup
		wg.Add(2)
		go func() { defer wg.Done() }()
		go func() {
			if len(os.Args) > 0 {
				return
			}
			wg.Done()
		}()
		wg.Wait()
	}()
	time.Sleep(100 * time.Millisecond)
}

func nilChannel() {
	var c chan int
	go func() { <-c }()
	time.Sleep(100 * time.Millisecond)
}

// hung waits for ever itself while a ticker goes on.
func hung() {
	go func() {
		for range time.Tick(10 * time.Millisecond) {
		}
	}()
	done := make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() { done <- true })
	wg.Wait()
}

var modes = map[string]func(){
	"late-sender": lateSender, "no-receiver": noReceiver, "never-closed": neverClosed, "never-closed-long": neverClosedLong, "each-other": eachOther, "dropped-context": droppedContext,
	"kept-lock":   keptLock,
	"missed-done": missedDone, "nil-channel": nilChannel, "hung": hung,
}

func main() { modes[os.Args[1]]() }
