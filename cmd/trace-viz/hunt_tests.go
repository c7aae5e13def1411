package main

import (
	"context"
	"errors"
	"os"

	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/tracer"
)

// tests builds the tests of the package that is TARGET. args are flags and words for go test.
func (f *huntFlags) tests(ctx context.Context, name string, args []string, status *progress) (prey, error) {
	flags := []string{}
	if f.run.tags != "" {
		flags = append(flags, "-tags="+f.run.tags)
	}
	if f.run.race {
		flags = append(flags, "-race")
	}
	parsed, err := tracer.ParseTestArgs(append(append(flags, name), args...))
	if err != nil {
		return prey{}, usage("%w", err)
	}
	tests, err := tracer.PrepareTests(ctx, tracer.TestOptions{Args: parsed, Progress: status.say,
		Instrument: f.run.packages.instrument, Skip: f.run.packages.skip})
	if tracer.Unsupported(err) || errors.Is(err, tracer.ErrTestFlag) {
		return prey{}, usage("%w", err)
	}
	if err != nil {
		return prey{}, err
	}
	built, dir, arguments, err := tests.Program(ctx, os.Stderr)
	if err != nil {
		tests.Close()
		if errors.Is(err, tracer.ErrOnePackage) {
			return prey{}, usage("hunt --test %w", err)
		}
		return prey{}, buildError(err)
	}
	pkg := tests.Packages[0].Path
	return prey{built, pkg, tracer.RunOptions{
		Args: arguments, WorkDir: dir, Env: append(os.Environ(), "PWD="+dir), Timeout: f.run.timeout, Procs: f.run.procs, Race: tests.Race,
		Meta: recording.Meta{Program: pkg, Pacing: "compressed"},
	}, tests.Close}, nil
}
