// Two producers send jobs over a buffered channel to three consumers: the pattern of Python's queue.Queue. Where Python
// puts a sentinel into the queue for each consumer, Go closes the channel, and a range over it ends.
//
// The bug: nobody closes jobs. When the last job is done, each consumer waits in its range for one that never comes, and
// main waits for the consumers: a deadlock.
package main

import (
	"crypto/sha256"
	"fmt"
	"sync"
)

// A Job asks for the end of a long chain of hashes.
type Job struct {
	ID    string
	Start [32]byte
}

var (
	producers, consumers sync.WaitGroup
	stats                sync.Mutex         // guards done
	done                 = map[string]int{} // which consumer did which job
)

func chain(sum [32]byte, n int) [32]byte {
	for range n {
		sum = sha256.Sum256(sum[:])
	}
	return sum
}

func newJob(producer string, i int) Job {
	id := fmt.Sprint(producer, i)
	return Job{ID: id, Start: chain(sha256.Sum256([]byte(id)), 120_000)}
}

func produce(id string, n int, jobs chan<- Job) {
	defer producers.Done()
	for i := 1; i <= n; i++ {
		jobs <- newJob(id, i)
	}
}

func consume(id int, jobs <-chan Job) {
	defer consumers.Done()
	for job := range jobs {
		sum := chain(job.Start, 240_000)
		stats.Lock()
		done[job.ID] = id
		stats.Unlock()
		fmt.Printf("job %s by consumer %d: %x\n", job.ID, id, sum[:4])
	}
}

func main() {
	jobs := make(chan Job, 3)
	producers.Add(2)
	go produce("A", 12, jobs)
	go produce("B", 12, jobs)
	for id := 1; id <= 3; id++ {
		consumers.Add(1)
		go consume(id, jobs)
	}
	producers.Wait()
	consumers.Wait()
	fmt.Println(len(done), "jobs done")
}
