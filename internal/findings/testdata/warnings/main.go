// Command warnings does what its argument names in a way that works, but not well.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"time"
)

func spin(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
	}
}

func work(d time.Duration) {
	time.Sleep(d)
	spin(d)
}

func exitEarly() {
	for range 3 {
		go work(300 * time.Millisecond)
	}
	time.Sleep(50 * time.Millisecond)
}

func lateAdd() {
	var wg sync.WaitGroup
	start := make(chan bool)
	for range 2 {
		go func() {
			<-start
			wg.Add(1)
			defer wg.Done()
			spin(time.Millisecond)
		}()
	}
	wg.Wait()
	close(start)
	time.Sleep(100 * time.Millisecond)
}

func luckyAdd() {
	var wg sync.WaitGroup
	for range 2 {
		go func() {
			wg.Add(1)
			defer wg.Done()
			spin(time.Millisecond)
		}()
	}
	time.Sleep(100 * time.Millisecond)
	wg.Wait()
}

func bothOrders() {
	var a, b sync.Mutex
	var wg sync.WaitGroup
	both := func(x, y *sync.Mutex, after time.Duration) {
		time.Sleep(after)
		x.Lock()
		y.Lock()
		y.Unlock()
		x.Unlock()
	}
	wg.Go(func() { both(&a, &b, 0) })
	wg.Go(func() { both(&b, &a, 50*time.Millisecond) })
	wg.Wait()
}

func contention() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for range 300 {
				mu.Lock()
				spin(50 * time.Microsecond)
				mu.Unlock()
				spin(5 * time.Microsecond)
			}
		})
	}
	wg.Wait()
}

func slowHold() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 2 {
				mu.Lock()
				time.Sleep(15 * time.Millisecond)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

func busy() {
	c := make(chan int)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-c:
				return
			default:
			}
		}
	})
	time.Sleep(60 * time.Millisecond)
	close(c)
	wg.Wait()
}

// broken leaves the select and not the loop.
func broken() {
	quit := make(chan int)
	close(quit)
	for end := time.Now().Add(40 * time.Millisecond); time.Now().Before(end); {
		select {
		case <-quit:
			break
		}
	}
}

func crowd() {
	var wg sync.WaitGroup
	for range 1500 {
		wg.Go(func() { spin(200 * time.Microsecond) })
	}
	wg.Wait()
}

func oneByOne() {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(60 * time.Millisecond)
		fmt.Fprintln(w, "hello")
	}))
	defer srv.Close()
	for range 5 {
		resp, err := http.Get(srv.URL)
		if err != nil {
			panic(err)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}

func uneven() {
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 1 + i*i*i {
				work(5 * time.Millisecond)
			}
		})
	}
	wg.Wait()
}

func unread() {
	results := make(chan int, 4)
	done := make(chan bool)
	go func() {
		for i := range 12 {
			results <- i
		}
		close(done)
	}()
	for range 9 {
		<-results
	}
	<-done
}

// outlives hands a context to three that ask: two never look at it, the third is asked the right way.
func outlives() {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	answers := make(chan int, 3)
	for i := range 3 {
		wg.Add(1)
		go ask(ctx, i, answers, &wg)
	}
	<-answers
	cancel()
	wg.Wait()
}

func ask(ctx context.Context, i int, answers chan<- int, wg *sync.WaitGroup) {
	defer wg.Done()
	time.Sleep(time.Duration(i+1) * 150 * time.Millisecond)
	answers <- i
}

var modes = map[string]func(){
	"exit-early": exitEarly, "late-add": lateAdd, "lucky-add": luckyAdd, "both-orders": bothOrders, "contention": contention,
	"slow-hold": slowHold, "busy": busy, "broken": broken, "crowd": crowd, "one-by-one": oneByOne, "uneven": uneven, "unread": unread, "outlives": outlives,
}

func main() { modes[os.Args[1]]() }
