//go:build cgo

package main

/*
static int half(int n) { return n / 2; }
*/
import "C"

func outOfC() int {
	c := make(chan C.int, 1)
	c <- C.half(8)
	return int(<-c)
}
