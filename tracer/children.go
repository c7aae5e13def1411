package tracer

import (
	"encoding/hex"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/trace-viz/trace-viz/internal/recording"
)

// A peer is what a process with hooks has said of itself.
type peer struct {
	pid, parent int
	args        []string // with the program as it was called in front
	began       int64    // monotonic time at which its trace began
	bye         bool     // it ended its trace in order
	gone        bool     // its connection has ended
	broken      bool     // its trace could not be written to the end
	stuck       bool     // its trace was ended because it is deadlocked
	answered    chan struct{}
	cost        [3]int64 // records measured, how many they stand for, and the ns of those
}

// childrenWait is how long the program's children may take to answer: they are not what is waited for.
const childrenWait = 300 * time.Millisecond

// hearPeer notes what the line hello says of a process: its id, GOMAXPROCS and when its trace began; then, from hooks of this
// version, its parent's id and its arguments. Those may be nonsense, as the program may have got hold of the socket.
// c.mu is held.
func (c *control) hearPeer(pid int, began int64, words []string) {
	p := c.peers[pid]
	if p == nil {
		if len(c.peers) == recording.MaxProcesses {
			return
		}
		p = &peer{pid: pid, answered: make(chan struct{}, 1)}
		c.peers[pid] = p
	}
	p.began, p.gone = began, false
	if len(words) < 2 {
		return
	}
	p.parent, _ = strconv.Atoi(words[0])
	if b, err := hex.DecodeString(words[1]); err == nil {
		p.args = strings.Split(strings.TrimSuffix(string(b), "\x00"), "\x00")
	}
}

// answer notes that a process did what it was asked for.
func (c *control) answer(pid int) {
	c.mu.Lock()
	p := c.peers[pid]
	c.mu.Unlock()
	if p != nil {
		token(p.answered)
	}
}

// askChildren asks all processes but the target and waits for their answers together, at most for limit. They get the
// question all at once, so the time does not grow with their number; one that can't take it is passed over.
func (c *control) askChildren(what byte, limit time.Duration) {
	c.asking.Lock()
	defer c.asking.Unlock()
	c.mu.Lock()
	var asked []*peer
	for pid, conn := range c.conns {
		p := c.peers[pid]
		if pid == c.first || pid == 0 || p == nil {
			continue
		}
		select {
		case <-p.answered:
		default:
		}
		if putByte(conn, what) {
			asked = append(asked, p)
		}
	}
	c.mu.Unlock()
	end := time.After(limit)
	for _, p := range asked {
		select {
		case <-p.answered:
		case <-end:
			return
		}
	}
}

// askOne asks one process and waits for its answer, at most for limit.
func (c *control) askOne(pid int, what byte, limit time.Duration) bool {
	c.asking.Lock()
	defer c.asking.Unlock()
	c.mu.Lock()
	conn, p := c.conns[pid], c.peers[pid]
	sent := conn != nil && p != nil
	if sent {
		select {
		case <-p.answered:
		default:
		}
		sent = putByte(conn, what)
	}
	c.mu.Unlock()
	if !sent {
		return false
	}
	select {
	case <-p.answered:
		return true
	case <-time.After(limit):
		return false
	}
}

// endStuck ends the trace of a deadlocked process.
func (c *control) endStuck(pid int, limit time.Duration) bool {
	c.mu.Lock()
	if p := c.peers[pid]; p != nil {
		p.stuck = true
	}
	c.mu.Unlock()
	return c.askOne(pid, askStop, limit)
}

// goesOn takes it back that a process is deadlocked.
func (c *control) goesOn(pid int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.peers[pid]; p != nil {
		p.stuck = false
	}
}

// children lists the processes that record themselves, without the target.
func (c *control) children() (pids []int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for pid := range c.conns {
		if pid != c.first && c.peers[pid] != nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// connected reports whether a process is there.
func (c *control) connected(pid int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conns[pid] != nil
}

// records reports whether a process is there and its trace goes on.
func (c *control) records(pid int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.peers[pid]
	return c.conns[pid] != nil && p != nil && !p.bye && !p.broken
}

// putByte writes a byte if the other end has room for it.
func putByte(conn *net.UnixConn, what byte) bool {
	conn.SetWriteDeadline(time.Now().Add(time.Millisecond))
	_, err := conn.Write([]byte{what})
	return err == nil
}

// processes lists the target and its children in the order in which they began.
func (c *control) processes() []recording.Process {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := []recording.Process{}
	for _, p := range c.peers {
		r := recording.Process{PID: p.pid, Parent: p.parent, Args: []string{}, StartNS: max(0, p.began-c.began[c.first])}
		if len(p.args) > 0 {
			r.Program, r.Args = filepath.Base(p.args[0]), p.args[1:]
		}
		switch {
		case p.stuck && p.gone:
			r.End = recording.ProcessDeadlock
		case p.bye:
			r.End = recording.ProcessExit
		case p.gone || p.broken:
			r.End = recording.ProcessLost
		default:
			r.End = recording.ProcessRuns
		}
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b recording.Process) int {
		switch first := c.first; {
		case a.PID == first:
			return -1
		case b.PID == first:
			return 1
		case a.StartNS != b.StartNS:
			return int(min(max(a.StartNS-b.StartNS, -1), 1))
		}
		return a.PID - b.PID
	})
	return list
}
