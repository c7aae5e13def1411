package rewrite

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/tracer/hook"
)

// constraint is the line that keeps the hook's sources out of ordinary builds.
const constraint = "//go:build tracevizhook"

// optional are sources of the hook that are part of a target only when asked for: they need other packages in the overlay.
var optional = []string{"wall.go", "process_pipe.go"}

// HookOverlay writes the sources of the hook package into outDir and returns the overlay that places them in the standard
// library of goroot, and the GOROOT to build with. That is goroot itself, or a symbolic link to it when goroot lies in the module
// cache, where the go command allows no overlay; then GOTOOLCHAIN=local and goroot's own go command must be used.
// with names optional files to add, such as "wall.go".
func HookOverlay(outDir, goroot string, with ...string) (overlay map[string]string, useRoot string, err error) {
	useRoot = goroot
	if inModuleCache(goroot) {
		if useRoot, err = linkTo(goroot, filepath.Join("goroot", filepath.Base(goroot)), outDir); err != nil {
			return nil, "", fmt.Errorf("link to the Go toolchain: %w", err)
		}
	}
	overlay = map[string]string{}
	err = fs.WalkDir(hook.Source, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !linked(name, with) {
			return err
		}
		src, err := fs.ReadFile(hook.Source, name)
		if err != nil {
			return err
		}
		to := filepath.Join(outDir, "hook_"+strings.ReplaceAll(name, "/", "_"))
		if err := os.WriteFile(to, bytes.Replace(src, []byte(constraint), nil, 1), 0o600); err != nil {
			return err
		}
		place := hookPath
		if dir, _ := path.Split(name); dir == "runtimetrace/" {
			place = "runtime/trace"
		}
		overlay[filepath.Join(useRoot, "src", filepath.FromSlash(place), path.Base(name))] = to
		return nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("write the hook package: %w", err)
	}
	return overlay, useRoot, nil
}

// EmbedOverlay adds to package embed of goroot, the one to build with, a file in outDir that imports the hooks.
func EmbedOverlay(outDir, goroot string) (map[string]string, error) {
	to := filepath.Join(outDir, "embed_traceviz.go")
	if err := os.WriteFile(to, []byte("package embed\n\nimport _ \""+hookPath+"\"\n"), 0o600); err != nil {
		return nil, err
	}
	return map[string]string{filepath.Join(goroot, "src", "embed", "traceviz.go"): to}, nil
}

// symlink makes link point to target, whatever other link is there. At each moment there is a link, so that builds that use it
// go on.
func symlink(target, link string) error {
	err := os.Symlink(target, link)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	old, err := os.Readlink(link)
	if err != nil || old == target { // an error: not a link, and not ours to remove
		return err
	}
	dir, err := os.MkdirTemp(filepath.Dir(link), "new")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fresh := filepath.Join(dir, "link")
	if err := os.Symlink(target, fresh); err != nil {
		return err
	}
	return os.Rename(fresh, link)
}

// linked reports whether a source of the hook is part of the target.
func linked(name string, with []string) bool {
	switch {
	case name == "embed.go" || strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "poll/"):
		return false
	case slices.Contains(optional, name):
		return slices.Contains(with, name)
	}
	return true
}

// inModuleCache reports whether a toolchain was downloaded by the go command: those have the path of a module.
func inModuleCache(goroot string) bool {
	return strings.Contains(filepath.ToSlash(goroot), "/golang.org/toolchain@")
}
