package describe

import (
	"github.com/trace-viz/trace-viz/internal/index"
)

// Owner returns the context or timer that a channel belongs to, -1 if it is a channel of its own.
func Owner(ix *index.Index, channel index.OID) index.OID {
	if channel < 0 || int(channel) >= ix.NumObjects() {
		return index.None
	}
	return ix.Objects()[channel].Owner
}

// Context is a context with where it was made and how it stands after event ev: "ctx (main.go:12, deadline in 1.2 s)".
func Context(ix *index.Index, o index.OID, ev int) string {
	text := Object(ix, o)
	s, ok := ix.ContextAt(o, ev)
	if !ok {
		return text
	}
	made := ix.Objects()[o].Made.String()
	if made != "" {
		made += ", "
	}
	return text + " (" + made + Standing(ix, s, ev) + ")"
}

// Standing is how a context stands after event ev: "deadline in 1.2 s", "no deadline", "cancelled at 1.2 s by main".
func Standing(ix *index.Index, s index.ContextState, ev int) string {
	switch {
	case s.Cancelled && s.Why == index.EndedByCall:
		return "cancelled at " + Duration(s.At) + " by " + Goroutine(ix, s.By)
	case s.Cancelled && s.Why == index.EndedByParent && s.By >= 0:
		return "cancelled at " + Duration(s.At) + " with " + Object(ix, s.ByObj) + " by " + Goroutine(ix, s.By)
	case s.Cancelled && s.Why == index.EndedByParent:
		return "over at " + Duration(s.At) + " with " + Object(ix, s.ByObj)
	case s.Cancelled && s.Why == index.EndedByDeadline:
		return "deadline passed at " + Duration(s.At)
	case s.Cancelled:
		return "over by " + Duration(s.At)
	case s.Deadline >= 0:
		return "deadline in " + Duration(s.Deadline-now(ix, ev))
	}
	return "no deadline"
}

// Timer is how a timer stands after event ev: "fires in 1.2 s", "stopped", "fired at 1.2 s".
func Timer(ix *index.Index, s index.TimerState, ev int) string {
	switch {
	case s.State == index.TimerFired:
		return "fired at " + Duration(s.Since)
	case s.State == index.TimerStopped:
		return "stopped"
	case s.Context >= 0:
		return "fires when " + Object(ix, s.Context) + " is cancelled"
	case s.Until < 0:
		return "set"
	case s.Every > 0:
		return "fires next in " + Duration(s.Until-now(ix, ev)) + ", every " + Duration(s.Every)
	}
	return "fires in " + Duration(s.Until-now(ix, ev))
}

func now(ix *index.Index, ev int) int64 {
	if ev < 0 || ev >= ix.NumEvents() {
		return 0
	}
	return ix.Event(ev).Time
}

// waitsFor is the text of a wait for the channel of a context or timer: "ctx to be cancelled", "timeout to fire".
func waitsFor(ix *index.Index, owner index.OID) string {
	if ix.Objects()[owner].Kind == index.KindContext {
		return Object(ix, owner) + " to be cancelled"
	}
	return Object(ix, owner) + " to fire"
}

// timed says what an event of a context, a timer or a sleep is.
func timed(ix *index.Index, e index.Event, g, o string) string {
	switch e.Kind {
	case index.KindSleep:
		return g + " sleeps " + Duration(e.Span)
	case index.KindCtxMade:
		return g + " makes " + o + from(ix, e) + within(", deadline in ", e.Span)
	case index.KindCancel:
		if s, ok := ix.ContextAt(e.Obj, e.Index-1); ok && s.Cancelled {
			return g + " calls the cancel function of " + o + ", which was over"
		}
		return g + " cancels " + o
	case index.KindTimerSet:
		if s, ok := ix.TimerAt(e.Obj, e.Index); ok && s.Context >= 0 {
			return g + " lets a function run when " + Object(ix, s.Context) + " is cancelled"
		}
		return g + " sets " + o + every(ix, e) + Duration(e.Span)
	case index.KindReset:
		return g + " sets " + o + " anew" + every(ix, e) + Duration(e.Span)
	case index.KindTimerStop:
		return g + " stops " + o
	}
	return g + " runs the function of " + o
}

func from(ix *index.Index, e index.Event) string {
	if p := ix.Objects()[e.Obj].Parent; p >= 0 {
		return " from " + Object(ix, p)
	}
	return ""
}

func within(text string, ns int64) string {
	if ns == 0 {
		return ""
	}
	return text + Duration(ns)
}

func every(ix *index.Index, e index.Event) string {
	if s, ok := ix.TimerAt(e.Obj, e.Index); ok && s.Every > 0 {
		return ", to fire every "
	}
	return ", to fire in "
}

// receivedOwned says what a receive from the channel of a context or timer is.
func receivedOwned(ix *index.Index, e index.Event, g string, owner index.OID) string {
	context := ix.Objects()[owner].Kind == index.KindContext
	switch {
	case e.Kind == index.KindRecvBlock:
		return g + " waits for " + waitsFor(ix, owner)
	case context:
		return g + " sees that " + Object(ix, owner) + " is cancelled"
	}
	return g + " sees " + Object(ix, owner) + " fire"
}
