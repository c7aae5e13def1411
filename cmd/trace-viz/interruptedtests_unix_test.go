//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Tests that are ended while the go command builds them leave no folder and no process behind, though the go command dies of the
// signal and can't clean up itself.
func TestTestsEndedWhileBuilding(t *testing.T) {
	dir, tmp := t.TempDir(), t.TempDir()
	ready := filepath.Join(dir, "ready")
	for name, text := range map[string]string{
		"go.mod":    "module example.com/slow\n\ngo 1.26\n",
		"a_test.go": "package a\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) {}\n",
		// Stands for a compiler that takes its time, but tells its version.
		"slow": "#!/bin/sh\ncase \"$*\" in *-V=full*) exec \"$@\";; esac\n: >" + ready + "\nexec sleep 3600\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("trace-viz", "test", "--no-ui", "-toolexec="+filepath.Join(dir, "slow"), ".") // TestMain puts it into PATH
	mark := "TRACEVIZ_TEST=" + dir
	cmd.Dir, cmd.Env = dir, append(os.Environ(), mark, "TMPDIR="+tmp, "TRACEVIZ_HOME="+t.TempDir(), "GORACE=atexit_sleep_ms=10")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(2*scriptPatience, func() { cmd.Process.Kill() })
	defer late.Stop()
	err := eventually(func() error {
		if list, _ := filepath.Glob(filepath.Join(tmp, "*", "go-build*")); len(list) == 0 {
			return errors.New("the go command has no folder below one of ours")
		}
		_, err := os.Stat(ready)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() // its exit code tells of the signal
	if code := cmd.ProcessState.ExitCode(); code != 128+int(syscall.SIGTERM) {
		t.Errorf("got exit code %d, wanted 128 + that of SIGTERM", code)
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("%v stay in the temporary folder (%v)", left, err)
	}
	if err := eventually(func() error { return noneLeft(mark) }); err != nil {
		t.Error(err)
	}
}
