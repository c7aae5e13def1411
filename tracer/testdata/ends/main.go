// Command ends HOW LIFE FILE ticks every millisecond, each tick a send on a channel, and after LIFE comes to its end in the way
// that HOW says. FILE, which is mapped into its memory, has the number of ticks so far: that outlives every end.
package main

import (
	"log"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

func main() {
	how := os.Args[1]
	life, err := time.ParseDuration(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	stop, stopped := make(chan bool), make(chan bool)
	go tick(counter(os.Args[3]), stop, stopped)
	signals := make(chan os.Signal, 3)
	switch how {
	case "handled":
		signal.Notify(signals, syscall.SIGTERM)
	case "stubborn":
		signal.Notify(signals, syscall.SIGINT)
	}
	time.Sleep(life)
	if how == "deadlock" {
		stop <- true
		<-stopped
	}
	end(how, signals)
}

// counter is a number that lies in a file.
func counter(path string) *atomic.Int64 {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		err = f.Truncate(8)
	}
	if err != nil {
		log.Fatal(err)
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, 8, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		log.Fatal(err)
	}
	f.Close()
	return (*atomic.Int64)(unsafe.Pointer(&b[0]))
}

func tick(n *atomic.Int64, stop, stopped chan bool) {
	ticks := make(chan int, 1)
	for i := 0; ; i++ {
		ticks <- i
		n.Add(1)
		<-ticks
		select {
		case <-stop:
			close(stopped)
			return
		case <-time.After(time.Millisecond):
		}
	}
}

func end(how string, signals chan os.Signal) {
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
	case "maps":
		maps()
	case "deadlock":
		<-make(chan int)
	case "hang":
		select {}
	case "stubborn":
		stubborn(signals)
	case "handled":
		syscall.Kill(os.Getppid(), syscall.SIGTERM)
		<-signals
		os.Exit(7)
	default:
		signalled(how)
	}
}

// signalled dies of a signal: sent past the parent, or through it.
func signalled(how string) {
	at := map[string]int{"past": os.Getpid(), "through": os.Getppid()}
	sig := map[string]syscall.Signal{
		"KILL": syscall.SIGKILL, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "QUIT": syscall.SIGQUIT, "HUP": syscall.SIGHUP,
	}
	for way, pid := range at {
		if s, ok := sig[how[:len(how)-min(len(how), len(way)+1)]]; ok && how[len(how)-len(way):] == way {
			syscall.Kill(pid, s)
			select {}
		}
	}
	log.Fatalf("no end %q", how)
}

func maps() {
	m := map[int]int{}
	for range 8 {
		go func() {
			for i := 0; ; i++ {
				m[i%100]++
			}
		}()
	}
	select {}
}

// stubborn does not mind an interrupt, and has a child. What it gets after the first is the end of both.
func stubborn(signals chan os.Signal) {
	child := exec.Command("sleep", "3600")
	if err := child.Start(); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[3]+".child", []byte(strconv.Itoa(child.Process.Pid)), 0o600); err != nil {
		log.Fatal(err)
	}
	for {
		syscall.Kill(os.Getppid(), syscall.SIGINT)
		<-signals
	}
}
