//go:build !special

package main

func tagged() string {
	c := make(chan string, 2)
	c <- "without the tag"
	return <-c
}
