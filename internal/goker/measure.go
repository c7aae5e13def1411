package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/hunt"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/tracer"
)

// enough native runs in which a kernel was blocked make further ones needless: it counts as one that blocks.
const enough = 20

// patience ends a run with hooks that does not come to its end.
const patience = 10 * time.Second

// A row is what was measured of one kernel.
type row struct {
	Name          string   `json:"kernel"`
	Copies        int      `json:"copies"` // that it starts originally
	NativeRuns    int      `json:"native_runs"`
	NativeBlocked int      `json:"native_blocked"`
	NativeDied    int      `json:"native_died"` // ended by the runtime or too late
	Runs          int      `json:"runs"`
	Blocked       int      `json:"blocked"`  // runs in which goroutines stay blocked, by the plain trace
	Reported      int      `json:"reported"` // of these, with a finding of severity error
	Alarms        int      `json:"alarms"`   // runs with such a finding in which none stays blocked
	Right         int      `json:"right"`    // of the reported, whose cause is told
	FoundAt       int      `json:"found_at"` // first run that was blocked and reported, 0 if there is none
	Seed          uint64   `json:"seed"`     // of that run
	Kind          string   `json:"kind"`     // of what that run told
	FirstRight    bool     `json:"first_right"`
	Message       string   `json:"message"`
	Want          []string `json:"want"` // causes, in words
	Error         string   `json:"error"`

	causes []cause
}

// bench measures one kernel.
type bench struct {
	o   options
	row *row
	k   *kernel
}

func (b *bench) measure(ctx context.Context, root, dir string) (err error) {
	b.row.Want = []string{}
	for _, c := range b.row.causes {
		b.row.Want = append(b.row.Want, c.words)
	}
	if b.k, err = makeKernel(root, b.row.Name, dir); err != nil {
		return err
	}
	b.row.Copies = b.k.copies
	if err := b.native(ctx); err != nil {
		return err
	}
	built, err := tracer.Build(ctx, tracer.BuildOptions{Dir: b.k.dir, Patterns: []string{"."}, Name: b.row.Name, Stderr: os.Stderr})
	if err != nil {
		return err
	}
	defer built.Close()
	scout := hunt.NewScout(b.o.seed)
	for n := 1; n <= b.o.runs && (b.row.FoundAt == 0 || n <= b.o.least) && ctx.Err() == nil; n++ {
		if err := b.once(ctx, built, n, scout); err != nil {
			return err
		}
	}
	return nil
}

// native builds the kernel without hooks and counts the runs in which goroutines stay blocked.
func (b *bench) native(ctx context.Context) error {
	binary := filepath.Join(b.k.dir, "native")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, ".")
	cmd.Dir = b.k.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w: %s", err, out)
	}
	for b.row.NativeRuns < b.o.native && b.row.NativeBlocked < enough && ctx.Err() == nil {
		b.row.NativeRuns++
		n, err := native(ctx, binary, b.k.arg, b.turn(b.row.NativeRuns))
		switch {
		case err != nil:
			b.row.NativeDied++
		case n > 0:
			b.row.NativeBlocked++
		}
	}
	return nil
}

// turn is which copy of the bug the n-th run starts: all come up, with few runs some of each part.
func (b *bench) turn(n int) int { return (n * 37) % b.k.copies }

// once runs the kernel once with hooks. The first run is as it is, the others are disturbed.
func (b *bench) once(ctx context.Context, built *tracer.Built, n int, scout *hunt.Scout) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	dir, err := os.MkdirTemp(b.k.dir, "run")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	seed := uint64(0) // the first run is as it is
	if n > 1 {
		seed = scout.Seed(n)
	}
	run := hunt.Disturb(tracer.RunOptions{
		Dir: dir, Args: []string{b.k.arg}, Env: append(os.Environ(), "GOKER_TURN="+strconv.Itoa(b.turn(n))),
		Stdin: null, Stdout: null, Stderr: null, Timeout: patience, Meta: recording.Meta{Program: b.row.Name},
	}, seed)
	shown, err := hunt.Once(ctx, built, run)
	if err != nil {
		return err
	}
	scout.Learn(shown)
	blocked, err := traced(filepath.Join(dir, recording.TraceFile))
	if err != nil {
		return fmt.Errorf("read the trace of run %d: %w", n, err)
	}
	b.take(n, run.Perturb, blocked, shown.Findings)
	return nil
}

// take counts one run.
func (b *bench) take(n int, seed uint64, blocked int, found []findings.Finding) {
	r := b.row
	r.Runs = n
	best, right := choose(r.causes, found)
	switch {
	case blocked == 0 && best != nil:
		r.Alarms++
	case blocked > 0:
		r.Blocked++
	}
	if b.o.verbose && (blocked > 0) != right {
		b.show(n, blocked, found)
	}
	if blocked == 0 || best == nil {
		return
	}
	r.Reported++
	if right {
		r.Right++
	}
	if r.FoundAt == 0 {
		r.FoundAt, r.Seed, r.Kind, r.FirstRight, r.Message = n, seed, best.Kind, right, best.Message
	}
}

// choose gives the finding of severity error that tells the cause, else the first one.
func choose(causes []cause, found []findings.Finding) (best *findings.Finding, right bool) {
	for i, f := range found {
		if f.Severity != findings.Error {
			continue
		}
		if told(causes, f) != nil {
			return &found[i], true
		}
		if best == nil {
			best = &found[i]
		}
	}
	return best, false
}

// show prints what a run told.
func (b *bench) show(n, blocked int, found []findings.Finding) {
	fmt.Fprintf(os.Stderr, "%s run %d: %d blocked; want:\n", b.row.Name, n, blocked)
	for _, c := range b.row.causes {
		fmt.Fprintf(os.Stderr, "    %s %v %v: %s\n", c.kind, c.objects, c.sites, c.words)
	}
	for _, f := range found {
		fmt.Fprintf(os.Stderr, "  got %s %s %s: %s\n    objects %v sites %v\n", f.Severity, f.Verdict, f.Kind, f.Message, f.Objects, f.Sites)
		for _, w := range f.Why {
			fmt.Fprintf(os.Stderr, "      %s\n", w)
		}
	}
}
