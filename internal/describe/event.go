// Package describe says in a few words what an event is and what a goroutine does, for the event log, the stage and the
// findings. It is pure: an index and a position in, text out. Names and values come from the traced program: the text is
// for JSON and text nodes, and a terminal needs it escaped.
package describe

import (
	"fmt"
	"sort"
	"strings"

	"github.com/trace-viz/trace-viz/internal/index"
)

// maxWord bounds each name or value in a text, in runes.
const maxWord = 80

// Goroutine returns the name of a goroutine; what did not happen on one is said to be the runtime's.
func Goroutine(ix *index.Index, g index.GID) string {
	if g < 0 || int(g) >= ix.NumGoroutines() {
		return "the runtime"
	}
	who := ix.Goroutine(g)
	return clip(who.Name, fmt.Sprintf("goroutine %d", who.GoID))
}

// Object returns the name of an object, or "a channel" and such if it has none.
func Object(ix *index.Index, o index.OID) string {
	if o < 0 || int(o) >= ix.NumObjects() {
		return "something"
	}
	return clip(ix.Objects()[o].Name, "a "+ix.Objects()[o].Kind)
}

// clip cuts s to maxWord runes; fallback stands for nothing.
func clip(s, fallback string) string {
	if s == "" {
		return fallback
	}
	n := 0
	for i := range s {
		if n == maxWord {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// phrases are the texts of the kinds that need no more than names: G the goroutine, W the other one, O the object,
// R the reason.
var phrases = map[index.EventKind]string{
	index.KindSpawn:       "G spawns W",
	index.KindStop:        "G leaves its core (R)",
	index.KindBlock:       "G blocks (R)",
	index.KindUnblock:     "G wakes W",
	index.KindEnd:         "G ends",
	index.KindSyscall:     "G enters a system call",
	index.KindSysExit:     "G is back from a system call",
	index.KindClose:       "G closes O",
	index.KindSelect:      "G waits in a select",
	index.KindSelectElse:  "G takes the default of a select",
	index.KindLock:        "G locks O",
	index.KindLockBlock:   "G waits to lock O",
	index.KindLockDone:    "G has locked O",
	index.KindUnlock:      "G unlocks O",
	index.KindTryFailed:   "G tries to lock O and does not get it",
	index.KindRLock:       "G locks O for reading",
	index.KindRLockBlock:  "G waits to lock O for reading",
	index.KindRLockDone:   "G has locked O for reading",
	index.KindRUnlock:     "G unlocks O for reading",
	index.KindWaited:      "G has waited for O",
	index.KindCondWait:    "G waits on O",
	index.KindCondWoken:   "G is woken on O",
	index.KindSignal:      "G signals O",
	index.KindBroadcast:   "G broadcasts on O",
	index.KindOnceRun:     "G runs the function of O",
	index.KindOnceRan:     "G has run the function of O",
	index.KindOnceWait:    "G waits for the function of O",
	index.KindOnceWoken:   "G goes on after the function of O",
	index.KindRangeBegin:  "R begins",
	index.KindRangeEnd:    "R ends",
	index.KindRegionBegin: "G enters region R",
	index.KindRegionEnd:   "G leaves region R",
	index.KindTaskBegin:   "G begins task R",
	index.KindTaskEnd:     "G ends task R",
}

// Event says what event i is: `produce "A" sends #16 to jobs`. i must be an event of ix.
func Event(ix *index.Index, i int) string {
	e := ix.Event(i)
	g, o := Goroutine(ix, e.G), Object(ix, e.Obj)
	switch e.Kind {
	case index.KindStart:
		if e.Proc < 0 {
			return g + " runs"
		}
		return g + " runs on " + index.ProcName(e.Proc)
	case index.KindMake:
		return g + " makes " + o + capacity(ix, e.Obj)
	case index.KindSend, index.KindSendBlock, index.KindSendDone, index.KindSelectSend:
		return sent(e, g, o)
	case index.KindRecv, index.KindRecvBlock, index.KindRecvDone, index.KindSelectRecv:
		if owner := Owner(ix, e.Obj); owner >= 0 {
			return receivedOwned(ix, e, g, owner)
		}
		return received(e, g, o)
	case index.KindSleep, index.KindCtxMade, index.KindCancel, index.KindTimerSet, index.KindReset, index.KindTimerStop,
		index.KindTimerRun:
		return timed(ix, e, g, o)
	case index.KindPipeRead, index.KindPipeWrite:
		return piped(e, g, o)
	case index.KindAdd:
		return added(e, g, o)
	case index.KindWait:
		return g + " waits for " + o + left(ix, e)
	case index.KindLog:
		return g + " logs " + clip(strings.TrimPrefix(e.Reason+": "+clip(e.Value, "nothing"), ": "), "nothing")
	}
	text, ok := phrases[e.Kind]
	if !ok {
		return g + ": " + e.Kind.String()
	}
	if e.Reason == "" {
		text = strings.TrimSuffix(text, " (R)")
	}
	return fill(text, g, Goroutine(ix, e.Other), o, clip(e.Reason, "something"))
}

// fill puts names into a phrase, in one pass, so that a name that holds a placeholder stays what it is.
func fill(text, g, w, o, r string) string {
	words := strings.Split(text, " ")
	for i, word := range words {
		switch word {
		case "G":
			words[i] = g
		case "W":
			words[i] = w
		case "O":
			words[i] = o
		case "R":
			words[i] = r
		case "(R)":
			words[i] = "(" + r + ")"
		}
	}
	return strings.Join(words, " ")
}

func capacity(ix *index.Index, o index.OID) string {
	if o < 0 || int(o) >= ix.NumObjects() || ix.Objects()[o].Kind != "channel" {
		return ""
	}
	switch c := ix.Objects()[o].Cap; {
	case c < 0:
		return ""
	case c == 0:
		return " (unbuffered)"
	default:
		return fmt.Sprintf(" (capacity %d)", c)
	}
}

// message is "#16", or "a message" if its number is not known.
func message(e index.Event) string {
	if e.Message <= 0 {
		return "a message"
	}
	return fmt.Sprintf("#%d", e.Message)
}

func sent(e index.Event, g, o string) string {
	switch e.Kind {
	case index.KindSendBlock:
		if e.Message <= 0 {
			return g + " waits to send to " + o
		}
		return g + " waits to send " + message(e) + " to " + o
	case index.KindSendDone:
		return g + " has sent " + message(e) + " to " + o
	case index.KindSelectSend:
		return g + " sends " + message(e) + " to " + o + " in a select"
	}
	return g + " sends " + message(e) + " to " + o
}

func received(e index.Event, g, o string) string {
	switch {
	case e.Kind == index.KindRecvBlock:
		return g + " waits to receive from " + o
	case e.Kind == index.KindSelectRecv && !e.OK:
		return g + " finds " + o + " closed in a select"
	case e.Kind == index.KindSelectRecv:
		return g + " receives " + message(e) + " from " + o + " in a select"
	case !e.OK:
		return g + " finds " + o + " closed"
	case e.Kind == index.KindRecvDone:
		return g + " has received " + message(e) + " from " + o
	}
	return g + " receives " + message(e) + " from " + o
}

func added(e index.Event, g, o string) string {
	switch {
	case e.Delta == -1:
		return g + " is done with " + o
	case e.Delta < 0:
		return fmt.Sprintf("%s takes %d from %s", g, -e.Delta, o)
	}
	return fmt.Sprintf("%s adds %d to %s", g, e.Delta, o)
}

// maxCounted bounds the operations of a WaitGroup that are added up for one text.
const maxCounted = 10_000

// left tells how many a WaitGroup waits for at event e: " (2 left)", or "" if that would take too long to find out.
func left(ix *index.Index, e index.Event) string {
	n, ok := counter(ix, e.Obj, e.Index)
	if !ok || n < 0 {
		return ""
	}
	return fmt.Sprintf(" (%d left)", n)
}

// counter adds up what was added to a WaitGroup up to an event.
func counter(ix *index.Index, o index.OID, event int) (n int, ok bool) {
	if o < 0 || int(o) >= ix.NumObjects() {
		return 0, false
	}
	ops := ix.EventsOfObject(o)
	ops = ops[:sort.Search(len(ops), func(k int) bool { return int(ops[k]) > event })]
	if len(ops) > maxCounted {
		return 0, false
	}
	for _, op := range ops {
		if e := ix.Event(int(op)); e.Kind == index.KindAdd {
			n += e.Delta
		}
	}
	return n, true
}
