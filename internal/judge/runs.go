package judge

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/hunt"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/scenarios"
	"github.com/trace-viz/trace-viz/tracer"
)

// patience is the time-out of one run: the exercises take two seconds at most.
const patience = 10 * time.Second

// racePatience is that of a run under the race detector, which makes computing several times as long.
const racePatience = 4 * patience

// procs are the numbers of procs that the runs of an attempt take turns with; 0 is the default of the machine.
var procs = []int{0, 1, 4, 2}

// beginLate lets the first run after those on different numbers of procs be one in which goroutines begin late, and so be chosen blindly;
// what a hunt does in its first runs is too little for an attempt that gets six of them.
const beginLate = 9

// A shown is what is known of one run.
type shown struct {
	how      string // in words, for a failure
	meta     recording.Meta
	findings []findings.Finding
	lines    []string   // of its standard output
	wrong    string     // what is wrong with them
	most     int        // of its own goroutines at one time, main not counted
	beside   float64    // share of the time in which its own goroutines compute in which two or more do
	crowded  float64    // share of the time in which they are at work in which more are than may be
	sleep    stretch    // the longest of its own goroutines
	spin     spin       // of its own goroutines, the worst
	lock     stretch    // the longest wait of theirs for a lock
	all      load       // of the whole run
	before   load       // of the part before the last line that the task asks for
	messages int        // that went through channels
	unread   places     // messages that are left in a channel
	slots    places     // of the semaphore, where the number of those who work at once is bounded
	hunted   hunt.Shown // what the next run can learn from it
	kept     string     // folder of the recording, "" if it is not kept
}

// A load is what a program had to do, in ns: time on procs, and time in which the network was waited for.
type load struct{ compute, network int64 }

// ok tells whether a run shows nothing wrong.
func (s *shown) ok() bool {
	return s.meta.Outcome == recording.Exit && s.meta.ExitCode == 0 && len(s.findings) == 0 && s.wrong == ""
}

// attempts runs the attempt until a run shows that it is wrong, or until it has run often enough, then under the race detector.
func (c *court) attempts(built *tracer.Built) error {
	scout := hunt.NewScout(1)
	for n := range c.Runs {
		c.Progress("run %d of %d", n+1, c.Runs)
		opt := tracer.RunOptions{Procs: procs[n%len(procs)], Meta: recording.Meta{Program: c.name(), Pacing: "event", Fixed: c.verdict.Exercise.Twin().Name()}}
		if n >= len(procs) {
			opt.Perturb = scout.Seed(n + beginLate)
		}
		s, err := c.run(built, opt, c.Keep != nil && n == 0)
		if err != nil {
			return err
		}
		if s, err = c.again(built, opt, s); err != nil {
			return err
		}
		s.how = how(n+1, opt)
		scout.Learn(s.hunted)
		s.hunted = hunt.Shown{}
		c.runs = append(c.runs, s)
		if !s.ok() {
			break
		}
	}
	c.verdict.Attempt = c.runs[0].kept
	if last := c.runs[len(c.runs)-1]; !last.ok() && last.kept != "" {
		c.verdict.Attempt = last.kept
	}
	if ends(&c.runs[len(c.runs)-1]) != "" {
		return nil
	}
	return c.racing()
}

// again repeats a run in which nothing but warnings is wrong, and leaves those of kinds that show again: they have to do with
// time, and a machine that is busy with something else may hold up any program once. A disturbed run is held up for sure, so its warnings say nothing.
func (c *court) again(built *tracer.Built, opt tracer.RunOptions, s shown) (shown, error) {
	warns := func(f findings.Finding) bool { return f.Severity != findings.Error && f.Kind != "main-exited-early" }
	if opt.Perturb != 0 {
		s.findings = slices.DeleteFunc(s.findings, warns)
		return s, nil
	}
	if len(s.findings) == 0 || s.wrong != "" || ends(&s) != "" || !slices.ContainsFunc(s.findings, warns) {
		return s, nil
	}
	second, err := c.run(built, opt, false)
	if err != nil {
		return s, err
	}
	s.findings = slices.DeleteFunc(s.findings, func(f findings.Finding) bool {
		return warns(f) && !slices.ContainsFunc(second.findings, func(g findings.Finding) bool { return g.Kind == f.Kind })
	})
	return s, nil
}

// racing runs the attempt under the race detector, where that can be.
func (c *court) racing() error {
	if c.noRace != "" {
		return nil
	}
	said, built, err := c.build(c.dir, "the exercise with the race detector", "-race")
	if err != nil {
		return err
	}
	if built == nil {
		c.noRace = "it does not compile with the race detector: " + said
		return nil
	}
	defer built.Close()
	for n := range raceRuns {
		c.Progress("run %d of %d with the race detector", n+1, raceRuns)
		opt := tracer.RunOptions{Race: true, Procs: procs[n], Meta: recording.Meta{Program: c.name(), Pacing: "event", Fixed: c.verdict.Exercise.Twin().Name()}}
		opt.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
		s, err := c.run(built, opt, c.Keep != nil)
		if err != nil {
			return err
		}
		s.how = how(n+1, opt)
		// Warnings have to do with time, and the detector changes that.
		s.findings = slices.DeleteFunc(s.findings, func(f findings.Finding) bool { return f.Severity != findings.Error })
		c.raced = append(c.raced, s)
		if len(s.findings) > 0 {
			if c.runs[len(c.runs)-1].ok() {
				c.verdict.Attempt = s.kept
			}
			return nil
		}
	}
	return nil
}

func how(n int, opt tracer.RunOptions) string {
	text := fmt.Sprintf("run %d", n)
	if opt.Race {
		text += " with the race detector"
	}
	if opt.Procs > 0 {
		text += fmt.Sprintf(", --procs %d", opt.Procs)
	}
	return text
}

// name is how recordings name the attempt.
func (c *court) name() string { return filepath.Base(c.dir) }

// run makes one recording and takes from it what is judged. One that is to be kept and shows nothing wrong is kept all the
// same; others are kept when they do.
func (c *court) run(built *tracer.Built, opt tracer.RunOptions, keep bool) (s shown, err error) {
	dir, err := os.MkdirTemp(c.tmp, "run")
	if err != nil {
		return s, err
	}
	if keep {
		if dir, err = c.Keep(opt.Meta.Program); err != nil {
			return s, err
		}
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return s, err
	}
	defer null.Close()
	opt.Dir, opt.Stdin, opt.Stdout, opt.Stderr, opt.KeepOutput, opt.Timeout = dir, null, null, null, true, patience
	if opt.Race {
		opt.Timeout = racePatience
	}
	if s.meta, err = tracer.Run(c.ctx, built, opt); err != nil {
		return s, err
	}
	if err := c.ctx.Err(); err != nil {
		return s, err
	}
	if err := s.read(dir, c.task(), c.last); err != nil {
		return s, err
	}
	if keep {
		s.kept = dir
		return s, nil
	}
	return s, os.RemoveAll(dir)
}

// read takes from a recording what is judged.
func (s *shown) read(dir string, task scenarios.Task, last func([]string) int) error {
	rec, err := recording.Open(dir)
	if err != nil {
		return err
	}
	ix, err := index.Open(rec.TracePath(), index.Options{Sites: rec.Sites})
	if err != nil {
		return err
	}
	out, err := rec.Output()
	if err != nil {
		return err
	}
	var at []int64
	for _, l := range out {
		if l.Stream == "stdout" {
			s.lines, at = append(s.lines, l.Text), append(at, l.NS-s.meta.BeganNS)
		}
	}
	s.findings = findings.RunRecording(rec, ix)
	s.hunted = hunt.Look(s.meta, rec, ix, s.findings)
	s.wrong = task.Missing(s.lines)
	own := ownOf(rec.Sites, ix)
	s.most, s.messages, s.unread = own.most(), own.messages(), own.mostUnread()
	s.beside, s.sleep = own.beside(), own.longestSleep()
	s.lock, s.spin = own.longestLock(), own.worstSpin()
	if task.AtOnce > 0 {
		s.crowded, s.slots = own.crowded(task.AtOnce), own.semaphore()
	}
	s.all = loadOf(ix, ix.Duration())
	if n := last(s.lines); n >= 0 {
		s.before = loadOf(ix, at[n])
	}
	return nil
}

// last is the index of the last line that the task asks for, -1 if there is none.
func (c *court) last(lines []string) int {
	n := -1
	for _, p := range c.task().Prints {
		for _, at := range p.Places(lines) {
			n = max(n, at)
		}
	}
	return n
}

// loadOf is what the program did until a time.
func loadOf(ix *index.Index, until int64) (l load) {
	for _, g := range ix.Goroutines() {
		if g.System {
			continue
		}
		t := ix.TimeByState(g.ID, 0, until)
		l.compute += t[index.StateRunning]
		l.network += t[index.StateNetwork]
	}
	return l
}
