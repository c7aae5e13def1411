package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/trace-viz/trace-viz/internal/hunt"
	"github.com/trace-viz/trace-viz/internal/report"
	"github.com/trace-viz/trace-viz/internal/store"
	"github.com/trace-viz/trace-viz/tracer"
)

// exitFound is the exit code when something of severity error was found, as for --fail-on.
const exitFound = 3

// huntFlags are the flags of hunt.
type huntFlags struct {
	run  runFlags // those that they share
	runs int
	most time.Duration
	all  bool
	json bool
	test bool

	kept int // recordings so far
}

func huntCommand() *cobra.Command {
	var f huntFlags
	cmd := &cobra.Command{
		Use:   "hunt TARGET [flags] [-- ARGS]",
		Short: "Run a program again and again with disturbed schedules until a finding shows",
		Long: `hunt builds TARGET once and runs it again and again: first as it is, then with yields and short delays
before one to three of its operations and on different numbers of procs, all chosen by a seed. It stops at
the first finding of severity error, keeps that recording, and prints the seed and how to run it again.
With --all it goes on and tells all that it found, with the share of runs that showed it.

With --test TARGET is a package, and its tests are what is run; behind "--" stand flags of go test, such as
-run TestServer.

The program reads nothing from standard input, and its output goes into the recording alone.

Exit codes: 3 when something was found, 0 when not; 64 for wrong usage, 70 for a failure of trace-viz, and
130 when Ctrl+C ended it before anything was found.`,
		Example: `  trace-viz hunt ./cmd/server --runs 200 --for 5m -- -selftest
  trace-viz hunt ./cmd/server --all --json
  trace-viz hunt --test ./server --race -- -run TestServer -short
  trace-viz run ./cmd/server --seed 28311693 -- -selftest`,
		RunE: func(cmd *cobra.Command, args []string) error {
			name, rest, err := splitTarget(cmd, args)
			if err != nil {
				return err
			}
			return f.hunt(cmd, name, rest)
		},
		ValidArgsFunction: completeScenarios,
	}
	fl := cmd.Flags()
	f.run.packages.add(fl)
	fl.IntVar(&f.runs, "runs", 100, "how often to run at most")
	fl.DurationVar(&f.most, "for", 5*time.Minute, "begin no run after that time (0: no limit)")
	fl.Uint64Var(&f.run.seed, "seed", 0, "seed of the first run, from which the others follow; 0 runs the program as it is")
	fl.BoolVar(&f.all, "all", false, "go on after the first finding and list distinct ones with their rates")
	fl.BoolVar(&f.test, "test", false, "hunt in the tests of the package TARGET; behind -- stand flags of go test")
	fl.BoolVar(&f.json, "json", false, "write what was found as JSON on stdout")
	fl.StringVarP(&f.run.dir, "output", "o", "", "folder for the recording, with --all for folders of recordings (must be empty or new)")
	fl.DurationVar(&f.run.timeout, "timeout", 10*time.Second, "stop a run that lasts longer; its recording is looked at as it is then")
	fl.IntVar(&f.run.procs, "procs", 0, "GOMAXPROCS of all runs (0: varied)")
	fl.BoolVar(&f.run.race, "race", false, "build with the race detector (needs a C compiler)")
	fl.StringVar(&f.run.tags, "tags", "", "build tags, as for go build")
	return cmd
}

func (f *huntFlags) check() error {
	switch {
	case f.runs < 1:
		return usage("--runs %d: want at least one", f.runs)
	case f.most < 0 || f.run.timeout <= 0 || f.run.procs < 0:
		return usage("--for and --procs can't be negative, and --timeout must be positive: a run that hangs would be the last")
	}
	return f.run.packages.check()
}

// hunt builds the target, hunts and tells.
func (f *huntFlags) hunt(cmd *cobra.Command, name string, args []string) error {
	if err := f.check(); err != nil {
		return err
	}
	open := f.program
	if f.test {
		open = f.tests
	}
	if f.run.dir != "" {
		dir, err := store.UseDir(f.run.dir)
		if err != nil {
			return usage("%w", err)
		}
		f.run.dir = dir
	}
	status := newProgress(os.Stderr)
	defer status.done()
	ctx, signals := interruptible(cmd.Context())
	res, err := f.search(ctx, open, name, args, status)
	stopped := signals.end(nil)
	status.done()
	if res.Runs == 0 && stopped != nil {
		return stopped
	}
	if err != nil {
		return err
	}
	if err := f.tell(name, args, &res); err != nil {
		return err
	}
	if len(res.Found) > 0 {
		return &exitCode{code: exitFound}
	}
	return stopped
}

// A prey is what is hunted in.
type prey struct {
	built *tracer.Built
	name  string // for recordings
	run   tracer.RunOptions
	close func()
}

// program builds what TARGET names.
func (f *huntFlags) program(ctx context.Context, name string, args []string, status *progress) (prey, error) {
	t, err := findTarget(name)
	if err != nil {
		return prey{}, err
	}
	f.run.wantRace(t)
	build := f.run.build(t, status)
	build.Wall = false // it stops the world 99 times a second, which is a disturbance of its own
	built, err := tracer.Build(ctx, build)
	if errors.Is(err, tracer.ErrNotProgram) {
		return prey{}, usage("%w; its tests are hunted in by --test", err)
	}
	if err != nil {
		return prey{}, buildError(err)
	}
	return prey{built, t.Program, f.run.options(t, "", args), built.Close}, nil
}

// search builds the program and hunts in a temporary folder.
func (f *huntFlags) search(ctx context.Context, open func(context.Context, string, []string, *progress) (prey, error), name string, args []string, status *progress) (res hunt.Result, err error) {
	seed := f.run.seed
	f.run.seed = 0 // options would disturb all runs alike
	p, err := open(ctx, name, args, status)
	if err != nil {
		return res, err
	}
	defer p.close()
	dir, err := os.MkdirTemp("", "traceviz-hunt")
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return res, err
	}
	defer null.Close()
	p.run.Stdin, p.run.Stdout, p.run.Stderr, p.run.KeepOutput = null, null, null, true
	return hunt.Hunt(ctx, p.built, hunt.Options{Runs: f.runs, For: f.most, Seed: seed, All: f.all, Run: p.run, Dir: dir,
		Keep: func(dir string) (string, error) { return f.keep(p.name, dir) },
		Progress: func(p hunt.Progress) {
			status.say("run %d of %d: %s; %d found", p.Run, f.runs, p.Outcome, p.Found)
		}})
}

// keep moves a recording to where it stays.
func (f *huntFlags) keep(name, from string) (to string, err error) {
	f.kept++
	switch {
	case f.run.dir == "":
		to, err = store.New(name, time.Now())
	case f.all:
		to = filepath.Join(f.run.dir, strconv.Itoa(f.kept))
		err = os.Mkdir(to, 0o700)
	default:
		to = f.run.dir
	}
	if err != nil {
		return "", err
	}
	if os.Rename(from, to) != nil { // to another file system
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			return "", fmt.Errorf("keep the recording: %w", err)
		}
		if err := os.RemoveAll(from); err != nil {
			return "", err
		}
	}
	l, err := load(to)
	if err != nil {
		return "", err
	}
	l.remember()
	return to, nil
}

// huntJSON is the output of hunt --json. Fields may be added, never removed or changed.
type huntJSON struct {
	Version int         `json:"version"`
	Runs    int         `json:"runs"`
	Ended   string      `json:"ended"` // found, time, stopped; "": all runs were made
	Found   []foundJSON `json:"found"`
	Failed  failedJSON  `json:"failed"`
}

// failedJSON are the runs that did not end with exit code 0, whatever they showed.
type failedJSON struct {
	Runs     int    `json:"runs"`
	FirstRun int    `json:"first_run"` // 0: none
	Seed     uint64 `json:"seed"`
}

type foundJSON struct {
	Kind      string   `json:"kind"`
	Verdict   string   `json:"verdict"`
	Message   string   `json:"message"`
	Sites     []string `json:"sites"`
	Rate      float64  `json:"rate"` // share of the runs
	FirstRun  int      `json:"first_run"`
	Seed      uint64   `json:"seed"`
	Procs     int      `json:"procs"` // 0: as the machine has
	Recording string   `json:"recording"`
}

// tell writes what was found.
func (f *huntFlags) tell(name string, args []string, res *hunt.Result) error {
	if f.json {
		doc := huntJSON{Version: 1, Runs: res.Runs, Ended: res.Ended, Found: []foundJSON{},
			Failed: failedJSON{res.Failed, res.FailedFirst, res.FailedSeed}}
		for _, x := range res.Found {
			doc.Found = append(doc.Found, foundJSON{x.Kind, string(x.Verdict), x.Message, x.Sites, res.Rate(x), x.FirstRun, x.Seed, x.Procs, x.Recording})
		}
		return printJSON(doc)
	}
	f.write(os.Stdout, name, args, res)
	return nil
}

func (f *huntFlags) write(w io.Writer, name string, args []string, res *hunt.Result) {
	ended := map[string]string{"time": ", then the time was up", "stopped": ", then it was stopped"}[res.Ended]
	if len(res.Found) == 0 {
		fmt.Fprintf(w, "%d runs of %s%s: no finding of severity error.\n", res.Runs, report.Escape(name), ended)
		if res.Failed > 0 {
			fmt.Fprintf(w, "%d of them ended with another exit code than 0, first run %d with seed %d.\n", res.Failed, res.FailedFirst, res.FailedSeed)
		}
		return
	}
	fmt.Fprintf(w, "%d runs of %s%s; found: %d.\n", res.Runs, report.Escape(name), ended, len(res.Found))
	flags, rest := "", ""
	if f.run.race {
		flags += " --race"
	}
	if f.run.procs > 0 {
		flags += fmt.Sprintf(" --procs %d", f.run.procs)
	}
	if len(args) > 0 {
		rest = " -- ARGS"
	}
	for _, x := range res.Found {
		fmt.Fprintf(w, "\n%s (%s): %s\n", x.Kind, x.Verdict, report.Escape(x.Message))
		fmt.Fprintf(w, "  in %d of %d runs, first in run %d with seed %d\n", x.Times, res.Runs, x.FirstRun, x.Seed)
		fmt.Fprintf(w, "  look:  trace-viz open %s\n", report.Escape(x.Recording))
		if f.test {
			fmt.Fprintf(w, "  again: trace-viz hunt --test %s --seed %d --runs 1%s%s\n", report.Escape(name), x.Seed, flags, rest)
			continue
		}
		fmt.Fprintf(w, "  again: trace-viz hunt %s --seed %d --runs 1%s%s\n", report.Escape(name), x.Seed, flags, rest)
		fmt.Fprintf(w, "         trace-viz run %s --seed %d%s%s\n", report.Escape(name), x.Seed, flags, rest)
	}
}
