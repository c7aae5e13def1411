//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// stubborn does nothing about Ctrl+C but to count, and has a child that would run for an hour.
const stubborn = `package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
)

func main() {
	interrupts := make(chan os.Signal, 3)
	signal.Notify(interrupts, os.Interrupt)
	child := exec.Command("sleep", "3600")
	if err := child.Start(); err != nil {
		panic(err)
	}
	os.WriteFile("ready", nil, 0o600)
	for n := 1; ; n++ {
		<-interrupts
		os.WriteFile(fmt.Sprint("got-", n), nil, 0o600)
	}
}
`

// An interrupt that reaches trace-viz reaches the program, once, as it would without us. The second one ends the program
// and its children, and the recording is kept.
func TestInterruptTwice(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/stubborn\n\ngo 1.26\n", "main.go": stubborn} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("trace-viz", "run", ".", "--no-ui", "--json", "-o", filepath.Join(dir, "rec")) // TestMain puts it into PATH
	var stdout, stderr bytes.Buffer
	mark := "TRACEVIZ_TEST=" + dir
	cmd.Dir, cmd.Env = dir, append(os.Environ(), mark, "TMPDIR="+t.TempDir(), "GORACE=atexit_sleep_ms=10")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(2*scriptPatience, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer late.Stop()
	press := func(ready string) {
		t.Helper()
		err := eventually(func() error {
			_, err := os.Stat(filepath.Join(dir, ready))
			return err
		})
		if err != nil {
			t.Fatalf("%v\n%s", err, stderr.String())
		}
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
	}
	press("ready")
	press("got-1")
	cmd.Wait() // its exit code tells of the signal that ended the program
	if !late.Stop() {
		t.Fatalf("trace-viz did not end after the second interrupt\n%s", stderr.String())
	}
	var report struct {
		Outcome  string
		ExitCode int `json:"exit_code"`
		Counts   struct{ Goroutines int }
	}
	if err := json.Unmarshal(stdout.Bytes(), &report); err != nil {
		t.Fatalf("the report is no JSON: %v\n%s\n%s", err, stdout.String(), stderr.String())
	}
	if report.Outcome != "signal" || report.ExitCode < 128 || report.ExitCode != cmd.ProcessState.ExitCode() || report.Counts.Goroutines == 0 {
		t.Errorf("got %+v and exit code %d, wanted the outcome signal, 128 + its number, and goroutines", report, cmd.ProcessState.ExitCode())
	}
	if _, err := os.Stat(filepath.Join(dir, "got-2")); err == nil {
		t.Error("the program got the first interrupt twice, or the second one at all")
	}
	if err := eventually(func() error { return noneLeft(mark) }); err != nil {
		t.Error(err)
	}
}
