package rewrite_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/exp/trace"

	"github.com/trace-viz/trace-viz/tracer/hook"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// A record is what a hook logged.
type record struct {
	hook.Record
	site  rewrite.Site
	value string
	g     trace.GoID
}

// readRecords reads the hook records of a trace and holds that each has a site.
func readRecords(t testing.TB, path string, sites *rewrite.Sites) []record {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := trace.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var records []record
	for {
		e, err := r.ReadEvent()
		if errors.Is(err, io.EOF) {
			return records
		}
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind() != trace.EventLog {
			continue
		}
		log := e.Log()
		decoded, value, ok := hook.DecodeLog(log.Category, log.Message, nil)
		if !ok {
			t.Fatalf("not a record: %q", log.Category)
		}
		site, ok := sites.Site(decoded.Site)
		if !ok {
			t.Fatalf("record %q has no site", log.Category)
		}
		records = append(records, record{decoded, site, value, e.Goroutine()})
	}
}

// ends has, for each operation that announces a wait, what may end it.
var ends = map[hook.Op]string{
	hook.ChanSendBlock: string(hook.ChanSendDone),
	hook.ChanRecvBlock: string(hook.ChanRecvDone) + string(hook.ChanRecvEnded),
	hook.SelectBlock:   string(hook.SelectDone),
	hook.LockBlock:     string(hook.LockDone),
	hook.RLockBlock:    string(hook.RLockDone),
	hook.WGWait:        string(hook.WGDone),
	hook.CondWait:      string(hook.CondWoken),
	hook.OnceWait:      string(hook.OnceWoken),
}

// checkRecords is the validator: what a goroutine logs after it said that it waits is the end of that wait, at the same object;
// no other record is an end; and an operation's record has a site of that operation.
func checkRecords(t testing.TB, records []record) {
	t.Helper()
	closers := ""
	for _, e := range ends {
		closers += e
	}
	waits := map[trace.GoID]record{}
	for _, r := range records {
		w, waiting := waits[r.g]
		if waiting && w.Op == hook.CondWait && r.Op != hook.CondWoken && int64(r.Obj) != w.Args[0] {
			continue // the Cond's lock is of the program's own making, and has one inside
		}
		delete(waits, r.g)
		isEnd := strings.ContainsRune(closers, rune(r.Op)) && r.Op != hook.SelectDone
		switch {
		case waiting && (!strings.ContainsRune(ends[w.Op], rune(r.Op)) || w.Op != hook.SelectBlock && w.Obj != r.Obj):
			if !panicked(w) {
				t.Errorf("goroutine %d waits: %s; then: %s", r.g, describe(w), describe(r))
			}
		case !waiting && isEnd:
			t.Errorf("goroutine %d did not say that it waits: %s", r.g, describe(r))
		}
		if ends[r.Op] != "" {
			waits[r.g] = r
		}
		if want := operations[r.Op]; !strings.Contains(" "+want+" ", " "+r.site.Op+" ") {
			t.Errorf("%s: want one of %q", describe(r), want)
		}
	}
}

// panicked reports whether a wait may have ended by a panic: that of a send on a channel that is closed.
func panicked(w record) bool { return w.Op == hook.ChanSendBlock || w.Op == hook.SelectBlock }

// operations are the Site.Op that a record may have.
var operations = map[hook.Op]string{
	hook.ChanMake: "make", hook.ChanSend: "send", hook.ChanSendBlock: "send", hook.ChanSendDone: "send",
	hook.ChanRecv: "recv range", hook.ChanRecvClosed: "recv range", hook.ChanRecvBlock: "recv range", hook.ChanRecvDone: "recv range",
	hook.ChanRecvEnded: "recv range", hook.ChanClose: "close",
	hook.SelectBlock: "select", hook.SelectDone: "send recv", hook.SelectElse: "select",
	hook.Lock: "lock trylock", hook.LockBlock: "lock", hook.LockDone: "lock", hook.Unlock: "unlock", hook.TryFailed: "trylock tryrlock",
	hook.RLock: "rlock tryrlock lock", hook.RLockBlock: "rlock lock", hook.RLockDone: "rlock lock", hook.RUnlock: "runlock unlock",
	hook.WGAdd: "add done go", hook.WGWait: "wait", hook.WGDone: "wait",
	hook.CondWait: "condwait", hook.CondWoken: "condwait", hook.CondSignal: "signal", hook.CondBroadcast: "broadcast",
	hook.SleepBegin: "sleep", hook.TimerMake: "timer afterfunc", hook.TimerName: "afterfunc", hook.TimerRun: "afterfunc",
	hook.TimerReset: "reset", hook.TimerStop: "stop afterfunc",
	hook.ContextMake: "context", hook.ContextCancel: "context", hook.ContextDone: "ctxdone", hook.ContextAfter: "afterfunc",
	hook.OnceRun: "once", hook.OnceRan: "once", hook.OnceWait: "once", hook.OnceWoken: "once",
}

func describe(r record) string {
	return fmt.Sprintf("%c %s %q at line %d", r.Op, r.site.Op, r.site.Name, r.site.Line)
}

// formatRecords lists records with objects numbered as they appear.
func formatRecords(records []record) string {
	var b strings.Builder
	objects := map[uint64]int{0: 0}
	number := func(obj uint64) int {
		if _, ok := objects[obj]; !ok {
			objects[obj] = len(objects)
		}
		return objects[obj]
	}
	for _, r := range records {
		fmt.Fprintf(&b, "%d %c #%d", r.site.Line, r.Op, number(r.Obj))
		for i, a := range r.Args {
			if r.Op == hook.SelectBlock && i%2 == 0 || r.Op == hook.TimerMake && i == 2 {
				fmt.Fprintf(&b, " #%d", number(uint64(a)))
			} else {
				fmt.Fprintf(&b, " %d", a)
			}
		}
		if r.value != "" {
			b.WriteString(" " + r.value)
		}
		b.WriteString("\n")
	}
	return b.String()
}
