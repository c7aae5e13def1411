package main

import "sync"

// shadowed has names of the language and of packages that mean something else.
func shadowed() string {
	type Mutex struct{ locked bool }
	var sync struct{ mu Mutex }
	sync.mu.locked = true
	close := func(c chan string) { c <- "not closed" }
	make := func() chan string { return nil }
	if make() != nil {
		close(nil)
	}
	c := new(chan string)
	*c = realMake()
	close(*c)
	return <-*c
}

func realMake() chan string { return make(chan string, 1) }

var guard sync.Mutex

// unsplit is too small a frame for hooks.
//
//go:nosplit
func unsplit(n int) int {
	guard.Lock()
	n++
	guard.Unlock()
	return n
}

//line grammar.y:100
func generatedSum() int {
	c := make(chan int, 2)
	c <- 1
	c <- 2
	return <-c + <-c
}
