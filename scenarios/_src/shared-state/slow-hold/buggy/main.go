// Eight goroutines look up prices in one cache, which asks a server for those that it does not have yet. A lock guards the
// cache's map, as "with lock:" would in Python: there, too, it has to be held for the map alone.
//
// The bug: Price holds the lock while it asks the server. All the others wait behind one that waits for the network, so
// eight requests that could be on their way at once come one after another.
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// A Cache keeps the prices that a server gave.
type Cache struct {
	server string
	mu     sync.Mutex // guards prices
	prices map[string]string
}

func (c *Cache) Price(item string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	price, ok := c.prices[item]
	if !ok {
		price = fetch(c.server + "?item=" + item)
		c.prices[item] = price
	}
	return price
}

func fetch(url string) string {
	r, err := http.Get(url)
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

func look(item string, cache *Cache, wg *sync.WaitGroup) {
	defer wg.Done()
	fmt.Println(item, cache.Price(item))
}

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(50 * time.Millisecond) // the way over a network
		fmt.Fprint(w, 10*len(r.FormValue("item")), " cents")
	}))
	defer server.Close()
	cache := &Cache{server: server.URL, prices: map[string]string{}}
	var wg sync.WaitGroup
	start := time.Now()
	for _, item := range []string{"tea", "milk", "bread", "butter", "oranges", "potatoes", "chocolate", "mayonnaise"} {
		wg.Add(1)
		go look(item, cache, &wg)
	}
	wg.Wait()
	fmt.Println(len(cache.prices), "prices in", time.Since(start).Round(10*time.Millisecond))
}
