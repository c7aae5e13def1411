// Command bench measures what trace-viz costs and how fast it is, and prints a table.
//
//	go run ./internal/bench                  everything, on a mixed trace of 10 MB that it makes itself
//	go run ./internal/bench -trace FILE      the index on a trace of yours
//	go run ./internal/bench -only hooks      one part: hooks, fresh, index, findings, page, rewrite
//	go run ./internal/bench -only throughput the benchmarks of two modules, which it fetches; not part of everything
//	go run ./internal/bench -module DIR      rewriting a module of yours, with -only rewrite
//
// Machines differ and are never quiet, so nothing here is an absolute judgement: what is compared runs alternately in
// one go (A B A B), each number is the median of the rounds, and the table says what it is compared with. Memory is
// measured in a process of its own.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	trace  string
	mb     float64
	rounds int
	only   string
	module string
	child  string // set in the processes that the benchmark starts of itself
}

func main() {
	var o options
	flag.StringVar(&o.trace, "trace", "", "measure the index on this execution trace, not on one made here")
	flag.Float64Var(&o.mb, "mb", 10, "megabytes (1e6) of the trace that is made here")
	flag.IntVar(&o.rounds, "rounds", 5, "how often each measurement is repeated")
	flag.StringVar(&o.only, "only", "", "measure only this part: hooks, fresh, index, findings, page, rewrite or throughput (which fetches modules, and is measured only so)")
	flag.StringVar(&o.module, "module", "", "measure rewriting on the module in this folder, not on one made here")
	flag.StringVar(&o.child, "child", "", "used by the benchmark itself")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := o.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (o options) run(ctx context.Context) error {
	if o.child != "" {
		return runChild(o.child, o.trace, o.mb)
	}
	parts := []string{"hooks", "fresh", "index", "findings", "page", "rewrite", "throughput"}
	if o.only != "" && !slices.Contains(parts, o.only) || o.rounds < 1 || flag.NArg() > 0 {
		flag.Usage()
		return errors.New("want -only hooks, fresh, index, findings, page, rewrite or throughput, at least one round, and no arguments")
	}
	dir, err := os.MkdirTemp("", "traceviz-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{options: o, ctx: ctx, dir: dir}
	fmt.Printf("%s %s/%s, %d cores, medians of %d rounds\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), o.rounds)
	for _, part := range []struct {
		name string
		run  func() error
	}{{"hooks", b.hooks}, {"fresh", b.fresh}, {"index", b.index}, {"findings", b.findings}, {"page", b.page}, {"rewrite", b.rewriting}, {"throughput", b.throughput}} {
		if o.only != part.name && (o.only != "" || part.name == "throughput") {
			continue
		}
		if err := part.run(); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		fmt.Println()
	}
	return nil
}

// bench is one run of the benchmark.
type bench struct {
	options
	ctx     context.Context
	dir     string // temporary
	command string // path of the built trace-viz, once it is needed

	listened time.Duration // from the start of the command that was visited last until it announced its page
	steps    steps         // of the page that was viewed last
}

// traceFile is the trace to measure on: the one given, or one made here.
func (b *bench) traceFile() (string, error) {
	if b.trace == "" {
		path := filepath.Join(b.dir, "mix.out")
		if _, err := b.self("mix", path); err != nil {
			return "", err
		}
		b.trace = path
	}
	return b.trace, nil
}

// row prints one line of the table.
func row(what, value, note string) { fmt.Printf("%-58s %14s  %s\n", what, value, note) }

func head(title string) { fmt.Printf("%s\n", title) }

// median is the middle of the sorted values, of two middles the mean.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(values))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
