// Command goker is the scoreboard of the deadlock and leak analyzers. It reads the kernels of real blocking bugs in the
// Go toolchain's own tests (GOROOT, runtime/testdata: the GoKer set, as made for the runtime's leak profile), makes each a
// program, and counts whether and how soon trace-viz finds it: first as it is, then with disturbed schedules as
// trace-viz hunt does it. expected.tsv says what is wrong in each.
//
//	go run ./internal/goker                            all kernels; takes the better part of an hour
//	go run ./internal/goker -only etcd -native 50      those with etcd in their name, 50 native runs
//
// It is no test of the project: it measures. It fails when what it measures is not what it has to be.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// options are the flags.
type options struct {
	runs     int    // with hooks, at most
	least    int    // with hooks, at least, to see whether each run is reported
	native   int    // without hooks, at most
	only     string // part of the names
	seed     uint64 // from which those of the disturbed runs follow
	json     bool
	parallel int
	verbose  bool
}

func main() {
	var o options
	flag.IntVar(&o.runs, "runs", 100, "runs with hooks until a kernel counts as not found")
	flag.IntVar(&o.least, "least", 5, "runs with hooks of each kernel, also when it was found before")
	flag.IntVar(&o.native, "native", 1000, "runs without hooks; they end early when the kernel was blocked in "+fmt.Sprint(enough))
	flag.StringVar(&o.only, "only", "", "only kernels with one of these, separated by commas, in their name")
	flag.Uint64Var(&o.seed, "seed", 0, "of the hunt; another one shows how much is luck")
	flag.BoolVar(&o.json, "json", false, "write the results as JSON")
	flag.IntVar(&o.parallel, "parallel", min(2, runtime.NumCPU()), "kernels at the same time")
	flag.BoolVar(&o.verbose, "v", false, "show all findings of runs whose cause is not told")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout, o); err != nil {
		fmt.Fprintln(os.Stderr, "goker:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, o options) error {
	if flag.NArg() > 0 || o.runs < 1 || o.native < 0 || o.parallel < 1 {
		return errors.New("want no arguments, and flags that are not negative")
	}
	root, err := goroot()
	if err != nil {
		return err
	}
	list, err := names(root)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(name string) bool { return !wanted(o.only, name) })
	expected, err := readExpected(expectedTable)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "traceviz-goker-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	rows := measureAll(ctx, o, root, dir, list, expected)
	if err := ctx.Err(); err != nil {
		fmt.Fprintln(os.Stderr, "goker: stopped; what follows is what was measured until then")
	}
	sum := total(rows, o)
	if o.json {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		if err := enc.Encode(map[string]any{"version": 1, "kernels": rows, "sums": sum}); err != nil {
			return err
		}
	} else {
		printTable(out, rows, sum)
	}
	return sum.verdict()
}

// wanted tells whether a name has one of the parts.
func wanted(parts, name string) bool {
	return parts == "" || slices.ContainsFunc(strings.Split(parts, ","), func(p string) bool { return strings.Contains(name, p) })
}

// measureAll measures kernels, some at the same time; rows are in the order of the list.
func measureAll(ctx context.Context, o options, root, dir string, list []string, expected map[string][]cause) []*row {
	rows := make([]*row, len(list))
	var todo sync.WaitGroup
	next := make(chan int)
	for range o.parallel {
		todo.Go(func() {
			for i := range next {
				b := bench{o: o, row: &row{Name: list[i], causes: expected[list[i]]}}
				if err := b.measure(ctx, root, dir); err != nil && ctx.Err() == nil {
					b.row.Error = err.Error()
				}
				rows[i] = b.row
				fmt.Fprintln(os.Stderr, b.row.progress())
			}
		})
	}
	for i := range list {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	todo.Wait()
	return slices.DeleteFunc(rows, func(r *row) bool { return r == nil })
}
