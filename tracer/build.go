package tracer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// BuildOptions says what to build.
type BuildOptions struct {
	Dir      string   // where the go command is run
	Patterns []string // one package, or Go files
	Name     string   // of the program, for messages
	Flags    []string // build flags, such as -tags=x
	Wall     bool     // link the wall profiler
	Stderr   io.Writer
	Progress func(format string, args ...any) // told what goes on; may be nil

	Instrument, Skip []string // patterns of packages that get hooks too, and that get none; see rewrite.Options
}

// A Built is a program with hooks, ready to be run.
type Built struct {
	Binary    string
	Name      string
	GoVersion string
	Module    string // path of the main module
	Digest    string // SHA-256 over the traced files
	Sites     *rewrite.Sites
	Notes     []string

	// HiddenWaker is what in the program could wake a goroutine without a trace of it, "" if nothing can. With it a deadlock
	// is never certain, and the program is not ended for one.
	HiddenWaker string

	// FramePointer is as LosesFramePointer of what the rewriter says: then the trace's stacks are found without frame pointers.
	FramePointer string

	dir   string // temporary
	files []rewrite.TracedFile
}

// Hooks reports whether any operation has a hook.
func (b *Built) Hooks() bool { return len(b.Sites.Sites) > 0 || len(b.Sites.Spawns) > 0 }

// Close removes the program. It does nothing to nil.
func (b *Built) Close() {
	if b != nil && b.dir != "" {
		os.RemoveAll(b.dir)
		b.dir = ""
	}
}

// Unsupported reports whether err says that the toolchain here is one that programs can't be recorded with.
func Unsupported(err error) bool {
	_, ok := errors.AsType[*rewrite.UnsupportedError](err)
	return ok
}

// ErrNotProgram is the error of Build for a package that can't be run.
var ErrNotProgram = errors.New("not a program: it has no package main")

// ErrBuildFlag is in the error for a flag in GOFLAGS that can't be had together with hooks.
var ErrBuildFlag = errors.New("not with trace-viz run")

// A failedBuild is the end of a go command that has said itself what is wrong.
type failedBuild struct{ code int }

func (f *failedBuild) Error() string { return fmt.Sprintf("go build: exit code %d", f.code) }

// BuildFailed reports whether err means that the go command refused the program; it has said why to BuildOptions.Stderr.
// code is its exit code.
func BuildFailed(err error) (code int, ok bool) {
	if f, ok := errors.AsType[*failedBuild](err); ok {
		return f.code, true
	}
	return 0, false
}

// Build puts hooks into a copy of the target's source and builds it. The target's own files are not touched. When the
// target does not compile, the go command speaks, on the original files.
func Build(ctx context.Context, o BuildOptions) (*Built, error) {
	if o.Progress == nil {
		o.Progress = func(string, ...any) {}
	}
	dir, err := os.MkdirTemp("", "traceviz-build")
	if err != nil {
		return nil, err
	}
	b := &Built{Binary: filepath.Join(dir, "exe", programFile(o.Name)), Name: o.Name, dir: dir}
	if err := b.build(ctx, o); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// programFile is the name of the program's file, as go run would name it.
func programFile(name string) string {
	base := filepath.Base(filepath.Clean("/" + name))
	if base == string(filepath.Separator) {
		return "program"
	}
	return strings.TrimSuffix(base, ".go")
}

func (b *Built) build(ctx context.Context, o BuildOptions) error {
	o.Progress("reading the source of %s", o.Name)
	res, err := rewriteIn(ctx, rewrite.Options{Dir: o.Dir, Patterns: o.Patterns, Flags: o.Flags, OutDir: b.dir, Instrument: o.Instrument, Skip: o.Skip})
	if err != nil {
		return err
	}
	if err := refusedInGOFLAGS(res.GOFLAGS, ErrBuildFlag); err != nil {
		return err
	}
	if res.Problem != "" {
		return b.plain(ctx, o, res)
	}
	if !res.Main {
		return fmt.Errorf("%s is %w", o.Name, ErrNotProgram)
	}
	b.Sites, b.files, b.Module, b.GoVersion = res.Sites, res.Files, res.ModulePath, res.GoVersion
	goroot, extra, err := b.extra(ctx, o, res.GOROOT)
	if err != nil {
		return err
	}
	if res.StartInEmbed {
		start, err := rewrite.EmbedOverlay(b.dir, goroot)
		if err != nil {
			return err
		}
		maps.Copy(extra, start)
	}
	o.Progress("building %s", o.Name)
	for {
		out, err := b.goBuild(ctx, o, res, goroot, extra)
		if err == nil {
			break
		}
		if _, failed := errors.AsType[*exec.ExitError](err); !failed {
			return fmt.Errorf("go build: %w", err)
		}
		if !b.dropPipes(extra, out) && !res.DropFailed(o.Dir, out) && !res.DropDependencies() {
			return b.refused(ctx, o, res, out)
		}
	}
	b.Notes, b.FramePointer = append(b.Notes, res.Warnings...), res.LosesFramePointer
	if b.HiddenWaker, err = b.hiddenWaker(ctx, o); err != nil {
		b.HiddenWaker = err.Error()
	}
	b.Digest, err = digest(b.files)
	return err
}

// extra makes the part of the overlay that does not come from the target: the hook package and, if it is wanted, the wall
// profiler. goroot is the one to build with.
func (b *Built) extra(ctx context.Context, o BuildOptions, root string) (goroot string, overlay map[string]string, err error) {
	var with []string
	wall := map[string]string{}
	if o.Wall {
		if wall, err = wallOverlay(ctx, b.dir, root); err != nil {
			b.Notes = append(b.Notes, "no wall-clock profile: "+err.Error())
		} else {
			with = append(with, "wall.go")
		}
	}
	pipes, note, err := pipeOverlay(b.dir, root, b.files)
	if err != nil {
		return "", nil, err
	}
	if len(pipes) > 0 {
		with = append(with, pipeHook)
	} else if note != "" {
		b.Notes = append(b.Notes, note)
	}
	overlay, goroot, err = rewrite.HookOverlay(b.dir, root, with...)
	if err != nil {
		return "", nil, err
	}
	maps.Copy(wall, pipes)
	for original, replacement := range wall {
		rel, err := filepath.Rel(root, original)
		if err != nil {
			return "", nil, err
		}
		overlay[filepath.Join(goroot, rel)] = replacement
	}
	return goroot, overlay, nil
}

// goBuild builds with the overlay and returns what the go command said.
func (b *Built) goBuild(ctx context.Context, o BuildOptions, res *rewrite.Result, goroot string, extra map[string]string) (string, error) {
	file := filepath.Join(b.dir, "overlay.json")
	if err := rewrite.WriteOverlay(file, res.Overlay, extra); err != nil {
		return "", err
	}
	args := append([]string{"build", "-overlay", file, "-o", b.Binary}, slices.Concat(o.Flags, res.Flags)...)
	cmd := goCommand(ctx, o.Dir, b.dir, append(append(args, "--"), o.Patterns...)...)
	if goroot != res.GOROOT {
		cmd.Path = filepath.Join(goroot, "bin", "go")
		cmd.Env = append(cmd.Environ(), "GOROOT="+goroot, "GOTOOLCHAIN=local") // with PWD, by whose names the overlay goes
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// plain builds the target as it is, so that the go command says what is wrong with it.
func (b *Built) plain(ctx context.Context, o BuildOptions, res *rewrite.Result) error {
	args := append([]string{"build", "-o", b.Binary}, o.Flags...)
	cmd := goCommand(ctx, o.Dir, b.dir, append(append(args, "--"), o.Patterns...)...)
	cmd.Stdout, cmd.Stderr = o.Stderr, o.Stderr
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return &failedBuild{exit.ExitCode()}
	}
	if err != nil {
		return fmt.Errorf("go build: %w", err)
	}
	return fmt.Errorf("%s builds, but its source could not be read: %s", o.Name, res.Problem)
}

// refused is for a build that fails though no rewritten file is at fault by name: when the original builds, the fault is ours.
func (b *Built) refused(ctx context.Context, o BuildOptions, res *rewrite.Result, said string) error {
	err := b.plain(ctx, o, res)
	if _, ok := BuildFailed(err); ok {
		return err
	}
	return fmt.Errorf("%s builds without hooks, but not with them; the go command says:\n%s", o.Name, said)
}

// digest is the SHA-256 over names and contents of the traced files.
func digest(files []rewrite.TracedFile) (string, error) {
	h := sha256.New()
	for _, f := range files {
		b, err := os.ReadFile(f.Abs)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n", f.Rel, len(b))
		h.Write(b)
	}
	return fmt.Sprintf("sha256:%x", h.Sum(nil)), nil
}

// copySources keeps the traced files as they were.
func (b *Built) copySources(to string) error {
	root := to
	if err := os.MkdirAll(root, 0o700); err != nil {
		return err
	}
	for _, f := range b.files {
		src, err := os.ReadFile(f.Abs)
		if err != nil {
			return err
		}
		path := filepath.Join(root, filepath.FromSlash(f.Rel))
		if !filepath.IsLocal(filepath.FromSlash(f.Rel)) {
			continue // a name from outside of the module that would leave the folder
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, src, 0o600); err != nil {
			return err
		}
	}
	return nil
}
