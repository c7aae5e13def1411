// Package judge tells whether somebody's attempt at an exercise is right: it builds it, runs it many times with different
// schedules, and under the race detector where there is one, and compares what its recordings show with what the exercise
// asks for and with the work of the scenario's fixed program.
package judge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/trace-viz/trace-viz/internal/exercise"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/scenarios"
	"github.com/trace-viz/trace-viz/tracer"
)

// DefaultRuns is how often an attempt is run without the race detector.
const DefaultRuns = 10

// MaxRuns bounds Options.Runs.
const MaxRuns = 1000

// raceRuns is how often it is run with it.
const raceRuns = 2

// Options say how to judge.
type Options struct {
	Runs     int                                  // DefaultRuns if 0
	Programs string                               // folder where the scenario's programs are written
	Progress func(format string, args ...any)     // told what goes on; may be nil
	Keep     func(program string) (string, error) // makes the folder of a recording that is to be kept; nil keeps none
}

// The names of the criteria, in the order in which they are told.
const (
	Builds     = "builds"
	Ends       = "ends"
	Output     = "output"
	Findings   = "findings"
	Goroutines = "goroutines"
	Waiting    = "waiting"
	Work       = "work"
	Speed      = "speed"
)

// A Criterion is one thing that an attempt has to be.
type Criterion struct {
	Name string `json:"name"`
	Pass bool   `json:"pass"`
	Why  string `json:"why"`
}

// A Verdict is what came out.
type Verdict struct {
	Exercise scenarios.Variant
	Criteria []Criterion
	Attempt  string // folder of the recording that shows it: of the first run that failed, else of the first; "" if none was kept
	Buggy    string // folder of a recording of the buggy program, "" if none was kept
}

// Pass tells whether all criteria are met.
func (v *Verdict) Pass() bool {
	for _, c := range v.Criteria {
		if !c.Pass {
			return false
		}
	}
	return true
}

// Check judges the attempt in dir. What is wrong with the attempt is in the verdict; an error means that there was nothing
// to judge, or that it could not be done.
func Check(ctx context.Context, dir string, o Options) (Verdict, error) {
	v, err := exercise.Find(dir)
	if err != nil {
		return Verdict{}, err
	}
	if o.Runs == 0 {
		o.Runs = DefaultRuns
	}
	if o.Progress == nil {
		o.Progress = func(string, ...any) {}
	}
	tmp, err := os.MkdirTemp("", "traceviz-check-")
	if err != nil {
		return Verdict{}, err
	}
	defer os.RemoveAll(tmp)
	c := &court{Options: o, ctx: ctx, dir: dir, tmp: tmp, verdict: Verdict{Exercise: v}, noRace: tracer.NoCompiler()}
	if err := c.hear(); err != nil {
		return Verdict{}, err
	}
	return c.verdict, nil
}

// A court judges one attempt.
type court struct {
	Options
	ctx     context.Context
	dir     string // of the attempt
	tmp     string
	noRace  string
	verdict Verdict

	runs         []shown // of the attempt, in their order
	raced        []shown // of the attempt with the race detector
	fixed, buggy []shown
}

// hear makes the recordings and judges what they show.
func (c *court) hear() error {
	said, built, err := c.build(c.dir, "the exercise")
	if err != nil {
		return err
	}
	if built == nil {
		c.unbuilt(said)
		return nil
	}
	defer built.Close()
	if err := c.witnesses(); err != nil {
		return err
	}
	if err := c.attempts(built); err != nil {
		return err
	}
	c.add(Builds, "", "it compiles")
	c.judge()
	return nil
}

// add adds a criterion: it fails when there is something wrong.
func (c *court) add(name, wrong, right string) {
	cr := Criterion{Name: name, Pass: wrong == "", Why: right}
	if wrong != "" {
		cr.Why = wrong
	}
	c.verdict.Criteria = append(c.verdict.Criteria, cr)
}

// unbuilt is the verdict on an attempt that does not compile: nothing else was tried.
func (c *court) unbuilt(said string) {
	c.add(Builds, "it does not compile: "+said, "")
	for _, name := range c.criteria() {
		c.add(name, "not tried: it does not compile", "")
	}
}

// criteria are the names of those that this exercise has, behind that of the build.
func (c *court) criteria() []string {
	names := []string{Ends, Output, Findings, Goroutines, Work}
	if c.task().Faster > 0 {
		names = append(names, Speed)
	}
	return names
}

func (c *court) task() scenarios.Task { return c.verdict.Exercise.Bug.Task }

// build builds the program in dir. When it does not compile, built is nil and said what the go command said.
func (c *court) build(dir, name string, flags ...string) (said string, built *tracer.Built, err error) {
	c.Progress("building %s", name)
	var out firstLines
	built, err = tracer.Build(c.ctx, tracer.BuildOptions{Dir: dir, Patterns: []string{"."}, Name: name, Stderr: &out, Flags: flags})
	_, failed := tracer.BuildFailed(err)
	if failed || errors.Is(err, tracer.ErrNotProgram) {
		if !failed {
			out.Write([]byte(err.Error()))
		}
		return out.String(), nil, nil
	}
	if err != nil {
		return "", nil, fmt.Errorf("build %s: %w", name, err)
	}
	return "", built, nil
}

// program builds and runs one of the scenario's own programs.
func (c *court) program(v scenarios.Variant, times int, keep bool) (list []shown, err error) {
	src, err := v.Materialize(c.Programs)
	if err != nil {
		return nil, fmt.Errorf("write the scenario's program: %w", err)
	}
	said, built, err := c.build(src, v.Name())
	if err != nil {
		return nil, err
	}
	if built == nil {
		return nil, fmt.Errorf("build %s: %s", v.Name(), said)
	}
	defer built.Close()
	for n := range times {
		c.Progress("running %s", v.Name())
		s, err := c.run(built, tracer.RunOptions{Meta: recording.Meta{Program: v.Name(), Pacing: "event"}}, keep && n == 0)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// witnesses runs the scenario's programs: the fixed one tells how much work there is, the buggy one how slow it is, and both what goes through
// the channels.
func (c *court) witnesses() (err error) {
	fixed := c.verdict.Exercise.Twin()
	if c.fixed, err = c.program(fixed, 2, false); err != nil {
		return err
	}
	if c.buggy, err = c.program(c.verdict.Exercise, 1, c.Keep != nil); err != nil {
		return err
	}
	c.verdict.Buggy = c.buggy[0].kept
	return nil
}

// firstLines keeps the beginning of what a go command says.
type firstLines struct{ text []byte }

// maxSaid bounds it, in bytes.
const maxSaid = 2000

func (f *firstLines) Write(b []byte) (int, error) {
	f.text = append(f.text, b[:min(len(b), maxSaid-len(f.text))]...)
	return len(b), nil
}

// String is what was said without the go command's headline of the package.
func (f *firstLines) String() string {
	var lines []string
	for line := range strings.Lines(string(f.text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "# ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "; ")
}
