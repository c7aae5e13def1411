package rewrite

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Options tell what to rewrite.
type Options struct {
	Dir      string   // where the go command runs; "" is the current directory
	Env      []string // of the go command; nil is the environment of this process
	Flags    []string // build flags such as -race or -tags=x
	Patterns []string // packages, or .go files, as go build takes them
	Tests    bool     // the test files too
	OutDir   string   // for the rewritten files; absolute, outside of the target's module

	// Packages of the main module get hooks, and of the dependencies those of golang.org/x/sync that wait. Instrument has patterns of
	// dependencies that get them too, Skip of packages that get none. A pattern is an import path or a folder, as the go command
	// takes it.
	Instrument, Skip []string
}

// A TracedFile is a source file of the target that belongs to the recording, rewritten or not.
type TracedFile struct {
	Rel string // as in Sites.Files
	Abs string // as the go command reports it
}

// A Result is what one call of Rewrite made.
type Result struct {
	Overlay    map[string]string // original file → rewritten file, both absolute
	Sites      *Sites
	Files      []TracedFile
	ModuleDir  string   // root of the target's module; of its package when there is no module
	ModulePath string   // "" when there is no module
	Package    string   // import path of the first target package
	Dir        string   // its folder
	Main       bool     // it is a program
	GOROOT     string   // of the toolchain that the go command uses here
	GOFLAGS    string   // which the go command adds to each build, from the environment or its own settings
	GoVersion  string   // its version, such as go1.26.8
	Flags      []string // for go build, behind those of Options
	Warnings   []string
	// LosesFramePointer is the first file of the program whose assembly loses the frame pointer, with the import path in front. The
	// tracer must not follow frame pointers then (GODEBUG=tracefpunwindoff=1), or the program dies. "" if there is none.
	LosesFramePointer string
	// StartInEmbed says that the program embeds all files of its main package, so none may import the hooks, which start the trace:
	// package embed, which is in it then, has to. See EmbedOverlay.
	StartInEmbed bool
	// Problem is why nothing was rewritten: the go command has something to say about the target. "" when all is well.
	Problem string

	origin   map[string]string // overlaid files of modules in the module cache → where the go command has them
	stripped []string          // files of which only the import is left, as they do not compile with hooks
	replaced []string          // files in the overlay that lead to those modules
}

// Rewrite loads the packages of the main module that the target is made of and writes hooked copies of their files. A target that
// the go command or the type checker refuses gives a Result with nothing rewritten, for the go command's own message is the
// best one. Errors are those of the machine: no go command, a disk that is full.
func Rewrite(ctx context.Context, o Options) (*Result, error) {
	if !filepath.IsAbs(o.OutDir) {
		return nil, fmt.Errorf("rewrite: the folder for rewritten files must be an absolute path, got %q", o.OutDir)
	}
	if err := o.complete(); err != nil {
		return nil, fmt.Errorf("rewrite: %w", err)
	}
	r, err := rewriteLoaded(ctx, o, true)
	if err == nil && r.Problem != "" { // perhaps only for this way
		r, err = rewriteLoaded(ctx, o, false)
	}
	return r, err
}

// rewriteLoaded does all after loading in one of its two ways.
func rewriteLoaded(ctx context.Context, o Options, fromSource bool) (*Result, error) {
	l, err := load(ctx, o, fromSource)
	if err != nil {
		return nil, fmt.Errorf("rewrite %s: %w", strings.Join(o.Patterns, " "), err)
	}
	r := &Result{
		Overlay: map[string]string{}, Warnings: []string{}, Files: []TracedFile{},
		Sites:   &Sites{Version: SitesVersion, Files: []string{}, Sites: []Site{}, Spawns: []Spawn{}},
		Problem: l.problem, GOROOT: l.env.GOROOT, GOFLAGS: l.env.GOFLAGS, GoVersion: l.env.GOVERSION,
	}
	if len(l.targets) == 0 {
		return r, nil
	}
	r.describe(ctx, l, o)
	if r.Problem != "" {
		return r, nil
	}
	r.Warnings, r.LosesFramePointer = append(r.Warnings, l.choice.unused()...), l.loses
	r.origin = map[string]string{}
	w := &writer{Result: r, out: o.OutDir, loaded: l, flags: o.Flags, seen: map[string]bool{}}
	for _, p := range l.inner {
		if err := w.rewritePackage(p); err != nil {
			return nil, fmt.Errorf("rewrite %s: %w", p.PkgPath, err)
		}
		if r.Problem != "" {
			r.clear()
			return r, nil
		}
	}
	for _, p := range l.bare {
		if err := w.importOnly(p); err != nil {
			return nil, fmt.Errorf("rewrite %s: %w", p.PkgPath, err)
		}
	}
	if err := w.replaceModules(ctx, o); err != nil {
		return nil, fmt.Errorf("rewrite dependencies: %w", err)
	}
	return r, nil
}

// complete makes explicit where and with what environment the go command runs. It calls a folder by its name in PWD, which may
// lead through a symbolic link.
func (o *Options) complete() (err error) {
	if o.Env == nil {
		o.Env = os.Environ()
	}
	if o.Dir == "" {
		return nil
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return err
	}
	o.Env = append(slices.Clone(o.Env), "PWD="+o.Dir)
	return nil
}

// clear takes back all that was rewritten.
func (r *Result) clear() {
	r.Overlay = map[string]string{}
	r.Sites = &Sites{Version: SitesVersion, Files: []string{}, Sites: []Site{}, Spawns: []Spawn{}}
	r.Files, r.Flags, r.StartInEmbed = []TracedFile{}, nil, false
	r.origin, r.replaced = nil, nil
}

// position matches the place that a message of the compiler begins with.
var position = regexp.MustCompile(`^(.+\.go):(\d+)(?::\d+)?: (.*)$`)

// DropFailed takes those files out of the overlay in which the go command, run in dir, found errors, and warns of each. It reports
// whether there were any, and so whether another build can do better.
func (r *Result) DropFailed(dir, output string) bool {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	dropped := map[string]bool{}
	for line := range strings.Lines(output) {
		m := position.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		path := m[1]
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		for original, rewritten := range r.Overlay {
			if dropped[original] || path != rewritten && path != original && path != r.origin[original] {
				continue
			}
			r.bare(original, rewritten)
			r.Warnings = append(r.Warnings, fmt.Sprintf("%s gets no hooks: they do not compile there: line %s: %s", r.rel(original), m[2], m[3]))
			dropped[original] = true
		}
	}
	return len(dropped) > 0
}

// bare leaves of a rewritten file that does not compile only the import, which starts the trace: it may be the only one of the program.
// A second time, and in a dependency, the file stays as it was.
func (r *Result) bare(original, rewritten string) {
	text, err := os.ReadFile(original)
	tree, parseErr := parser.ParseFile(token.NewFileSet(), original, text, parser.PackageClauseOnly|parser.SkipObjectResolution)
	if err != nil || parseErr != nil || r.origin[original] != "" || slices.Contains(r.stripped, original) {
		delete(r.Overlay, original)
		return
	}
	r.stripped = append(r.stripped, original)
	end := int(tree.Name.End() - tree.FileStart)
	text = slices.Concat(text[:end], []byte(`; import _ "`+hookPath+`"`), text[end:])
	if os.WriteFile(rewritten, text, 0o600) != nil {
		delete(r.Overlay, original)
	}
}

// rel is the name of a traced file in the recording.
func (r *Result) rel(abs string) string {
	abs = cmp.Or(r.origin[abs], abs)
	i := slices.IndexFunc(r.Files, func(f TracedFile) bool { return f.Abs == abs })
	if i < 0 {
		return abs
	}
	return r.Files[i].Rel
}

// WriteOverlay writes the file for go build -overlay that puts together several overlays.
func WriteOverlay(path string, overlays ...map[string]string) error {
	all := struct{ Replace map[string]string }{map[string]string{}}
	for _, o := range overlays {
		for original, replacement := range o {
			all.Replace[original] = replacement
		}
	}
	b, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o600)
}
