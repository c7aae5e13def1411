package tracer

import (
	"math"
	"strconv"

	"github.com/trace-viz/trace-viz/internal/recording"
)

// hearCost notes what a process measured of its hook records so far. What can't be is not believed: the program may have got
// hold of the socket.
func (c *control) hearCost(pid int, words []string) {
	var cost [3]int64
	for i := range cost {
		n, err := strconv.ParseInt(words[i], 10, 64)
		if err != nil || n < 0 {
			return
		}
		cost[i] = n
	}
	if cost[0] > cost[1] {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.peers[pid]; p != nil {
		p.cost = cost
	}
}

// cost is what a hook record took in the mean over all processes, nil if none was measured.
func (c *control) cost() *recording.Cost {
	c.mu.Lock()
	defer c.mu.Unlock()
	var samples int64
	var events, ns float64 // sums of what others say must not overflow
	for _, p := range c.peers {
		samples += min(p.cost[0], math.MaxInt64/recording.MaxProcesses)
		events += float64(p.cost[1])
		ns += float64(p.cost[2])
	}
	if events == 0 {
		return nil
	}
	return &recording.Cost{Samples: samples, PerEventNS: math.Round(ns/events*10) / 10}
}
