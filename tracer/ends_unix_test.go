//go:build unix

package tracer

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// A tick is a millisecond of the program or more, and the program counts them itself: what is lost does not depend on how busy
// the machine is. A complete recording may lack those of its last 10 ms. An end that nobody can prepare for may cost a
// generation, which is 100 ms; where ending one is dear it is longer, and so it is on a busy machine.
const (
	ticksLost      = 10
	generationLost = 200
)

// An endCase is a row of the table of ends.
type endCase struct {
	how      string
	outcome  string
	code     int
	signal   string
	complete bool
}

var allEnds = []endCase{
	{"return", recording.Exit, 0, "", true},
	{"exit", recording.Exit, 3, "", true},
	{"log.Fatal", recording.Exit, 1, "", true},
	{"panic", recording.Panic, 2, "", true},
	{"nil", recording.Panic, 2, "", true},
	{"other", recording.Panic, 2, "", true},
	{"fatal", recording.Fatal, 2, "", false},
	{"maps", recording.Fatal, 2, "", false},
	{"handled", recording.Exit, 7, "", true},
	{"INT through", recording.Signal, 128 + 2, "SIGINT", false},
	{"TERM through", recording.Signal, 128 + 15, "SIGTERM", false},
	{"HUP through", recording.Signal, 128 + 1, "SIGHUP", false},
	{"QUIT through", recording.Fatal, 2, "", false},
	{"INT past", recording.Signal, 128 + 2, "SIGINT", false},
	{"TERM past", recording.Signal, 128 + 15, "SIGTERM", false},
	{"KILL past", recording.Signal, 128 + 9, "SIGKILL", false},
	{"stubborn", recording.Signal, 128 + 9, "SIGKILL", false},
	{"deadlock", recording.Deadlock, 2, "", true},
	{"hang", recording.Hung, 124, "", true},
}

// Every way in which a program can end, after a short life and a long one and under both supported releases of Go, leaves a
// recording that opens, says how it ended and what is lost, and has the last ticks.
func TestEnds(t *testing.T) {
	for _, toolchain := range []string{"local", "go1.27.3"} {
		t.Run(toolchain, func(t *testing.T) {
			if toolchain != "local" {
				useToolchain(t, toolchain)
			}
			built := buildProgram(t, "testdata/ends")
			if toolchain != "local" && built.GoVersion != toolchain {
				t.Fatalf("built with %s, wanted %s", built.GoVersion, toolchain)
			}
			tell, results := tellRecorder(t, built), map[string]*endResult{}
			var all sync.WaitGroup
			for _, c := range allEnds {
				for _, life := range []string{"50ms", "5s"} {
					r := &endResult{dir: t.TempDir()}
					results[c.how+"/"+life] = r
					all.Go(func() { r.err = tell.record(t.Context(), r, c.how, life) })
				}
			}
			all.Wait()
			for _, c := range allEnds {
				for _, life := range []string{"50ms", "5s"} {
					t.Run(c.how+"/"+life, func(t *testing.T) {
						c.check(t, results[c.how+"/"+life])
						c.checkLost(t, tell, results[c.how+"/"+life], life)
					})
				}
			}
		})
	}
}

// useToolchain lets the go command be that of another release.
func useToolchain(t *testing.T, version string) {
	t.Helper()
	t.Setenv("GOTOOLCHAIN", version)
	if out, err := exec.CommandContext(t.Context(), "go", "version").CombinedOutput(); err != nil {
		t.Fatalf("this test needs %s, one of the two supported releases, which the go command fetches through the module proxy (GOPROXY): %v\n%s",
			version, err, out)
	}
}

// An endResult is one run of the program.
type endResult struct {
	dir  string
	meta recording.Meta
	err  error
}

func (r *endResult) file(name string) string { return filepath.Join(r.dir, name) }

func (c endCase) check(t *testing.T, r *endResult) {
	if r.err != nil {
		t.Fatal(r.err)
	}
	m := r.meta
	if m.Outcome != c.outcome || m.ExitCode != c.code || m.Signal != c.signal || m.Complete != c.complete {
		t.Errorf("got %s, exit code %d, signal %q, complete %v", m.Outcome, m.ExitCode, m.Signal, m.Complete)
	}
	ix := openIndex(t, r.file("recording"))
	if m.Complete == (m.Loss != "") {
		t.Errorf("complete: %v, but of the loss is said %q", m.Complete, m.Loss)
	}
	if c.how == "hang" {
		c.checkHung(t, ix)
	}
	if b, err := os.ReadFile(r.file("ticks.child")); err == nil {
		pid, err := strconv.Atoi(string(b))
		if err != nil || syscall.Kill(pid, 0) == nil {
			t.Errorf("the child %s is still there: %v", b, err)
		}
	}
}

// lost tells how many ticks are lost, and how many may be.
func (c endCase) lost(t *testing.T, r *endResult) (lost, allowed int) {
	allowed = ticksLost
	switch {
	case c.how == "hang": // it ticks between the end of its trace and its own
		allowed = generationLost
	case !c.complete && !strings.HasSuffix(c.how, "through"):
		allowed = generationLost
	}
	return ticksDone(t, r) - ticksSeen(openIndex(t, r.file("recording"))), allowed
}

// checkLost holds that the last ticks are there. The program ticks on while its trace is ended, on a busy machine for longer:
// a real loss would be there each time, also when nothing runs beside it.
func (c endCase) checkLost(t *testing.T, tell recorderJob, r *endResult, life string) {
	lost, allowed := c.lost(t, r)
	for try := 0; lost > allowed && try < 3; try++ {
		t.Logf("%d of %d ticks were lost among all others", lost, ticksDone(t, r))
		r = &endResult{dir: t.TempDir()}
		if err := tell.record(t.Context(), r, c.how, life); err != nil {
			t.Fatal(err)
		}
		lost, allowed = c.lost(t, r)
	}
	if lost < 0 || lost > allowed {
		t.Errorf("%d of %d ticks are lost, wanted at most %d", lost, ticksDone(t, r), allowed)
	}
}

// checkHung holds that a program which was stopped has every goroutine's state kept.
func (c endCase) checkHung(t *testing.T, ix *index.Index) {
	states := map[string]string{}
	for _, g := range ix.State(ix.NumEvents() - 1).Goroutines {
		states[ix.Goroutines()[g.G].Name] = fmt.Sprint(g.State == index.StateRunning, g.Op)
	}
	if len(states) != 2 || states["main"] == "" || states["tick"] == "" {
		t.Errorf("got states %v, wanted those of main and tick", states)
	}
}

// ticksDone is what the program counted itself.
func ticksDone(t *testing.T, r *endResult) int {
	b, err := os.ReadFile(r.file("ticks"))
	if err != nil || len(b) != 8 {
		t.Fatalf("the program left no count: %v", err)
	}
	return int(binary.NativeEndian.Uint64(b))
}

func ticksSeen(ix *index.Index) (n int) {
	for i := range ix.NumEvents() {
		if e := ix.Event(i); e.Kind == index.KindSend && ix.Objects()[e.Obj].Name == "ticks" {
			n++
		}
	}
	return n
}

// A recorderJob is what a process that records one program is told: this test binary again, since signals are a process's own.
type recorderJob struct {
	Binary, Name, GoVersion, Module, Sites, HiddenWaker string

	Dir     string
	Args    []string
	Timeout time.Duration
}

const recorderEnv = "TRACEVIZ_TEST_RECORDER"

func TestMain(m *testing.M) {
	if job := os.Getenv(recorderEnv); job != "" {
		if err := runRecorder(job); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func tellRecorder(t *testing.T, b *Built) recorderJob {
	t.Helper()
	sites := filepath.Join(t.TempDir(), "sites.json")
	if err := b.Sites.Write(sites); err != nil {
		t.Fatal(err)
	}
	return recorderJob{Binary: b.Binary, Name: b.Name, GoVersion: b.GoVersion, Module: b.Module, Sites: sites, HiddenWaker: b.HiddenWaker}
}

// record records one run in a process of its own, in a process group of its own, as a shell would start it.
func (j recorderJob) record(ctx context.Context, r *endResult, how, life string) error {
	j.Dir, j.Args, j.Timeout = r.file("recording"), []string{how, life, r.file("ticks")}, time.Minute
	if how == "hang" {
		lived, err := time.ParseDuration(life)
		if err != nil {
			return err
		}
		j.Timeout = lived + time.Second
	}
	if err := os.Mkdir(j.Dir, 0o700); err != nil {
		return err
	}
	job, err := json.Marshal(j)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), recorderEnv+"="+string(job))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, said)
	}
	b, err := os.ReadFile(filepath.Join(j.Dir, recording.MetaFile))
	if err != nil {
		return err
	}
	return json.Unmarshal(b, &r.meta)
}

func runRecorder(job string) error {
	var j recorderJob
	if err := json.Unmarshal([]byte(job), &j); err != nil {
		return err
	}
	os.Unsetenv(recorderEnv)
	sites, err := rewrite.ReadSites(j.Sites)
	if err != nil {
		return err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	b := &Built{Binary: j.Binary, Name: j.Name, GoVersion: j.GoVersion, Module: j.Module, Sites: sites, HiddenWaker: j.HiddenWaker}
	_, err = Run(context.Background(), b, RunOptions{Dir: j.Dir, Args: j.Args, Timeout: j.Timeout, Stdin: null, Stdout: null, Stderr: null})
	return err
}
