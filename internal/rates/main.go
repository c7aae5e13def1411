// Command rates counts how surely the scenarios show what they promise: every bug its expected findings and every fixed
// twin none. Each program is built once, runs often, and gives a line of a table; the command fails when a rate is not
// what it has to be.
//
//	go run ./internal/rates                          every scenario 100 times, on the default procs
//	go run ./internal/rates -n 20 -procs 1,4 NAME…   some of them, 20 times on one core and 20 times on four
//	go run ./internal/rates -race                    every scenario under the race detector, not only those with a data race
//	go run ./internal/rates -modules                 and beside them false alarms on the passing tests of modules of others
//
// A bug has to show in 99 of 100 runs on the default procs and in 19 of 20 otherwise; a twin must have no finding at all, and
// the tests of a module none of severity error. The columns errors and warnings count findings that nobody expects.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/scenarios"
	"github.com/trace-viz/trace-viz/tracer"
)

// patience is the time-out of a run, as the command gives it to scenarios.
const patience = 10 * time.Second

// raceSlower is how many times as long a run under the race detector gets, as from the command.
const raceSlower = 4

// A bench runs programs in a folder of its own.
type bench struct {
	out   io.Writer
	dir   string
	runs  int
	procs []int

	always  bool   // use the race detector for every program
	modules bool   // measure false alarms on those of others too
	noRace  string // why the race detector can't be used here, "" if it can
}

func main() {
	n := flag.Int("n", 100, "runs of each program on each number of procs")
	procs := flag.String("procs", "0", "numbers of procs, with commas; 0 is the default of the machine")
	race := flag.Bool("race", false, "run all programs under the race detector, not only those with a data race")
	others := flag.Bool("modules", false, "run the tests of "+strings.Join(modules, ", ")+" under trace-viz test too, and count findings")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout, *n, *procs, *race, *others, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "rates:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, n int, procs string, race, others bool, names []string) error {
	b := bench{out: out, runs: n, always: race, modules: others, noRace: tracer.NoCompiler()}
	switch {
	case n < 1:
		return fmt.Errorf("-n %d: want at least one run", n)
	case race && b.noRace != "":
		return fmt.Errorf("-race: %s", b.noRace)
	}
	for text := range strings.SplitSeq(procs, ",") {
		p, err := strconv.Atoi(text)
		if err != nil || p < 0 {
			return fmt.Errorf("-procs %s: want numbers from 0, with commas", procs)
		}
		b.procs = append(b.procs, p)
	}
	programs, err := choose(names)
	if err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "traceviz-rates-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	if b.noRace != "" {
		fmt.Fprintln(out, b.noRace+"; data races are told by what the programs print")
	}
	fmt.Fprintf(out, heading, "program", "procs", "as wanted", "errors", "warnings", "longest", "other results")
	var bad []string
	for i, v := range programs {
		fmt.Fprintf(os.Stderr, "rates: %s, %d of %d\n", v.Name(), i+1, len(programs))
		ok, err := b.measure(ctx, v)
		if err != nil {
			return fmt.Errorf("%s: %w", v.Name(), err)
		}
		if !ok {
			bad = append(bad, v.Name())
		}
	}
	if b.modules {
		noisy, err := b.measureModules(ctx)
		if err != nil {
			return err
		}
		bad = append(bad, noisy...)
	}
	if len(bad) > 0 {
		return errors.New("not as sure as it has to be: " + strings.Join(bad, ", "))
	}
	return nil
}

// choose gives the programs of names: both of each bug for a scenario, both of a bug, or one; all for no name.
func choose(names []string) ([]scenarios.Variant, error) {
	if len(names) == 0 {
		for _, s := range scenarios.All {
			names = append(names, s.Name)
		}
	}
	var list []scenarios.Variant
	for _, name := range names {
		v, err := scenarios.Find(name)
		switch {
		case err != nil:
			return nil, err
		case !strings.Contains(name, "/"):
			for i := range v.Scenario.Bugs {
				v.Bug = &v.Scenario.Bugs[i]
				list = append(list, v, v.Twin())
			}
		case v.Fixed || strings.HasSuffix(name, "/buggy"):
			list = append(list, v)
		default:
			list = append(list, v, v.Twin())
		}
	}
	return list, nil
}

// measure builds one program, runs it and prints its lines.
func (b *bench) measure(ctx context.Context, v scenarios.Variant) (ok bool, err error) {
	src, err := v.Materialize(filepath.Join(b.dir, "programs"))
	if err != nil {
		return false, err
	}
	opt := tracer.BuildOptions{Dir: src, Patterns: []string{"."}, Name: v.Name(), Stderr: os.Stderr, Wall: true}
	if b.race(v) {
		opt.Flags = []string{"-race"}
	}
	built, err := tracer.Build(ctx, opt)
	if err != nil {
		return false, err
	}
	defer built.Close()
	ok = true
	for _, procs := range b.procs {
		t := tally{other: map[string]int{}}
		for range b.runs {
			if err := b.once(ctx, v, built, procs, &t); err != nil {
				return false, err
			}
		}
		b.line(v.Name(), strconv.Itoa(procs), b.runs, &t)
		ok = ok && enough(v, procs, t.good, b.runs)
	}
	return ok, nil
}

// race tells whether a program runs under the race detector.
func (b *bench) race(v scenarios.Variant) bool { return b.always || v.Bug.Raced() && b.noRace == "" }

// enough tells whether good of n runs is what a program has to reach.
func enough(v scenarios.Variant, procs, good, n int) bool {
	switch {
	case v.Fixed:
		return good == n
	case procs == 0:
		return 100*good >= 99*n
	}
	return 20*good >= 19*n
}

// A tally counts the runs of one program.
type tally struct {
	good    int
	errors  int // findings that nobody expects, by severity
	warned  int
	longest time.Duration
	other   map[string]int // results that were not as wanted
}

// alarm counts a finding that nobody expects.
func (t *tally) alarm(how findings.Severity) {
	switch how {
	case findings.Error:
		t.errors++
	case findings.Warning:
		t.warned++
	}
}

const (
	heading = "%-38s %5s %9s %6s %8s %9s  %s\n"
	row     = "%-38s %5s %4d/%4d %6d %8d %9s  %s\n"
)

func (b *bench) line(name, procs string, n int, t *tally) {
	fmt.Fprintf(b.out, row, name, procs, t.good, n, t.errors, t.warned, t.longest.Round(time.Millisecond), t.others())
}

func (t *tally) others() string {
	var list []string
	for result, n := range t.other {
		list = append(list, fmt.Sprintf("%d× %s", n, result))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// once makes one recording and looks for what it shows.
func (b *bench) once(ctx context.Context, v scenarios.Variant, built *tracer.Built, procs int, t *tally) error {
	dir, err := os.MkdirTemp(b.dir, "run")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	out, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer out.Close()
	limit := patience
	if b.race(v) {
		limit *= raceSlower
	}
	meta, err := tracer.Run(ctx, built, tracer.RunOptions{
		Dir: dir, Stdin: out, Stdout: out, Stderr: out, KeepOutput: true, Timeout: limit, Procs: procs, Meta: recording.Meta{Program: v.Name()},
		Race: b.race(v), Env: append(os.Environ(), "GORACE=atexit_sleep_ms=0"), // nothing comes after the end of main here
	})
	if err != nil {
		return err
	}
	rec, err := recording.Open(dir)
	if err != nil {
		return err
	}
	ix, err := index.Open(rec.TracePath(), index.Options{Sites: rec.Sites})
	if err != nil {
		return err
	}
	lines, err := printed(rec)
	if err != nil {
		return err
	}
	t.longest = max(t.longest, time.Duration(meta.WallNS))
	found := findings.RunRecording(rec, ix)
	for _, f := range found {
		if v.Fixed || !slices.Contains(v.Bug.Expect, f.Kind) {
			t.alarm(f.Severity)
		}
	}
	if result := b.judge(v, meta.Outcome, lines, found); result == "" {
		t.good++
	} else {
		t.other[result]++
	}
	return nil
}

// printed gives the lines of a program's standard output.
func printed(rec *recording.Recording) (lines []string, err error) {
	all, err := rec.Output()
	for _, l := range all {
		if l.Stream == "stdout" {
			lines = append(lines, l.Text)
		}
	}
	return lines, err
}

// judge tells what a run showed instead of what it has to, "" if that is the same: no more and no fewer kinds of findings,
// and the right output of a fixed program. A data race that nothing can find here has to show in a wrong output.
func (b *bench) judge(v scenarios.Variant, outcome string, lines []string, found []findings.Finding) string {
	var want []string
	wrong := v.Bug.Task.Missing(lines)
	switch {
	case v.Fixed:
		if outcome == recording.Exit && wrong != "" {
			return "output: " + wrong
		}
	case v.Bug.Raced() && !b.race(v):
		if wrong == "" {
			return "the right output"
		}
	default:
		want = slices.Sorted(slices.Values(v.Bug.Expect))
	}
	var kinds []string
	for _, f := range found {
		kinds = append(kinds, f.Kind)
	}
	slices.Sort(kinds)
	kinds = slices.Compact(kinds)
	if slices.Equal(kinds, want) && (!v.Fixed || outcome == recording.Exit) {
		return ""
	}
	return outcome + " with " + cmp.Or(strings.Join(kinds, "+"), "no finding")
}
