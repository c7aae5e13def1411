package tracer

import (
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"
)

// What a process says before it ends is heard, however late its words are read.
func TestControlDrain(t *testing.T) {
	for range 200 {
		c, err := listenControl()
		if err != nil {
			t.Fatal(err)
		}
		conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: c.path(), Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "hello 42 2 1000\nbye 3 7\n")
		conn.Close()
		c.drain(10 * time.Second)
		if pid, began, whole, procs, left := c.state(); pid != 42 || began != 1000 || !whole || procs != 3 || left != 7 {
			t.Fatalf("got process %d, began %d, whole %v, procs %d, left out %d", pid, began, whole, procs, left)
		}
		c.close()
	}
}

// A process that was never there is not waited for.
func TestControlDrainAlone(t *testing.T) {
	c, err := listenControl()
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	began := time.Now()
	c.drain(time.Minute)
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("drain took %v", took)
	}
}

// A process that lost its connection and came back is still asked; the end of the old connection does not take it away.
func TestControlComesBack(t *testing.T) {
	c, err := listenControl()
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	dial := func() *net.UnixConn {
		conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: c.path(), Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "hello 42 2 1000\n")
		return conn
	}
	known := func(than *net.UnixConn) *net.UnixConn {
		for range 10_000 {
			c.mu.Lock()
			conn := c.conns[42]
			c.mu.Unlock()
			if conn != nil && conn != than {
				return conn
			}
			time.Sleep(time.Millisecond)
		}
		t.Fatal("the process is not known")
		return nil
	}
	old := dial()
	first := known(nil)
	again := dial()
	defer again.Close()
	known(first)
	old.Close()
	first.SetReadDeadline(time.Now()) // its reader ends
	time.Sleep(50 * time.Millisecond)
	go func() {
		b := make([]byte, 1)
		again.Read(b)
		fmt.Fprintf(again, "broken 28\nflushed\n")
	}()
	if !c.flush(10 * time.Second) {
		t.Error("the process that came back did not get the question")
	}
	if err := c.failure(); err != syscall.ENOSPC {
		t.Errorf("got %v, wanted that the disk is full", err)
	}
}
