// Command raced has a data race, of the kind that its argument names, or does the same rightly.
package main

import (
	"os"
	"sync"
)

var total int

func add(n int, wg *sync.WaitGroup) {
	defer wg.Done()
	for range n {
		total++
	}
}

func guarded(mu *sync.Mutex, wg *sync.WaitGroup) {
	defer wg.Done()
	mu.Lock()
	total++
	mu.Unlock()
}

// locked adds under a lock of its own, which nobody else takes.
func locked(name string, mu *sync.Mutex, wg *sync.WaitGroup) {
	defer wg.Done()
	for range 100 {
		mu.Lock()
		total++
		mu.Unlock()
	}
}

func main() {
	var wg sync.WaitGroup
	var mu sync.Mutex
	wg.Add(2)
	switch os.Args[1] {
	case "two-places":
		go add(100, &wg)
		go add(200, &wg)
	case "one-place":
		for range 2 {
			go add(300, &wg)
		}
	case "main":
		go add(400, &wg)
		total = 7
		wg.Done()
	case "two-locks":
		var one, two sync.Mutex
		go locked("one", &one, &wg)
		go locked("two", &two, &wg)
	case "guarded":
		for range 2 {
			go guarded(&mu, &wg)
		}
	case "group":
		var g sync.WaitGroup
		for range 2 {
			g.Go(func() { add(500, &wg) })
		}
	}
	wg.Wait()
}
