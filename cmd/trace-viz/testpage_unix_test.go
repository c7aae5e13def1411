//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The page of tests has a recording of each package, the first that failed before the others, and the exit code is go test's.
func TestPageOfTests(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.com/pages\n\ngo 1.26\n")
	write("a/a_test.go", "package a\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) {}\n")
	write("b/b_test.go", "package b\n\nimport \"testing\"\n\nfunc TestB(t *testing.T) { t.Fail() }\n")
	cmd := exec.Command("trace-viz", "test", "--no-browser", "./...") // TestMain puts it into PATH
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "TRACEVIZ_HOME="+t.TempDir(), "TMPDIR="+t.TempDir(), "GORACE=atexit_sleep_ms=10")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(2*scriptPatience, func() { cmd.Process.Kill() })
	defer late.Stop()
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), "replay at "); ok {
			checkPage(t, url)
			break
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	cmd.Wait() // its exit code tells that a test failed
	if code := cmd.ProcessState.ExitCode(); code != 1 {
		t.Errorf("got exit code %d, wanted that of go test, 1", code)
	}
}

// checkPage opens the page as a browser would and looks at its list of recordings.
func checkPage(t *testing.T, url string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Timeout: scriptPatience}
	answer, err := browser.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer, err = browser.Get(answer.Request.URL.JoinPath("/api/recordings").String()); err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var list struct {
		Recordings []struct{ Program, Outcome string }
	}
	if err := json.NewDecoder(answer.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	if r := list.Recordings; len(r) != 2 || r[0].Program != "example.com/pages/b" || r[1].Program != "example.com/pages/a" {
		t.Errorf("got the recordings %+v, wanted that of b, which failed, and that of a", r)
	}
}
