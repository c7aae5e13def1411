package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/trace-viz/trace-viz/internal/modproxy"
	"github.com/trace-viz/trace-viz/internal/opcount"
	"github.com/trace-viz/trace-viz/tracer"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// A trial is one module being tried.
type trial struct {
	project
	dir     string // for all of it
	command string // the built trace-viz
	retries int
	result  *result

	module   string // folder of the copy
	args     tracer.TestArgs
	flags    []string // of go test, without the packages
	native   *testRun
	recorded *testRun
}

// run does the steps. What can't be done is a failure of the result.
func (t *trial) run(ctx context.Context) {
	t.module = filepath.Join(t.dir, "module")
	steps := []func(context.Context) error{t.prepare, t.rewrite, t.runNative, t.runRecorded, t.compare, t.examine}
	for _, step := range steps {
		if ctx.Err() != nil {
			return
		}
		if err := step(ctx); err != nil {
			if ctx.Err() == nil {
				t.result.fail("%v", err)
			}
			return
		}
	}
}

func (t *trial) say(what string) { say("%s: %s", t.Name, what) }

func (t *trial) prepare(ctx context.Context) (err error) {
	if t.args, err = tracer.ParseTestArgs(t.Args); err != nil {
		return err
	}
	if t.args.Dir != "" {
		return fmt.Errorf("-C is not for this command: patterns such as ./sub/... name packages")
	}
	for _, word := range t.args.All {
		if word == "-args" || word == "--args" {
			break // what follows is the tests' own; they run without
		}
		if !slices.Contains(t.args.Patterns, word) {
			t.flags = append(t.flags, word)
		}
	}
	if len(t.args.Patterns) == 0 {
		t.args.Patterns = []string{"./..."}
	}
	t.say("fetching " + t.Module)
	t.result.Version, err = modproxy.Fetch(ctx, t.Module, t.module, func(err error) { t.say(err.Error()) })
	if err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	return nil
}

// rewrite counts the operations and compares them with the sites.
func (t *trial) rewrite(ctx context.Context) error {
	t.say("compiling and counting")
	m, err := opcount.Load(ctx, t.module, modproxy.Environment(), t.args.Build, t.args.Patterns)
	if err != nil {
		return err
	}
	r := t.result
	r.Broken = append(r.Broken, m.Broken...)
	if r.Packages = len(m.Tested); len(m.Healthy) == 0 {
		return fmt.Errorf("no package compiles natively")
	}
	out := filepath.Join(t.dir, "rewritten")
	if err := os.Mkdir(out, 0o700); err != nil {
		return err
	}
	t.say("rewriting")
	began := time.Now()
	res, err := rewrite.Rewrite(ctx, rewrite.Options{Dir: t.module, Env: modproxy.Environment(), Flags: t.args.Build, Patterns: m.Healthy, Tests: true, OutDir: out})
	if err != nil {
		return err
	}
	if res.Problem != "" {
		return fmt.Errorf("the packages compile, and the rewriter refuses them: %s", res.Problem)
	}
	r.RewriteNS = time.Since(began).Nanoseconds()
	r.take(res.Warnings)
	var files []string
	for _, f := range res.Files {
		files = append(files, f.Abs)
	}
	r.compareCounts(res, m.Count(files))
	return nil
}

// goTest runs tests with flags that make runs comparable, natively when recordings is "".
func (t *trial) goTest(ctx context.Context, recordings string, args []string) (*testRun, string, error) {
	name, words := "go", []string{"test"}
	if recordings != "" {
		name, words = t.command, []string{"test", "--no-ui", "--output", recordings}
	}
	words = append(append(words, "-json", "-count=1", "-vet=off"), args...)
	var stdout, stderr bytes.Buffer
	err := run(ctx, t.module, &stdout, &stderr, name, words...)
	if ctx.Err() != nil {
		return nil, "", ctx.Err()
	}
	got, readErr := readEvents(&stdout)
	if readErr != nil {
		return nil, "", readErr
	}
	if err != nil && len(got.packages) == 0 {
		return nil, stderr.String(), fmt.Errorf("%s test: %w: %s", filepath.Base(name), err, lastLines(stderr.String(), 5))
	}
	return got, stderr.String(), nil
}

func (t *trial) runNative(ctx context.Context) (err error) {
	t.say("running the tests natively")
	t.native, _, err = t.goTest(ctx, "", slices.Concat(t.flags, t.args.Patterns))
	return err
}

func (t *trial) recordings() string { return filepath.Join(t.dir, "recordings") }

func (t *trial) runRecorded(ctx context.Context) (err error) {
	if len(t.native.packages) == 0 {
		return nil
	}
	t.say("running the tests under trace-viz")
	var said string
	t.recorded, said, err = t.goTest(ctx, t.recordings(), slices.Concat(t.flags, t.args.Patterns))
	if err == nil {
		err = os.WriteFile(filepath.Join(t.dir, "stderr.txt"), []byte(said), 0o600)
	}
	return err
}

// compare sets the two runs beside each other. Tests that differ run again alone.
func (t *trial) compare(ctx context.Context) error {
	if t.recorded == nil {
		return nil
	}
	r := t.result
	r.Tests, r.NativeNS, r.RecordedNS = len(t.recorded.tests), t.native.all().Nanoseconds(), t.recorded.all().Nanoseconds()
	if r.NativeNS > 0 {
		r.SlowDown = float64(r.RecordedNS) / float64(r.NativeNS)
	}
	for _, name := range t.native.failed() {
		r.NativeFailed = append(r.NativeFailed, name.String())
	}
	for i, name := range onlyIn(t.recorded, t.native) {
		d := different{Test: name.String(), Said: t.recorded.said[name]}
		if i < mostAgain && name.Test != "" {
			if err := t.again(ctx, name, &d); err != nil {
				return err
			}
		}
		r.Different = append(r.Different, d)
		if d.ours() {
			r.fail("%s fails only under trace-viz", d.Test)
		}
	}
	return nil
}

// mostAgain is of how many tests it is found out how often they fail alone.
const mostAgain = 12

// again runs a test alone, in both ways in turn.
func (t *trial) again(ctx context.Context, name testName, d *different) error {
	t.say("again, alone: " + name.String())
	var parts []string
	for part := range strings.SplitSeq(name.Test, "/") {
		parts = append(parts, "^"+quoteRun(part)+"$")
	}
	args := append(slices.Clone(t.flags), "-run="+strings.Join(parts, "/"), name.Package)
	for i := range t.retries {
		for _, recordings := range []string{"", filepath.Join(t.dir, fmt.Sprintf("again%d", i))} {
			got, _, err := t.goTest(ctx, recordings, args)
			if err != nil {
				return fmt.Errorf("%s again: %w", name, err)
			}
			how := got.tests[name]
			failed := how != "pass" && how != "skip"
			switch {
			case recordings == "" && failed:
				d.NativeFailed++
			case failed:
				d.RecordedFailed++
				if said := got.said[name]; len(said) > 0 {
					d.Said = said
				}
			}
			if err := os.RemoveAll(filepath.Join(t.dir, fmt.Sprintf("again%d", i))); err != nil {
				return err
			}
		}
		d.Runs++
	}
	return nil
}

// quoteRun makes an expression of a name of a test.
func quoteRun(name string) string {
	var b strings.Builder
	for _, c := range name {
		if strings.ContainsRune(`\.+*?()|[]{}^$`, c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}
