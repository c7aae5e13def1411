// Package modproxy fetches modules for work on the project: what the corpus and the benchmarks run.
package modproxy

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// goCommand runs the go command and returns what it printed.
func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, Environment(), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.Bytes(), fmt.Errorf("go %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return stdout.Bytes(), nil
}

// Environment is that of commands which run in a fetched module: it is on its own.
func Environment() []string { return append(os.Environ(), "GOWORK=off") }

// Fetch gets a module (path@version) from the proxy and makes a copy of it in dir that can be written, with all that its tests
// need. warn is told of what could not be had and is perhaps not needed.
func Fetch(ctx context.Context, module, dir string, warn func(error)) (version string, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	out, err := goCommand(ctx, filepath.Dir(dir), "mod", "download", "-json", module)
	var m struct{ Version, Dir, GoMod, Error string }
	if jsonErr := json.Unmarshal(out, &m); jsonErr != nil || m.Error != "" || m.Dir == "" {
		return "", errors.New(cmp.Or(m.Error, fmt.Sprint(err)))
	}
	if err := copyTree(dir, m.Dir); err != nil {
		return m.Version, err
	}
	gomod := filepath.Join(dir, "go.mod")
	if _, err = os.Stat(gomod); errors.Is(err, fs.ErrNotExist) { // older than modules: the proxy made one up
		text, err := os.ReadFile(m.GoMod)
		if err == nil {
			err = os.WriteFile(gomod, text, 0o600)
		}
		if err == nil {
			_, err = goCommand(ctx, dir, "mod", "tidy")
		}
		if err != nil {
			return m.Version, err
		}
	}
	// What can't be had is perhaps not needed; else the tests will say so.
	if _, err := goCommand(ctx, dir, "mod", "download"); err != nil {
		warn(err)
	}
	if _, err := goCommand(ctx, dir, "list", "-mod=mod", "-e", "-deps", "-test", "./..."); err != nil {
		warn(err)
	}
	return m.Version, ctx.Err()
}

// copyTree copies a module, whose files can only be read where it lies.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, text, 0o600)
	})
}
