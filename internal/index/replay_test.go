package index_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
)

// A replay is a second implementation of State, as simple as can be: it goes through the events from the start and keeps
// what they say. It knows nothing of columns, lists or steps.
type replay struct {
	ix      *index.Index
	state   map[index.GID]uint8
	since   map[index.GID]int
	waits   map[index.GID]index.Event // announcement that is not answered
	level   map[index.OID]int
	holder  map[index.OID]index.GID
	readers map[index.OID][]index.GID
	counter map[index.OID]int
	ends    map[index.OID]*ending
}

// An ending is what the replay knows of a context or timer.
type ending struct {
	parent       index.OID
	until, every int64 // until: -1 if it does not end by itself
	over         int64 // -1: not by a call or a receive
	stopped      bool
}

func newReplay(ix *index.Index) *replay {
	r := &replay{ix: ix, state: map[index.GID]uint8{}, since: map[index.GID]int{}, waits: map[index.GID]index.Event{},
		level: map[index.OID]int{}, holder: map[index.OID]index.GID{}, readers: map[index.OID][]index.GID{},
		counter: map[index.OID]int{}, ends: map[index.OID]*ending{}}
	for _, g := range ix.Goroutines() {
		if g.SpawnEvent < 0 {
			r.state[g.ID] = ix.StateOf(-1, g.ID).State
			r.since[g.ID] = -1
		}
	}
	return r
}

var blockReasons = map[string]uint8{"chan send": index.StateSend, "chan receive": index.StateRecv, "select": index.StateSelect,
	"sync": index.StateLock, "sync.(*Cond).Wait": index.StateLock, "network": index.StateNetwork, "sleep": index.StateSleep,
	"GC mark assist wait for work": index.StateGC, "wait until GC ends": index.StateGC,
	"GC weak to strong wait": index.StateGC, "GC background sweeper wait": index.StateGC}

// step takes one event.
func (r *replay) step(e index.Event) {
	set := func(g index.GID, s uint8) { r.state[g], r.since[g] = s, e.Index }
	switch e.Kind {
	case index.KindSpawn, index.KindUnblock:
		set(e.Other, index.StateRunnable)
		if e.Kind == index.KindSpawn && e.G < 0 {
			// Callbacks from C appear within a system call. Only the columns know.
			set(e.Other, r.ix.StateOf(e.Index, e.Other).State)
		}
		if e.Kind == index.KindUnblock && r.waits[e.Other].Kind == index.KindCondWait && e.G >= 0 {
			w := r.waits[e.Other]
			w.Kind = index.KindLockBlock // signalled: it waits for the lock
			r.waits[e.Other] = w
		}
	case index.KindStart, index.KindAssistEnd:
		set(e.G, index.StateRunning)
	case index.KindAssistBegin:
		set(e.G, index.StateGC)
	case index.KindStop:
		set(e.G, index.StateRunnable)
	case index.KindBlock:
		s, ok := blockReasons[e.Reason]
		if !ok {
			s = index.StateBlocked
		}
		set(e.G, s)
	case index.KindSyscall:
		set(e.G, index.StateSyscall)
	case index.KindSysExit:
		// To which of the two states only the columns know.
		set(e.G, r.ix.StateOf(e.Index, e.G).State)
	case index.KindEnd:
		delete(r.state, e.G)
		delete(r.since, e.G)
		delete(r.waits, e.G)
	}
	if !e.Kind.Hook() {
		return
	}
	switch e.Kind {
	case index.KindSendBlock, index.KindRecvBlock, index.KindSelect, index.KindLockBlock, index.KindRLockBlock, index.KindWait,
		index.KindCondWait, index.KindOnceWait:
		r.waits[e.G] = e
	default:
		delete(r.waits, e.G)
	}
	r.wait(e)
	switch e.Kind {
	case index.KindLock, index.KindLockDone, index.KindOnceRun:
		r.holder[e.Obj] = e.G
	case index.KindUnlock, index.KindOnceRan:
		delete(r.holder, e.Obj)
	case index.KindRLock, index.KindRLockDone:
		r.readers[e.Obj] = append(r.readers[e.Obj], e.G)
	case index.KindRUnlock:
		if list := r.readers[e.Obj]; len(list) > 0 {
			i := max(slices.Index(list, e.G), 0)
			r.readers[e.Obj] = slices.Delete(slices.Clone(list), i, i+1)
		}
	case index.KindAdd:
		r.counter[e.Obj] += e.Delta
	}
}

// wait takes what makes, sets, stops and ends contexts and timers.
func (r *replay) wait(e index.Event) {
	obj := e.Obj
	if obj >= 0 && r.ix.Objects()[obj].Owner >= 0 {
		obj = r.ix.Objects()[obj].Owner
	}
	if obj < 0 {
		return
	}
	o := r.ix.Objects()[obj]
	end := r.ends[obj]
	if end == nil {
		end = &ending{parent: o.Parent, until: -1, over: -1}
	}
	switch e.Kind {
	case index.KindCtxMade, index.KindTimerSet, index.KindReset:
		*end = ending{parent: o.Parent, until: -1, over: -1, every: end.every}
		if e.Span != 0 || e.Kind != index.KindCtxMade && o.Parent < 0 {
			end.until = e.Time + max(e.Span, 0)
		}
		if e.Kind == index.KindTimerSet && strings.Contains(o.Type, "Ticker") || end.every > 0 {
			end.every = max(e.Span, 0)
		}
	case index.KindTimerStop:
		*end = ending{parent: o.Parent, until: -1, over: -1, every: end.every, stopped: true}
	case index.KindTimerRun:
		end.over, end.stopped = e.Time, false
	case index.KindCancel:
		r.finish(end, e)
	case index.KindRecv, index.KindRecvDone, index.KindSelectRecv:
		if end.stopped || end.every > 0 {
			return
		}
		r.finish(end, e)
	default:
		return
	}
	r.ends[obj] = end
}

// finish ends what is not over at the event.
func (r *replay) finish(end *ending, e index.Event) {
	if over, _ := r.isOver(end, e.Time); !over {
		end.over = e.Time
	}
}

// isOver tells whether a context or timer is over at a time, and since when.
func (r *replay) isOver(end *ending, t int64) (over bool, since int64) {
	times := []int64{end.over}
	if end.every == 0 {
		times = append(times, end.until)
	}
	if p := r.ends[end.parent]; p != nil {
		if over, at := r.isOver(p, t); over && !end.stopped {
			times = append(times, at)
		}
	}
	since = -1
	for _, at := range times {
		if at >= 0 && at <= t && (since < 0 || at < since) {
			since = at
		}
	}
	return since >= 0, since
}

// compareEnds tells how the contexts and timers of a state differ from what the replay has.
func (r *replay) compareEnds(s index.State) error {
	for _, c := range s.Contexts {
		if over, at := r.isOver(r.ends[c.Obj], s.Time); over != c.Cancelled || over && c.At < at {
			return fmt.Errorf("context %d: over %v at %d, want %v at %d", c.Obj, c.Cancelled, c.At, over, at)
		}
	}
	for _, c := range s.Timers {
		end, want := r.ends[c.Obj], index.TimerArmed
		if over, _ := r.isOver(end, s.Time); over {
			want = index.TimerFired
		} else if end.stopped {
			want = index.TimerStopped
		}
		if c.State != want {
			return fmt.Errorf("timer %d: %s, want %s", c.Obj, c.State, want)
		}
	}
	return nil
}

// compare tells how a state differs from what the replay has; Cond moves its lock outside of what the replay follows.
func (r *replay) compare(s index.State, conds bool) error {
	got := map[index.GID]uint8{}
	for _, g := range s.Goroutines {
		got[g.G] = g.State
		if g.SinceEvent != r.since[g.G] {
			return fmt.Errorf("goroutine %d: since event %d, want %d", g.G, g.SinceEvent, r.since[g.G])
		}
	}
	if !reflect.DeepEqual(got, r.state) {
		return fmt.Errorf("states: got %v, want %v", got, r.state)
	}
	for _, w := range s.WGs {
		if w.Counter != r.counter[w.Obj] {
			return fmt.Errorf("wait group %d: counter %d, want %d", w.Obj, w.Counter, r.counter[w.Obj])
		}
	}
	if err := r.compareEnds(s); err != nil || conds {
		return err
	}
	for _, l := range s.Locks {
		want, held := r.holder[l.Obj]
		if held != (l.Holder >= 0) || held && want != l.Holder {
			return fmt.Errorf("lock %d: held by %d, want %d (%v)", l.Obj, l.Holder, want, held)
		}
		if len(l.Readers)+len(r.readers[l.Obj]) > 0 && !slices.Equal(l.Readers, r.readers[l.Obj]) {
			return fmt.Errorf("lock %d: readers %v, want %v", l.Obj, l.Readers, r.readers[l.Obj])
		}
		for _, g := range l.Queue {
			if w := r.waits[g]; w.Obj != l.Obj {
				return fmt.Errorf("lock %d: goroutine %d queues, but waits for %d", l.Obj, g, w.Obj)
			}
		}
	}
	return nil
}

// checkReplay compares the state at every event with a replay from the start, and messages with their channels.
func checkReplay(t *testing.T, ix *index.Index) {
	t.Helper()
	r := newReplay(ix)
	conds := false
	for _, o := range ix.Objects() {
		conds = conds || o.Kind == index.KindCond
	}
	stride := max(1, ix.NumEvents()/2000)
	for i := range ix.NumEvents() {
		r.step(ix.Event(i))
		if i%stride != 0 && i != ix.NumEvents()-1 {
			continue
		}
		s := ix.State(i)
		if err := r.compare(s, conds); err != nil {
			t.Fatalf("event %d: %v", i, err)
		}
		for _, g := range s.Goroutines {
			if one := ix.StateOf(i, g.G); !reflect.DeepEqual(one, g) {
				t.Fatalf("event %d: StateOf gives %+v, State %+v", i, one, g)
			}
		}
	}
	checkMessages(t, ix)
}

// checkMessages checks that the elements in each channel are those that were sent and not yet received.
func checkMessages(t *testing.T, ix *index.Index) {
	t.Helper()
	for _, o := range ix.Objects() {
		if o.Kind != index.KindChannel || o.Inexact || o.Owner >= 0 {
			continue
		}
		values, sent, got := map[int]string{}, map[int]int{}, map[int]int{}
		for _, ev := range ix.EventsOfObject(o.ID) {
			switch e := ix.Event(int(ev)); e.Kind {
			case index.KindSend, index.KindSendBlock, index.KindSelectSend:
				if e.Message > 0 {
					values[e.Message] = e.Value
					sent[e.Message]++
				}
			case index.KindRecv, index.KindRecvDone, index.KindSelectRecv:
				if e.Message > 0 {
					got[e.Message]++
					if e.Value != values[e.Message] && values[e.Message] != "" {
						t.Errorf("%s: message %d is %q, received as %q", o.Name, e.Message, values[e.Message], e.Value)
					}
				}
			}
		}
		for k := range got {
			if got[k] != 1 || sent[k] != 1 {
				t.Errorf("channel %d: message %d is sent %d times and received %d times", o.ID, k, sent[k], got[k])
			}
		}
	}
}
