// Five questions go to a server at once, and each answer is waited for only so long: asyncio.gather over asyncio.wait_for.
// There a time-out cancels the task. Here ask starts a goroutine that sends the answer (a future), and a select takes what
// comes first, the answer or the time-out. Those without an answer are asked again with more patience.
//
// Fixed: the channel has room for the answer, so that the goroutine can always send it and end.
package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"
)

// answer is the server. It looks for question n in a far archive, which takes n milliseconds.
func answer(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(r.FormValue("n"))
	time.Sleep(time.Duration(n) * time.Millisecond)
	sum := sha256.Sum256(fmt.Append(nil, n))
	fmt.Fprintf(w, "%x", sum[:4])
}

// client has a connection of its own for each question.
var client = http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

func get(url string) string {
	r, err := client.Get(url)
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

func ask(ctx context.Context, url string) (string, error) {
	result := make(chan string, 1)
	go func() { result <- get(url) }()
	select {
	case s := <-result:
		return s, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func main() {
	server := httptest.NewServer(http.HandlerFunc(answer))
	defer server.Close()
	open := []int{10, 20, 30, 40, 400} // questions without an answer
	for _, patience := range []time.Duration{200 * time.Millisecond, 10 * time.Second} {
		ctx, stop := context.WithTimeout(context.Background(), patience)
		answers := make([]string, len(open))
		var wg sync.WaitGroup
		for i, n := range open {
			wg.Go(func() { answers[i], _ = ask(ctx, fmt.Sprintf("%s?n=%d", server.URL, n)) })
		}
		wg.Wait()
		stop()
		var again []int
		for i, n := range open {
			fmt.Printf("question %d: %q\n", n, answers[i])
			if answers[i] == "" {
				again = append(again, n)
			}
		}
		open = again
	}
}
