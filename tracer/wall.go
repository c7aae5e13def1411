package tracer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The wall profiler and the package that it writes profiles with. A target gets their sources from the module cache, as
// packages of the standard library that exist only in the overlay, so that its own go.mod need not know them. The versions
// are those of our go.mod; a test holds that.
var wallModules = []struct{ path, version, sub, as string }{
	{"github.com/felixge/fgprof", "v0.9.5", "", "tracevizhook/fgprof"},
	{"github.com/google/pprof", "v0.0.0-20261016150608-1facf8f91b50", "profile", "tracevizhook/pprofprofile"},
}

// pprofImport is the one line of fgprof that must change: where it finds package profile.
const pprofImport = `"github.com/google/pprof/profile"`

// wallOverlay writes the sources of the wall profiler below out and returns their overlay entries below goroot.
func wallOverlay(ctx context.Context, out, goroot string) (map[string]string, error) {
	overlay := map[string]string{}
	for _, m := range wallModules {
		dir, err := moduleDir(ctx, m.path, m.version)
		if err != nil {
			return nil, err
		}
		files, err := filepath.Glob(filepath.Join(dir, m.sub, "*.go"))
		if err != nil || len(files) == 0 {
			return nil, fmt.Errorf("%s@%s has no Go files in %s", m.path, m.version, dir)
		}
		for _, file := range files {
			name := filepath.Base(file)
			if strings.HasSuffix(name, "_test.go") || name == "handler.go" {
				continue // the handler would link net/http into each target
			}
			src, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			src = bytes.Replace(src, []byte(pprofImport), []byte(`profile "tracevizhook/pprofprofile"`), 1)
			to := filepath.Join(out, strings.ReplaceAll(m.as, "/", "-")+"-"+name)
			if err := os.WriteFile(to, src, 0o600); err != nil {
				return nil, err
			}
			overlay[filepath.Join(goroot, "src", filepath.FromSlash(m.as), name)] = to
		}
	}
	return overlay, nil
}

// moduleDir finds a module in the module cache; the go command downloads it when it is missing.
func moduleDir(ctx context.Context, path, version string) (string, error) {
	cmd := goCommand(ctx, os.TempDir(), "", "mod", "download", "-json", path+"@"+version) // outside of the user's module
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var got struct{ Dir, Error string }
	if json.Unmarshal(out, &got) == nil && got.Dir != "" {
		return got.Dir, nil
	}
	if got.Error != "" {
		return "", fmt.Errorf("get %s@%s: %s", path, version, got.Error)
	}
	return "", fmt.Errorf("get %s@%s: %w\n%s", path, version, err, stderr.Bytes())
}
