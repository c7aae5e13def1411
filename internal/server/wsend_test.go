package server

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// TestWebsocketEndsWithServer holds Serve to its word that nothing is left behind.
func TestWebsocketEndsWithServer(t *testing.T) {
	s, err := New(Options{Stderr: errorWriter{t}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add("a", makePlain(t)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	ws := (&testClient{t, s, "http://" + s.Addr()}).dial("a")
	ws.ask(`{"id":1,"op":"locate","t":0}`)
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the server waits for the websocket")
	}
	if _, _, err := ws.ws.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseGoingAway) {
		t.Errorf("the websocket ended with %v", err)
	}
}

// TestWebsocketNeedsOrigin repeats the guard's most important rule against the real websocket.
func TestWebsocketNeedsOrigin(t *testing.T) {
	c := serve(t, makePlain(t))
	url := strings.Replace(c.base, "http", "ws", 1) + "/api/r/a/ws"
	for _, origin := range []string{"", "http://evil.example", "null", "http://localhost:1"} {
		h := c.header()
		h.Del("Origin")
		if origin != "" {
			h.Set("Origin", origin)
		}
		ws, resp, err := websocket.DefaultDialer.Dial(url, h)
		if err == nil {
			ws.Close()
			t.Errorf("origin %q: the websocket opened", origin)
		} else if resp == nil || resp.StatusCode != http.StatusForbidden {
			t.Errorf("origin %q: got %v", origin, err)
		}
	}
}
