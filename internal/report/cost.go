package report

import (
	"fmt"
	"math"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// Cost is what watching the program cost. The hooks measure some of their records while the program runs; that mean, times the
// number of records, is set against the processor time of the run. What the Go runtime's own tracing costs is not in it.
type Cost struct {
	HookEvents int     `json:"hook_events"` // records of the hooks in the trace
	FirstSeen  int     `json:"first_seen"`  // those that had to be written in the long form, of what was not met lately: they cost more
	Samples    int64   `json:"samples"`     // records that were measured; 0: the following are not known
	PerEventNS float64 `json:"per_event_ns"`
	TimeNS     int64   `json:"time_ns"`  // per_event_ns for each of hook_events
	Share      float64 `json:"share"`    // of the processor time of the run, from 0 to 1; 0 if that is not known
	LeftOut    int64   `json:"left_out"` // values of messages that were sampled away
}

func costOf(m recording.Meta, records index.HookRecords) Cost {
	c := Cost{HookEvents: records.N, FirstSeen: records.First, LeftOut: m.LeftOut}
	if m.Cost == nil || m.Cost.Samples <= 0 || m.Cost.PerEventNS < 0 { // meta.json may say anything
		return c
	}
	c.Samples, c.PerEventNS = m.Cost.Samples, m.Cost.PerEventNS
	ns := c.PerEventNS * float64(c.HookEvents)
	if c.TimeNS = math.MaxInt64; ns < math.MaxInt64 {
		c.TimeNS = int64(ns)
	}
	if m.CPUNS > 0 {
		c.Share = math.Round(min(ns/float64(m.CPUNS), 1)*1e4) / 1e4
	}
	return c
}

// manyFirst is from how many records of things met for the first time on, and of which part of all, the text tells of them.
const (
	manyFirst      = 1000
	manyFirstShare = 10
)

// cost tells what watching cost, and what may have made it dear.
func (p *printer) cost(c Cost) {
	if c.HookEvents == 0 {
		return
	}
	text := "watching: " + count(c.HookEvents, "hook event")
	if c.Samples > 0 {
		text += fmt.Sprintf(" of %.0f ns each (%d measured)", c.PerEventNS, c.Samples)
	}
	switch {
	case c.Share >= 0.001:
		text += fmt.Sprintf(", %.1f %% of the processor time", c.Share*100)
	case c.Share > 0:
		text += ", less than 0.1 % of the processor time"
	}
	if c.FirstSeen >= manyFirst && c.FirstSeen >= c.HookEvents/manyFirstShare {
		text += fmt.Sprintf("; %d of them on things met for the first time, which cost more", c.FirstSeen)
	}
	if c.LeftOut > 0 {
		text += "; " + count(int(c.LeftOut), "value") + " of messages left out"
	}
	p.line("  %s", text)
}
