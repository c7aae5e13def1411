package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/trace-viz/trace-viz/internal/compare"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/store"
	"github.com/trace-viz/trace-viz/internal/target"
	"github.com/trace-viz/trace-viz/tracer"
)

// compareFlags are the flags of compare. Those of the runs are as in run.
type compareFlags struct {
	run       runFlags
	runs      int
	failOn    string
	base      string
	threshold float64
}

func compareCommand() *cobra.Command {
	var f compareFlags
	cmd := &cobra.Command{
		Use:   "compare A [B]",
		Short: "What is different in two runs: a bug and its fix, before and after a change",
		Long: `compare puts two runs side by side. A and B are recordings (a folder, a trace, or a name from
trace-viz list), scenarios with their variants, or targets as for run, which are built and run now. A scenario
alone is compared with its fixed twin. With --base REV, A is the target as it is at that git revision and B as it
is now; the repository is only read. What the programs print is kept in their recordings and not shown.

With --runs N both are run N times, in turn, and what changed is told apart from noise by an exact rank test.

--fail-on worse ends with code 3 if B fails and A does not, has a finding of severity error or warning that A
has not, leaves more goroutines behind, or (with --runs) is significantly worse in a measured number by more
than --threshold percent. With one run of each, no measured number counts.`,
		Example: `  trace-viz compare producer-consumer
  trace-viz compare server-20260102-150405 ./cmd/server --no-ui
  trace-viz compare ./cmd/server --base main --runs 10 --no-ui
  trace-viz compare ./old ./new --runs 10 --no-ui --fail-on worse`,
		RunE:              func(cmd *cobra.Command, args []string) error { return f.compare(cmd, args) },
		ValidArgsFunction: completeScenarios,
	}
	fl := cmd.Flags()
	f.run.page.add(fl)
	fl.BoolVar(&f.run.noUI, "no-ui", false, "print what is different, open no page")
	fl.BoolVar(&f.run.json, "json", false, "with --no-ui: as JSON")
	fl.IntVar(&f.runs, "runs", 1, "run each so often; below 5 no time can be significantly different")
	fl.StringVar(&f.failOn, "fail-on", "", "with --no-ui: exit with code 3 if B is worse: worse")
	fl.StringVar(&f.base, "base", "", "git revision: compare the one target as it is there with how it is now")
	fl.Float64Var(&f.threshold, "threshold", compare.DefaultThreshold, "percent from which a significant change counts for --fail-on")
	fl.DurationVar(&f.run.timeout, "timeout", 0, "stop a program that still runs then (scenarios: 10s, with --race 40s)")
	fl.IntVar(&f.run.procs, "procs", 0, "GOMAXPROCS of the programs")
	fl.StringVar(&f.run.values, "values", "on", "record short values of messages: on or off")
	fl.StringVar(&f.run.tags, "tags", "", "build tags, as for go build")
	fl.BoolVar(&f.run.race, "race", false, "build both with the race detector, as scenarios whose bug is a data race always are")
	return cmd
}

func (f *compareFlags) check(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) < 1 || len(args) > 2:
		return usage("got %d arguments, wanted one scenario, or two of recording, scenario and target\n  usage: %s", len(args), cmd.UseLine())
	case f.base != "" && len(args) != 1:
		return usage("--base compares one target with itself: got %d arguments", len(args))
	case f.runs < 1 || f.runs > compare.MaxRuns:
		return usage("--runs=%d: want 1 to %d", f.runs, compare.MaxRuns)
	case f.failOn != "" && f.failOn != "worse":
		return usage("--fail-on=%s: want worse", f.failOn)
	case f.failOn != "" && !f.run.noUI:
		return usage("--fail-on needs --no-ui: with the page open there is no end to fail at")
	case f.threshold < 0:
		return usage("--threshold=%g: want a percentage from 0", f.threshold)
	}
	return f.run.check(cmd)
}

// A contender is one side: a recording that is there, or a program to build and run.
type contender struct {
	name   string
	loaded *loaded
	target target.Target
	built  *tracer.Built
	flags  *runFlags
}

func (f *compareFlags) compare(cmd *cobra.Command, args []string) error {
	if err := f.check(cmd, args); err != nil {
		return err
	}
	sides, remove, err := f.sides(cmd.Context(), args)
	defer remove()
	if err != nil {
		return err
	}
	var p *page
	if !f.run.noUI {
		if p, err = f.run.page.open(cmd.Context()); err != nil { // a port in use must not cost the runs
			return err
		}
		defer p.close()
	}
	results, first, err := f.interruptible(cmd, sides)
	if err != nil {
		return err
	}
	r, err := compare.Repeat(results)
	if err != nil {
		return err
	}
	if p != nil {
		ids, err := p.add(first)
		if err != nil {
			return err
		}
		return p.compare(cmd.Context(), first, ids, &r)
	}
	if f.run.json {
		err = printJSON(r)
	} else {
		err = compare.Text(os.Stdout, r)
	}
	if err != nil || f.failOn == "" {
		return err
	}
	return gate(&r, f.threshold)
}

// gate is an error with exit code 3 that says why B is worse, nil if it is not.
func gate(r *compare.Result, threshold float64) error {
	why := r.Worse(threshold)
	if len(why) == 0 {
		return nil
	}
	text := "B is worse than A"
	for _, w := range why {
		text += "\n  " + w
	}
	return &exitCode{code: exitFindings, err: errors.New(text)}
}

// sides finds out what A and B are; remove is to be called in the end.
func (f *compareFlags) sides(ctx context.Context, args []string) (sides [2]*contender, remove func(), err error) {
	if f.base != "" {
		return f.baseSides(ctx, args[0])
	}
	sides, err = f.contenders(args)
	return sides, func() {}, err
}

// contenders finds out what A and B are. A scenario alone stands for its bug and the fixed twin.
func (f *compareFlags) contenders(args []string) (sides [2]*contender, err error) {
	for i, name := range args {
		if sides[i], err = f.contender(name); err != nil {
			return sides, err
		}
	}
	a := sides[0]
	if sides[1] == nil {
		twin := ""
		switch {
		case a.loaded != nil:
			twin = a.loaded.rec.Meta.Fixed
		case a.target.Scenario != nil && !a.target.Scenario.Fixed:
			twin = a.target.Scenario.Twin().Name()
		}
		if twin == "" {
			return sides, usage("%s: compared with what? only a scenario with a bug has a twin that goes without saying: name B", a.name)
		}
		if sides[1], err = f.contender(twin); err != nil {
			return sides, err
		}
	}
	if f.runs > 1 {
		for _, s := range sides {
			if s.loaded != nil {
				return sides, usage("--runs needs programs on both sides: %s is a recording, which is one run", s.name)
			}
		}
	}
	return sides, nil
}

// contender takes name as a recording or a trace if there is one of this path or name, else as for run.
func (f *compareFlags) contender(name string) (*contender, error) {
	c := &contender{name: name, flags: &f.run}
	for _, path := range []string{name, filepath.Join(store.Recordings(), name)} {
		if path != name && filepath.Base(name) != name || !isRecording(path) {
			continue
		}
		l, err := openAny(path)
		c.loaded = l
		return c, err
	}
	t, err := findTarget(name)
	var wrong *exitCode
	if errors.As(err, &wrong) && wrong.code == exitUsage {
		return nil, usage("%w\n  or a recording: trace-viz list shows them", err)
	}
	if err != nil {
		return nil, err
	}
	c.target = t
	return c, nil
}

// isRecording tells whether something is meant to be read, not run.
func isRecording(path string) bool {
	st, err := os.Stat(path)
	if err != nil {
		return false
	}
	if st.IsDir() {
		_, err := os.Stat(filepath.Join(path, recording.TraceFile))
		return err == nil
	}
	return filepath.Ext(path) != ".go"
}

// interruptible is results for as long as nobody interrupts it: then the program that runs is ended, and no other one begins.
func (f *compareFlags) interruptible(cmd *cobra.Command, sides [2]*contender) (list []compare.Result, first [2]*loaded, err error) {
	before := cmd.Context()
	defer cmd.SetContext(before)
	ctx, signals := interruptible(before)
	cmd.SetContext(ctx)
	list, first, err = f.results(cmd, sides)
	return list, first, signals.end(err)
}

// results compares run by run. The two sides take turns, and who begins alternates, so that a machine that gets slower or
// faster meanwhile does not make a difference. Only the first recordings are kept.
func (f *compareFlags) results(cmd *cobra.Command, sides [2]*contender) (list []compare.Result, first [2]*loaded, err error) {
	f.wantRace(sides)
	status := newProgress(os.Stderr)
	defer status.done()
	for _, s := range sides {
		if s.loaded == nil {
			if s.built, err = tracer.Build(cmd.Context(), f.run.build(s.target, status)); err != nil {
				return nil, first, buildError(err)
			}
			defer s.built.Close()
		}
	}
	for n := range f.runs {
		status.say("run %d of %d", n+1, f.runs)
		r, both, err := f.round(cmd, sides, n)
		if err != nil {
			return nil, first, err
		}
		if n == 0 {
			first = both
		}
		list = append(list, r)
	}
	return list, first, nil
}

// round runs both sides for the n-th time and compares them. After the first time the recordings are removed, but only when
// they have been compared: that needs their sources.
func (f *compareFlags) round(cmd *cobra.Command, sides [2]*contender, n int) (r compare.Result, both [2]*loaded, err error) {
	for i := range 2 {
		side := (n + i) % 2
		var remove func()
		both[side], remove, err = sides[side].once(cmd, n == 0)
		defer remove()
		if err == nil {
			err = cmd.Context().Err()
		}
		if err != nil {
			return r, both, err
		}
	}
	return compare.Compare(both[0].side(), both[1].side()), both, nil
}

// wantRace turns the race detector on for both sides if one needs it: with it on one side only, times could not be compared.
func (f *compareFlags) wantRace(sides [2]*contender) {
	for _, s := range sides {
		if s.loaded == nil {
			f.run.wantRace(s.target)
		}
		if f.run.race {
			return
		}
	}
}

func (l *loaded) side() compare.Side {
	return compare.Side{Rec: l.rec, Index: l.index, Findings: l.findings}
}

// once runs a contender and reads its recording. remove is to be called in the end: it removes what is not to be kept.
func (c *contender) once(cmd *cobra.Command, keep bool) (l *loaded, remove func(), err error) {
	remove = func() {}
	if c.loaded != nil {
		return c.loaded, remove, nil
	}
	dir, err := c.dir(keep)
	if err != nil {
		return nil, remove, err
	}
	if !keep {
		remove = func() { os.RemoveAll(dir) }
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, remove, err
	}
	defer null.Close()
	opt := c.flags.options(c.target, dir, nil)
	opt.Stdin, opt.Stdout, opt.Stderr, opt.KeepOutput = null, null, null, true
	if _, err := tracer.Run(cmd.Context(), c.built, opt); err != nil {
		return nil, remove, fmt.Errorf("run %s: %w", c.name, err)
	}
	l, err = load(dir)
	if err == nil && keep {
		l.remember()
	}
	return l, remove, err
}

func (c *contender) dir(keep bool) (string, error) {
	if keep {
		return c.flags.recordingDir(c.target)
	}
	return os.MkdirTemp("", "trace-viz-compare-")
}
