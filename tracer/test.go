package tracer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// Names of the files by which the command that runs go test speaks to the commands that go test runs, one for each package.
const (
	testsFile   = "tests.json"
	resultsDir  = "results"
	runningDir  = "running"
	overlayFile = "overlay.json"
)

// TestOptions says which tests to prepare.
type TestOptions struct {
	Args     TestArgs
	Progress func(format string, args ...any) // told what goes on; may be nil

	Instrument, Skip []string // as in BuildOptions
}

// Tests are the test programs of some packages, about to be built with hooks. The go command builds and starts them itself, so
// that all that it prints and how it ends is its own; it is told by -exec to start each of them through us.
type Tests struct {
	GoVersion    string
	Module       string
	Notes        []string
	Packages     []TestPackage
	Files        []rewrite.TracedFile
	Limits       TestLimits
	Into         string // folder for the recordings, "" for the usual place
	Began        time.Time
	FramePointer string  // as in Built, of any of the packages
	GoTmpWas     *string // GOTMPDIR in the environment, nil if it was not in it
	Race         bool    // they are built with the race detector

	sites  *rewrite.Sites
	args   TestArgs
	folder string
	flags  []string // of the build, behind the user's
	goroot string   // to build with, when it is not the go command's own
	goTmp  string   // temporary folder of the go command, "" for the usual one
}

// TestLimits are those fields of RunOptions that are the same for all packages.
type TestLimits struct {
	Timeout    time.Duration
	Duration   time.Duration
	MaxSize    int64
	Procs      int
	NoValues   bool
	KeepOutput bool
	Perturb    uint64
}

// A TestPackage is a package that has tests.
type TestPackage struct {
	Path        string
	Dir         string
	Files       []int  // in Tests.Files: those that are linked into its tests
	HiddenWaker string // as in Built
}

// PrepareTests puts hooks into copies of the packages and their tests, in a temporary folder that Close removes. A package that
// does not compile gets none, so that go test says what is wrong with it.
func PrepareTests(ctx context.Context, o TestOptions) (*Tests, error) {
	if o.Progress == nil {
		o.Progress = func(string, ...any) {}
	}
	if !supported {
		return nil, errNotSupported
	}
	dir, err := os.MkdirTemp("", "traceviz-test")
	if err != nil {
		return nil, err
	}
	t := &Tests{folder: dir, args: o.Args, Began: time.Now()}
	for _, sub := range []string{resultsDir, runningDir} {
		if err = os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			break
		}
	}
	if err == nil {
		err = t.prepare(ctx, o)
	}
	if err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

var errNotSupported = errors.New("recording a program is not supported on this system yet: run trace-viz on Linux, open the recording here")

// Close removes what PrepareTests made, and what a go command left behind that did not end in order.
func (t *Tests) Close() {
	os.RemoveAll(t.folder)
	if t.goTmp != "" {
		os.RemoveAll(t.goTmp)
	}
}

// useGoTmp gives the go command a temporary folder of ours, so that nothing stays when it is killed: in the folder that it
// would use, since programs may be allowed to run only there. With -work its folder is to be kept, so that stays where it was.
func (t *Tests) useGoTmp(usual string) error {
	if slices.Contains(t.args.All, "-work") || slices.Contains(t.args.All, "--work") {
		return nil
	}
	if was, ok := os.LookupEnv(goTmpVariable); ok {
		t.GoTmpWas = &was
	}
	dir, err := os.MkdirTemp(usual, "traceviz-go")
	t.goTmp = dir
	return err
}

// RestoreEnv gives this process, which the go command started, the environment that the tests are to have.
func (t *Tests) RestoreEnv() error {
	if t.GoTmpWas != nil {
		return os.Setenv(goTmpVariable, *t.GoTmpWas)
	}
	return os.Unsetenv(goTmpVariable)
}

// Folder is what OpenTests needs.
func (t *Tests) Folder() string { return t.folder }

// Overlay is the file for -overlay with which go test -c builds a test program with hooks.
func (t *Tests) Overlay() string { return filepath.Join(t.folder, overlayFile) }

func (t *Tests) prepare(ctx context.Context, o TestOptions) error {
	out, err := t.goCommand(ctx, "env", "-json", "GOFLAGS", "GOVERSION", goTmpVariable)
	if err != nil {
		return err
	}
	var env struct{ GOFLAGS, GOVERSION, GOTMPDIR string }
	if err := json.Unmarshal(out, &env); err != nil {
		return fmt.Errorf("go env: %w", err)
	}
	if err := errors.Join(rewrite.Supported(env.GOVERSION), refusedInGOFLAGS(env.GOFLAGS, ErrTestFlag), t.useGoTmp(env.GOTMPDIR)); err != nil {
		return err
	}
	t.Race = withRace(env.GOFLAGS, t.args.Build)
	// At first it is taken that all packages compile, so that the go command need not compile them without hooks just to find out.
	for _, compiled := range []bool{false, true} {
		o.Progress("reading the packages")
		list, err := t.list(ctx, compiled)
		if err != nil {
			return err
		}
		if done, err := t.instrument(ctx, o, list, compiled); done || err != nil {
			return err
		}
	}
	return nil
}

// instrument puts hooks into the packages of a list. Unless it is known that all of them compile without, done is false when
// something is wrong with one of them.
func (t *Tests) instrument(ctx context.Context, o TestOptions, list *testList, compiled bool) (done bool, err error) {
	patterns := list.healthy(t.args.Patterns)
	if len(patterns) == 0 {
		return true, nil
	}
	res, err := rewriteIn(ctx, rewrite.Options{
		Dir: t.args.Dir, Patterns: patterns, Flags: t.args.Build, Tests: true, OutDir: t.folder,
		Instrument: o.Instrument, Skip: o.Skip,
	})
	if err != nil {
		return false, err
	}
	if res.Problem != "" && compiled {
		return false, fmt.Errorf("the tests build, but their source could not be read: %s", res.Problem)
	}
	if res.Problem != "" {
		return false, nil
	}
	t.flags, t.Notes, t.goroot = res.Flags, nil, ""
	o.Progress("building the tests")
	if done, err := t.overlay(ctx, res, patterns, compiled); !done || err != nil {
		return false, err
	}
	t.GoVersion, t.Module, t.Files, t.sites = res.GoVersion, res.ModulePath, res.Files, res.Sites
	t.Notes, t.FramePointer = append(t.Notes, res.Warnings...), res.LosesFramePointer
	t.Packages = list.packages(&Built{Sites: t.sites, Notes: t.Notes, files: t.Files})
	return true, nil
}

// overlay writes the overlay, without the rewritten files that do not compile. done is false when some do not and it is not known
// that they do without hooks.
func (t *Tests) overlay(ctx context.Context, res *rewrite.Result, patterns []string, compiled bool) (done bool, err error) {
	hooks, goroot, err := rewrite.HookOverlay(t.folder, res.GOROOT)
	if err != nil {
		return false, err
	}
	if goroot != res.GOROOT {
		t.goroot = goroot
	}
	testing, note, err := testingOverlay(t.folder, goroot)
	if err != nil {
		return false, err
	}
	if note != "" {
		t.Notes = append(t.Notes, note)
	}
	path := filepath.Join(t.folder, overlayFile)
	for {
		if err := rewrite.WriteOverlay(path, res.Overlay, hooks, testing); err != nil {
			return false, err
		}
		said, err := t.refused(ctx, path, patterns)
		if said == "" || err != nil {
			return err == nil, err
		}
		if !compiled {
			return false, nil
		}
		if !res.DropFailed(t.args.Dir, said) && !res.DropDependencies() {
			return false, fmt.Errorf("the tests build without hooks, but not with them; the go command says:\n%s", said)
		}
	}
}

// command is the go command with which the tests are built.
func (t *Tests) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := goCommand(ctx, t.args.Dir, t.goTmp, args...) // RestoreEnv is for the tests
	if t.goroot != "" {
		cmd.Path = filepath.Join(t.goroot, "bin", "go")
		cmd.Env = append(cmd.Environ(), "GOROOT="+t.goroot, "GOTOOLCHAIN=local")
	}
	return cmd
}

// goCommand runs the go command and returns what it printed. Where it refuses, the error has its words.
func (t *Tests) goCommand(ctx context.Context, args ...string) ([]byte, error) {
	out, err := t.command(ctx, args...).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, fmt.Errorf("go %s: %s", args[0], strings.TrimSpace(string(exit.Stderr)))
	}
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errors.New("the go command is not in PATH: trace-viz needs the Go toolchain (1.26 or newer) to build tests")
	}
	return out, err
}

// Save writes what OpenTests reads.
func (t *Tests) Save() error {
	if t.sites == nil {
		return nil
	}
	if err := t.sites.Write(filepath.Join(t.folder, recording.SitesFile)); err != nil {
		return err
	}
	b, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(t.folder, testsFile), b, 0o600)
}

// OpenTests reads what Save wrote into a folder.
func OpenTests(folder string) (*Tests, error) {
	b, err := os.ReadFile(filepath.Join(folder, testsFile))
	if err != nil {
		return nil, err
	}
	t := &Tests{folder: folder}
	if err := json.Unmarshal(b, t); err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Join(folder, testsFile), err)
	}
	t.sites, err = rewrite.ReadSites(filepath.Join(folder, recording.SitesFile))
	return t, err
}

// Package is the one whose tests run in a folder, as go test does it. One that is not known is named by its program.
func (t *Tests) Package(dir, binary string) TestPackage {
	for _, p := range t.Packages {
		if sameDir(p.Dir, dir) {
			return p
		}
	}
	return TestPackage{Path: strings.TrimSuffix(filepath.Base(binary), ".test"), Dir: dir, HiddenWaker: "the package is not known"}
}

func sameDir(a, b string) bool {
	if a == b {
		return true
	}
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// A TestResult is a recording of the tests of one package.
type TestResult struct {
	Package   string
	Recording string // folder
	Meta      recording.Meta
}

// Record runs the test program of a package, as Run does, and leaves a note of it for Results.
func (t *Tests) Record(ctx context.Context, p TestPackage, binary string, o RunOptions) (recording.Meta, error) {
	built, err := t.built(p, binary)
	if err != nil {
		return recording.Meta{}, err
	}
	running := filepath.Join(t.folder, runningDir, fmt.Sprint(os.Getpid()))
	if err := os.WriteFile(running, nil, 0o600); err != nil {
		return recording.Meta{}, err
	}
	defer os.Remove(running)
	l := t.Limits
	o.Timeout, o.Duration, o.MaxSize, o.Procs, o.NoValues, o.KeepOutput = l.Timeout, l.Duration, l.MaxSize, l.Procs, l.NoValues, l.KeepOutput
	o.Perturb = l.Perturb
	o.Race, o.RaceInOutput = t.Race, true
	meta, err := Run(ctx, built, o)
	if err != nil {
		return meta, err
	}
	b, err := json.Marshal(TestResult{Package: p.Path, Recording: o.Dir, Meta: meta})
	if err != nil {
		return meta, err
	}
	return meta, os.WriteFile(filepath.Join(t.folder, resultsDir, filepath.Base(running)), b, 0o600)
}

// Results are the recordings that were made so far, sorted by package.
func (t *Tests) Results() ([]TestResult, error) {
	notes, err := filepath.Glob(filepath.Join(t.folder, resultsDir, "*"))
	if err != nil {
		return nil, err
	}
	list := []TestResult{}
	for _, note := range notes {
		b, err := os.ReadFile(note)
		if err != nil {
			return nil, err
		}
		var r TestResult
		if err := json.Unmarshal(b, &r); err != nil {
			continue // written only in part: its program was killed
		}
		list = append(list, r)
	}
	slices.SortStableFunc(list, func(a, b TestResult) int { return strings.Compare(a.Package, b.Package) })
	return list, nil
}
