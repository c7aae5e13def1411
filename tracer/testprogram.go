package tracer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// ErrOnePackage is in the error of Program for tests of no package, or of more than one.
var ErrOnePackage = errors.New("want one package that has tests")

// Program builds the test program, for one that is run many times. It is run in the folder dir with the arguments args, as go
// test would do it. What the go command says of tests that do not compile goes to stderr. The program is there until Close.
func (t *Tests) Program(ctx context.Context, stderr io.Writer) (built *Built, dir string, args []string, err error) {
	if len(t.Packages) > 1 {
		return nil, "", nil, t.notOne()
	}
	binary := filepath.Join(t.folder, "exe", "program.test")
	build := append([]string{"test", "-c", "-vet=off", "-o", binary}, t.args.Build...)
	if t.sites != nil {
		build = append(append(build, "-overlay="+t.Overlay()), t.flags...)
	}
	cmd := t.command(ctx, append(build, t.args.Patterns...)...) // go test takes "--" for a word of the tests
	cmd.Stderr = stderr
	err = cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, "", nil, &failedBuild{exit.ExitCode()}
	}
	if err != nil {
		return nil, "", nil, fmt.Errorf("go test: %w", err)
	}
	if len(t.Packages) == 0 {
		return nil, "", nil, t.notOne()
	}
	p := t.Packages[0]
	built, err = t.built(p, binary)
	return built, p.Dir, t.args.Program(), err
}

func (t *Tests) notOne() error {
	return fmt.Errorf("%s: %w, it has %d", strings.Join(t.args.Patterns, " "), ErrOnePackage, len(t.Packages))
}

// built describes the test program of a package for Run.
func (t *Tests) built(p TestPackage, binary string) (*Built, error) {
	b := &Built{Binary: binary, Name: binary, GoVersion: t.GoVersion, Module: t.Module, Sites: t.sites, HiddenWaker: p.HiddenWaker,
		FramePointer: t.FramePointer,
		Notes:        slices.Clip(t.Notes)}
	for _, i := range p.Files {
		b.files = append(b.files, t.Files[i])
	}
	var err error
	b.Digest, err = digest(b.files)
	return b, err
}
