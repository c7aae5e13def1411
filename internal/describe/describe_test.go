package describe

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime/trace"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/tracer/hook"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

var sites = &rewrite.Sites{Version: rewrite.SitesVersion, Files: []string{"main.go"}, Spawns: []rewrite.Spawn{}, Sites: []rewrite.Site{
	{ID: 1, Line: 1, Op: rewrite.OpMake, Name: "jobs", Type: "chan int", Elem: "int"},
	{ID: 2, Line: 2, Op: rewrite.OpLock, Name: "stats", Type: "sync.RWMutex"},
	{ID: 3, Line: 3, Op: rewrite.OpAdd, Name: "producers", Type: "sync.WaitGroup"},
	{ID: 4, Line: 4, Op: rewrite.OpCondWait, Name: "ready", Type: "*sync.Cond"},
	{ID: 5, Line: 5, Op: rewrite.OpOnce, Name: "setup", Type: "sync.Once"},
	{ID: 6, Line: 6, Op: rewrite.OpContext, Name: "ctx", Type: "context.Context"},
	{ID: 7, Line: 7, Op: rewrite.OpTimer, Name: "tick", Type: "*time.Ticker"},
	{ID: 8, Line: 8, Op: rewrite.OpRecv, Name: "ctx.Done()", Type: "<-chan struct{}"},
	{ID: 9, Line: 9, Op: rewrite.OpRecv, Name: "tick.C", Type: "<-chan time.Time"},
}}

// A line is a hook record with what must be said of it.
type line struct {
	op    hook.Op
	site  uint32
	value string
	args  []int64
	want  string
}

// lines is what one goroutine does; the site's number stands for the address too.
var lines = []line{
	{hook.ChanMake, 1, "", []int64{3}, "G makes jobs (capacity 3)"},
	{hook.ChanSend, 1, "7", []int64{3}, "G sends #1 to jobs"},
	{hook.ChanSendBlock, 1, "8", []int64{3}, "G waits to send #2 to jobs"},
	{hook.ChanSendDone, 1, "", []int64{3}, "G has sent #2 to jobs"},
	{hook.ChanRecv, 1, "", []int64{3}, "G receives #1 from jobs"},
	{hook.ChanRecvBlock, 1, "", []int64{3}, "G waits to receive from jobs"},
	{hook.ChanRecvDone, 1, "", []int64{3}, "G has received #2 from jobs"},
	{hook.SelectElse, 0, "", nil, "G takes the default of a select"},
	{hook.ChanClose, 1, "", []int64{3}, "G closes jobs"},
	{hook.ChanRecvClosed, 1, "", []int64{3}, "G finds jobs closed"},
	{hook.Lock, 2, "", nil, "G locks stats"},
	{hook.Unlock, 2, "", nil, "G unlocks stats"},
	{hook.LockBlock, 2, "", nil, "G waits to lock stats"},
	{hook.LockDone, 2, "", nil, "G has locked stats"},
	{hook.TryFailed, 2, "", nil, "G tries to lock stats and does not get it"},
	{hook.Unlock, 2, "", nil, "G unlocks stats"},
	{hook.RLock, 2, "", nil, "G locks stats for reading"},
	{hook.RUnlock, 2, "", nil, "G unlocks stats for reading"},
	{hook.WGAdd, 3, "", []int64{2}, "G adds 2 to producers"},
	{hook.WGAdd, 3, "", []int64{-1}, "G is done with producers"},
	{hook.WGWait, 3, "", nil, "G waits for producers (1 left)"},
	{hook.WGDone, 3, "", nil, "G has waited for producers"},
	{hook.CondSignal, 4, "", nil, "G signals ready"},
	{hook.CondBroadcast, 4, "", nil, "G broadcasts on ready"},
	{hook.OnceRun, 5, "", nil, "G runs the function of setup"},
	{hook.OnceRan, 5, "", nil, "G has run the function of setup"},
	{hook.SleepBegin, 0, "", []int64{2_000_000}, "G sleeps 2.0 ms"},
	{hook.ContextMake, 6, "", []int64{0, 5_000_000_000}, "G makes ctx, deadline in 5.0 s"},
	{hook.ContextDone, 6, "", []int64{0xc000000800}, ""},
	{hook.ChanRecvBlock, 8, "", []int64{0}, "G waits for ctx to be cancelled"},
	{hook.ContextCancel, 6, "", nil, "G cancels ctx"},
	{hook.ChanRecvClosed, 8, "", []int64{0}, "G sees that ctx is cancelled"},
	{hook.ContextCancel, 6, "", nil, "G calls the cancel function of ctx, which was over"},
	{hook.TimerMake, 7, "", []int64{3_000, hook.TimerTicker, 0xc000000900}, "G sets tick, to fire every 3.0 µs"},
	{hook.ChanRecv, 9, "", []int64{1}, "G sees tick fire"},
	{hook.TimerReset, 7, "", []int64{4_000_000_000}, "G sets tick anew, to fire every 4.0 s"},
	{hook.TimerStop, 7, "", nil, "G stops tick"},
}

// record traces f and reads the trace back.
func record(t *testing.T, f func()) *index.Index {
	t.Helper()
	var out bytes.Buffer
	if err := trace.Start(&out); err != nil {
		t.Fatal(err)
	}
	f()
	trace.Stop()
	path := filepath.Join(t.TempDir(), "trace.out")
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	ix, err := index.Open(path, index.Options{Sites: sites})
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

func say(l line) {
	addr := 0xc000000000 + 0x100*uint64(l.site)
	if l.site == 0 {
		addr = 0
	}
	b := hook.AppendRecord(nil, l.op, addr, l.site)
	for _, a := range l.args {
		b = hook.AppendArg(b, a)
	}
	trace.Log(context.Background(), string(b), l.value)
}

func TestEvent(t *testing.T) {
	ix := record(t, func() {
		for _, l := range lines {
			say(l)
		}
	})
	var got []string
	for i := range ix.NumEvents() {
		e := ix.Event(i)
		text := Event(ix, i)
		if text == "" || strings.Contains(text, "(R)") {
			t.Errorf("event %d of kind %v: %q", i, e.Kind, text)
		}
		if e.Kind.Hook() {
			got = append(got, strings.Replace(text, Goroutine(ix, e.G), "G", 1))
		}
	}
	spoken := slices.DeleteFunc(slices.Clone(lines), func(l line) bool { return l.want == "" })
	for i, l := range spoken {
		if i >= len(got) || got[i] != l.want {
			t.Fatalf("record %d: got %q, want %q", i, got[min(i, len(got)):], l.want)
		}
	}
}

// TestGState looks at one goroutine in several states, and at all goroutines at all events for texts that are missing.
func TestGState(t *testing.T) {
	ix := record(t, func() {
		say(lines[0])
		say(line{hook.WGAdd, 3, "", []int64{2}, ""})
		jobs, waits := make(chan int), make(chan bool)
		go func() {
			say(line{hook.ChanRecvBlock, 1, "", []int64{3}, ""})
			close(waits)
			<-jobs
			say(line{hook.ChanRecvDone, 1, "", []int64{3}, ""})
		}()
		<-waits
		time.Sleep(5 * time.Millisecond)
		say(line{hook.ChanSend, 1, "", []int64{3}, ""})
		jobs <- 1
		time.Sleep(time.Millisecond)
	})
	seen := map[string]bool{}
	for i := range ix.NumEvents() {
		st := ix.State(i)
		for _, g := range st.Goroutines {
			text := GState(ix, &st, g)
			if text == "" || text == "not known" {
				t.Errorf("event %d: goroutine %d in state %d: %q", i, g.G, g.State, text)
			}
			seen[text] = true
		}
	}
	for _, want := range []string{"blocked: receive jobs", "sleeping", "sending #1", "receiving #1", "making jobs"} {
		if !seen[want] {
			t.Errorf("%q was never said: %v", want, seen)
		}
	}
}

func TestGStateWords(t *testing.T) {
	ix := record(t, func() { say(lines[0]); say(lines[10]); say(lines[18]); say(lines[22]) })
	obj := map[string]index.OID{}
	for _, o := range ix.Objects() {
		obj[o.Name] = o.ID
	}
	st := &index.State{Event: -1, Time: 5_000_000, WGs: []index.WGState{{Obj: obj["producers"], Counter: 2}}}
	for _, c := range []struct {
		g    index.GState
		want string
	}{
		{index.GState{State: index.StateRunning, Proc: 1}, "running on P1"},
		{index.GState{State: index.StateRunning, Proc: -1}, "running"},
		{index.GState{State: index.StateRunnable}, "waits for a core"},
		{index.GState{State: index.StateSend, Obj: obj["jobs"]}, "blocked: send jobs"},
		{index.GState{State: index.StateSend, Obj: index.None}, "blocked: send"},
		{index.GState{State: index.StateSelect, Cases: []index.SelectCase{{Obj: obj["jobs"]}, {Obj: index.None}}}, "blocked: select jobs, something"},
		{index.GState{State: index.StateSelect, Cases: make([]index.SelectCase, 9)}, "blocked: select jobs, jobs, jobs, 6 more"},
		{index.GState{State: index.StateLock, Obj: obj["stats"], Op: "lock", Since: 1_900_000}, "waits for stats, 3.1 ms"},
		{index.GState{State: index.StateLock, Obj: obj["producers"], Op: "wait"}, "producers.Wait: 2 left"},
		{index.GState{State: index.StateLock, Obj: obj["stats"], Op: "wait"}, "stats.Wait"},
		{index.GState{State: index.StateLock, Obj: obj["ready"], Op: "cond", Since: 4_999_150}, "waits on ready, 850 ns"},
		{index.GState{State: index.StateLock, Obj: index.None}, "blocked: sync"},
		{index.GState{State: index.StateBlocked, Obj: index.None, Forever: true}, "blocked for ever"},
		{index.GState{State: 99}, "not known"},
	} {
		if got := GState(ix, st, c.g); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.g, got, c.want)
		}
	}
}

func TestNamesOfNothing(t *testing.T) {
	ix := record(t, func() {})
	for _, n := range []int{-1, 1 << 30} {
		if g := Goroutine(ix, index.GID(n)); g != "the runtime" {
			t.Errorf("goroutine %d is %q", n, g)
		}
		if o := Object(ix, index.OID(n)); o != "something" {
			t.Errorf("object %d is %q", n, o)
		}
	}
	if long := clip(strings.Repeat("é", 1000), ""); long != strings.Repeat("é", maxWord)+"…" {
		t.Errorf("a long name is %q", long)
	}
}

func TestDuration(t *testing.T) {
	for ns, want := range map[int64]string{0: "0 ns", 850: "850 ns", 1_000: "1.0 µs", 3_100_000: "3.1 ms", 123_456_789: "123 ms", 12_400_000_000: "12.4 s", -5: "-5 ns", -1 << 63: "-4611686018 s"} {
		if got := Duration(ns); got != want {
			t.Errorf("%d: got %q, want %q", ns, got, want)
		}
	}
}
