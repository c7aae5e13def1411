package main

import (
	"context"
	"sync"
	"time"
)

// stop gives its lock up before it waits for the end of a worker that needs the lock for that.
func stop() {
	var mu sync.Mutex
	jobs, done := make(chan int, 1), make(chan bool)
	jobs <- 1
	mu.Lock()
	go func() {
		defer close(done)
		for range jobs {
			mu.Lock()
			mu.Unlock()
		}
	}()
	close(jobs)
	mu.Unlock()
	<-done
}

// background lives as long as the program, and so does who waits for its end.
var background, _ = context.WithCancel(context.Background())

type session struct{ close func() }

func open() *session {
	ctx, cancel := context.WithCancel(background)
	go func() { <-ctx.Done() }()
	return &session{cancel}
}

// sessions closes what it opened, and leaves a watcher of the whole program behind.
func sessions() {
	go func() { <-background.Done() }()
	s := open()
	defer s.close()
	time.Sleep(50 * time.Millisecond)
}

type store struct {
	mu   sync.Mutex
	vals map[int]int
	stop func()
}

func newStore() *store {
	ctx, cancel := context.WithCancel(context.Background())
	s := &store{vals: map[int]int{}, stop: cancel}
	go func() {
		<-ctx.Done()
		s.mu.Lock()
		defer s.mu.Unlock()
		clear(s.vals)
	}()
	return s
}

func (s *store) put(k, v int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.vals[k] = v
}

// kept uses something until the end of the program, and leaves it to that end.
func kept() {
	s := newStore()
	for i := range 3 {
		s.put(i, i)
		time.Sleep(20 * time.Millisecond)
	}
}

type service struct{ adds, dels, asks, stop chan int }

func (s *service) loop() {
	for {
		select {
		case <-s.adds:
		case <-s.dels:
		case <-s.asks:
		case <-s.stop:
			return
		}
	}
}

func serveNobody() {
	s := &service{make(chan int), make(chan int), make(chan int), make(chan int)}
	go s.loop()
}

// unasked begins a service for which there is no work.
func unasked() {
	var wg sync.WaitGroup
	wg.Go(serveNobody)
	wg.Wait()
	time.Sleep(50 * time.Millisecond)
}

// tries looks a fixed number of times whether there is room, and waits for nobody.
func tries() {
	room, refused := make(chan int, 8), 0
	for i := range 1500 {
		select {
		case room <- i:
		default:
			refused++
		}
	}
	for range cap(room) {
		<-room
	}
}

// fetch waits for several at once.
func fetch() {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { time.Sleep(60 * time.Millisecond) })
	}
	wg.Wait()
}

// contexts has goroutines with contexts that end in order: one that stops promptly, one that tidies up for long, one that never had
// the context, one that was spawned to wait for the others, and one that makes a context of its own.
func contexts() {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Add(2)
	go prompt(ctx, &wg)
	go tidy(ctx, &wg)
	wg.Go(func() { time.Sleep(250 * time.Millisecond) })
	wg.Go(func() {
		<-ctx.Done()
		inner, stop := context.WithTimeout(context.WithoutCancel(ctx), 120*time.Millisecond)
		defer stop()
		<-inner.Done()
	})
	wg.Go(func() {
		defer cancel()
		time.Sleep(60 * time.Millisecond)
		cancel()
		time.Sleep(100 * time.Millisecond)
		use(ctx)
	})
	short, stop := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer stop()
	wg.Go(func() {
		for short.Err() == nil {
			time.Sleep(15 * time.Millisecond)
		}
	})
	wg.Wait()
}

func use(context.Context) {}

func prompt(ctx context.Context, wg *sync.WaitGroup) {
	defer wg.Done()
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func tidy(ctx context.Context, wg *sync.WaitGroup) {
	defer wg.Done()
	<-ctx.Done()
	time.Sleep(150 * time.Millisecond)
}

var modes = map[string]func(){
	"serve": serve, "pool": pool, "parked": parked, "pipeline": pipeline, "group": group, "ticker": ticker, "wait": wait,
	"calls": calls, "requests": requests, "queue": queue, "locks": locks, "gate": gate, "slots": slots, "poll": poll, "fetch": fetch, "stop": stop, "sessions": sessions, "tries": tries,
	"kept": kept, "unasked": unasked,
	"contexts": contexts,
}
