// Two pools count primes, which is CPU-bound: four goroutines, and four processes that this program starts of itself and talks
// to over pipes. That is Python's ThreadPoolExecutor beside its ProcessPoolExecutor. Without a GIL the goroutines are as fast, and
// need neither pipes nor text. Processes are for work that may crash or must not share memory. At last the goroutines fetch pages,
// which is I/O-bound. With --procs 1 they count on one core and take longer, and fetch as fast as before; the processes have a
// --procs of their own each.
//
// Fixed: no lock is held while a process computes. The channel of free workers gives each worker to one goroutine at a time,
// and that is all that is needed.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"time"
)

const workers, jobs, span = 4, 20, 30_000

// count counts the primes of range i by trial division.
func count(i int) (found int) {
next:
	for n := max(2, i*span); n < (i+1)*span; n++ {
		for d := 2; d*d <= n; d++ {
			if n%d == 0 {
				continue next
			}
		}
		found++
	}
	return found
}

// sum adds up what f says of all ranges, asked by as many goroutines as there are workers.
func sum(f func(i int) int) (total int) {
	queue, answers := make(chan int, jobs), make(chan int, jobs)
	for i := range jobs {
		queue <- i
	}
	close(queue)
	for range workers {
		go func() {
			for i := range queue {
				answers <- f(i)
			}
		}()
	}
	for range jobs {
		total += <-answers
	}
	return total
}

// A worker is a process that answers the number of a range with how many primes that has.
type worker struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

type pool struct {
	free chan worker
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func newPool() *pool {
	p := &pool{free: make(chan worker, workers)}
	for range workers {
		cmd := exec.Command(os.Args[0], "worker")
		w := worker{cmd, must(cmd.StdinPipe()), bufio.NewScanner(must(cmd.StdoutPipe()))}
		must(0, cmd.Start())
		p.free <- w
	}
	return p
}

func (p *pool) ask(i int) int {
	w := <-p.free
	defer func() { p.free <- w }()
	must(fmt.Fprintln(w.in, i))
	w.out.Scan()
	return must(strconv.Atoi(w.out.Text()))
}

func (p *pool) close() {
	for range workers {
		w := <-p.free
		w.in.Close()
		must(0, w.cmd.Wait())
	}
}

// serve answers with one page, 10 ms away.
func serve(w http.ResponseWriter, _ *http.Request) {
	time.Sleep(10 * time.Millisecond)
	fmt.Fprint(w, "page")
}

// fetch gets one page from the server.
func fetch(url string) int {
	r := must(http.Get(url))
	defer r.Body.Close()
	must(io.ReadAll(r.Body))
	return 1
}

func measure(what, unit string, f func(i int) int) {
	start := time.Now()
	total := sum(f)
	fmt.Println(what, total, unit, "in", time.Since(start).Round(time.Millisecond))
}

func main() {
	if len(os.Args) > 1 { // a worker
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			fmt.Println(count(must(strconv.Atoi(in.Text()))))
		}
		return
	}
	measure("goroutines count", "primes", count)
	p := newPool()
	measure("processes count", "primes", p.ask)
	p.close()
	server := httptest.NewServer(http.HandlerFunc(serve))
	defer server.Close()
	measure("goroutines fetch", "pages", func(int) int { return fetch(server.URL) })
}
