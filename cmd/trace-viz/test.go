package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/report"
	"github.com/trace-viz/trace-viz/internal/store"
	"github.com/trace-viz/trace-viz/tracer"
)

// testFlags are our flags of test, which come before those of go test.
type testFlags struct {
	page     pageFlags
	packages packageFlags
	noUI     bool
	json     bool
	race     bool
	values   string
	into     string
	limits   tracer.TestLimits
}

func testCommand() *cobra.Command {
	f := testFlags{}
	cmd := &cobra.Command{
		Use:   "test [flags] [go test flags] [PACKAGES]",
		Short: "Run tests as go test does, record them, and open the replay",
		Long: `test runs go test with its flags, output and exit code, and records the tests of each package. Flags with two dashes
are ours and come first; all that follows belongs to go test. A test program in which every goroutine is proven to wait
for ever is ended, without waiting for -timeout.`,
		Example: `  trace-viz test ./...
  trace-viz test --no-ui --json -run TestServer -count 5 -race ./server
  trace-viz test . -args -verbose`,
		DisableFlagParsing: true, // ours are told from those of go test below
		RunE: func(cmd *cobra.Command, args []string) error {
			ours, theirs := splitTestArgs(cmd.Flags(), args)
			if err := cmd.Flags().Parse(ours); err != nil {
				return cmd.FlagErrorFunc()(cmd, err)
			}
			if help, err := cmd.Flags().GetBool("help"); err == nil && help {
				return cmd.Help()
			}
			return f.run(cmd, theirs)
		},
	}
	fl := cmd.Flags()
	f.page.add(fl)
	f.packages.add(fl)
	fl.BoolVar(&f.noUI, "no-ui", false, "record and report only")
	fl.BoolVar(&f.json, "json", false, "with --no-ui: the reports as JSON on stdout, what go test prints there on stderr")
	fl.StringVar(&f.into, "output", "", "folder for the recordings, each in a folder of its own (must be empty or new)")
	fl.BoolVar(&f.race, "race", false, "the same as -race of go test")
	fl.DurationVar(&f.limits.Timeout, "timeout", 0, "stop the tests of a package that still run then, and keep the recording; -timeout of go test lets them panic")
	fl.DurationVar(&f.limits.Duration, "duration", 0, "end each recording then; the tests go on")
	fl.Var((*sizeValue)(&f.limits.MaxSize), "max-size", "end each recording when the trace has that size, such as 200MB or 1GiB; the tests go on")
	fl.StringVar(&f.values, "values", "on", "record short values of messages: on or off")
	fl.IntVar(&f.limits.Procs, "procs", 0, "GOMAXPROCS of the tests")
	fl.Uint64Var(&f.limits.Perturb, "seed", 0, "disturb the schedule of the tests, as hunt --test does (0: not)")
	fl.BoolVar(&f.limits.KeepOutput, "keep-output", false, "keep the output of the tests with times")
	return cmd
}

// splitTestArgs takes our flags from the front: those with two dashes, and their values.
func splitTestArgs(fl *pflag.FlagSet, args []string) (ours, theirs []string) {
	for len(args) > 0 && strings.HasPrefix(args[0], "--") && len(args[0]) > 2 {
		n := 1
		name, _, hasValue := strings.Cut(args[0][2:], "=")
		if f := fl.Lookup(name); f != nil && f.NoOptDefVal == "" && !hasValue && len(args) > 1 {
			n = 2
		}
		ours, args = append(ours, args[:n]...), args[n:]
	}
	return ours, args
}

// bothFlags are flags of ours that go test has too: with one dash or two, behind the first of its flags they are its own.
var bothFlags = []string{"json", "race", "timeout"}

func (f *testFlags) check(cmd *cobra.Command, theirs []string) error {
	switch {
	case f.json && !f.noUI:
		return usage("--json needs --no-ui: with the page open there is no end to report at")
	case f.values != "on" && f.values != "off":
		return usage("--values=%s: want on or off", f.values)
	case f.limits.Timeout < 0 || f.limits.Duration < 0 || f.limits.MaxSize < 0 || f.limits.Procs < 0:
		return usage("--timeout, --duration, --max-size and --procs can't be negative")
	}
	f.limits.NoValues = f.values == "off"
	for _, arg := range theirs {
		if arg == "-args" || arg == "--args" || arg == "--" {
			break
		}
		name, two := strings.CutPrefix(arg, "--")
		name, _, _ = strings.Cut(name, "=")
		if two && !slices.Contains(bothFlags, name) && cmd.Flags().Lookup(name) != nil {
			return usage("--%s: our flags come before those of go test and the packages\n  usage: %s", name, cmd.UseLine())
		}
	}
	return f.packages.check()
}

// run prepares the tests, lets go test run them, and shows or reports what was recorded.
func (f *testFlags) run(cmd *cobra.Command, theirs []string) error {
	if err := f.check(cmd, theirs); err != nil {
		return err
	}
	args, err := tracer.ParseTestArgs(theirs)
	if err != nil {
		return usage("%w", err)
	}
	if f.race {
		args.Build, args.All = append(args.Build, "-race"), append([]string{"-race"}, args.All...)
	}
	ctx := cmd.Context()
	var page *page
	if !f.noUI {
		if page, err = f.page.open(ctx); err != nil { // before the tests run: a port in use must not cost a run
			return err
		}
		defer page.close()
	}
	preparing, signals := interruptible(ctx)
	tests, err := f.prepare(preparing, args)
	if tests != nil {
		defer tests.Close()
	}
	if err = signals.end(err); err != nil {
		return err
	}
	code, err := f.goTest(ctx, tests)
	if err != nil {
		return err
	}
	results, err := tests.Results()
	if err != nil {
		return err
	}
	if err := f.report(results); err != nil {
		return err
	}
	tests.Close()
	if page != nil && len(results) > 0 {
		err = page.showTests(ctx, results)
	}
	if err == nil && code != 0 {
		return &exitCode{code: code}
	}
	return err
}

func (f *testFlags) prepare(ctx context.Context, args tracer.TestArgs) (*tracer.Tests, error) {
	into := ""
	if f.into != "" {
		dir, err := store.UseDir(f.into)
		if err != nil {
			return nil, usage("%w", err)
		}
		into = dir
	}
	status := newProgress(os.Stderr)
	defer status.done()
	tests, err := tracer.PrepareTests(ctx, tracer.TestOptions{Args: args, Progress: status.say,
		Instrument: f.packages.instrument, Skip: f.packages.skip})
	if errors.Is(err, tracer.ErrTestFlag) || tracer.Unsupported(err) {
		return nil, usage("%w", err)
	}
	if err != nil {
		return nil, err
	}
	tests.Limits, tests.Into = f.limits, into
	return tests, tests.Save()
}

// goTest lets the go command build and run the tests; it starts each test program by our hidden command record-test.
func (f *testFlags) goTest(ctx context.Context, tests *tracer.Tests) (code int, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	// By a link, because a name of ours is sure not to need quotes.
	link := filepath.Join(tests.Folder(), "trace-viz")
	if err := os.Symlink(self, link); err != nil {
		return 0, err
	}
	g := tracer.GoTest{Exec: link, ExecArgs: []string{recordTest, tests.Folder()}, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	if f.json {
		g.Stdout = os.Stderr
	}
	return tests.Run(context.WithoutCancel(ctx), g) // SIGTERM is passed on, as any signal
}

// testsReport is the output of test --json.
type testsReport struct {
	Version  int             `json:"version"`
	Packages []packageReport `json:"packages"`
}

type packageReport struct {
	Package string `json:"package"`
	report.Report
}

// report tells what was recorded: as JSON on stdout, or in a line for each package and finding on stderr.
func (f *testFlags) report(results []tracer.TestResult) error {
	all := testsReport{Version: 1, Packages: []packageReport{}}
	for _, r := range results {
		entry, said := reportTest(r)
		if f.json {
			all.Packages = append(all.Packages, entry)
		} else {
			fmt.Fprintf(os.Stderr, "trace-viz: %s\n  recording in %s\n", said, r.Recording)
		}
	}
	switch {
	case f.json:
		return printJSON(all)
	case len(results) == 0:
		fmt.Fprintln(os.Stderr, "trace-viz: no test was run, so nothing is recorded")
	}
	return nil
}

// reportTest reads a recording; said is the same for people. Of one that can't be read, such as that of tests which were killed at
// once, it tells what is known without.
func reportTest(r tracer.TestResult) (entry packageReport, said string) {
	l, err := load(r.Recording)
	if err != nil {
		complain(fmt.Errorf("%s: %w", r.Package, err))
		m := r.Meta
		return packageReport{r.Package, report.Report{
			Version: 1, Recording: r.Recording, Program: m.Program, Go: m.Go, Procs: m.Procs, Outcome: m.Outcome, ExitCode: m.ExitCode,
			Signal: m.Signal, WallNS: m.WallNS, LostNS: m.WallNS, Findings: []findings.Finding{},
		}}, m.Program + ": " + m.Outcome
	}
	l.remember()
	return packageReport{r.Package, report.Build(l.rec, l.index, l.findings)}, summary(l)
}

// showTests serves the recordings until Ctrl+C. The page opens with the first one, so those that failed come first.
func (p *page) showTests(ctx context.Context, results []tracer.TestResult) error {
	slices.SortStableFunc(results, func(a, b tracer.TestResult) int {
		return cmp.Compare(min(b.Meta.ExitCode, 1), min(a.Meta.ExitCode, 1))
	})
	for _, r := range results {
		if err := p.server.Add(filepath.Base(r.Recording), newStored(r.Recording, nil)); err != nil {
			return err
		}
	}
	p.tell()
	fmt.Fprintln(os.Stderr, "trace-viz: Ctrl+C ends the page")
	return p.wait(ctx)
}

// recordTest is the hidden command that go test starts test programs with: record-test FOLDER PROGRAM ARGS.
const recordTest = "record-test"

func recordTestCommand() *cobra.Command {
	return &cobra.Command{
		Use:                recordTest + " FOLDER PROGRAM [ARGS]",
		Hidden:             true,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usage("%s is for go test alone: use trace-viz test", recordTest)
			}
			tests, err := tracer.OpenTests(args[0])
			if err != nil {
				return err
			}
			if err := tests.RestoreEnv(); err != nil {
				return err
			}
			return recordOne(context.WithoutCancel(cmd.Context()), tests, args[1], args[2:])
		},
	}
}

// recordOne records one test program and ends as it did. A program that can't be recorded runs all the same.
func recordOne(ctx context.Context, tests *tracer.Tests, program string, args []string) error {
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	p := tests.Package(dir, program)
	meta, err := recordInto(ctx, tests, p, program, args)
	if err != nil && meta.Version == 0 {
		complain(fmt.Errorf("%s is not recorded: %w", p.Path, err))
		return runPlain(program, args)
	}
	if err != nil {
		complain(err)
	}
	if meta.Signal != "" {
		tracer.DieOf(meta.Signal)
	}
	if meta.ExitCode != 0 {
		return &exitCode{code: meta.ExitCode}
	}
	return nil
}

func recordInto(ctx context.Context, tests *tracer.Tests, p tracer.TestPackage, program string, args []string) (recording.Meta, error) {
	dir, err := newRecording(tests, p.Path)
	if err != nil {
		return recording.Meta{}, err
	}
	return tests.Record(ctx, p, program, tracer.RunOptions{
		Dir: dir, Args: args, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Meta: recording.Meta{Program: p.Path, Pacing: "compressed"},
	})
}

// newRecording makes the folder for the recording of a package: a new one in the folder of --output, else in the usual place.
// There it removes none of the same run of go test, however many packages that has.
func newRecording(tests *tracer.Tests, pkg string) (string, error) {
	into := tests.Into
	if into == "" {
		return store.NewBeside(pkg, time.Now(), tests.Began)
	}
	name := strings.ReplaceAll(pkg, "/", "-")
	dir := filepath.Join(into, name)
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) { // a/b and a-b
		return os.MkdirTemp(into, name+"-")
	}
	return dir, err
}

// runPlain runs a program as go test would without us.
func runPlain(program string, args []string) error {
	cmd := exec.Command(program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return &exitCode{code: exit.ExitCode()}
	}
	return err
}
