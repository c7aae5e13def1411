package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/trace-viz/trace-viz/internal/target"
)

// baseSides are the target as it was at a revision, and as it is. The revision's files are put into a temporary folder, which
// remove takes away; the repository is only read.
func (f *compareFlags) baseSides(ctx context.Context, name string) (sides [2]*contender, remove func(), err error) {
	remove = func() {}
	b, err := f.contender(name)
	if err != nil {
		return sides, remove, err
	}
	if b.loaded != nil || b.target.Scenario != nil {
		return sides, remove, usage("--base needs a package, a directory or a .go file in a git repository: %s is none", name)
	}
	tree, err := os.MkdirTemp("", "trace-viz-base-")
	if err != nil {
		return sides, remove, err
	}
	remove = func() { os.RemoveAll(tree) }
	t, err := f.atBase(ctx, b.target, tree)
	if err != nil {
		return sides, remove, err
	}
	return [2]*contender{{name: name + " at " + f.base, target: t, flags: &f.run}, b}, remove, nil
}

// atBase puts the files of the revision into tree and returns the target there.
func (f *compareFlags) atBase(ctx context.Context, t target.Target, tree string) (target.Target, error) {
	top, err := git(ctx, t.Dir, "rev-parse", "--show-toplevel")
	if err != nil {
		return t, usage("--base: %s is not in a git repository: %w", t.Dir, err)
	}
	commit, err := git(ctx, top, "rev-parse", "--verify", "--quiet", "--end-of-options", f.base+"^{commit}")
	if err != nil {
		return t, usage("--base=%s: the repository %s has no such revision", f.base, top)
	}
	if err := extract(ctx, top, commit, tree); err != nil {
		return t, fmt.Errorf("get the files of %s: %w", f.base, err)
	}
	moved := target.Target{Program: t.Program + "@" + f.base}
	if moved.Dir, err = move(t.Dir, top, tree); err != nil {
		return t, err
	}
	for _, p := range t.Patterns {
		if filepath.IsAbs(p) {
			if p, err = move(p, top, tree); err != nil {
				return t, err
			}
		}
		moved.Patterns = append(moved.Patterns, p)
		path := p
		if !filepath.IsAbs(p) {
			path = filepath.Join(moved.Dir, p)
		}
		// Import paths of other modules are no paths: the go command finds them, or says why not.
		if _, err := os.Stat(path); err != nil && (filepath.IsAbs(p) || strings.HasPrefix(p, ".") || strings.HasSuffix(p, ".go")) {
			return t, usage("--base=%s: there is no %s at this revision", f.base, p)
		}
	}
	if _, err := os.Stat(moved.Dir); err != nil {
		return t, usage("--base=%s: there is no directory %s at this revision", f.base, t.Dir)
	}
	return moved, nil
}

// move returns the path that lies in tree as path does in top.
func move(path, top, tree string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	if top, err = filepath.EvalSymlinks(top); err != nil {
		return "", err
	}
	rel, err := filepath.Rel(top, real)
	if err != nil || !filepath.IsLocal(rel) {
		return "", usage("--base: %s is not in the repository %s", path, top)
	}
	return filepath.Join(tree, rel), nil
}

// git runs a command that only reads, and returns what it prints, in one line.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := gitCommand(ctx, dir, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return "", errors.New("the git command is not in PATH")
	}
	if err != nil {
		return "", fmt.Errorf("git says: %s", strings.TrimPrefix(strings.TrimSpace(stderr.String()), "fatal: "))
	}
	return strings.TrimSpace(string(out)), nil
}

func gitCommand(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C")
	return cmd
}

// extract writes the files of a commit into tree.
func extract(ctx context.Context, top, commit, tree string) error {
	cmd := gitCommand(ctx, top, "archive", "--format=tar", commit)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	err = untar(out, tree)
	io.Copy(io.Discard, out)
	if failed := cmd.Wait(); failed != nil {
		return fmt.Errorf("git archive: %w: %s", failed, strings.TrimSpace(stderr.String()))
	}
	return err
}

// untar writes a tar below dir and nowhere else, whatever its names and links are.
func untar(r io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := filepath.Clean(filepath.FromSlash(h.Name))
		if err := entry(root, name, h, tr); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
}

func entry(root *os.Root, name string, h *tar.Header, content io.Reader) error {
	switch h.Typeflag {
	case tar.TypeDir:
		return root.MkdirAll(name, 0o755)
	case tar.TypeSymlink:
		if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		return root.Symlink(h.Linkname, name)
	case tar.TypeReg:
		if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fs.FileMode(h.Mode)&0o777)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, content)
		return errors.Join(err, f.Close())
	}
	return nil // the comment that git puts in front
}
