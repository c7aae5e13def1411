package index_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/tracetest"
)

// threeGenerations is a trace of three generations, with hooks.
const threeGenerations = `
site make main.go:5 jobs "chan int"
main make jobs 2 @main.go:5
main go w main.worker main.go:6
w start 1
w lock mu
w recvblock jobs
w block "chan receive"
main wake w
main send jobs 1
main send jobs 2
generation
w start 1
w recvdone jobs
w recv jobs
w unlock mu
main go x main.other main.go:7
w end
main send jobs 3 +1000
generation
x start 2
x recv jobs +5000
x recvblock jobs
x block "chan receive"
main close jobs
main wake x
x start 1
x recvended jobs
x end
main end
`

func read(data []byte) (*index.Index, error) {
	return index.Read(bytes.NewReader(data), int64(len(data)), index.Options{})
}

func mustRead(t testing.TB, data []byte) *index.Index {
	t.Helper()
	ix, err := read(data)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	if err := index.Validate(ix); err != nil {
		t.Fatalf("validate: %v", err)
	}
	return ix
}

func TestWrongType(t *testing.T) {
	for _, c := range []struct{ data, want string }{
		{"", "the file is empty"},
		{"\x1f\x8b\x08\x00\x00", "gzip"},
		{"\x7fELF\x02\x01\x01", "ELF"},
		{"PK\x03\x04aaaa", "zip"},
		{"\x0a\x04\x08\x01\x10\x02\xff\xfe\x12", "pprof"},
		{`{"traceEvents":[]}`, "JSON"},
		{"<!DOCTYPE html><html>", "HTML"},
		{"goroutine 1 [running]:\nmain.main()", "goroutine dump"},
		{"hello, world\n", "text"},
		{"package main\n", "Go source"},
		{"\x00\x01\x02\x03\x80\x81", "binary data"},
		{"go 1.26 tra", "cut within its first 16 bytes"},
		{"go 1.99 trace\x00\x00\x00", "format version go 1.99"},
		{"go 1.21 trace\x00\x00\x00\xff\xff\xff\xff", ""},
		{"go 1.26 trace\x00\x00\x00\xff\xff", "no generation"},
	} {
		_, err := read([]byte(c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got error %v, want one with %q", c.data, err, c.want)
		}
		if c.want == "text" && !errors.Is(err, index.ErrNotTrace) {
			t.Errorf("%q: error %v is not ErrNotTrace", c.data, err)
		}
	}
	dir := t.TempDir()
	if _, err := index.Open(dir, index.Options{}); err == nil || !strings.Contains(err.Error(), "directory") {
		t.Errorf("a directory: got %v", err)
	}
	name := filepath.Join(dir, "none")
	if _, err := index.Open(name, index.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: got %v", err)
	}
}

// TestTruncated cuts a trace at every byte. What is whole before the cut is read, the rest is said to be missing.
func TestTruncated(t *testing.T) {
	data, _ := tracetest.Trace(t, threeGenerations)
	whole := mustRead(t, data)
	if q := whole.Quality(); !q.Complete || q.ReadPercent != 100 || q.Reason != "" || q.LostNS != 0 {
		t.Fatalf("whole trace: quality %+v", q)
	}
	last := 0
	for n := range len(data) {
		ix, err := read(data[:n])
		if err != nil {
			if last > 0 {
				t.Fatalf("%d bytes: %v, though %d events were read of fewer", n, err, last)
			}
			continue
		}
		if err := index.Validate(ix); err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		for i := last; i < ix.NumEvents(); i++ {
			if a, b := ix.Event(i), whole.Event(i); a.Kind != b.Kind || a.Time != b.Time || a.G != b.G {
				t.Fatalf("%d bytes: event %d is %+v, want %+v", n, i, a, b)
			}
		}
		q := ix.Quality()
		if ix.NumEvents() < last || q.ReadPercent > 100 || q.Complete != (q.ReadBytes == int64(n)) || q.Complete != (q.Reason == "") {
			t.Fatalf("%d bytes: %d events after %d, quality %+v", n, ix.NumEvents(), last, q)
		}
		last = ix.NumEvents()
	}
	if last == 0 || last == whole.NumEvents() {
		t.Errorf("read at most %d events of truncated traces, want some of %d", last, whole.NumEvents())
	}
}

// TestSalvage damages the second of three generations: the first and the third are read, and the loss is told.
func TestSalvage(t *testing.T) {
	data, _ := tracetest.Trace(t, threeGenerations)
	whole := mustRead(t, data)
	cut, _ := tracetest.Trace(t, threeGenerations[:strings.Index(threeGenerations, "generation")])
	first := len(cut) // the first generation is the same in both
	if !bytes.Equal(cut, data[:first]) {
		t.Fatal("the first generation depends on what follows")
	}
	damaged := bytes.Clone(data)
	damaged[first] = 0xee
	ix := mustRead(t, damaged)
	checkReplay(t, ix)
	q := ix.Quality()
	if q.Complete || q.ReadBytes >= int64(len(data)) || q.ReadBytes < int64(first) || q.LostNS < 1000 || q.Reason == "" {
		t.Errorf("quality: %+v", q)
	}
	n := ix.NumEvents() - 1
	for ix.Event(n).Reason == "lost" {
		n--
	}
	if a, b := ix.Event(n), whole.Event(whole.NumEvents()-1); a.Time != b.Time || a.Kind != b.Kind {
		t.Errorf("last event: got %+v, want %+v", a, b)
	}
	kinds := map[string]int{}
	for i := range ix.NumEvents() {
		kinds[ix.Event(i).Kind.String()]++
	}
	if kinds["close"] != 1 || kinds["make"] != 1 {
		t.Errorf("events of the first and the last generation: %v", kinds)
	}
	for _, g := range ix.Goroutines() {
		if g.Name == "worker" && g.EndEvent < 0 {
			t.Errorf("worker ended in what was lost, but is said to live")
		}
	}
}

// TestBitFlips flips bits all over a trace. Whatever can be read of it is consistent.
func TestBitFlips(t *testing.T) {
	watchPanics(t)
	data, _ := tracetest.Trace(t, threeGenerations)
	rnd := rand.New(rand.NewPCG(1, 2))
	opened := 0
	for range 3000 {
		damaged := bytes.Clone(data)
		for range 1 + rnd.IntN(3) {
			damaged[rnd.IntN(len(data))] ^= 1 << rnd.IntN(8)
		}
		ix, err := read(damaged)
		if err != nil {
			continue
		}
		opened++
		useAll(t, ix)
	}
	if opened < 1000 {
		t.Errorf("only %d of 3000 damaged traces could be read", opened)
	}
}

// watchPanics lets the test fail when our own code panics; the library may.
func watchPanics(t testing.TB) {
	index.SetOnPanic(func(p any) {
		var pcs [32]uintptr
		frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs[:])])
		for {
			f, more := frames.Next()
			if strings.Contains(f.Function, "x/exp/trace") {
				return
			}
			if strings.Contains(f.Function, "internal/index.(*") {
				t.Errorf("panic: %v in %s:%d", p, f.File, f.Line)
				return
			}
			if !more {
				return
			}
		}
	})
	t.Cleanup(func() { index.SetOnPanic(nil) })
}

// useAll calls every query on an index.
func useAll(t testing.TB, ix *index.Index) {
	t.Helper()
	if err := index.Validate(ix); err != nil {
		t.Fatal(err)
	}
	rows := []index.RowKey{"gc", "syscalls", "network", "p0", "p1", "", "x", "g999999", "g-1"}
	for g := range ix.Goroutines() {
		rows = append(rows, index.RowKey(fmt.Sprint("g", g)))
		ix.TimeByState(index.GID(g), 0, ix.Duration())
		ix.EventsOf(index.GID(g))
	}
	for o := range ix.Objects() {
		rows = append(rows, index.RowKey(fmt.Sprint("o", o)))
		ix.EventsOfObject(index.OID(o))
	}
	for _, px := range []int{1, 3, 1600} {
		ix.Window(0, ix.Duration(), px, rows)
		ix.Overview(px)
	}
	for i := -1; i <= min(ix.NumEvents(), 100); i++ {
		ix.State(i)
		ix.Step(i, 1, -1, -1)
		ix.Stack(i)
		if i >= 0 && i < ix.NumEvents() {
			ix.Event(i)
		}
	}
	ix.Flows(0, ix.Duration(), -1, 100)
	ix.BlockedBy(0, ix.Duration())
	ix.ObjectSums()
	ix.Edges()
	ix.AllBlocked()
	ix.Procs()
	ix.Counts()
}

func FuzzOpen(f *testing.F) {
	data, _ := tracetest.Trace(f, threeGenerations)
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add([]byte("go 1.21 trace\x00\x00\x00"))
	f.Add([]byte("go 1.22 trace\x00\x00\x00" + string(data[16:])))
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatalf("no testdata: %v", err)
	}
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		data, _ := tracetest.Trace(f, string(ar.Files[0].Data))
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		watchPanics(t)
		if ix, err := read(data); err == nil {
			useAll(t, ix)
		}
	})
}
