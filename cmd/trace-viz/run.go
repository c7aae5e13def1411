package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/trace-viz/trace-viz/internal/hunt"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/store"
	"github.com/trace-viz/trace-viz/internal/target"
	"github.com/trace-viz/trace-viz/scenarios"
	"github.com/trace-viz/trace-viz/tracer"
)

// scenarioTimeout is the --timeout of scenarios: their bugs hang, and none needs longer than two seconds.
const scenarioTimeout = 10 * time.Second

// raceSlower is how many times as long scenarios get under the race detector, which makes computing several times as long.
const raceSlower = 4

// runFlags are the flags of run.
type runFlags struct {
	page       pageFlags
	packages   packageFlags
	noUI       bool
	json       bool
	dir        string
	timeout    time.Duration
	duration   time.Duration
	maxSize    int64
	values     string
	procs      int
	keepOutput bool
	wall       bool
	tags       string
	race       bool
	seed       uint64

	noRace string // why the race detector can't be used here, if it is wanted
}

func runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run TARGET [flags] [-- ARGS]",
		Short: "Run a program, record it, and open the replay",
		Long: `run builds and runs TARGET and records it: a scenario (see trace-viz list), a Go package, a
directory or a .go file. The program keeps its standard input, output, error and exit code.`,
		Example: `  trace-viz run producer-consumer
  trace-viz run producer-consumer/fixed --no-ui --json
  trace-viz run ./cmd/server --timeout 30s -- -v`,
		RunE: func(cmd *cobra.Command, args []string) error {
			name, rest, err := splitTarget(cmd, args)
			if err != nil {
				return err
			}
			return f.run(cmd, name, rest)
		},
		ValidArgsFunction: completeScenarios,
	}
	fl := cmd.Flags()
	f.page.add(fl)
	f.packages.add(fl)
	fl.BoolVar(&f.noUI, "no-ui", false, "record and report only; the exit code is the program's")
	fl.BoolVar(&f.json, "json", false, "with --no-ui: the report as JSON on stdout, the program's stdout on stderr")
	fl.StringVarP(&f.dir, "output", "o", "", "folder for the recording (must be empty or new)")
	fl.DurationVar(&f.timeout, "timeout", 0, "stop a program that still runs then, and keep its recording (scenarios: 10s, with --race 40s)")
	fl.DurationVar(&f.duration, "duration", 0, "end the recording then; the program goes on")
	fl.Var((*sizeValue)(&f.maxSize), "max-size", "end the recording when the trace has that size, such as 200MB or 1GiB; the program goes on")
	fl.StringVar(&f.values, "values", "on", "record short values of messages: on or off")
	fl.IntVar(&f.procs, "procs", 0, "GOMAXPROCS of the program")
	fl.BoolVar(&f.keepOutput, "keep-output", false, "keep the program's output with times (scenarios do)")
	fl.BoolVar(&f.wall, "wall", false, "take a wall-clock profile with fgprof (scenarios do)")
	fl.BoolVar(&f.race, "race", false, "build with the race detector; each report becomes a finding (needs a C compiler)")
	fl.StringVar(&f.tags, "tags", "", "build tags, as for go build")
	fl.Uint64Var(&f.seed, "seed", 0, "disturb the schedule as trace-viz hunt did with this seed")
	return cmd
}

// splitTarget takes the target and, behind --, the program's arguments.
func splitTarget(cmd *cobra.Command, args []string) (name string, rest []string, err error) {
	dash := cmd.ArgsLenAtDash()
	if dash < 0 {
		dash = len(args)
	}
	if dash != 1 {
		return "", nil, usage("got %d targets, wanted one; arguments of the program go behind --\n  usage: %s", dash, cmd.UseLine())
	}
	return args[0], args[1:], nil
}

func (f *runFlags) check(cmd *cobra.Command) error {
	switch {
	case f.json && !f.noUI:
		return usage("--json needs --no-ui: with the page open there is no end to report at")
	case f.values != "on" && f.values != "off":
		return usage("--values=%s: want on or off", f.values)
	case f.timeout < 0 || f.duration < 0 || f.maxSize < 0 || f.procs < 0:
		return usage("--timeout, --duration, --max-size and --procs can't be negative")
	}
	return f.packages.check()
}

// run builds, records and shows or reports.
func (f *runFlags) run(cmd *cobra.Command, name string, args []string) error {
	if err := f.check(cmd); err != nil {
		return err
	}
	t, err := findTarget(name)
	if err != nil {
		return err
	}
	f.wantRace(t)
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGTERM) // also ends the page that comes after the run
	defer stop()
	var page *page
	if !f.noUI {
		f.page.offer(name)
		if page, err = f.page.open(ctx); err != nil { // before the program runs: a port in use must not cost a run
			return err
		}
		defer page.close()
	}
	status := newProgress(os.Stderr)
	defer status.done()
	building, signals := interruptible(ctx)
	built, err := tracer.Build(building, f.build(t, status))
	if err = signals.end(err); err != nil {
		built.Close()
		return buildError(err)
	}
	defer built.Close()
	dir, err := f.recordingDir(t)
	if err != nil {
		return err
	}
	opt := f.options(t, dir, args)
	status.done()
	if page != nil {
		opt.OnSnapshot = func(ix *index.Index, lag time.Duration) { page.live(dir, ix, lag) }
	}
	meta, err := tracer.Run(context.WithoutCancel(ctx), built, opt) // signals are the program's now
	if err != nil && meta.Outcome == "" {
		return err
	}
	if err != nil { // the program ran, and its exit code is worth more than our trouble
		complain(err)
	}
	built.Close()
	if page != nil {
		return page.finish(ctx, dir)
	}
	return f.report(dir, meta)
}

// findTarget finds what a person means by a name. A name that means nothing is wrong usage; a folder that can't be written is not.
func findTarget(name string) (target.Target, error) {
	if err := store.Check(); err != nil {
		return target.Target{}, err
	}
	t, err := target.Find(name, store.Programs())
	if _, ours := errors.AsType[*fs.PathError](err); err != nil && !ours {
		err = usage("%w", err)
	}
	return t, err
}

// wantRace turns the race detector on for scenarios whose bug is a data race, and finds out whether it can be used.
func (f *runFlags) wantRace(t target.Target) {
	if t.Scenario != nil && slices.Contains(t.Scenario.Bug.Expect, "data-race") {
		f.race = true
	}
	if f.race {
		if f.noRace = tracer.NoCompiler(); f.noRace != "" {
			complain(errors.New(f.noRace + "; going on without it"))
		}
	}
}

func (f *runFlags) build(t target.Target, status *progress) tracer.BuildOptions {
	opt := tracer.BuildOptions{
		Dir: t.Dir, Patterns: t.Patterns, Name: t.Program, Stderr: os.Stderr, Progress: status.say,
		Wall: f.wall || t.Scenario != nil, Instrument: f.packages.instrument, Skip: f.packages.skip,
	}
	if f.tags != "" {
		opt.Flags = append(opt.Flags, "-tags="+f.tags)
	}
	if f.race && f.noRace == "" {
		opt.Flags = append(opt.Flags, "-race")
	}
	return opt
}

func (f *runFlags) recordingDir(t target.Target) (string, error) {
	if f.dir != "" {
		dir, err := store.UseDir(f.dir)
		if err != nil {
			return "", usage("%w", err)
		}
		return dir, nil
	}
	return store.New(t.Program, time.Now())
}

func (f *runFlags) options(t target.Target, dir string, args []string) tracer.RunOptions {
	opt := tracer.RunOptions{
		Dir: dir, Args: args, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		KeepOutput: f.keepOutput, Timeout: f.timeout, Duration: f.duration, MaxSize: f.maxSize,
		Procs: f.procs, NoValues: f.values == "off",
		Meta: recording.Meta{Program: t.Program, Pacing: "compressed"},
	}
	opt.Race = f.race && f.noRace == ""
	if f.noRace != "" {
		opt.Meta.Notes = append(opt.Meta.Notes, f.noRace)
	}
	opt = hunt.Disturb(opt, f.seed)
	if f.json {
		opt.Stdout = os.Stderr
	}
	if v := t.Scenario; v != nil {
		opt.KeepOutput, opt.Meta.Pacing = true, "event"
		opt.Meta.Variant = v.Bug.Slug
		if v.Fixed {
			opt.Meta.Variant = "fixed"
		} else {
			opt.Meta.Fixed = v.Twin().Name()
		}
		if opt.Timeout == 0 {
			opt.Timeout = scenarioTimeout
			if opt.Race {
				opt.Timeout *= raceSlower
			}
		}
	}
	return opt
}

// buildError lets the Go toolchain's own message stand alone.
func buildError(err error) error {
	if failed, ok := tracer.BuildFailed(err); ok {
		return &exitCode{code: failed}
	}
	if errors.Is(err, tracer.ErrNotProgram) || errors.Is(err, tracer.ErrBuildFlag) || tracer.Unsupported(err) {
		return usage("%w", err)
	}
	return err
}

// report prints the report, for people on stderr beside the other words of ours, and ends with the program's exit code.
func (f *runFlags) report(dir string, meta recording.Meta) error {
	l, err := load(dir)
	if err != nil {
		return err
	}
	l.remember()
	if f.json {
		err = writeJSON(l)
	} else {
		err = writeText(os.Stderr, l)
	}
	if err != nil {
		return err
	}
	if meta.ExitCode != 0 {
		return &exitCode{code: meta.ExitCode}
	}
	return nil
}

func completeScenarios(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, s := range scenarios.All {
		for i := range s.Bugs {
			v := scenarios.Variant{Scenario: s, Bug: &s.Bugs[i]}
			names = append(names, fmt.Sprintf("%s\t%s", v.Name(), s.Bugs[i].What), v.Twin().Name())
		}
	}
	return names, cobra.ShellCompDirectiveDefault
}
