// A page needs the weather of eight towns, each from a request to a server that is 60 ms away. It is I/O-bound: in Python
// asyncio.gather would have all requests under way at once, on one thread. In Go each gets a goroutine, which costs as
// little as a task. It does not need cores: --procs 1 is as fast.
//
// Fixed: each request has a goroutine, and main waits for all of them: 60 ms in all.
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"time"
)

func get(address string) string {
	r, err := http.Get(address)
	if err != nil {
		return err.Error()
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err.Error()
	}
	return string(body)
}

func weather(w http.ResponseWriter, r *http.Request) {
	time.Sleep(60 * time.Millisecond) // the way over a network
	town := r.FormValue("town")
	fmt.Fprintf(w, "%s: %d degrees", town, 3*len(town))
}

func main() {
	server := httptest.NewServer(http.HandlerFunc(weather))
	defer server.Close()
	towns := []string{"Oslo", "Paris", "Lisbon", "Nairobi", "Santiago", "Wellington", "Ulaanbaatar", "Buenos Aires"}
	answers := make([]string, len(towns))
	start := time.Now()
	var wg sync.WaitGroup
	for i, town := range towns {
		wg.Go(func() { answers[i] = get(server.URL + "?town=" + url.QueryEscape(town)) })
	}
	wg.Wait()
	for _, a := range answers {
		fmt.Println(a)
	}
	fmt.Println("in", time.Since(start).Round(10*time.Millisecond))
}
