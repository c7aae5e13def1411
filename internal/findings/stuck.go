package findings

import (
	"fmt"

	"github.com/trace-viz/trace-viz/internal/index"
)

// A verdict is whether a program is stuck at the end of a snapshot.
type verdict struct {
	proven    bool
	suspected bool   // all goroutines wait, but something that the trace does not show may wake one
	outside   bool   // with suspected: that something is a timer, a signal or other code that is not a goroutine
	why       string // what speaks against proven
	since     int64  // with proven or suspected: when the last goroutine got stuck
	blocked   []index.GID
}

// Stuck judges a snapshot of a program that still runs. It is proven to be stuck when every goroutine waits for an operation
// that only another goroutine can do: on channels that hooked code made, for locks, WaitGroups, Conds and Onces that hooked
// code uses, or for ever. It is suspected to be when all wait, but for something else too: code without hooks made a channel
// (as those of timers are), or the trace does not say what a wait is for. why names the doubt.
//
// It is not stuck while a timer will fire or a deadline will pass that wakes one of them or runs a function.
//
// Two wakers leave no sign in a trace: a pending time.AfterFunc of code without hooks, and code outside of Go. A caller that is about to end a
// program has to rule them out, by what is linked into it or by asking the runtime. A damaged or incomplete snapshot is
// judged by what is known of it; a goroutine whose state is not known counts as alive.
func Stuck(ix *index.Index) (proven, suspected bool, why string) {
	v := judge(ix)
	return v.proven, v.suspected, v.why
}

// signalLoop is the goroutine that passes signals on to channels. It exists once the program has called signal.Notify.
const signalLoop = "os/signal.loop"

func judge(ix *index.Index) verdict {
	b := ix.AllBlocked()
	all, signals := ix.Goroutines(), false
	for _, g := range b.Alive {
		if all[g].Start != signalLoop {
			return verdict{why: all[g].Name + " does not wait for another goroutine"}
		}
		signals = true
	}
	last := ix.NumEvents() - 1
	if last >= 0 {
		if text := pending(ix, last); text != "" {
			return verdict{why: text}
		}
	}
	v := verdict{}
	for i := range b.States {
		s := &b.States[i]
		if all[s.G].Start == signalLoop {
			signals = true
			continue
		}
		if text := wakesItself(ix, last, s); text != "" {
			return verdict{why: all[s.G].Name + " waits for " + text}
		}
		v.blocked = append(v.blocked, s.G)
		v.since = max(v.since, s.Since)
		v.doubt(ix, s)
	}
	if len(v.blocked) == 0 {
		if main := exitedMain(ix); main >= 0 && !signals {
			return verdict{proven: true, since: lastEnd(all)}
		}
		return verdict{why: "no goroutine of the program is known"}
	}
	if signals {
		v.note(true, "the program waits for signals too")
	}
	v.suspected = v.why != ""
	v.proven = !v.suspected
	return v
}

// exitedMain is the main goroutine if it ended by runtime.Goexit, which leaves the program without anyone who could end it;
// -1 otherwise. When main returns, the program ends and no end of a goroutine is seen.
func exitedMain(ix *index.Index) index.GID {
	for _, g := range ix.Goroutines() {
		if g.GoID == mainID && g.Ended >= 0 {
			return g.ID
		}
	}
	return -1
}

// mainID is the runtime's number of the main goroutine.
const mainID = 1

// lastEnd is when the last goroutine of the program ended.
func lastEnd(all []index.Goroutine) (t int64) {
	for _, g := range all {
		if !g.System {
			t = max(t, g.Ended)
		}
	}
	return t
}

// note adds a doubt. The first one is told; one from outside of the goroutines weighs more.
func (v *verdict) note(outside bool, why string) {
	if v.why == "" || outside && !v.outside {
		v.why = why
	}
	v.outside = v.outside || outside
}

// doubt notes why the wait of a blocked goroutine may be ended by something that is not a goroutine of the program.
func (v *verdict) doubt(ix *index.Index, s *index.GState) {
	name := ix.Goroutines()[s.G].Name
	if !known(s) {
		if waitsForTest(ix, s) {
			return
		}
		switch reason := blockReason(ix, s); {
		case reason == "forever":
		case s.State == index.StateSend || s.State == index.StateLock:
			v.note(false, fmt.Sprintf("%s waits in code without hooks%s", name, at(s.Site)))
		default:
			v.note(true, fmt.Sprintf("%s waits in code without hooks%s", name, at(s.Site)))
		}
		return
	}
	list := s.Cases
	if s.Op == "send" || s.Op == "recv" {
		list = []index.SelectCase{{Obj: s.Obj, Recv: s.Op == "recv"}}
	}
	if len(list) >= maxCases {
		v.note(true, name+" waits in a select with more cases than are recorded")
	}
	for _, c := range list {
		if c.Obj < 0 {
			continue // a nil channel is never ready
		}
		o := ix.Objects()[c.Obj]
		switch {
		case o.Owner >= 0 && c.Recv:
			if comes(ix, ix.NumEvents()-1, s.G, c.Obj) == comesMaybe {
				v.note(true, fmt.Sprintf("%s waits for a context%s that was made from one which the recording does not know", name, at(s.Site)))
			}
		case o.MadeEvent < 0:
			v.note(true, fmt.Sprintf("%s waits for a channel that code without hooks made%s: a timer, a signal or a context may wake it", name, at(s.Site)))
		case o.Reused:
			v.note(false, "the memory of "+o.Name+" may have served another channel before")
		}
	}
}

// maxCases is how many cases of a select a hook record can name.
const maxCases = 32

// blockReason is the runtime's own word for why a goroutine waits.
func blockReason(ix *index.Index, s *index.GState) string {
	if s.SinceEvent < 0 {
		return ""
	}
	return ix.Event(s.SinceEvent).Reason
}
