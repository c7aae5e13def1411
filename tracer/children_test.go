package tracer

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// Each process of a program leaves its trace, whether it returns, is killed, outlives the program, or deadlocks: then it is ended
// as by the runtime, and one that only waits is not.
func TestChildren(t *testing.T) {
	built := buildProgram(t, "testdata/children")
	for _, c := range []struct {
		how  string
		code int
		ends []string
	}{
		{"squares", 0, []string{recording.ProcessExit, recording.ProcessExit, recording.ProcessExit}},
		{"kill", 0, []string{recording.ProcessExit, recording.ProcessLost}},
		{"outlive", 0, []string{recording.ProcessExit, recording.ProcessRuns}},
		{"deadlock", 10 + ExitDeadlock, []string{recording.ProcessExit, recording.ProcessDeadlock}},
		{"idle", 10, []string{recording.ProcessExit, recording.ProcessExit}}, // it waits, but not for ever
	} {
		t.Run(c.how, func(t *testing.T) {
			m, dir := runProgram(t, built, RunOptions{Args: []string{c.how}})
			if m.Outcome != recording.Exit || m.ExitCode != c.code || !m.Complete || len(m.Processes) != len(c.ends) {
				t.Fatalf("got %+v", m)
			}
			first := m.Processes[0]
			for i, p := range m.Processes {
				if p.End != c.ends[i] || p.Program != "program" || i > 0 && (p.StartNS <= 0 || p.Parent != first.PID && c.how != "outlive") {
					t.Errorf("process %d: %+v", i, p)
				}
			}
			waitForChildren(t, m, dir)
			ix := openIndex(t, dir)
			if n := ix.Counts().Processes; n != len(c.ends) {
				t.Errorf("got %d processes, want %d", n, len(c.ends))
			}
			for _, p := range ix.Processes() {
				if p.ClockErrorNS > 64 {
					t.Errorf("the clocks differ by up to %d ns: %+v", p.ClockErrorNS, p)
				}
			}
			switch c.how {
			case "squares":
				checkPipes(t, ix)
				checkPipeWaits(t, ix)
			case "kill":
				checkKilled(t, ix)
			}
		})
	}
}

// waitForChildren waits until the children that outlive the program have ended: they write into the folder until then.
func waitForChildren(t *testing.T, m recording.Meta, dir string) {
	t.Helper()
	for _, p := range m.Processes[1:] {
		for range 10_000 {
			if syscall.Kill(p.PID, 0) != nil {
				break
			}
			time.Sleep(time.Millisecond)
		}
		if _, err := os.Stat(filepath.Join(dir, fmt.Sprintf("trace-%d.out", p.PID))); err != nil {
			t.Error(err)
		}
	}
}

// checkPipes checks the messages over the pipes of two children, each of which gets 20 lines and answers each of them.
func checkPipes(t *testing.T, ix *index.Index) {
	t.Helper()
	gs := ix.Goroutines()
	messages := map[string]int{}
	for _, o := range ix.Objects() {
		if o.Kind != index.KindPipe {
			continue
		}
		last := int64(-1)
		ix.Messages(o.ID, func(f index.Flow) {
			from, to := gs[f.From].Process, gs[f.To].Process
			messages[fmt.Sprintf("%s: %d to %d", o.Name, from, to)]++
			if f.T0 > f.T1 || f.T1 < last {
				t.Errorf("%s: message %d goes from %d to %d, the one before arrived at %d", o.Name, f.K, f.T0, f.T1, last)
			}
			last = f.T1
		})
	}
	want := "map[stdin of process 2: 1 to 2:20 stdin of process 3: 1 to 3:20 stdout of process 2: 2 to 1:20 stdout of process 3: 3 to 1:20]"
	if got := fmt.Sprint(messages); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// checkPipeWaits checks that who waits for a pipe is said to wait for that one: main's reader for the answers of a child, and the
// child, whose standard input no poller watches, for numbers.
func checkPipeWaits(t *testing.T, ix *index.Index) {
	t.Helper()
	waits := map[string]int{}
	for _, g := range ix.Goroutines() {
		for _, ev := range ix.EventsOf(g.ID) {
			if s := ix.StateOf(int(ev), g.ID); s.Op == index.OpPipeRead {
				waits[fmt.Sprintf("%d reads %s", g.Process, ix.Objects()[s.Obj].Name)]++
			}
		}
	}
	for _, want := range []string{"1 reads stdout of process 2", "2 reads stdin of process 2", "1 reads stdout of process 3", "3 reads stdin of process 3"} {
		if waits[want] == 0 {
			t.Errorf("nobody %s: %v", want, waits)
		}
	}
	if len(waits) != 4 {
		t.Errorf("got %v", waits)
	}
}

// checkKilled checks that what a killed process did is there up to its last whole generation: it lived for many.
func checkKilled(t *testing.T, ix *index.Index) {
	t.Helper()
	child := ix.Processes()[1]
	arrived := 0
	for _, o := range ix.Objects() {
		if o.Name == "stdout of process 2" {
			ix.Messages(o.ID, func(index.Flow) { arrived++ })
		}
	}
	if arrived == 0 {
		t.Error("no message of the killed process is there")
	}
	for _, g := range ix.Goroutines() {
		if g.Process == 2 && (g.Ended < 0 || g.Ended > child.End) {
			t.Errorf("%s of the killed process ends at %d, the process at %d", g.Name, g.Ended, child.End)
		}
	}
}

// Whoever has the name of the socket may say anything; processes are asked all at once, and one that does not answer holds
// nobody up for long.
func TestControlChildren(t *testing.T) {
	c, err := listenControl()
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	say := func(line string) *net.UnixConn {
		conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: c.path(), Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(conn, line)
		return conn
	}
	known := func(n int) {
		for range 10_000 {
			if len(c.processes()) == n {
				return
			}
			time.Sleep(time.Millisecond)
		}
		t.Fatalf("got %d processes, want %d", len(c.processes()), n)
	}
	target := say("hello 42 2 1000 1 2f7800\n") // /x
	known(1)
	child := say("hello 43 2 3000 42 2f62696e2f78006120620000\n") // /bin/x, "a b", ""
	say("hello 44 2 2000 42 zz\n")                                // its arguments are none, and it never answers
	known(3)
	for _, conn := range []*net.UnixConn{target, child} {
		go func() {
			conn.Read(make([]byte, 1))
			fmt.Fprint(conn, "flushed\n")
		}()
	}
	began := time.Now()
	if !c.flushAll(20 * time.Second) {
		t.Error("the target was not asked")
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("a silent child held it up for %v", took)
	}
	var got []string
	for _, p := range c.processes() {
		got = append(got, fmt.Sprintf("%d of %d: %q %q at %d, %s", p.PID, p.Parent, p.Program, p.Args, p.StartNS, p.End))
	}
	want := `42 of 1: "x" [] at 0, runs
44 of 42: "" [] at 1000, runs
43 of 42: "x" ["a b" ""] at 2000, runs`
	if text := strings.Join(got, "\n"); text != want {
		t.Errorf("got:\n%s\nwant:\n%s", text, want)
	}
}

// A release of Go in which package internal/poll is another leaves a program without messages over pipes, and says so.
func TestPipesOfUnknownRelease(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "src", "internal", "poll")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	text := "package poll\n\ntype FD struct {\n\tSysfd int\n}\n"
	if err := os.WriteFile(filepath.Join(dir, "fd_unix.go"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	built := buildProgram(t, "testdata/children")
	overlay, note, err := pipeOverlay(t.TempDir(), root, built.files)
	if err != nil || len(overlay) > 0 || !strings.Contains(note, "is not known") {
		t.Errorf("got %v, %q, %v", overlay, note, err)
	}
	if overlay, note, err := pipeOverlay(t.TempDir(), root, nil); overlay != nil || note != "" || err != nil {
		t.Errorf("a program that starts none: got %v, %q, %v", overlay, note, err)
	}
}
