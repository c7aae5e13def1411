package index_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/trace"
	"slices"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/tracer/hook"
)

// envTrace makes the test program a process that records itself into the file of that name.
const envTrace = "INDEX_TEST_TRACE"

func init() {
	if name := os.Getenv(envTrace); name != "" {
		os.Exit(beTraced(name))
	}
}

// beTraced passes numbers over a channel of which the address is the same in each process. It says on its standard output
// when it has begun and ends with its standard input.
func beTraced(name string) int {
	f, err := os.Create(name)
	if err != nil {
		return 1
	}
	if err := trace.Start(f); err != nil {
		return 1
	}
	h := &hooked{c: make(chan int, 2), addr: 0x1000}
	h.log(hook.ChanMake, "")
	done := make(chan int)
	go func() {
		n := 0
		for _, ok := h.recv(); ok; _, ok = h.recv() {
			n++
		}
		done <- n
	}()
	fmt.Println("began")
	for v := range 300 {
		h.send(v)
	}
	io.Copy(io.Discard, os.Stdin)
	h.close()
	n := <-done
	trace.Stop()
	f.Close()
	return 300 - n
}

// recordChildren records n processes that run at the same time, and this one, which starts them, into a folder.
func recordChildren(t *testing.T, n int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	f, err := os.Create(filepath.Join(dir, "trace.out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := trace.Start(f); err != nil {
		t.Fatal(err)
	}
	h := &hooked{c: make(chan int, 1), addr: 0x1000}
	h.log(hook.ChanMake, "")
	for i := range n {
		cmd := exec.Command(os.Args[0])
		// The process id is not known before, and any number will do.
		cmd.Env = append(os.Environ(), envTrace+"="+filepath.Join(dir, fmt.Sprintf("trace-%d.out", 50-i)))
		in, _ := cmd.StdinPipe()
		out, _ := cmd.StdoutPipe()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		out.Read(make([]byte, 16)) // it has begun
		h.send(i)
		h.recv()
		defer func() {
			in.Close()
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		}()
	}
	defer trace.Stop() // before the children end
	return dir
}

func openDir(t *testing.T, dir string) *index.Index {
	t.Helper()
	ix, err := index.Open(filepath.Join(dir, "trace.out"), index.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := index.Validate(ix); err != nil {
		t.Error(err)
	}
	return ix
}

// TestProcesses puts the traces of three processes together: each thing belongs to one of them, everything is in the order of
// one clock, and the state by scrubbing is the state by playing.
func TestProcesses(t *testing.T) {
	dir := recordChildren(t, 2)
	ix := openDir(t, dir)
	checkReplay(t, ix)
	ps := ix.Processes()
	if len(ps) != 3 || ix.Counts().Processes != 3 {
		t.Fatalf("got processes %+v and a count of %d", ps, ix.Counts().Processes)
	}
	if ps[0].PID != 0 || ps[1].PID != 50 || ps[2].PID != 49 {
		t.Errorf("got %+v, wanted them in the order in which they began", ps)
	}
	for _, p := range ps {
		if !p.Complete || p.ClockErrorNS > 64 {
			t.Errorf("process %d: %+v", p.Number, p)
		}
	}
	mains := map[int]string{}
	for _, g := range ix.Goroutines() {
		p := ps[g.Process-1]
		if g.Process > 1 && (g.Created < p.Start || g.Ended < 0 || g.Ended > p.End) {
			t.Errorf("goroutine %s lives from %d to %d, its process from %d to %d", g.Name, g.Created, g.Ended, p.Start, p.End)
		}
		if g.GoID == 1 {
			mains[g.Process] = g.Name
		}
	}
	if mains[2] != "main (process 2)" || mains[3] != "main (process 3)" {
		t.Errorf("got main goroutines %v", mains)
	}
	var owners []int
	for _, o := range ix.Objects() {
		owners = append(owners, o.Process)
	}
	if !slices.Equal(owners, []int{1, 2, 3}) {
		t.Errorf("got channels of processes %v, want one at the same address in each", owners)
	}
	checkCausality(t, ix)
	checkOwners(t, ix)
}

// checkCausality checks the clock: this process sends when it has read what a child wrote once it had begun, so after the
// child's channel was made, and the child starts after the send before.
func checkCausality(t *testing.T, ix *index.Index) {
	t.Helper()
	var sends []int64
	for _, ev := range ix.EventsOfObject(0) {
		if e := ix.Event(int(ev)); e.Kind == index.KindSend {
			sends = append(sends, e.Time)
		}
	}
	if len(sends) != 2 {
		t.Fatalf("got %d sends of the first process, want 2", len(sends))
	}
	for i, o := range ix.Objects()[1:] {
		made := ix.Event(o.MadeEvent).Time
		if made >= sends[i] || i > 0 && made <= sends[i-1] {
			t.Errorf("the channel of process %d is made at %d, this one sends at %v", o.Process, made, sends)
		}
	}
}

// checkOwners checks that no event and no lane mixes processes.
func checkOwners(t *testing.T, ix *index.Index) {
	t.Helper()
	gs, objs := ix.Goroutines(), ix.Objects()
	for i := range ix.NumEvents() {
		e := ix.Event(i)
		if e.G < 0 {
			continue
		}
		p := gs[e.G].Process
		if e.Obj >= 0 && objs[e.Obj].Process != p || e.Other >= 0 && gs[e.Other].Process != p {
			t.Fatalf("event %d of process %d: %+v", i, p, e)
		}
		if lane, _ := index.SplitProc(e.Proc); e.Proc >= 0 && lane != p {
			t.Fatalf("event %d of process %d is on a proc of process %d", i, p, lane)
		}
	}
	for _, p := range ix.Procs() {
		row := ix.Window(0, ix.Duration(), 1<<14, []index.RowKey{index.RowKey("p" + itoa(p.ID))})[0]
		for _, info := range row.Info {
			if info > 0 && gs[info-1].Process != p.Process {
				t.Errorf("proc %d of process %d runs %s", p.P, p.Process, gs[info-1].Name)
			}
		}
	}
}

// TestProcessesTwice reads the same recording twice, with different numbers of decoders.
func TestProcessesTwice(t *testing.T) {
	dir := recordChildren(t, 2)
	var dumps [2]string
	for i := range dumps {
		ix, err := index.Open(filepath.Join(dir, "trace.out"), index.Options{Parallel: i + 1})
		if err != nil {
			t.Fatal(err)
		}
		dumps[i] = dump(ix) + fmt.Sprintf("%+v %+v", ix.Processes(), ix.Quality())
	}
	if dumps[0] != dumps[1] {
		t.Error("the same files gave two indexes")
	}
}

// TestDamagedChild damages the trace of a child in several ways: that is said, and the rest is there.
func TestDamagedChild(t *testing.T) {
	dir := recordChildren(t, 1)
	name := filepath.Join(dir, "trace-50.out")
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(whole)
	for i := len(flipped) / 2; i < len(flipped)/2+200; i++ {
		flipped[i] ^= 0x55
	}
	for _, c := range []struct {
		how  string
		data []byte
		want string
	}{
		{"empty", nil, "process with pid 50: not a Go execution trace: the file is empty"},
		{"cut", whole[:len(whole)-100], "no generation"},
		{"header", whole[:16], "no generation"},
		{"foreign", []byte("hello, I am no trace at all"), "not a Go execution trace"},
		{"flipped", flipped, "pid 50"},
		{"old", append([]byte("go 1.21 trace\x00\x00\x00"), whole[16:]...), "says nothing of its clock"},
	} {
		t.Run(c.how, func(t *testing.T) {
			writeFile(t, name, c.data)
			ix := openDir(t, dir)
			checkReplay(t, ix)
			if q := ix.Quality(); q.Complete || !strings.Contains(q.Reason, c.want) {
				t.Errorf("got %+v, wanted %q", q, c.want)
			}
			if n := len(ix.Processes()); n != 2 || ix.Counts().Processes != 2 || ix.Counts().Messages < 1 {
				t.Errorf("got %d processes, %+v", n, ix.Counts())
			}
		})
	}
}

// TestChildren finds the traces of children, and nothing else.
func TestChildren(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"trace.out", "trace-12.out", "trace-3.out", "trace-012.out", "trace-x.out", "trace--1.out", "trace-5.out.new"} {
		writeFile(t, filepath.Join(dir, name), []byte("x"))
	}
	if err := os.Mkdir(filepath.Join(dir, "trace-9.out"), 0o700); err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	for _, c := range index.Children(filepath.Join(dir, "trace.out")) {
		fmt.Fprintf(&got, "%d %s ", c.PID, filepath.Base(c.Path))
	}
	if want := "3 trace-3.out 12 trace-12.out "; got.String() != want {
		t.Errorf("got %q, want %q", got.String(), want)
	}
	if got := index.Children(filepath.Join(dir, "other.out")); got != nil {
		t.Errorf("got %v beside a trace of another name", got)
	}
}
