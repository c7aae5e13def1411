// Command rates counts how surely the scenarios show what they promise: every bug its expected findings and every fixed
// twin none. Each program is built once, runs often, and gives a line of a table; the command fails when a rate is not
// what it has to be.
//
//	go run ./internal/rates                          every scenario 100 times, on the default procs
//	go run ./internal/rates -n 20 -procs 1,4 NAME…   some of them, 20 times on one core and 20 times on four
//
// A bug has to show in 99 of 100 runs on the default procs and in 19 of 20 otherwise; a twin must have no finding at all.
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

// A bench runs programs in a folder of its own.
type bench struct {
	out   io.Writer
	dir   string
	runs  int
	procs []int
}

func main() {
	n := flag.Int("n", 100, "runs of each program on each number of procs")
	procs := flag.String("procs", "0", "numbers of procs, with commas; 0 is the default of the machine")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout, *n, *procs, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "rates:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, n int, procs string, names []string) error {
	b := bench{out: out, runs: n}
	if n < 1 {
		return fmt.Errorf("-n %d: want at least one run", n)
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
	fmt.Fprintf(out, "%-38s %5s %9s %9s  %s\n", "program", "procs", "as wanted", "longest", "other results")
	var bad []string
	for _, v := range programs {
		ok, err := b.measure(ctx, v)
		if err != nil {
			return fmt.Errorf("%s: %w", v.Name(), err)
		}
		if !ok {
			bad = append(bad, v.Name())
		}
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
	built, err := tracer.Build(ctx, tracer.BuildOptions{Dir: src, Patterns: []string{"."}, Name: v.Name(), Stderr: os.Stderr, Wall: true})
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
		fmt.Fprintf(b.out, "%-38s %5d %4d/%4d %9s  %s\n", v.Name(), procs, t.good, b.runs, t.longest.Round(time.Millisecond), t.others())
		ok = ok && enough(v, procs, t.good, b.runs)
	}
	return ok, nil
}

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
	longest time.Duration
	other   map[string]int // results that were not as wanted
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
	meta, err := tracer.Run(ctx, built, tracer.RunOptions{
		Dir: dir, Stdin: out, Stdout: out, Stderr: out, KeepOutput: true, Timeout: patience, Procs: procs, Meta: recording.Meta{Program: v.Name()},
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
	t.longest = max(t.longest, time.Duration(meta.WallNS))
	if result := judge(v, meta.Outcome, findings.RunRecording(rec, ix)); result == "" {
		t.good++
	} else {
		t.other[result]++
	}
	return nil
}

// judge tells what a run showed instead of what it has to, "" if that is the same: no more and no fewer kinds of findings.
func judge(v scenarios.Variant, outcome string, found []findings.Finding) string {
	var want []string
	if !v.Fixed {
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
