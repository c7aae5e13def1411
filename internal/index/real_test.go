package index_test

import (
	"bytes"
	"context"
	"runtime"
	"runtime/trace"
	"strconv"
	"sync"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/tracer/hook"
)

// A hooked channel does what the hooks do in a target: it tries first, under a lock of its own.
type hooked struct {
	c    chan int
	addr uint64
	mu   sync.Mutex
}

func logRecord(op hook.Op, obj uint64, value string, args ...int64) {
	r := hook.AppendRecord(nil, op, obj, 0)
	for _, a := range args {
		r = hook.AppendArg(r, a)
	}
	trace.Log(context.Background(), string(r), value)
}

func (h *hooked) log(op hook.Op, value string) { logRecord(op, h.addr, value, int64(cap(h.c))) }

func (h *hooked) send(v int) {
	h.mu.Lock()
	select {
	case h.c <- v:
		h.log(hook.ChanSend, strconv.Itoa(v))
		h.mu.Unlock()
		return
	default:
		h.log(hook.ChanSendBlock, strconv.Itoa(v))
		h.mu.Unlock()
	}
	h.c <- v
	h.log(hook.ChanSendDone, "")
}

func (h *hooked) recv() (int, bool) {
	h.mu.Lock()
	select {
	case v, ok := <-h.c:
		op := hook.ChanRecv
		if !ok {
			op = hook.ChanRecvClosed
		}
		h.log(op, "")
		h.mu.Unlock()
		return v, ok
	default:
		h.log(hook.ChanRecvBlock, "")
		h.mu.Unlock()
	}
	v, ok := <-h.c
	op := hook.ChanRecvDone
	if !ok {
		op = hook.ChanRecvEnded
	}
	h.log(op, "")
	return v, ok
}

func (h *hooked) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.log(hook.ChanClose, "")
	close(h.c)
}

// TestRealTrace records goroutines that pass numbers over channels of several sizes, and holds what the index says of
// them against what the receivers got.
func TestRealTrace(t *testing.T) {
	const senders, each = 3, 400
	sizes := []int{0, 1, 8}
	var out bytes.Buffer
	if err := trace.Start(&out); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i, size := range sizes {
		h := &hooked{c: make(chan int, size), addr: uint64(0x1000 * (i + 1))}
		h.log(hook.ChanMake, "")
		var group sync.WaitGroup
		for s := range senders {
			group.Add(1)
			go func() {
				defer group.Done()
				for v := range each {
					h.send(s*each + v)
					if v%16 == 0 {
						runtime.Gosched()
					}
				}
			}()
		}
		for range 2 {
			all.Add(1)
			go func() {
				defer all.Done()
				for v, ok := h.recv(); ok; v, ok = h.recv() {
					trace.Log(context.Background(), "got", strconv.Itoa(v))
				}
			}()
		}
		group.Wait()
		h.close()
	}
	all.Wait()
	trace.Stop()
	ix := mustRead(t, out.Bytes())
	checkReplay(t, ix)
	if q := ix.Quality(); !q.Complete {
		t.Errorf("quality: %+v", q)
	}
	if n := len(ix.Objects()); n != len(sizes) {
		t.Fatalf("%d objects, want %d", n, len(sizes))
	}
	for i, o := range ix.Objects() {
		if o.Kind != index.KindChannel || o.Cap != sizes[i] || o.Closed < 0 || o.Inexact {
			t.Errorf("object %d: %+v", i, o)
		}
		if n := ix.ObjectSums()[i].Messages; n != senders*each {
			t.Errorf("channel of size %d: %d messages, want %d", sizes[i], n, senders*each)
		}
	}
	wrong, total := matched(ix)
	if total != len(sizes)*senders*each {
		t.Errorf("%d values received, want %d", total, len(sizes)*senders*each)
	}
	// Beyond a handful in a hundred thousand the log has the order of the channels.
	if wrong > total/200 {
		t.Errorf("%d of %d messages are matched to the wrong send", wrong, total)
	}
}

// matched counts the received values, and those for which the index names another.
func matched(ix *index.Index) (wrong, total int) {
	for _, g := range ix.Goroutines() {
		value := ""
		for _, ev := range ix.EventsOf(g.ID) {
			switch e := ix.Event(int(ev)); e.Kind {
			case index.KindRecv, index.KindRecvDone:
				value = e.Value
			case index.KindLog:
				total++
				if e.Value != value {
					wrong++
				}
			}
		}
	}
	return wrong, total
}

// TestPlainTrace reads a trace without hooks: names come from functions, places from stacks.
func TestPlainTrace(t *testing.T) {
	var out bytes.Buffer
	if err := trace.Start(&out); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	gate := make(chan bool)
	for range 3 {
		wg.Add(1)
		go waitFor(gate, &wg)
	}
	wg.Go(func() { <-gate })
	for range 4 {
		gate <- true
	}
	wg.Wait()
	trace.Stop()
	ix := mustRead(t, out.Bytes())
	checkReplay(t, ix)
	if ix.HasHooks() || len(ix.Objects()) != 0 {
		t.Error("hooks or objects in a plain trace")
	}
	roles := map[string]int{}
	for _, g := range ix.Goroutines() {
		if g.System {
			t.Errorf("a goroutine of the runtime: %+v", g)
		}
		if g.SpawnEvent >= 0 {
			roles[g.Role]++
			if g.EndEvent < 0 || g.SpawnSite.Line == 0 || g.SpawnSite.File != "github.com/trace-viz/trace-viz/internal/index/real_test.go" {
				t.Errorf("goroutine %+v", g)
			}
		}
	}
	if roles["index_test.waitFor"] != 3 || len(roles) != 2 {
		t.Errorf("roles: %v", roles)
	}
}

func waitFor(gate <-chan bool, wg *sync.WaitGroup) {
	defer wg.Done()
	<-gate
}
