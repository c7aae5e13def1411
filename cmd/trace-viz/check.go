package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/trace-viz/trace-viz/internal/compare"
	"github.com/trace-viz/trace-viz/internal/exercise"
	"github.com/trace-viz/trace-viz/internal/judge"
	"github.com/trace-viz/trace-viz/internal/store"
)

// exitFailed is the exit code of check for an attempt that is not right.
const exitFailed = 1

// checkFlags are the flags of check.
type checkFlags struct {
	page pageFlags
	ui   bool
	json bool
	runs int
}

func checkCommand() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check DIR",
		Short: "Judge an attempt at an exercise",
		Long: `check judges the program in DIR, which trace-viz exercise wrote and somebody changed: it builds it, runs it many
times with different schedules on 1, 2, 4 and all procs, and under the race detector where there is a C compiler. It has
to end by itself, print what it should, have no finding, keep its goroutines and do the work, and be as fast as the exercise
asks. The exit code is 0 if all is as it should be, 1 if not.`,
		Example: "  trace-viz check .\n  trace-viz check shared-state-lost-update --json\n  trace-viz check . --ui",
		Args:    wantArgs(1, "the folder of an exercise"),
		RunE:    func(cmd *cobra.Command, args []string) error { return f.check(cmd, args[0]) },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
	}
	fl := cmd.Flags()
	f.page.add(fl)
	fl.BoolVar(&f.ui, "ui", false, "then show the attempt beside the buggy program")
	fl.BoolVar(&f.json, "json", false, "print the verdict as JSON")
	fl.IntVar(&f.runs, "runs", judge.DefaultRuns, "how often to run it without the race detector")
	return cmd
}

// A verdict is the output of check --json.
type verdict struct {
	Version  int               `json:"version"`
	Exercise string            `json:"exercise"`
	Pass     bool              `json:"pass"`
	Criteria []judge.Criterion `json:"criteria"`
}

func (f *checkFlags) check(cmd *cobra.Command, dir string) error {
	switch {
	case f.runs < 1 || f.runs > judge.MaxRuns:
		return usage("--runs=%d: want 1 to %d", f.runs, judge.MaxRuns)
	case f.ui && f.json:
		return usage("--json and --ui: want one of them")
	}
	if err := store.Check(); err != nil {
		return err
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	var p *page
	if f.ui {
		f.page.exercises = []string{dir}
		if p, err = f.page.open(cmd.Context()); err != nil {
			return err
		}
		defer p.close()
	}
	opt := judge.Options{Runs: f.runs, Programs: store.Programs()}
	if f.ui {
		opt.Keep = keepRecording
	}
	v, err := f.judge(cmd, dir, opt)
	if err != nil {
		return checkError(err)
	}
	if err := f.tell(v); err != nil {
		return err
	}
	if p != nil {
		if err := p.attempt(cmd, v); err != nil {
			return err
		}
	}
	if !v.Pass() {
		return &exitCode{code: exitFailed}
	}
	return nil
}

// judge judges, and can be interrupted.
func (f *checkFlags) judge(cmd *cobra.Command, dir string, opt judge.Options) (judge.Verdict, error) {
	status := newProgress(os.Stderr)
	defer status.done()
	opt.Progress = status.say
	ctx, signals := interruptible(cmd.Context())
	v, err := judge.Check(ctx, dir, opt)
	return v, signals.end(err)
}

// checkError tells wrong usage from our own failures.
func checkError(err error) error {
	if unknown, ok := errors.AsType[*exercise.UnknownError](err); ok {
		hint := ""
		if near := nearest(unknown.Name, exerciseNames()); near != "" {
			hint = "\n  did you mean " + near + "?"
		}
		return usage("%w%s", err, hint)
	}
	if errors.Is(err, exercise.ErrNoExercise) {
		return usage("%w\n  trace-viz exercise NAME DIR writes one; trace-viz list has the names", err)
	}
	if _, ok := errors.AsType[*os.PathError](err); ok {
		return usage("%w", err)
	}
	return err
}

func (f *checkFlags) tell(v judge.Verdict) error {
	if f.json {
		return printJSON(verdict{1, v.Exercise.Name(), v.Pass(), v.Criteria})
	}
	w := tabwriter.NewWriter(os.Stdout, 2, 8, 2, ' ', 0)
	for _, c := range v.Criteria {
		result := "pass"
		if !c.Pass {
			result = "fail"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", result, c.Name, c.Why)
	}
	return w.Flush()
}

// attempt shows the attempt beside the buggy program until Ctrl+C; nothing if it was never run.
func (p *page) attempt(cmd *cobra.Command, v judge.Verdict) error {
	if v.Attempt == "" || v.Buggy == "" {
		fmt.Fprintln(os.Stderr, "trace-viz: there is no run to show")
		return nil
	}
	var both [2]*loaded
	for i, dir := range []string{v.Buggy, v.Attempt} {
		l, err := load(dir)
		if err != nil {
			return err
		}
		l.remember()
		both[i] = l
	}
	ids, err := p.add(both)
	if err != nil {
		return err
	}
	r := compare.Compare(both[0].side(), both[1].side())
	return p.compare(cmd.Context(), both, ids, &r)
}
