package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/trace-viz/trace-viz/internal/findings"
)

// modules are those of the corpus command whose tests use goroutines in many ways and pass: what is found in them is looked at.
var modules = []string{"sync", "ants", "raft"}

// moduleTime is the time for the tests of one module, natively and recorded.
const moduleTime = 15 * time.Minute

// A moduleResult is what the line is made of in the JSON of internal/corpus.
type moduleResult struct {
	Module       string            `json:"module"`
	Version      string            `json:"version"`
	Tests        int               `json:"tests"`
	NativeFailed []string          `json:"native_failed"`
	Different    []json.RawMessage `json:"different"`
	RecordedNS   int64             `json:"recorded_ns"`
	Findings     []findings.Finding
	Failures     []string `json:"failures"`
}

// measureModules prints a line for each module, and gives the names of those with a finding of severity error.
func (b *bench) measureModules(ctx context.Context) (bad []string, err error) {
	for _, name := range modules {
		list, err := corpus(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("tests of %s: %w", name, err)
		}
		for _, m := range list {
			t := m.tally()
			b.line(name+" "+m.Version+", tests", "0", m.Tests, &t)
			if t.errors > 0 || m.Tests == 0 {
				bad = append(bad, name)
			}
		}
	}
	return bad, nil
}

// corpus runs the corpus command for one module. That it fails, for another reason than a finding, is told in its result.
func corpus(ctx context.Context, name string) ([]moduleResult, error) {
	cmd := exec.CommandContext(ctx, "go", "run", "github.com/trace-viz/trace-viz/internal/corpus", "-json", "-retries", "1",
		"-timeout", moduleTime.String(), "-only", name)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, os.Stderr, 10*time.Second
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it ends what it has started
	failed := cmd.Run()
	var got struct{ Modules []moduleResult }
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		return nil, fmt.Errorf("corpus gave no result: %w, %w", failed, err)
	}
	return got.Modules, ctx.Err()
}

// tally makes a module's tests comparable with the runs of a program: those that passed are as wanted, and nobody expects a finding.
func (m *moduleResult) tally() tally {
	t := tally{good: m.Tests - len(m.NativeFailed) - len(m.Different), longest: time.Duration(m.RecordedNS), other: map[string]int{}}
	for _, f := range m.Findings {
		t.alarm(f.Severity)
		t.other[string(f.Severity)+" "+f.Kind]++
	}
	for _, text := range m.Failures {
		t.other["failure: "+text]++
	}
	return t
}
