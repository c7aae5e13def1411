package tracer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
	_ "unsafe" // for go:linkname

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

// nanotime is the monotonic clock that execution traces are written in; it is the same for all processes.
//
//go:linkname nanotime runtime.nanotime
func nanotime() int64

// Limits of waiting for the target to answer or to end.
const (
	flushWait = time.Second           // for the flush before a forwarded signal
	stopWait  = 3 * time.Second       // for the end of the trace
	deadWait  = 2 * time.Second       // for the runtime's own report of a deadlock, once the trace is off
	pipeWait  = 2 * time.Second       // for output pipes that a child keeps open
	lookEvery = 20 * time.Millisecond // how often the growing index is looked at
)

// Exit codes that are not the program's own (product.md: "Exit codes").
const (
	ExitDeadlock = 2
	ExitTimeout  = 124
)

// RunOptions says how to run a program that was built by Build.
type RunOptions struct {
	Dir        string // the recording's folder: exists and is empty
	Args       []string
	WorkDir    string   // of the program; "" is the current one
	Env        []string // nil: this process's
	Stdin      *os.File
	Stdout     *os.File
	Stderr     *os.File
	KeepOutput bool          // let the output pass through us and keep it with times
	Timeout    time.Duration // ends a program that still runs then; 0: never
	Duration   time.Duration // ends the recording then, not the program; 0: never
	MaxSize    int64         // ends the recording when the trace has that many bytes; 0: never
	Procs      int           // GOMAXPROCS; 0: as it is
	NoValues   bool          // record no message values
	Race       bool          // it was built with the race detector: keep its reports, and show them when it has ended
	Perturb    uint64        // seed by which the schedule is disturbed; 0: not at all
	Meta       recording.Meta

	RaceInOutput bool // with Race: leave the reports where they are in the program's output, which then passes through us

	// OnSnapshot is told of the growing index, first as soon as the program runs, and how far it is behind the program.
	OnSnapshot func(ix *index.Index, lag time.Duration)
}

// run is one running target.
type run struct {
	RunOptions
	built   *Built
	ctl     *control
	cmd     *exec.Cmd
	live    *index.Live
	tail    *follower
	fed     chan error // the live reader is through
	output  *keeper
	tee     *raceTee
	started int64 // monotonic ns
	ended   int64
	notes   []string
}

// Run runs a built program to its end and leaves a recording in o.Dir. It forwards signals to the program, ends it when
// it is proven to be deadlocked or when its time is up, and returns what became of it. An error means that the recording
// could not be made; what the program does is no error.
func Run(ctx context.Context, b *Built, o RunOptions) (recording.Meta, error) {
	if !supported {
		return recording.Meta{}, errors.New("recording a program is not supported on this system yet: run trace-viz on Linux, open the recording here")
	}
	r := &run{RunOptions: o, built: b, fed: make(chan error, 1)}
	if err := r.prepare(); err != nil {
		return recording.Meta{}, err
	}
	var err error
	if r.ctl, err = listenControl(); err != nil {
		return recording.Meta{}, err
	}
	defer r.ctl.close()
	signals, stop := catch()
	defer stop()
	done, err := r.start()
	if err != nil {
		return recording.Meta{}, fmt.Errorf("start the program: %w", err)
	}
	how := r.watch(ctx, done, signals)
	return r.finish(how)
}

// prepare writes what is known before the program runs, so that a recording is whole even if we die.
func (r *run) prepare() error {
	b := r.built
	r.Meta.Version, r.Meta.Outcome, r.Meta.Hooks = recording.Version, recording.Running, true
	r.Meta.Go, r.Meta.Module, r.Meta.Digest = b.GoVersion, b.Module, b.Digest
	r.Meta.Start = time.Now().Format(time.RFC3339Nano)
	r.Meta.Args = append([]string{}, r.Args...)
	r.Meta.Notes = append(r.Meta.Notes, b.Notes...)
	if b.FramePointer != "" {
		r.Meta.Notes = append(r.Meta.Notes, b.FramePointer+" loses the frame pointer, so the tracer finds stacks without it, which is slower; GODEBUG of the program says so")
	}
	if r.Perturb > 0 {
		r.Meta.Notes = append(r.Meta.Notes, fmt.Sprintf("the schedule was disturbed by trace-viz, with seed %d", r.Perturb))
	}
	if err := b.Sites.Write(filepath.Join(r.Dir, recording.SitesFile)); err != nil {
		return err
	}
	if err := b.copySources(filepath.Join(r.Dir, recording.SourceDir)); err != nil {
		return err
	}
	return recording.WriteMeta(r.Dir, r.Meta)
}

// start runs the program and follows its trace. done gives the result of waiting for it.
func (r *run) start() (done chan error, err error) {
	r.cmd = exec.Command(r.built.Binary, r.Args...)
	r.cmd.Dir, r.cmd.Env, r.cmd.WaitDelay = r.WorkDir, r.environment(), pipeWait
	r.cmd.Stdin = r.Stdin
	var stdout, stderr io.Writer = r.Stdout, r.Stderr
	if r.Race && r.RaceInOutput {
		if stdout, stderr, err = r.teeRaces(); err != nil {
			return nil, err
		}
	}
	r.cmd.Stdout, r.cmd.Stderr = stdout, stderr
	if r.KeepOutput {
		if r.output, err = newKeeper(filepath.Join(r.Dir, recording.OutputFile)); err != nil {
			return nil, err
		}
		r.cmd.Stdout, r.cmd.Stderr = r.output.stream("stdout", stdout), r.output.stream("stderr", stderr)
	}
	r.started = nanotime()
	if err := r.cmd.Start(); err != nil {
		return nil, err
	}
	r.tail = follow(filepath.Join(r.Dir, recording.TraceFile))
	r.live = index.NewLive(index.Options{Sites: r.built.Sites})
	go func() {
		defer r.tail.Close()
		r.fed <- r.live.Feed(r.tail)
	}()
	done = make(chan error, 1)
	go func() { done <- r.cmd.Wait() }()
	return done, nil
}

// An end is how a run came to its end.
type end struct {
	outcome string // "" if the program ended by itself
	stuck   int64
	detail  string
}

// watch waits for the end of the program and does what has to be done meanwhile.
func (r *run) watch(ctx context.Context, done chan error, signals chan os.Signal) end {
	timeout, duration := timer(r.Timeout), timer(r.Duration)
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	w := watcher{run: r, children: r.watchChildren()}
	defer w.children.end()
	interrupts := 0
	for {
		select {
		case <-done:
			return end{}
		case sig := <-signals:
			interrupts += r.forward(sig, interrupts)
		case <-ctx.Done():
			killTree(r.cmd.Process.Pid)
			<-done
			return end{outcome: recording.Signal, detail: "trace-viz was told to stop"}
		case <-timeout:
			r.ctl.stopAll(stopWait)
			killTree(r.cmd.Process.Pid)
			<-done
			return end{outcome: recording.Hung, detail: fmt.Sprintf("stopped by --timeout after %v", r.Timeout)}
		case <-duration:
			r.endRecording("--duration", r.Duration)
			duration = nil
		case <-look.C:
			if r.MaxSize > 0 && fileSize(r.tail.path) >= r.MaxSize {
				r.endRecording("--max-size", r.MaxSize)
				r.MaxSize = 0
			}
			r.watchRaces()
			if w.look() {
				return r.endDeadlock(done, w.stuckAt)
			}
		}
	}
}

func timer(d time.Duration) <-chan time.Time {
	if d <= 0 {
		return nil
	}
	return time.After(d)
}

func fileSize(path string) int64 {
	if st, err := os.Stat(path); err == nil {
		return st.Size()
	}
	return 0
}

// forward gives a signal to the program, after its trace is on disk. The second interrupt kills it with its children, the
// third ends us at once. It returns 1 for an interrupt and 0 for another signal.
func (r *run) forward(sig os.Signal, before int) int {
	interrupt := sig == os.Interrupt
	switch {
	case interrupt && before == 1:
		killTree(r.cmd.Process.Pid)
	case interrupt && before > 1:
		r.ctl.close()
		r.built.Close()
		os.Exit(128 + 2)
	default:
		r.ctl.flushAll(flushWait)
		if !terminalSignals[sig] || !inForeground() {
			r.cmd.Process.Signal(sig)
		}
	}
	if interrupt {
		return 1
	}
	return 0
}

// endDeadlock ends a program that is proven to be stuck. With the trace off the runtime looks for itself and reports the
// deadlock as it would without us; where it can't (cgo, -race, signal.Notify), we end the program.
func (r *run) endDeadlock(done chan error, at int64) end {
	r.ctl.stopTrace(stopWait)
	e := end{outcome: recording.Deadlock, stuck: at}
	select {
	case <-done:
		if r.Meta.Confirmed = readCrash(r.Dir) != "" || r.deserted(); !r.Meta.Confirmed {
			r.notes = append(r.notes, "all goroutines seemed to wait for ever, so the recording was ended; then something woke the program")
			return end{}
		}
	case <-time.After(deadWait):
		killTree(r.cmd.Process.Pid)
		<-done
		fmt.Fprintln(r.Stderr, "trace-viz: all goroutines are asleep - deadlock; the Go runtime can't see it in this program, so trace-viz ended it")
	}
	return e
}

// deserted reports whether the program ended as by the runtime when no goroutine was left. It says so in one line, which does
// not go to the crash output.
func (r *run) deserted() bool {
	return r.cmd.ProcessState.ExitCode() == ExitDeadlock && len(r.live.Snapshot().AllBlocked().States) == 0
}

func (r *run) endRecording(flag string, limit any) {
	if r.ctl.stopAll(stopWait) {
		r.Meta.Cut = true
		r.notes = append(r.notes, fmt.Sprintf("the recording was ended by %s %v; the program went on", flag, limit))
	}
}

// finish collects what is left and stores how it ended.
func (r *run) finish(how end) (recording.Meta, error) {
	r.ended = nanotime()
	r.tail.end()
	r.ctl.drain(stopWait)
	_, began, whole, procs, leftOut := r.ctl.state()
	if whole && r.cmd.ProcessState.Success() {
		r.tail.leave() // the program ended well and its trace is whole: whoever opens the recording reads it from the beginning
	}
	<-r.fed // what is wrong with the trace is found again when the recording is opened
	m := r.Meta
	m.ExitCode, m.Signal = ending(r.cmd.ProcessState)
	m.CPUNS = int64(r.cmd.ProcessState.UserTime() + r.cmd.ProcessState.SystemTime())
	m.Procs, m.LeftOut, m.WallNS = procs, leftOut, r.ended-r.started
	m.Processes, m.Cost = r.ctl.processes(), r.ctl.cost()
	r.childEnds(m.Processes)
	if began > 0 {
		m.BeganNS = began - r.started
	}
	m.Outcome = outcome(how, m, readCrash(r.Dir))
	switch m.Outcome {
	case recording.Deadlock:
		m.ExitCode, m.Signal, m.StuckNS = ExitDeadlock, "", how.stuck
		if how.stuck > 0 {
			m.WallNS = m.BeganNS + how.stuck
		}
	case recording.Hung:
		m.ExitCode, m.Signal = ExitTimeout, ""
	}
	if m.Outcome == recording.Panic {
		r.cutTail()
	}
	broken := r.ctl.failure()
	m.Complete = broken == nil && (whole || m.Outcome == recording.Panic || m.Outcome == recording.Deadlock)
	if began == 0 && m.Hooks {
		m.Hooks = false
		m.Notes = append(m.Notes, "the program never began to record: it may have left its environment behind, or been ended before its first package was initialised")
	}
	if !m.Complete && began != 0 {
		m.LostNS = max(0, m.WallNS-m.BeganNS-r.live.Snapshot().Duration())
		if m.Loss = loss(m); broken != nil {
			m.Loss = "the trace could not be written any further: " + broken.Error()
		}
	}
	if err := r.collectRaces(); err != nil {
		r.notes = append(r.notes, "reports of the race detector: "+err.Error())
	}
	m.RaceTimes = r.Meta.RaceTimes
	m.Notes = append(m.Notes, r.notes...)
	if r.output != nil {
		if err := r.output.close(began); err != nil {
			m.Notes = append(m.Notes, "output not kept: "+err.Error())
		}
	}
	return m, recording.WriteMeta(r.Dir, m)
}

// cutTail takes from the trace of a program that panicked the beginning of a generation that holds nothing of it: the
// runtime ends the last generation itself before it dies.
func (r *run) cutTail() {
	if q := r.live.Snapshot().Quality(); !q.Complete && q.ReadBytes > 0 {
		if err := os.Truncate(r.tail.path, q.ReadBytes); err != nil {
			r.notes = append(r.notes, "the end of the trace is not whole: "+err.Error())
		}
	}
}

// outcome names the end by the words of package recording.
func outcome(how end, m recording.Meta, crash string) string {
	switch {
	case how.outcome != "":
		return how.outcome
	case m.Signal != "":
		return recording.Signal
	case strings.HasPrefix(crash, "panic: "):
		return recording.Panic
	case crash != "" && !strings.Contains(crash, "[running") && !strings.HasPrefix(crash, "SIG"):
		return recording.Deadlock // the runtime looks for one once the trace was ended, and then no goroutine is the culprit
	case crash != "": // the line "fatal error: ..." itself does not go to the crash output
		return recording.Fatal
	}
	return recording.Exit
}

func loss(m recording.Meta) string {
	why := "the program ended before its trace was"
	switch {
	case m.Signal != "":
		why = "the program was killed (" + m.Signal + ")"
	case m.Outcome == recording.Fatal:
		why = "the program died of a runtime error"
	case m.Outcome == recording.Hung:
		why = "the program did not answer when it was stopped"
	}
	return fmt.Sprintf("the last %.1f s are missing because %s", float64(m.LostNS)/1e9, why)
}

// readCrash gives the text with which the runtime ended the program, and removes the file if it is empty.
func readCrash(dir string) string {
	path := filepath.Join(dir, "crash.log")
	b, err := os.ReadFile(path)
	if err == nil && len(b) == 0 {
		os.Remove(path)
	}
	return string(b)
}
