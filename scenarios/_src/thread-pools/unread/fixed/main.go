// A pool of four workers sorts the chunks of a long list, and main merges them: Python's ThreadPoolExecutor and heapq.merge.
// At its end each worker reports what it did. In Python a result that nobody reads waits in a Future or in a queue without
// bounds; in Go who sends on a channel without a buffer waits until somebody receives.
//
// Fixed: main reads one report of each worker.
package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
)

const workers, chunks, length = 4, 12, 60_000

func work(id int, jobs <-chan []int, sorted *sync.WaitGroup, reports chan<- string) {
	count := 0
	for chunk := range jobs {
		slices.Sort(chunk)
		count++
		sorted.Done()
	}
	reports <- fmt.Sprintf("worker %d sorted %d chunks", id, count)
}

// merge takes the least of all first elements until nothing is left.
func merge(lists [][]int) (merged []int) {
	for len(lists) > 0 {
		least := 0
		for i := range lists {
			if lists[i][0] < lists[least][0] {
				least = i
			}
		}
		merged = append(merged, lists[least][0])
		if lists[least] = lists[least][1:]; len(lists[least]) == 0 {
			lists = slices.Delete(lists, least, least+1)
		}
	}
	return merged
}

func main() {
	random := rand.New(rand.NewPCG(1, 2))
	list := random.Perm(chunks * length)
	jobs, reports := make(chan []int), make(chan string)
	var sorted sync.WaitGroup
	for id := range workers {
		go work(id, jobs, &sorted, reports)
	}
	sorted.Add(chunks)
	var parts [][]int
	for chunk := range slices.Chunk(list, length) {
		parts = append(parts, chunk)
		jobs <- chunk
	}
	close(jobs)
	sorted.Wait()
	for range workers {
		fmt.Println(<-reports)
	}
	merged := merge(parts)
	fmt.Println(len(merged), "numbers, sorted:", slices.IsSorted(merged))
}
