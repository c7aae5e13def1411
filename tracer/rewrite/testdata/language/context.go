package main

import (
	. "context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

type key struct{}

// contexts cancels them by hand, by time, by their parent and with a cause.
func contexts() {
	ctx, cancel := WithCancel(Background())
	child, stop := WithTimeout(WithValue(ctx, key{}, 1), time.Hour)
	after := make(chan string, 1)
	end := AfterFunc(child, func() { after <- "after" })
	fmt.Println(child.Err(), end())
	AfterFunc(child, func() { after <- "after all" })
	go cancel()
	<-child.Done()
	fmt.Println(<-after, child.Err(), ctx.Err())
	stop()
	soon, cancel2 := WithDeadline(Background(), time.Now().Add(5*time.Millisecond))
	defer cancel2()
	<-soon.Done()
	fmt.Println(soon.Err())
	caused, because := WithCancelCause(TODO())
	because(errors.New("a reason"))
	timed, cancel3 := WithTimeoutCause(caused, time.Hour, errors.New("late"))
	defer cancel3()
	fmt.Println(caused.Err(), Cause(caused), Cause(timed))
	past, cancel4 := WithDeadlineCause(Background(), time.Now().Add(-time.Hour), errors.New("past"))
	defer cancel4()
	free, cancel5 := WithCancel(WithoutCancel(ctx))
	cancel5()
	fmt.Println(past.Err(), Cause(past), free.Err())
	make := func() (Context, CancelFunc) { return WithCancel(ctx) }
	gone, again := make()
	again()
	again()
	select {
	case <-gone.Done():
		fmt.Println("gone")
	}
}

func errgroups() error {
	g, ctx := errgroup.WithContext(Background())
	g.SetLimit(2)
	sum := make(chan int, 8)
	for i := 0; i < 4; i++ {
		i := i
		g.Go(func() error {
			sum <- i
			if i == 3 {
				return errors.New("the third")
			}
			return nil
		})
	}
	err := g.Wait()
	<-ctx.Done()
	fmt.Println(len(sum), ctx.Err(), g.TryGo(func() error { return nil }))
	g.Wait()
	return err
}

func semaphores() error {
	slots := semaphore.NewWeighted(2)
	fmt.Println(slots.TryAcquire(2), slots.TryAcquire(1))
	short, cancel := WithTimeout(Background(), time.Millisecond)
	defer cancel()
	err := slots.Acquire(short, 1)
	got := make(chan error)
	go func() { got <- slots.Acquire(Background(), 2) }()
	time.Sleep(2 * time.Millisecond)
	slots.Release(2)
	fmt.Println(<-got)
	return err
}
