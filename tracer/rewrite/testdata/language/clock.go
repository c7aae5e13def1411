package main

import (
	"fmt"
	. "time"
)

// clocks waits for time in all ways.
func clocks() {
	Sleep(Millisecond)
	Sleep(-1)
	sleep := Sleep
	sleep(Microsecond)
	<-After(Millisecond)
	t := NewTimer(Hour)
	fmt.Println(t.Stop(), t.Reset(Millisecond))
	<-t.C
	ticker := NewTicker(Millisecond)
	defer ticker.Stop()
	n := 0
	for range ticker.C {
		if n++; n == 2 {
			break
		}
	}
	ticker.Reset(2 * Millisecond)
	<-ticker.C
	<-Tick(Millisecond)
	ran := make(chan bool)
	f := func() { ran <- true }
	late := AfterFunc(Millisecond, f)
	<-ran
	fmt.Println(late.Stop())
	early := AfterFunc(Hour, f)
	fmt.Println(early.Stop(), early.Reset(Millisecond))
	<-ran
	select {
	case <-t.C:
	case <-After(2 * Millisecond):
		fmt.Println("time out")
	}
}
