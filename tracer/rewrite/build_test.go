package rewrite_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// A target is a program that is built natively and with hooks.
type target struct {
	dir    string   // of its module
	flags  []string // of the build
	result *rewrite.Result
	native string // path of the program without hooks
	hooked string // with hooks
}

// writeFiles writes a module, or a part of one.
func writeFiles(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// build rewrites the program in dir and builds it both ways. The target must not need a second try.
func build(t testing.TB, dir string, flags ...string) *target {
	t.Helper()
	b := rewritten(t, rewrite.Options{Dir: dir, Flags: flags, Patterns: []string{"."}, OutDir: t.TempDir()})
	out := t.TempDir()
	b.native, b.hooked = filepath.Join(out, "native"), filepath.Join(out, "hooked")
	goBuild(t, dir, append([]string{"-o", b.native}, append(flags, ".")...)...)
	b.compile(t, b.hooked)
	return b
}

// rewritten rewrites a target that must be sound.
func rewritten(t testing.TB, o rewrite.Options) *target {
	t.Helper()
	r, err := rewrite.Rewrite(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Problem != "" {
		t.Fatalf("nothing was rewritten: %s", r.Problem)
	}
	return &target{dir: o.Dir, flags: o.Flags, result: r}
}

// compile builds the rewritten program.
func (b *target) compile(t testing.TB, to string, patterns ...string) {
	t.Helper()
	out := t.TempDir()
	hooks, goroot, err := rewrite.HookOverlay(out, b.result.GOROOT)
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(out, "overlay.json")
	if err := rewrite.WriteOverlay(overlay, b.result.Overlay, hooks); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOROOT", goroot)
	if patterns == nil {
		patterns = []string{"."}
	}
	args := append([]string{"-overlay", overlay, "-o", to}, slices.Concat(b.flags, b.result.Flags)...)
	goBuild(t, b.dir, append(args, patterns...)...)
}

func goBuild(t testing.TB, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"build"}, args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// A ran is how a program ended.
type ran struct {
	stdout, stderr string
	code           int
}

// run runs a program. With a recording folder it traces itself there.
func run(t testing.TB, program, recording string, args ...string) ran {
	t.Helper()
	var stdout, stderr bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // far more than any of them takes
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	if recording != "" {
		cmd.Env = append(cmd.Env, "TRACEVIZ_DIR="+recording)
	}
	err := cmd.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return ran{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}
