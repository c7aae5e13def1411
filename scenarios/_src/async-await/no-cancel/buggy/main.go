// Three archives are asked for the same book, and the first answer is enough: asyncio.wait(..., FIRST_COMPLETED), after which
// one calls task.cancel() on the others. In Go a context tells goroutines that nobody needs them any more, but they have to
// look: there is no exception that comes from outside, as CancelledError does.
//
// The bug: the requests know nothing of the context. When the first archive has answered, cancel is called and nobody hears
// it: the other two go on to the end, and the program with them.
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

// archive is the server. The archive that is ms milliseconds away takes so long, or less when nobody waits any more.
func archive(w http.ResponseWriter, r *http.Request) {
	ms, _ := strconv.Atoi(r.FormValue("ms"))
	select {
	case <-time.After(time.Duration(ms) * time.Millisecond):
		sum := sha256.Sum256([]byte(r.FormValue("book")))
		fmt.Fprintf(w, "%x", sum[:4])
	case <-r.Context().Done():
	}
}

// search asks one archive.
func search(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	return string(body), err
}

func main() {
	server := httptest.NewServer(http.HandlerFunc(archive))
	defer server.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	found := make(chan string, 3)
	start := time.Now()
	var wg sync.WaitGroup
	for _, ms := range []int{40, 700, 900} {
		wg.Go(func() {
			answer, err := search(ctx, fmt.Sprintf("%s?book=ulysses&ms=%d", server.URL, ms))
			if err == nil {
				found <- answer
			}
		})
	}
	fmt.Println("found", <-found, "in", time.Since(start).Round(10*time.Millisecond))
	cancel()
	wg.Wait()
	fmt.Println("all ended in", time.Since(start).Round(10*time.Millisecond), "-", len(found), "answers too late")
}
