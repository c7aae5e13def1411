// Command children starts itself: "work" reads numbers from its standard input and writes their squares; "sleep" waits to be
// killed; "linger" outlives its parent by a while; "block" deadlocks; "wait" waits for its standard input and a timer;
// "tick" counts for a while, in a file too, and then ends in one of several ways.
package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"strconv"
	"time"
)

func main() {
	switch os.Args[1] {
	case "work":
		work()
	case "sleep":
		ticks := make(chan int, 1)
		for i := 0; ; i++ {
			ticks <- i
			fmt.Println(<-ticks)
			time.Sleep(time.Millisecond)
		}
	case "linger":
		fmt.Println("began")
		time.Sleep(200 * time.Millisecond)
	case "block":
		begin, reply := make(chan int), make(chan int)
		go func() {
			begin <- 1
			reply <- 1
		}()
		<-reply
	case "wait":
		closed := make(chan error)
		go func() {
			_, err := io.Copy(io.Discard, os.Stdin)
			closed <- err
		}()
		<-time.After(time.Second)
		<-closed
	case "tick":
		tick(os.Args[2], os.Args[3])
	default:
		parent(os.Args[1])
	}
}

// tick sends for 300 ms, notes how often it did, and ends.
func tick(how, file string) {
	ticks, n := make(chan int, 1), 0
	for end := time.Now().Add(300 * time.Millisecond); time.Now().Before(end); time.Sleep(time.Millisecond) {
		ticks <- n
		<-ticks
		n++
	}
	if err := os.WriteFile(file, []byte(strconv.Itoa(n)), 0o600); err != nil {
		panic(err)
	}
	switch how {
	case "panic":
		panic("the child's words")
	case "closed":
		go close(ticks)
		time.Sleep(time.Millisecond)
		ticks <- 0
	case "exit":
		os.Exit(3)
	case "log.Fatal":
		log.Fatal("no more")
	case "maps":
		m := map[int]int{}
		for range 4 {
			go func() {
				for {
					m[0]++
				}
			}()
		}
		select {}
	}
}

func parent(how string) {
	switch how {
	case "squares":
		fmt.Println(squares(1) + squares(2))
	case "kill":
		cmd, _, out := start("sleep")
		lines := bufio.NewScanner(out)
		for range 400 {
			lines.Scan()
		}
		cmd.Process.Kill()
		cmd.Wait()
	case "deadlock":
		cmd, _, _ := start("block")
		cmd.Wait()
		os.Exit(10 + cmd.ProcessState.ExitCode())
	case "idle":
		cmd, in, _ := start("wait")
		time.Sleep(2 * time.Second)
		in.Close()
		cmd.Wait()
		os.Exit(10 + cmd.ProcessState.ExitCode())
	case "ends":
		cmd := exec.Command(os.Args[0], append([]string{"tick"}, os.Args[2:]...)...)
		cmd.Run()
		os.Exit(10 + cmd.ProcessState.ExitCode())
	case "outlive":
		_, _, out := start("linger")
		bufio.NewScanner(out).Scan()
	}
}

func start(how string) (*exec.Cmd, io.WriteCloser, io.ReadCloser) {
	cmd := exec.Command(os.Args[0], how)
	in, err := cmd.StdinPipe()
	if err != nil {
		panic(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		panic(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	return cmd, in, out
}

// squares lets a child square the numbers from 1 to 20 and returns their sum.
func squares(times int) int {
	cmd, in, out := start("work")
	sum := 0
	read := make(chan int)
	go func() {
		total, n := 0, 0
		for {
			if _, err := fmt.Fscan(out, &n); err != nil {
				break
			}
			total += n
		}
		read <- total
	}()
	for i := range 20 {
		fmt.Fprintln(in, (i+1)*times)
	}
	in.Close()
	sum = <-read
	cmd.Wait()
	return sum
}

func work() {
	numbers := make(chan int, 4)
	go func() {
		defer close(numbers)
		in := bufio.NewScanner(os.Stdin)
		for in.Scan() {
			var n int
			fmt.Sscan(in.Text(), &n)
			numbers <- n
		}
	}()
	for n := range numbers {
		fmt.Println(n * n)
	}
}
