package judge

import "github.com/trace-viz/trace-viz/internal/index"

// messages counts what went through channels that more than one goroutine used. Who sends to itself uses none of what a channel is for.
func (o own) messages() (n int) {
	for _, obj := range o.ix.Objects() {
		if obj.Kind != "channel" {
			continue
		}
		here, first, shared := 0, index.GID(index.None), false
		o.ix.Messages(obj.ID, func(m index.Flow) {
			if here++; here == 1 {
				first = m.From
			}
			shared = shared || m.From != first || m.To != first
		})
		if shared {
			n += here
		}
	}
	return n
}

// places is how many there are in a channel, by its name.
type places struct {
	n    int
	name string
}

// mostUnread finds the channel in which most messages are left at the end.
func (o own) mostUnread() (most places) {
	for _, obj := range o.ix.Objects() {
		if obj.Kind != "channel" || obj.Inexact || obj.Owner >= 0 { // who stops a timer need not read its channel
			continue
		}
		left := 0
		o.ix.Levels(obj.ID, func(_ int64, level int) { left = level })
		if left > most.n {
			most = places{left, obj.Name}
		}
	}
	return most
}

// semaphore finds the channel that is a semaphore, with how many it lets in at one time; of several the one that lets in fewest, since
// who has to pass all of them is bound by that.
func (o own) semaphore() (narrow places) {
	for _, obj := range o.ix.Objects() {
		if obj.Kind != "channel" || obj.Cap <= 0 {
			continue
		}
		if n := o.admits(obj); n > 0 && (narrow.n == 0 || n < narrow.n) {
			narrow = places{n, obj.Name}
		}
	}
	return narrow
}

// admits is how many goroutines a channel with a buffer lets in at one time when it is a semaphore, 0 if it is none. It is one when several
// goroutines each take a place in it and give it back: by a send and a receive, or the other way round where tokens lie in it.
func (o own) admits(obj index.Object) int {
	type use struct{ sends, receives bool }
	uses, sendFirst := map[index.GID]*use{}, false
	for _, g := range o.started {
		uses[g.ID] = &use{}
	}
	for _, ev := range o.ix.EventsOfObject(obj.ID) {
		kind, g, _, _ := o.ix.Glance(int(ev))
		u := uses[g]
		if u == nil {
			continue
		}
		switch kind {
		case index.KindSend, index.KindSendBlock, index.KindSelectSend:
			sendFirst = sendFirst || !u.receives
			u.sends = true
		case index.KindRecv, index.KindRecvBlock, index.KindSelectRecv:
			u.receives = true
		}
	}
	both := 0
	for _, u := range uses {
		if u.sends && u.receives {
			both++
		}
	}
	if both < 2 {
		return 0
	}
	if sendFirst {
		return obj.Cap
	}
	tokens := 0
	o.ix.Levels(obj.ID, func(_ int64, level int) { tokens = max(tokens, level) })
	return tokens
}
