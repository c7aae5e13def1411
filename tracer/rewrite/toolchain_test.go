package rewrite_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// cacheAt makes dir the user's cache folder.
func cacheAt(t *testing.T, dir string) {
	t.Setenv("XDG_CACHE_HOME", dir)
	t.Setenv("HOME", dir)
	t.Setenv("LocalAppData", dir)
	t.Setenv("home", dir)
}

// downloaded makes a folder that has the name of a toolchain in the module cache.
func downloaded(t *testing.T) string {
	goroot := filepath.Join(t.TempDir(), "golang.org", "toolchain@v0.0.1-go1.26.8.linux-amd64")
	if err := os.MkdirAll(goroot, 0o700); err != nil {
		t.Fatal(err)
	}
	return goroot
}

// checkLink places the hooks and holds that they lie under a link to goroot, which it returns.
func checkLink(t *testing.T, out, goroot string) string {
	t.Helper()
	hooks, use, err := rewrite.HookOverlay(out, goroot)
	if err != nil {
		t.Error(err)
		return ""
	}
	if to, err := os.Readlink(use); err != nil || to != goroot {
		t.Errorf("got a link to %s: %v", to, err)
	}
	for place := range hooks {
		if !strings.HasPrefix(place, use) {
			t.Errorf("got %s, want it under %s", place, use)
		}
	}
	if _, ok := hooks[filepath.Join(use, "src", "tracevizhook", "ops_chan.go")]; !ok {
		t.Errorf("got %v", hooks)
	}
	return use
}

// TestDownloadedToolchain puts the hooks under a link when the toolchain lies in the module cache, where overlays are not allowed. The
// link is at the same place each time, and leads to the toolchain though it led elsewhere before.
func TestDownloadedToolchain(t *testing.T) {
	cacheAt(t, t.TempDir())
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(cache, "trace-viz", "goroot", "toolchain@v0.0.1-go1.26.8.linux-amd64")
	first, second := downloaded(t), downloaded(t)
	for _, goroot := range []string{first, first, second, first} {
		if use := checkLink(t, t.TempDir(), goroot); use != want {
			t.Errorf("got a link at %s, want %s", use, want)
		}
	}
	if err := os.RemoveAll(first); err != nil { // the link is stale now
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		out := t.TempDir()
		group.Go(func() { checkLink(t, out, second) })
	}
	group.Wait()
	entries, err := os.ReadDir(filepath.Dir(want))
	if err != nil || len(entries) != 1 {
		t.Errorf("got %v left over: %v", entries, err)
	}
}

// TestNoCacheFolder puts the link elsewhere when its place can't be used.
func TestNoCacheFolder(t *testing.T) {
	goroot := downloaded(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	taken := t.TempDir()
	cacheAt(t, taken)
	if cache, err := os.UserCacheDir(); err != nil {
		t.Fatal(err)
	} else if err := os.MkdirAll(filepath.Join(cache, "trace-viz", "goroot", filepath.Base(goroot)), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, cache := range []string{"", file, taken} {
		cacheAt(t, cache)
		out := t.TempDir()
		for range 2 {
			if use, want := checkLink(t, out, goroot), filepath.Join(out, "goroot", filepath.Base(goroot)); use != want {
				t.Errorf("cache %q: got a link at %s, want %s", cache, use, want)
			}
		}
	}
}

// TestOldToolchain refuses a go command that is too old. There is none at hand: a script in its place says what it would say, and
// ends with an error when it is asked for anything else.
func TestOldToolchain(t *testing.T) {
	for version, refused := range map[string]bool{
		"go1.25.9": true, "go1.4": true, "go1.26rc1": false, "go1.26.0": false, "go1.26.8 X:nocoverageredesign": false, "go1.30.1-custom": false,
		"devel go1.25-0123abc Mon Jan 1 00:00:00 2025 +0000": true, "devel +0123abc": false,
	} {
		bin := t.TempDir()
		script := "#!/bin/sh\ntest \"$1\" = env && echo '{\"GOVERSION\":\"" + version + "\"}'\n"
		if err := os.WriteFile(filepath.Join(bin, "go"), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", bin)
		r, err := rewrite.Rewrite(t.Context(), rewrite.Options{Dir: t.TempDir(), Patterns: []string{"."}, OutDir: t.TempDir()})
		if old, ok := errors.AsType[*rewrite.UnsupportedError](err); ok != refused || ok && (old.Found != version || !strings.Contains(err.Error(), "go1.26 or newer")) {
			t.Errorf("%s: got %+v, %v; want a refusal: %v", version, r, err, refused)
		}
	}
}
