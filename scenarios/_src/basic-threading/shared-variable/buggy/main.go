// Eight goroutines add up a part each, in a closure: the target of a threading.Thread in Python. A closure has the variables
// around it, not copies of them, in both languages. The program also tells what goroutines gain. CPU-bound work gains from
// cores alone (in Python the GIL gives it one, in Go --procs 1 does), I/O-bound work gains without.
//
// The bug: all goroutines add up in one variable, which belongs to main. Each of them sets it to zero and adds to what the
// others add, so the parts are wrong, and different in each run. That is a data race: run it with --race where it can.
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

const parts, width, chunk = 8, 3_000_000, 10_000

// digits adds up the digits of all numbers from low up to high.
func digits(low, high int) (sum int) {
	for n := low; n < high; n++ {
		for rest := n; rest > 0; rest /= 10 {
			sum += rest % 10
		}
	}
	return sum
}

// get asks the server for one page.
func get(url string) {
	r, err := http.Get(url)
	if err != nil {
		fmt.Println(err)
		return
	}
	io.Copy(io.Discard, r.Body)
	r.Body.Close()
}

// gain tells how many times as fast n goroutines are at once as n times one alone.
func gain(what string, work func(i int)) {
	start := time.Now()
	work(0)
	alone := time.Since(start)
	var wg sync.WaitGroup
	start = time.Now()
	for i := range parts {
		wg.Go(func() { work(i) })
	}
	wg.Wait()
	fmt.Printf("%s: %d goroutines are %.1f times as fast as one\n", what, parts, float64(parts*alone)/float64(time.Since(start)))
}

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(50 * time.Millisecond) }))
	defer server.Close()
	gain("I/O-bound", func(int) { get(server.URL) })

	sums := make([]int, parts)
	part := 0
	gain("CPU-bound", func(i int) {
		part = 0
		for low := i * width; low < (i+1)*width; low += chunk {
			part += digits(low, low+chunk)
		}
		sums[i] = part
	})
	right := 0
	for i, sum := range sums {
		if sum == digits(i*width, (i+1)*width) {
			right++
		}
	}
	fmt.Println(right, "of", parts, "parts are right")
}
