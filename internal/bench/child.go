package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// A sample is what a child process measured.
type sample struct {
	NS     int64 `json:"ns"`
	Events int   `json:"events"`  // of the trace, or of the index; sites of a rewritten module
	PeakKB int64 `json:"peak_kb"` // VmHWM: the most memory that was resident at any time

	Files   int   `json:"files"`    // of a rewritten module
	ChildKB int64 `json:"child_kb"` // the most that one of the processes that it started had resident
}

// runChild does one measurement in this process and prints it as JSON.
func runChild(kind, path string, mb float64) error {
	var s sample
	var err error
	began := time.Now()
	switch kind {
	case "mix":
		err = writeMix(path, int64(mb*1e6))
	case "nothing":
		// The memory of a process that reads nothing: what the others are compared with.
	case "bare":
		s.Events, err = readBare(path)
	case "index":
		s.Events, err = readIndex(path)
	case "rewrite":
		s.Events, s.Files, err = rewriteModule(path)
	default:
		err = fmt.Errorf("no measurement %q", kind)
	}
	if err != nil {
		return err
	}
	s.NS = time.Since(began).Nanoseconds()
	if s.PeakKB, err = peakKB(); err != nil {
		return err
	}
	s.ChildKB = childrenKB()
	return json.NewEncoder(os.Stdout).Encode(s)
}

// peakKB reads the high-water mark of this process's resident memory from Linux.
func peakKB() (int64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, fmt.Errorf("peak memory is measured on Linux only: %w", err)
	}
	for line := range bytes.Lines(text) {
		fields := bytes.Fields(line)
		if len(fields) == 3 && string(fields[0]) == "VmHWM:" {
			return strconv.ParseInt(string(fields[1]), 10, 64)
		}
	}
	return 0, fmt.Errorf("/proc/self/status has no VmHWM")
}

// self runs this program again for one measurement, with env added to its environment.
func (b *bench) self(kind, path string, env ...string) (sample, error) {
	exe, err := os.Executable()
	if err != nil {
		return sample{}, err
	}
	cmd := exec.CommandContext(b.ctx, exe, "-child", kind, "-trace", path, "-mb", strconv.FormatFloat(b.mb, 'g', -1, 64))
	cmd.Stderr, cmd.Env = os.Stderr, append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		return sample{}, fmt.Errorf("measure %s: %w", kind, err)
	}
	var s sample
	return s, json.Unmarshal(out, &s)
}
