package tracer

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Requests to the hooks in the target, one byte each. tracer/hook/control.go has the other side.
const (
	askFlush = 'f'
	askStop  = 's'
)

// control is our end of the socket that the hooks of the target connect to. The first process that says hello is the
// target; its children may connect too.
type control struct {
	dir      string
	listener *net.UnixListener
	asking   sync.Mutex // held while children are asked: they answer without saying what

	mu      sync.Mutex
	conns   map[int]*net.UnixConn // by process id
	began   map[int]int64         // monotonic time at which the trace of the process began
	bye     map[int]bool          // the process ended its trace in order
	peers   map[int]*peer         // what each process said of itself
	leftOut int64
	procs   int
	first   int           // process id of the target, 0 while unknown
	hello   chan struct{} // closed at the first hello
	flushed chan struct{}
	said    chan struct{} // gets a token for each bye
	broken  syscall.Errno // of the target's trace, 0 if it could be written
	fresh   int           // connections of which the first line is not read yet
}

func listenControl() (*control, error) {
	dir, l, err := listenIn("")
	if err != nil && len(os.TempDir()) > longestDir {
		dir, l, err = listenIn("/tmp")
	}
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	c := &control{
		dir: dir, listener: l,
		conns: map[int]*net.UnixConn{}, began: map[int]int64{}, bye: map[int]bool{}, peers: map[int]*peer{},
		hello: make(chan struct{}), flushed: make(chan struct{}, 1), said: make(chan struct{}, 1),
	}
	go c.accept()
	return c, nil
}

// longestDir is what a folder may have for the name of a socket in it to fit into the address of one, which has 108 bytes.
const longestDir = 80

// listenIn makes a socket in a new folder below parent, "" for the usual place.
func listenIn(parent string) (dir string, l *net.UnixListener, err error) {
	if dir, err = os.MkdirTemp(parent, "traceviz"); err != nil { // mode 0700: no other user can connect
		return "", nil, err
	}
	if l, err = net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "ctl"), Net: "unix"}); err != nil {
		os.RemoveAll(dir)
	}
	return dir, l, err
}

// path is what the target finds in its environment.
func (c *control) path() string { return filepath.Join(c.dir, "ctl") }

func (c *control) close() {
	c.listener.Close()
	c.mu.Lock()
	for _, conn := range c.conns {
		conn.Close()
	}
	c.mu.Unlock()
	os.RemoveAll(c.dir)
}

func (c *control) accept() {
	for {
		conn, err := c.listener.AcceptUnix()
		if err != nil {
			return
		}
		c.mu.Lock()
		c.fresh++
		c.mu.Unlock()
		go c.serve(conn)
	}
}

// serve reads the lines of one process. A line that it does not know is skipped: the program may have got hold of the
// socket, and what it writes there must not harm us.
func (c *control) serve(conn *net.UnixConn) {
	defer conn.Close()
	pid := 0
	met := sync.OnceFunc(func() {
		c.mu.Lock()
		c.fresh--
		c.mu.Unlock()
	})
	defer met()
	lines := bufio.NewScanner(conn)
	for ; lines.Scan(); met() {
		words := strings.Fields(lines.Text())
		switch {
		case (len(words) == 4 || len(words) == 6) && words[0] == "hello" && pid == 0:
			pid = c.hear(conn, words[1:])
		case len(words) == 1 && words[0] == "flushed":
			c.heardFlush(pid)
		case len(words) == 2 && words[0] == "broken" && pid != 0:
			c.fail(pid, words[1])
		case len(words) == 4 && words[0] == "cost" && pid != 0:
			c.hearCost(pid, words[1:])
		case len(words) == 3 && words[0] == "bye" && pid != 0:
			c.goodbye(pid, words[1:])
		}
	}
	c.mu.Lock()
	if c.conns[pid] == conn { // and not the one with which the process came back
		delete(c.conns, pid)
		if p := c.peers[pid]; p != nil {
			p.gone = true
			token(p.answered)
		}
	}
	c.mu.Unlock()
}

// drain waits, at most for limit, until all that the target said before it ended has been heard. A connection of our own
// stands behind those of the target in the queue: when it has been served, they have been accepted.
func (c *control) drain(limit time.Duration) {
	end := time.Now().Add(limit)
	if own, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: c.path(), Net: "unix"}); err == nil {
		own.CloseWrite()
		own.SetReadDeadline(end)
		own.Read(make([]byte, 1)) // until it is closed at the other end
		own.Close()
	}
	for !c.heardAll() && time.Now().Before(end) {
		time.Sleep(time.Millisecond)
	}
}

// heardAll reports whether no connection is left of which the first line is not read, nor that of the target.
func (c *control) heardAll() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fresh == 0 && c.conns[c.first] == nil
}

func (c *control) hear(conn *net.UnixConn, words []string) (pid int) {
	pid, _ = strconv.Atoi(words[0])
	procs, _ := strconv.Atoi(words[1])
	began, _ := strconv.ParseInt(words[2], 10, 64)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conns[pid], c.began[pid] = conn, began
	c.hearPeer(pid, began, words[3:])
	if c.first == 0 {
		c.first, c.procs = pid, procs
		close(c.hello)
	}
	return pid
}

// fail notes why the target's trace could not be written.
func (c *control) fail(pid int, errno string) {
	n, _ := strconv.Atoi(errno)
	c.mu.Lock()
	defer c.mu.Unlock()
	if pid == c.first && n > 0 {
		c.broken = syscall.Errno(n)
	}
	if p := c.peers[pid]; p != nil {
		p.broken = true
	}
}

// heardFlush notes that a process has ended its generation.
func (c *control) heardFlush(pid int) {
	c.mu.Lock()
	first := pid == c.first
	c.mu.Unlock()
	if first {
		token(c.flushed)
		return
	}
	c.answer(pid)
}

// failure is why the target's trace could not be written, nil if it was.
func (c *control) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken == 0 {
		return nil
	}
	return c.broken
}

func (c *control) goodbye(pid int, words []string) {
	procs, _ := strconv.Atoi(words[0])
	left, _ := strconv.ParseInt(words[1], 10, 64)
	c.mu.Lock()
	c.bye[pid] = true
	c.leftOut += left
	if p := c.peers[pid]; p != nil {
		p.bye = true
		token(p.answered)
	}
	if pid == c.first {
		c.procs = procs
		token(c.said)
	}
	c.mu.Unlock()
}

func token(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// flush asks the target to end its generation and waits for the answer, at most for limit.
func (c *control) flush(limit time.Duration) bool { return c.ask(askFlush, c.flushed, limit) }

// flushAll does that for its children too.
func (c *control) flushAll(limit time.Duration) bool {
	c.askChildren(askFlush, childrenWait)
	return c.flush(limit)
}

// stopTrace asks the target to end its trace and waits for the answer, at most for limit.
func (c *control) stopTrace(limit time.Duration) bool { return c.ask(askStop, c.said, limit) }

// stopAll does that for its children too.
func (c *control) stopAll(limit time.Duration) bool {
	c.askChildren(askStop, childrenWait)
	return c.stopTrace(limit)
}

func (c *control) ask(what byte, answer chan struct{}, limit time.Duration) bool {
	c.mu.Lock()
	conn := c.conns[c.first]
	c.mu.Unlock()
	if conn == nil {
		return false
	}
	select {
	case <-answer: // left over from an earlier time
	default:
	}
	conn.SetWriteDeadline(time.Now().Add(limit))
	if _, err := conn.Write([]byte{what}); err != nil {
		return false
	}
	select {
	case <-answer:
		return true
	case <-time.After(limit):
		return false
	}
}

// state tells what is known of the target's trace: its process id (0 if it never said hello), when it began on the
// monotonic clock, whether it was ended in order, and its GOMAXPROCS.
func (c *control) state() (pid int, began int64, whole bool, procs int, leftOut int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.first, c.began[c.first], c.bye[c.first], c.procs, c.leftOut
}
