package compare

import (
	"fmt"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/index"
)

var opWords = [...]string{opSpawn: "starting a goroutine", opSend: "sending to O", opRecv: "receiving from O", opClose: "closing O",
	opSelect: "the select", opLock: "locking O", opUnlock: "unlocking O", opRLock: "locking O for reading", opRUnlock: "unlocking O for reading",
	opAdd: "changing the counter of O", opWait: "waiting for O", opCondWait: "waiting on O", opSignal: "signalling O", opBroadcast: "broadcasting on O",
	opOnce: "the Once O", opStuck: "a wait that no hook tells of"}

var endWords = [...]string{endDone: "happens", endClosed: "finds the channel closed", endNever: "never ends", endSent: "sends to O",
	endGot: "receives from O", endGotClosed: "receives from O, which is closed"}

// words says what is different.
func (d *diverger) words(s split, known int) string {
	l := d.sides[known]
	ix := l.side.Index
	who := describe.Goroutine(ix, s.at[known].g)
	does := doing(ix, s.spot.op, s.at[known].ev)
	names := [2]string{"A", "B"}
	switch {
	case s.kind == "count":
		return fmt.Sprintf("%s: %s happens %d times in A and %d times in B", who, does,
			d.sides[0].spots[s.spot].total, d.sides[1].spots[s.spot].total)
	case s.kind == "path":
		return fmt.Sprintf("%s: %s %s in %s, and %s never gets there", who, does, d.ending(s, known), names[known], names[1-known])
	case s.has[0] && s.has[1] && s.end[0].end == s.end[1].end: // the same, but with another object or goroutine
		return fmt.Sprintf("%s: %s in A and %s in B", who, doing(d.sides[0].side.Index, s.spot.op, s.at[0].ev), doing(d.sides[1].side.Index, s.spot.op, s.at[1].ev))
	case s.has[0] && s.has[1]:
		return fmt.Sprintf("%s: %s %s in A and %s in B", who, does, d.ending(s, 0), d.ending(s, 1))
	}
	return fmt.Sprintf("%s: %s %s in %s, which never happens in %s", who, does, d.ending(s, known), names[known], names[1-known])
}

// doing says what a goroutine does at an event, with the names of that side.
func doing(ix *index.Index, o op, ev int) string {
	obj := objectOf(ix, ev)
	switch {
	case o == opAdd && ev >= 0 && ix.Event(ev).Delta < 0:
		return "calling " + describe.Object(ix, obj) + ".Done"
	case o == opAdd && ev >= 0:
		return "calling " + describe.Object(ix, obj) + ".Add"
	case o == opSpawn && ev >= 0 && ix.Event(ev).Other >= 0:
		return "starting " + ix.Goroutines()[ix.Event(ev).Other].Role
	}
	return named(opWords[o], ix, obj)
}

func (d *diverger) ending(s split, side int) string {
	ix := d.sides[side].side.Index
	if s.end[side].end == endDone && s.spot.op == opRecv {
		return "gets an element"
	}
	return named(endWords[s.end[side].end], ix, objectOf(ix, s.at[side].ev))
}

// named puts the object's name in the place of the O.
func named(text string, ix *index.Index, o index.OID) string {
	for i := range len(text) {
		if text[i] == 'O' && (i+1 == len(text) || text[i+1] == ' ' || text[i+1] == ',') && (i == 0 || text[i-1] == ' ') {
			return text[:i] + describe.Object(ix, o) + text[i+1:]
		}
	}
	return text
}

// objectOf is the object of an event. A wait may have begun before the recording: then there is no event.
func objectOf(ix *index.Index, ev int) index.OID {
	if ev < 0 {
		return index.None
	}
	return ix.Event(ev).Obj
}
