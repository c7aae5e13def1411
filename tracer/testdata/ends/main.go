// Command ends ticks every millisecond, each tick a send on a channel, and after a while comes to its end in the way that
// its first argument says.
package main

import (
	"log"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

func main() {
	life, err := time.ParseDuration(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	ticks := make(chan int, 1)
	go func() {
		for i := 0; ; i++ {
			ticks <- i
			<-ticks
			time.Sleep(time.Millisecond)
		}
	}()
	if os.Args[1] == "handled" {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM)
		go func() {
			<-c
			os.Exit(7)
		}()
	}
	time.Sleep(life)
	end(os.Args[1])
}

func end(how string) {
	switch how {
	case "return":
	case "exit":
		os.Exit(3)
	case "log.Fatal":
		log.Fatal("fatal")
	case "panic":
		panic("at the end")
	case "nil":
		var p *int
		*p = 1
	case "other":
		go panic("in another goroutine")
		select {}
	case "fatal":
		var mu sync.Mutex
		mu.Unlock()
	case "kill":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "terminate", "handled": // through the parent, which forwards it
		syscall.Kill(os.Getppid(), syscall.SIGTERM)
		select {}
	}
}
