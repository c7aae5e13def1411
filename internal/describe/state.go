package describe

import (
	"fmt"
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
)

// stateWords are the texts of the states that need nothing else.
var stateWords = [index.NumStates]string{
	index.StateNone:     "not known",
	index.StateRunnable: "waits for a core",
	index.StateSend:     "blocked: send",
	index.StateRecv:     "blocked: receive",
	index.StateSelect:   "blocked: select",
	index.StateLock:     "blocked: sync",
	index.StateNetwork:  "waits for the network",
	index.StateSyscall:  "in a system call",
	index.StateSleep:    "sleeping",
	index.StateGC:       "garbage collection",
	index.StateEnded:    "ended",
	index.StateUnborn:   "not started yet",
	index.StateBlocked:  "blocked",
}

// GState says in a few words what a goroutine does: "blocked: send jobs", "waits for stats, 3.1 ms", "producers.Wait: 2
// left", "receiving #12". g is one of st.Goroutines, and st a state of ix.
func GState(ix *index.Index, st *index.State, g index.GState) string {
	switch {
	case int(g.State) >= len(stateWords):
		return stateWords[index.StateNone]
	case g.State == index.StateRunning:
		return running(ix, st, g)
	case g.State == index.StateSelect:
		return stateWords[g.State] + cases(ix, g)
	case g.State == index.StateLock && g.Obj >= 0:
		return waiting(ix, st, g)
	case g.State == index.StateSleep && g.Until >= 0:
		return "sleeping, " + Duration(max(0, g.Until-st.Time)) + " left"
	case g.State == index.StateRecv && g.Owner >= 0:
		return "waits for " + waitsFor(ix, g.Owner)
	case g.Op == index.OpPipeRead:
		return "waits to read from " + Object(ix, g.Obj)
	case g.Op == index.OpPipeWrite:
		return "waits to write to " + Object(ix, g.Obj)
	case index.Blocked(g.State) && g.Obj >= 0:
		return stateWords[g.State] + " " + Object(ix, g.Obj)
	case g.State == index.StateBlocked && g.Forever:
		return "blocked for ever"
	}
	return stateWords[g.State]
}

// cases lists the channels of a select, each once.
func cases(ix *index.Index, g index.GState) string {
	const most = 3
	var names []string
	for i, c := range g.Cases {
		if i == most {
			names = append(names, fmt.Sprintf("%d more", len(g.Cases)-most))
			break
		}
		if owner := Owner(ix, c.Obj); owner >= 0 {
			names = append(names, Object(ix, owner))
			continue
		}
		names = append(names, Object(ix, c.Obj))
	}
	if len(names) == 0 {
		return ""
	}
	return " " + strings.Join(names, ", ")
}

// waiting is about the "sync" family.
func waiting(ix *index.Index, st *index.State, g index.GState) string {
	name := Object(ix, g.Obj)
	switch g.Op {
	case "wait":
		for _, w := range st.WGs {
			if w.Obj == g.Obj {
				return fmt.Sprintf("%s.Wait: %d left", name, w.Counter)
			}
		}
		return name + ".Wait"
	case "cond":
		return "waits on " + name + ", " + Duration(st.Time-g.Since)
	}
	return "waits for " + name + ", " + Duration(st.Time-g.Since)
}

// doing are the words for a goroutine that runs and has just done something to an object.
var doing = map[index.EventKind]string{
	index.KindMake:      "making",
	index.KindClose:     "closing",
	index.KindLock:      "locking",
	index.KindLockDone:  "locking",
	index.KindRLock:     "read-locking",
	index.KindRLockDone: "read-locking",
	index.KindUnlock:    "unlocking",
	index.KindRUnlock:   "unlocking",
	index.KindSignal:    "signalling",
	index.KindBroadcast: "broadcasting on",
	index.KindCtxMade:   "making",
	index.KindCancel:    "cancelling",
	index.KindTimerSet:  "setting",
	index.KindReset:     "setting",
	index.KindTimerStop: "stopping",
	index.KindTimerRun:  "running the function of",
}

// running says what a running goroutine does if the event of the cursor is its own, else where it runs.
func running(ix *index.Index, st *index.State, g index.GState) string {
	if st.Event >= 0 && st.Event < ix.NumEvents() {
		e := ix.Event(st.Event)
		if e.G == g.G {
			switch e.Kind {
			case index.KindSend, index.KindSendDone, index.KindSelectSend:
				return "sending " + message(e)
			case index.KindRecv, index.KindRecvDone, index.KindSelectRecv:
				if owner := Owner(ix, e.Obj); owner >= 0 {
					return strings.TrimPrefix(receivedOwned(ix, e, "", owner), " ")
				}
				if e.OK {
					return "receiving " + message(e)
				}
				return "finds " + Object(ix, e.Obj) + " closed"
			case index.KindSpawn:
				return "spawning"
			}
			if word := doing[e.Kind]; word != "" {
				return word + " " + Object(ix, e.Obj)
			}
		}
	}
	if g.Proc < 0 {
		return "running"
	}
	return "running on " + index.ProcName(g.Proc)
}

// Duration writes nanoseconds for people, with two or three digits that count: "3.1 ms", "850 ns", "12.4 s".
func Duration(ns int64) string {
	if ns < 0 {
		return "-" + Duration(-max(ns, -1<<62))
	}
	unit, div := "s", 1e9
	switch {
	case ns < 1_000:
		return fmt.Sprintf("%d ns", ns)
	case ns < 1_000_000:
		unit, div = "µs", 1e3
	case ns < 1_000_000_000:
		unit, div = "ms", 1e6
	}
	v := float64(ns) / div
	if v < 99.95 {
		return fmt.Sprintf("%.1f %s", v, unit)
	}
	return fmt.Sprintf("%.0f %s", v, unit)
}
