//go:build special

package main

func tagged() string {
	c := make(chan string, 1)
	c <- "with the tag"
	return <-c
}
