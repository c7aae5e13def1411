// Cost uses one channel many times and many channels once.
package main

var last chan int // keeps each channel on the heap

func main() {
	const n = 20_000
	c := make(chan int, 1)
	for i := range n {
		c <- i
		<-c
	}
	for i := range n {
		last = make(chan int, 1)
		last <- i
		<-last
	}
}
