package index

import (
	"time"

	"golang.org/x/exp/trace"
)

// clockStep is the step, in ns, in which traces are written.
const clockStep = 64

// How far clocks may differ. The runtime reads them one after the other, so a snapshot of two that run alike shows a
// difference of some 100 ns, or more when its thread was preempted in between.
const (
	sameClock = 5 * time.Millisecond
	sameBoot  = time.Minute // wall clocks are set and slewed
)

// A clockLook is what the beginning of a trace tells about its clocks.
type clockLook struct {
	first int64 // time of the first event
	snap  *trace.ClockSnapshot
}

// mono is what has to be added to a time of the trace to get one of the machine's monotonic clock.
func (c *clockLook) mono() int64 {
	d := int64(c.snap.Mono) - int64(c.snap.Trace)
	if d > -int64(sameClock) && d < int64(sameClock) {
		return 0 // the trace is written in that clock
	}
	return d
}

// skewTo returns what has to be added to the times of a trace to get times of the trace of the first process, and how
// many ns that may be wrong, -1 if that is not known.
func (c *clockLook) skewTo(first *clockLook) (skew, err int64) {
	if c.snap == nil || first.snap == nil {
		return 0, -1
	}
	boot := func(c *clockLook) int64 { return c.snap.Wall.UnixNano() - int64(c.snap.Mono) }
	if d := boot(c) - boot(first); d > int64(sameBoot) || d < -int64(sameBoot) {
		// Not of one boot of one machine: the wall clocks are all that they have in common.
		wall := func(c *clockLook) int64 { return c.snap.Wall.UnixNano() - int64(c.snap.Trace) }
		return wall(c) - wall(first), -1
	}
	skew = c.mono() - first.mono()
	if c.mono() != 0 || first.mono() != 0 {
		return skew, int64(sameClock)
	}
	return skew, clockStep
}

// lookAtClock reads the beginning of a generation.
func lookAtClock(lib *trace.Reader) (c clockLook, err error) {
	err = guard(func() error {
		for {
			e, err := lib.ReadEvent()
			if err != nil {
				return err
			}
			if e.Kind() == trace.EventSync {
				c.snap = e.Sync().ClockSnapshot
				continue
			}
			c.first = int64(e.Time())
			return nil
		}
	})
	return c, err
}
