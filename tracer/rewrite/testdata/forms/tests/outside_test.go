package tests_test

import (
	"fmt"
	"os"
	"testing"

	"example.com/forms/tests"
)

func TestMain(m *testing.M) {
	ready := make(chan int, 1)
	ready <- m.Run()
	os.Exit(<-ready)
}

func TestOutside(t *testing.T) {
	var b tests.Box
	c := make(chan struct{})
	go func() { defer close(c); b.Put(2) }()
	<-c
}

func ExampleBox() {
	c := make(chan *tests.Box, 1)
	c <- new(tests.Box)
	_, ok := <-c
	fmt.Println(ok)
	// Output: true
}
