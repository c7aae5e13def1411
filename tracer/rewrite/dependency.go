package rewrite

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// The go command allows no overlay in the module cache. So a module there whose packages get hooks is reached by a symbolic link
// from elsewhere: an overlay of go.mod, or of go.work, replaces the module by the link. Neither file changes on disk. A dependency
// in a vendor folder, or one that a replace line leads to a folder, is rewritten where it lies.

// A cached is a module of the module cache.
type cached struct {
	path, version string
	dir           string // where the go command has it
	link          string
	hooked        bool // a file of it is rewritten
}

// cachedModule returns the module of a package if it lies in the module cache, else nil.
func (w *writer) cachedModule(p *packages.Package) (*cached, error) {
	if p.Module == nil || p.Module.Main || !within(w.loaded.env.GOMODCACHE, p.Dir) {
		return nil, nil
	}
	for _, m := range w.cached {
		if m.path == p.Module.Path {
			return m, nil
		}
	}
	m := &cached{path: p.Module.Path, version: p.Module.Version, dir: p.Module.Dir}
	rel, err := filepath.Rel(w.loaded.env.GOMODCACHE, m.dir)
	if err != nil {
		return nil, err
	}
	// The go command takes no @ in the folder of a replace line.
	if m.link, err = linkTo(m.dir, filepath.Join("mod", strings.ReplaceAll(rel, "@", string(filepath.Separator))), w.out); err != nil {
		return nil, fmt.Errorf("link to module %s: %w", m.path, err)
	}
	w.cached = append(w.cached, m)
	return m, nil
}

// linkTo makes a symbolic link to dir in a place that is the same each time, so that the go command finds in its build cache what
// it has built. outDir serves when there can be no such place.
func linkTo(dir, name, outDir string) (string, error) {
	if cache, err := os.UserCacheDir(); err == nil {
		link := filepath.Join(cache, "trace-viz", name)
		if os.MkdirAll(filepath.Dir(link), 0o700) == nil && symlink(dir, link) == nil {
			return link, nil
		}
	}
	link := filepath.Join(outDir, name)
	if err := os.MkdirAll(filepath.Dir(link), 0o700); err != nil {
		return "", err
	}
	return link, symlink(dir, link)
}

// at is where the go command will look for a file of m.
func (m *cached) at(file string) (string, error) {
	rel, err := filepath.Rel(m.dir, file)
	return filepath.Join(m.link, rel), err
}

// flag is the value of a flag of the go command in GOFLAGS or the flags of the build, and whether it is there.
func (w *writer) flag(name string) (value string, found bool) {
	for _, word := range append(strings.Fields(w.loaded.env.GOFLAGS), w.flags...) {
		if n, v, _ := strings.Cut(strings.TrimLeft(word, `-'"`), "="); n == name {
			value, found = strings.Trim(v, `'"`), v != "false"
		}
	}
	return value, found
}

// replaceModules adds the replaced go.mod or go.work to the overlay.
func (w *writer) replaceModules(ctx context.Context, o Options) error {
	used := slices.DeleteFunc(slices.Clone(w.cached), func(m *cached) bool { return !m.hooked })
	if len(used) == 0 {
		return nil
	}
	file, command := w.loaded.env.GOMOD, "mod"
	if modfile, ok := w.flag("modfile"); ok {
		file = modfile
	}
	if work := w.loaded.env.GOWORK; work != "" && work != "off" {
		file, command = work, "work"
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(cmp.Or(o.Dir, "."), file)
		abs, err := filepath.Abs(file)
		if err != nil {
			return err
		}
		file = abs
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	edited := filepath.Join(w.out, "replaced_"+filepath.Base(file))
	if err := os.WriteFile(edited, text, 0o600); err != nil {
		return err
	}
	args := []string{command, "edit"}
	for _, m := range used {
		args = append(args, "-dropreplace="+m.path, "-dropreplace="+m.path+"@"+m.version, "-replace="+m.path+"@"+m.version+"="+m.link)
		if err := w.completeModule(m); err != nil {
			return err
		}
	}
	if _, said, err := goCommand(ctx, o, append(args, edited)...); err != nil {
		return fmt.Errorf("go %s edit: %w: %s", command, err, strings.TrimSpace(said))
	}
	w.Overlay[file] = edited
	w.replaced = append(w.replaced, file)
	return nil
}

// completeModule gives a module that is older than modules the go.mod that it lacks.
func (w *writer) completeModule(m *cached) error {
	if _, err := os.Stat(filepath.Join(m.dir, "go.mod")); err == nil {
		return nil
	}
	name := filepath.Join(w.out, fmt.Sprintf("module_%d.mod", len(w.Overlay)))
	if err := os.WriteFile(name, []byte("module "+m.path+"\n"), 0o600); err != nil {
		return err
	}
	file := filepath.Join(m.link, "go.mod")
	w.Overlay[file] = name
	w.replaced = append(w.replaced, file)
	return nil
}

// DropDependencies takes the dependencies in the module cache out of the overlay, with a warning, and reports whether there were
// any: so whether another build can do better.
func (r *Result) DropDependencies() bool {
	if len(r.origin) == 0 {
		return false
	}
	for file := range r.origin {
		delete(r.Overlay, file)
	}
	for _, file := range r.replaced {
		delete(r.Overlay, file)
	}
	r.origin, r.replaced = nil, nil
	r.Warnings = append(r.Warnings, "dependencies in the module cache get no hooks: the program does not build with them")
	return true
}
