package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/browsertest/chrome"
)

// program writes an executable script of that name, for a PATH that holds nothing else.
func program(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\nexit 0\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// recorder is an apt whose commands are written down; fail makes those fail that begin with it, and place puts a browser in
// the folder when it is installed.
type recorder struct {
	calls []string
	fail  string
	place func()
}

func (r *recorder) run(path string, args ...string) ([]byte, error) {
	call := strings.Join(args, " ")
	r.calls = append(r.calls, call)
	if r.fail != "" && strings.Contains(call, r.fail) {
		return []byte("E: Unable to fetch some archives"), errors.New("exit status 100")
	}
	if r.place != nil && strings.Contains(call, "install") {
		r.place()
	}
	return nil, nil
}

func TestNeedBrowser(t *testing.T) {
	tests := []struct {
		name    string
		env     string // CHROME
		present bool
		apt     apt
		fail    string
		wantErr string // "" means success
		calls   int
	}{
		{name: "present", present: true},
		{name: "installed", apt: apt{path: "apt-get", root: true}, calls: 2},
		{name: "no apt-get", apt: apt{root: true}, wantErr: "no apt-get here"},
		{name: "not root", apt: apt{path: "apt-get"}, wantErr: "only root can install it"},
		{name: "update fails", apt: apt{path: "apt-get", root: true}, fail: "update", wantErr: "Unable to fetch", calls: 1},
		{name: "install fails", apt: apt{path: "apt-get", root: true}, fail: "install", wantErr: "exit status 100", calls: 2},
		{name: "CHROME names nothing", env: "no-such-browser", apt: apt{path: "apt-get", root: true}, wantErr: "CHROME=no-such-browser"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv("PATH", dir)
			t.Setenv(chrome.Env, tt.env)
			if tt.present {
				program(t, dir, "chromium")
			}
			r := &recorder{fail: tt.fail, place: func() { program(t, dir, "chromium") }}
			tt.apt.run = r.run
			err := needBrowser(&tt.apt)
			if tt.wantErr == "" && err != nil {
				t.Fatalf("got error %v, wanted none", err)
			}
			if tt.wantErr != "" && (err == nil || !strings.Contains(err.Error(), tt.wantErr)) {
				t.Fatalf("got error %v, wanted one with %q", err, tt.wantErr)
			}
			if len(r.calls) != tt.calls {
				t.Errorf("got calls %q, wanted %d", r.calls, tt.calls)
			}
		})
	}
}

// An install that reports success and brings no browser must not pass.
func TestNeedBrowserAfterEmptyInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv(chrome.Env, "")
	a := &apt{path: "apt-get", root: true, run: new(recorder).run}
	if err := needBrowser(a); !errors.Is(err, chrome.ErrNone) {
		t.Errorf("got %v, wanted %v", err, chrome.ErrNone)
	}
}

func TestNeedCompiler(t *testing.T) {
	r := new(recorder)
	a := &apt{path: "apt-get", root: true, run: r.run}
	t.Setenv("CC", "no-such-cc --flag")
	err := needCompiler(a)
	if err == nil || !strings.Contains(err.Error(), "no-such-cc") {
		t.Errorf("got %v, wanted an error that names the compiler", err)
	}
	if len(r.calls) != 2 || !strings.Contains(r.calls[1], "gcc") {
		t.Errorf("got calls %q, wanted an update and an install of gcc", r.calls)
	}
	t.Setenv("CC", "go") // any program that is there
	if err := needCompiler(a); err != nil {
		t.Errorf("with a compiler: %v", err)
	}
	if len(r.calls) != 2 {
		t.Errorf("something was installed although the compiler is there: %q", r.calls)
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	out := strings.Repeat("noise\n", 100) + "E: the reason\n"
	got := tail([]byte(out))
	if !strings.Contains(got, "E: the reason") || strings.Count(got, "\n") > 12 {
		t.Errorf("got %q", got)
	}
}

// TestFailedPackages holds that the packages that failed are known by name, and no others.
func TestFailedPackages(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":         "module example.com/tried\n\ngo 1.26\n",
		"bad/a_test.go":  "package bad\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { t.Fatal(\"FAIL\\tno/package\\t0s\") }\n",
		"good/a_test.go": "package good\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) {}\n",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	failed, err := test(root, []string{"./..."})
	if err == nil || strings.Join(failed, " ") != "example.com/tried/bad" {
		t.Errorf("got %v, error %v", failed, err)
	}
	if failed, err := test(root, []string{"./good"}); err != nil || len(failed) > 0 {
		t.Errorf("got %v, error %v for a package that passes", failed, err)
	}
}
