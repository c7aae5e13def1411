//go:build unix

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestInstall installs the command as a user does and runs it far from the source: all that it needs is in it.
func TestInstall(t *testing.T) {
	bin, away := t.TempDir(), t.TempDir()
	install := exec.CommandContext(t.Context(), "go", "install", ".")
	install.Env = append(os.Environ(), "GOBIN="+bin)
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("go install: %v\n%s", err, out)
	}
	run := func(args ...string) []byte {
		cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "trace-viz"), args...)
		var said strings.Builder
		cmd.Dir, cmd.Env, cmd.Stderr = away, append(os.Environ(), "XDG_DATA_HOME="+filepath.Join(away, "data")), &said
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("trace-viz %v: %v\n%s", args, err, said.String())
		}
		return out
	}
	if out := string(run("list")); !strings.Contains(out, "producer-consumer/never-closed/fixed") {
		t.Errorf("list: got %s", out)
	}
	var report struct {
		Outcome string
		Counts  struct{ Messages int }
	}
	out := run("run", "producer-consumer/never-closed/fixed", "--no-ui", "--json")
	if err := json.Unmarshal(out, &report); err != nil || report.Outcome != "exit" || report.Counts.Messages == 0 {
		t.Errorf("run: got %v, %s", err, out)
	}
}
