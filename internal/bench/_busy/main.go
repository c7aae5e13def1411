// Command busy is a pool of workers with a lock that they share: it makes a recording with as many hook events as its
// argument asks for.
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
)

type job struct{ n, v int }

func work(w int, jobs chan job, results chan int, mu *sync.Mutex, done map[int]int, wg *sync.WaitGroup) {
	defer wg.Done()
	for j := range jobs {
		s := 0
		for i := range j.n % 500 {
			s += i * j.v
		}
		mu.Lock()
		done[w]++
		mu.Unlock()
		results <- s
	}
}

func main() {
	n, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	jobs, results := make(chan job, 64), make(chan int, 64)
	var mu sync.Mutex
	var wg sync.WaitGroup
	done := map[int]int{}
	for w := range 16 {
		wg.Add(1)
		go work(w, jobs, results, &mu, done, &wg)
	}
	go func() {
		for i := range n {
			jobs <- job{i, i}
		}
		close(jobs)
		wg.Wait()
		close(results)
	}()
	total := 0
	for r := range results {
		total += r
	}
	fmt.Println(total, len(done))
}
