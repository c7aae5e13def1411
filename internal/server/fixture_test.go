package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime/trace"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/pprof/profile"
	"github.com/gorilla/websocket"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/tracer/hook"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// evil is a name that would be a script if it ever became markup, and would move a terminal's cursor.
const evil = "</script><script>alert(1)</script>__f__alert(2)__f__\x1b[2J\u2028"

// thisFile is where the traced functions are: the place that the stacks of their events name.
const thisFile = "internal/server/fixture_test.go"

// hookSites are the injection points that the traced functions of this file stand for.
var hookSites = &rewrite.Sites{Version: rewrite.SitesVersion, Files: []string{thisFile, "sub/link.go"}, Spawns: []rewrite.Spawn{}, Sites: []rewrite.Site{
	{ID: 1, File: 0, Line: 3, Col: 1, Op: rewrite.OpMake, Name: evil, Type: "chan " + evil, Elem: evil, Func: "main.main"},
	{ID: 2, File: 0, Line: 4, Col: 1, Op: rewrite.OpSend, Name: evil, Type: "chan int", Elem: "int", Func: "main.main"},
	{ID: 3, File: 0, Line: 5, Col: 1, Op: rewrite.OpRecv, Name: evil, Type: "chan int", Elem: "int", Func: "main.main"},
	{ID: 4, File: 0, Line: 6, Col: 1, Op: rewrite.OpLock, Name: "mu", Type: "sync.Mutex", Func: "main.main"},
	{ID: 5, File: 0, Line: 7, Col: 1, Op: rewrite.OpUnlock, Name: "mu", Type: "sync.Mutex", Func: "main.main"},
	{ID: 6, File: 0, Line: 8, Col: 1, Op: rewrite.OpAdd, Name: "wg", Type: "sync.WaitGroup", Func: "main.main"},
	{ID: 7, File: 0, Line: 9, Col: 1, Op: rewrite.OpWait, Name: "wg", Type: "sync.WaitGroup", Func: "main.main"},
}}

// say writes one hook record into the trace.
func say(op hook.Op, obj uint64, site uint32, value string, args ...int64) {
	b := hook.AppendRecord(nil, op, obj, site)
	for _, a := range args {
		b = hook.AppendArg(b, a)
	}
	trace.Log(context.Background(), string(b), value)
}

// traced runs a producer, consumers, a lock and a WaitGroup under the runtime's tracer, and writes the records that hooks
// would write if with is set. One consumer is left waiting at the end of the trace.
func traced(t *testing.T, with bool) []byte {
	t.Helper()
	record := func(op hook.Op, obj uint64, site uint32, value string, args ...int64) {
		if with {
			say(op, obj, site, value, args...)
		}
	}
	var out bytes.Buffer
	if err := trace.Start(&out); err != nil {
		t.Fatal(err)
	}
	const ch, mu, wg = 0xc000010000, 0xc000020000, 0xc000030000
	jobs := make(chan int)
	var lock sync.Mutex
	var all sync.WaitGroup
	record(hook.ChanMake, ch, 1, "", 0)
	waiting, leave := make(chan bool), make(chan bool)
	all.Add(1)
	record(hook.WGAdd, wg, 6, "", 1)
	go func() {
		for range 20 {
			record(hook.ChanRecvBlock, ch, 3, "", 0)
			v := <-jobs
			record(hook.ChanRecvDone, ch, 3, "", 0)
			lock.Lock()
			record(hook.Lock, mu, 4, "")
			time.Sleep(time.Duration(v) * 10 * time.Microsecond)
			record(hook.Unlock, mu, 5, "")
			lock.Unlock()
		}
		record(hook.WGAdd, wg, 6, "", -1)
		all.Done()
		record(hook.ChanRecvBlock, ch, 3, "", 0)
		close(waiting)
		<-leave
	}()
	for i := range 20 {
		record(hook.ChanSendBlock, ch, 2, evil, 0)
		jobs <- i
		record(hook.ChanSendDone, ch, 2, "", 0)
	}
	record(hook.WGWait, wg, 7, "")
	all.Wait()
	record(hook.WGDone, wg, 7, "")
	<-waiting
	time.Sleep(time.Millisecond)
	trace.Stop()
	close(leave)
	return out.Bytes()
}

// traces are made once: the runtime has one tracer.
var traces = struct {
	once         sync.Once
	hooks, plain []byte
}{}

func makeTraces(t *testing.T) (hooks, plain []byte) {
	t.Helper()
	traces.once.Do(func() { traces.hooks, traces.plain = traced(t, true), traced(t, false) })
	return traces.hooks, traces.plain
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// makeRecording writes a whole recording with hostile texts in every place, and opens it.
func makeRecording(t *testing.T) *Feed {
	t.Helper()
	hooks, _ := makeTraces(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, recording.TraceFile), hooks)
	if err := hookSites.Write(filepath.Join(dir, recording.SitesFile)); err != nil {
		t.Fatal(err)
	}
	meta := recording.Meta{Version: 1, Program: evil, Fixed: "producer-consumer/fixed", Go: "go1.26", Procs: 2, Start: "2026-01-02T03:04:05Z",
		Outcome: recording.Deadlock, ExitCode: 2, WallNS: 1e9, Complete: true, Hooks: true, Pacing: "event"}
	if err := recording.WriteMeta(dir, meta); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "source", filepath.FromSlash(thisFile)), []byte("package server\n// "+evil+strings.Repeat("\n", 200)))
	if err := os.MkdirAll(filepath.Join(dir, "source", "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	write(t, secret, []byte("a secret of this machine"))
	if err := os.Symlink(secret, filepath.Join(dir, "source", "sub", "link.go")); err != nil {
		t.Fatal(err)
	}
	line, err := json.Marshal(recording.Line{NS: 5, Stream: "stdout", Text: evil})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, recording.OutputFile), append(line, '\n'))
	f := &profile.Function{ID: 1, Name: evil}
	l := &profile.Location{ID: 1, Line: []profile.Line{{Function: f}}}
	p := &profile.Profile{SampleType: []*profile.ValueType{{Type: "time", Unit: "nanoseconds"}}, Function: []*profile.Function{f}, Location: []*profile.Location{l},
		Sample: []*profile.Sample{{Location: []*profile.Location{l}, Value: []int64{1000}}}}
	var wall bytes.Buffer
	if err := p.Write(&wall); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, recording.WallFile), wall.Bytes())
	return openRecording(t, dir)
}

// makePlain writes a folder that has a trace without hooks and nothing else.
func makePlain(t *testing.T) *Feed {
	t.Helper()
	_, plain := makeTraces(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, recording.TraceFile), plain)
	return openRecording(t, dir)
}

func openRecording(t *testing.T, dir string) *Feed {
	t.Helper()
	rec, err := recording.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	ix, err := index.Open(rec.TracePath(), index.Options{Sites: rec.Sites})
	if err != nil {
		t.Fatal(err)
	}
	return NewFeed(dir, View{Rec: rec, Index: ix, Findings: findings.Run(ix, rec.Meta)})
}

// A testClient is a browser of a kind: it has the session, and sends the Origin where a browser does.
type testClient struct {
	t    *testing.T
	s    *Server
	base string
}

// serve starts a server with recordings a, b, ... and returns a client of it.
func serve(t *testing.T, sources ...Source) *testClient {
	t.Helper()
	return serveWith(t, func(*Server) {}, sources...)
}

func serveWith(t *testing.T, change func(*Server), sources ...Source) *testClient {
	t.Helper()
	s, err := New(Options{Stderr: errorWriter{t}})
	if err != nil {
		t.Fatal(err)
	}
	change(s)
	for i, src := range sources {
		if err := s.Add(string(rune('a'+i)), src); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return &testClient{t, s, "http://" + s.Addr()}
}

// errorWriter fails the test when the server has something to say: it has nothing to say in a sound test.
type errorWriter struct{ t *testing.T }

func (w errorWriter) Write(b []byte) (int, error) {
	w.t.Errorf("the server says: %s", b)
	return len(b), nil
}

func (c *testClient) header() http.Header {
	return http.Header{"Cookie": {c.s.guard.cookie + "=" + c.s.guard.session}, "Origin": {c.base}}
}

// get fetches a path; it may be called from any goroutine.
func (c *testClient) get(path string) (*http.Response, []byte, error) {
	r, err := http.NewRequest(http.MethodGet, c.base+path, nil)
	if err != nil {
		return nil, nil, err
	}
	r.Header = c.header()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp, b, err
}

// dial opens the websocket of a recording.
func (c *testClient) dial(id string) *wsClient {
	c.t.Helper()
	d := websocket.Dialer{HandshakeTimeout: 10 * time.Second, ReadBufferSize: 1 << 10}
	ws, _, err := d.Dial(strings.Replace(c.base, "http", "ws", 1)+"/api/r/"+id+"/ws", c.header())
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { ws.Close() })
	return &wsClient{c.t, ws}
}

type wsClient struct {
	t  *testing.T
	ws *websocket.Conn
}

func (c *wsClient) send(text string) {
	c.t.Helper()
	if err := c.ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// A wireFrame is a frame as this test reads it, without any code of the server.
type wireFrame struct {
	id      uint32
	kind    byte
	payload []byte
}

func le32(b []byte) uint32 {
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

func (c *wsClient) read() wireFrame {
	c.t.Helper()
	if err := c.ws.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		c.t.Fatal(err)
	}
	kind, b, err := c.ws.ReadMessage()
	if err != nil {
		c.t.Fatal(err)
	}
	if kind != websocket.BinaryMessage || len(b) < 8 || b[5] != 1 || b[6] != 0 || b[7] != 0 {
		c.t.Fatalf("message of type %d: % x", kind, b[:min(len(b), 16)])
	}
	return wireFrame{le32(b), b[4], b[8:]}
}

// ask sends a request and returns its answer.
func (c *wsClient) ask(text string) wireFrame {
	c.t.Helper()
	c.send(text)
	return c.read()
}
