package server

import (
	"context"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

// Times and sizes of a websocket.
const (
	wsWriteTimeout = 10 * time.Second       // to hand one message over
	wsPing         = 20 * time.Second       // between two pings
	wsSilence      = 60 * time.Second       // without a pong or a message: the client is gone
	wsQueue        = 64                     // requests that wait; more are not read until there is room
	wsLivePause    = 100 * time.Millisecond // at least, between two live pushes
)

// A conn is one websocket: three goroutines that share nothing with those of another one.
//
//	read   takes messages and puts them into the queue; waits while it is full
//	work   answers one request after another, reading the newest view
//	write  hands answers and pings to the client, each with a deadline
//
// A client that does not read fills its own output, then its own queue, and is closed at the write deadline. When one of
// the three ends, all do.
type conn struct {
	s   *Server
	e   *entry
	ws  *websocket.Conn
	ctx context.Context
	end context.CancelFunc
	in  *queue
	out chan []byte
}

// serveWS upgrades a request that the guard let through: Host, Origin and session are as they must be.
func (s *Server) serveWS(w http.ResponseWriter, r *http.Request, e *entry) {
	s.open.Add(1)
	defer s.open.Done()
	up := websocket.Upgrader{
		HandshakeTimeout: writeTimeout,
		CheckOrigin:      s.guard.originOK,
		Error: func(w http.ResponseWriter, _ *http.Request, status int, reason error) {
			fail(w, status, reason.Error(), "")
		},
	}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader answered
	}
	ctx, end := context.WithCancel(s.ctx)
	c := &conn{s: s, e: e, ws: ws, ctx: ctx, end: end, in: newQueue(wsQueue), out: make(chan []byte, 4)}
	c.serve()
}

// serve runs the connection to its end.
func (c *conn) serve() {
	done := make(chan struct{}, 4)
	start := func(f func()) {
		go func() {
			defer func() {
				if v := recover(); v != nil {
					c.s.logf("internal error at %s: %v", c.e.id, v)
				}
				c.end()
				done <- struct{}{}
			}()
			f()
		}()
	}
	start(c.read)
	start(c.work)
	start(c.write)
	start(c.live)
	<-c.ctx.Done()
	c.in.close()
	// The write below and the close free a reader and a writer that wait for the network.
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseGoingAway, ""), time.Now().Add(time.Second))
	_ = c.ws.Close()
	for range 4 {
		<-done
	}
}

func (c *conn) read() {
	c.ws.SetReadLimit(maxMessage)
	alive := func(string) error { return c.ws.SetReadDeadline(time.Now().Add(wsSilence)) }
	c.ws.SetPongHandler(alive)
	for alive("") == nil {
		kind, b, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		r, err := decodeRequest(b)
		if err == nil && kind == websocket.TextMessage {
			old, ok := c.in.put(r)
			if !ok || old != nil && !c.send(newFrame(old.ID, frameSuperseded).b) {
				return
			}
			continue
		}
		why := "not a request: want a text message"
		if err != nil {
			why = err.Error()
		}
		if !c.send(errorFrame(r.ID, why)) {
			return
		}
	}
}

// send hands a message to the writer; false when the connection ended.
func (c *conn) send(b []byte) bool {
	select {
	case c.out <- b:
		return true
	case <-c.ctx.Done():
		return false
	}
}

func (c *conn) work() {
	for {
		r, ok := c.in.take()
		if !ok {
			return
		}
		b := c.answer(r)
		if !c.in.newest(r) {
			b = newFrame(r.ID, frameSuperseded).b
		}
		if !c.send(b) {
			return
		}
	}
}

// answer turns a panic into an answer: one question that trips over a damaged recording must not end the others.
func (c *conn) answer(r *request) (b []byte) {
	defer func() {
		if v := recover(); v != nil {
			c.s.logf("internal error at %s, op %s: %v", c.e.id, r.Op, v)
			b = errorFrame(r.ID, "internal error")
		}
	}()
	return answer(c.e, r)
}

func (c *conn) write() {
	ping := time.NewTicker(wsPing)
	defer ping.Stop()
	for {
		var err error
		select {
		case b := <-c.out:
			if err = c.ws.SetWriteDeadline(time.Now().Add(c.s.patience)); err == nil {
				err = c.ws.WriteMessage(websocket.BinaryMessage, b)
			}
		case <-ping.C:
			err = c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(c.s.patience))
		case <-c.ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// live pushes the state of a recording that goes on, and once more when it has ended. Views that come faster than the
// client takes them are left out.
func (c *conn) live() {
	v := c.e.src.View()
	if !v.Live {
		<-c.ctx.Done()
		return
	}
	for {
		if !c.send(liveFrame(v)) {
			return
		}
		if v.Next == nil {
			<-c.ctx.Done()
			return
		}
		select {
		case <-v.Next:
		case <-c.ctx.Done():
			return
		}
		select {
		case <-time.After(wsLivePause):
		case <-c.ctx.Done():
			return
		}
		v = c.e.src.View()
	}
}

// liveFrame is f64 duration in ns, u32 events, u32 goroutines, f64 lag in ms, u8 status (0 recording, 1 ended, 2 the trace is
// being read), padding. With status 2 the lag is the share of the trace that was read.
func liveFrame(v View) []byte {
	f := newFrame(0, frameLive)
	var duration float64
	var events, goroutines uint32
	if v.Index != nil {
		duration = float64(v.Index.Duration())
		events, goroutines = uint32(v.Index.NumEvents()), uint32(v.Index.Counts().Goroutines)
	}
	f.f64(duration)
	f.u32(events)
	f.u32(goroutines)
	lag, status := v.LagMS, uint8(0)
	switch {
	case !v.Live:
		status = 1
	case v.Reading:
		lag, status = v.Read, 2
	}
	f.f64(lag)
	f.u8s([]uint8{status})
	return f.b
}
