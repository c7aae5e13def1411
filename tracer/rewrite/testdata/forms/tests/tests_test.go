package tests

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestInside reaches into the package.
func TestInside(t *testing.T) {
	var b Box
	b.Put(1)
	b.mu.Lock()
	defer b.mu.Unlock()
	t.Log(b.v)
}

// TestBubble has a day pass at once.
func TestBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		c := make(chan int)
		var mu sync.Mutex
		var wg sync.WaitGroup
		wg.Go(func() {
			time.Sleep(24 * time.Hour)
			mu.Lock()
			c <- 7
			mu.Unlock()
		})
		select {
		case v := <-c:
			t.Log("too early", v)
		case <-time.After(time.Hour):
			t.Log("after", time.Since(start))
		}
		t.Log(<-c, time.Since(start))
		wg.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		<-ctx.Done()
		t.Log(ctx.Err(), time.Since(start))
		done := false
		context.AfterFunc(ctx, func() { done = true })
		synctest.Wait()
		t.Log(done)
		blocked := make(chan int)
		var once sync.Once
		go func() { once.Do(func() { blocked <- 1 }) }()
		synctest.Wait()
		t.Log(<-blocked)
		value := sync.OnceValue(func() int { time.Sleep(time.Second); return 3 })
		t.Log(value(), time.Since(start))
	})
}

// TestStuck has a goroutine in a bubble that nothing can wake.
func TestStuck(t *testing.T) {
	defer func() { t.Log(recover()) }()
	synctest.Test(t, func(t *testing.T) {
		c := make(chan int)
		go func() { c <- 1 }()
	})
}

// TestParallel has subtests that wait for each other.
func TestParallel(t *testing.T) {
	c := make(chan string)
	t.Run("send", func(t *testing.T) { t.Parallel(); c <- "from a subtest" })
	t.Run("receive", func(t *testing.T) { t.Parallel(); t.Log(<-c) })
}

func BenchmarkBox(b *testing.B) {
	var box Box
	for b.Loop() {
		box.Put(1)
	}
}

func FuzzBox(f *testing.F) {
	f.Add(1)
	f.Fuzz(func(t *testing.T, v int) { new(Box).Put(v) })
}
