package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/trace-viz/trace-viz/internal/opcount"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// A result is the line of one module. Times are nanoseconds. Lists are never null.
type result struct {
	Name     string `json:"name"`
	Module   string `json:"module"`
	Version  string `json:"version"`
	Packages int    `json:"packages"` // with tests, that compile

	Sites     int      `json:"sites"`
	Counted   int      `json:"counted"` // operations in the syntax trees
	Differ    []string `json:"differ"`  // files whose numbers differ
	Dropped   []string `json:"dropped"` // what got no hooks, and why
	Notes     []string `json:"notes"`   // other remarks
	RewriteNS int64    `json:"rewrite_ns"`

	Broken       []string    `json:"broken"` // packages that do not compile natively
	Tests        int         `json:"tests"`
	NativeFailed []string    `json:"native_failed"`
	Different    []different `json:"different"` // tests that failed under trace-viz alone

	NativeNS   int64   `json:"native_ns"` // of the tests alone
	RecordedNS int64   `json:"recorded_ns"`
	SlowDown   float64 `json:"slow_down"`
	Recordings int     `json:"recordings"`
	Bytes      int64   `json:"bytes"`
	HookEvents int64   `json:"hook_events"`

	Errors   int     `json:"errors"` // findings by severity
	Warnings int     `json:"warnings"`
	Findings []found `json:"findings"` // of these two

	Failures []string `json:"failures"` // why the command fails
}

// different is a test that failed under trace-viz and not natively when all ran.
type different struct {
	Test           string   `json:"test"`
	Runs           int      `json:"runs"` // again, alone, in each way
	NativeFailed   int      `json:"native_failed"`
	RecordedFailed int      `json:"recorded_failed"`
	Said           []string `json:"said"` // its last lines
}

// ours tells whether it is trace-viz that makes the test fail, as far as the runs can tell.
func (d different) ours() bool { return d.Runs == 0 || d.RecordedFailed > d.NativeFailed }

// found is a finding in a report.
type found struct {
	Package  string   `json:"package"`
	Kind     string   `json:"kind"`
	Verdict  string   `json:"verdict"`
	Severity string   `json:"severity"`
	Message  string   `json:"message"`
	Sites    []string `json:"sites"`
}

func newResult(p project) *result {
	return &result{Name: p.Name, Module: p.Module, Differ: []string{}, Dropped: []string{}, Notes: []string{}, Broken: []string{},
		NativeFailed: []string{}, Different: []different{}, Findings: []found{}, Failures: []string{}}
}

func (r *result) fail(format string, args ...any) {
	r.Failures = append(r.Failures, fmt.Sprintf(format, args...))
}

// take sorts remarks of the product: those that tell of missing hooks are failures, but where hooks would be read.
func (r *result) take(notes []string) {
	for _, note := range notes {
		list := &r.Notes
		if strings.Contains(note, " no hooks") && !strings.Contains(note, ": the program embeds it") {
			list = &r.Dropped
		}
		if slices.Contains(*list, note) {
			continue
		}
		*list = append(*list, note)
		if list == &r.Dropped {
			r.fail("%s", note)
		}
	}
}

func (r *result) find(f found) {
	switch f.Severity {
	case "error":
		r.Errors++
	case "warning":
		r.Warnings++
	default:
		return
	}
	if f.Sites == nil {
		f.Sites = []string{}
	}
	r.Findings = append(r.Findings, f)
}

// compareCounts sets the sites of each file beside the operations that were counted in it.
func (r *result) compareCounts(res *rewrite.Result, c *opcount.Counted) {
	sites := make([]int, len(res.Files))
	for _, s := range res.Sites.Sites {
		sites[s.File]++
	}
	traced := map[string]bool{}
	for i, f := range res.Files {
		traced[f.Abs] = true
		r.Sites, r.Counted = r.Sites+sites[i], r.Counted+c.Files[f.Abs]
		if n, known := c.Files[f.Abs]; known && n != sites[i] {
			r.Differ = append(r.Differ, fmt.Sprintf("%s: %d sites, %d operations counted", f.Rel, sites[i], n))
		}
	}
	for path, n := range c.Files {
		if !traced[path] {
			r.Counted += n
			r.Differ = append(r.Differ, fmt.Sprintf("%s: not read by the rewriter, %d operations counted", filepath.Base(path), n))
		}
	}
	r.Differ = append(r.Differ, c.Unknown...)
	slices.Sort(r.Differ)
	for _, d := range r.Differ {
		r.fail("%s", d)
	}
}

const rowFormat = "%-14s %7s %7s %7s %6s %7s %7s %8s %8s %6s %9s %10s %6s"

var heading = fmt.Sprintf(rowFormat, "module", "sites", "counted", "dropped", "tests", "native", "only", "native", "recorded", "slow-", "recording", "hook", "errors/") +
	"\n" + fmt.Sprintf(rowFormat, "", "", "", "", "", "failed", "ours", "s", "s", "down", "MB", "events", "warnings")

// print writes the line and what is to be known about it.
func (r *result) print(w io.Writer) {
	ours := 0
	for _, d := range r.Different {
		if d.ours() {
			ours++
		}
	}
	n := func(v int) string { return fmt.Sprint(v) }
	seconds := func(ns int64) string { return fmt.Sprintf("%.2f", time.Duration(ns).Seconds()) }
	fmt.Fprintf(w, rowFormat+"\n", r.Name, n(r.Sites), n(r.Counted), n(len(r.Dropped)), n(r.Tests), n(len(r.NativeFailed)), n(ours), seconds(r.NativeNS),
		seconds(r.RecordedNS), fmt.Sprintf("%.2f", r.SlowDown), fmt.Sprintf("%.1f", float64(r.Bytes)/1e6), fmt.Sprint(r.HookEvents), fmt.Sprintf("%d/%d", r.Errors, r.Warnings))
	fmt.Fprintf(w, "    %s@%s, packages with tests: %d\n", strings.Split(r.Module, "@")[0], r.Version, r.Packages)
	r.printList(w, "does not compile natively", r.Broken)
	r.printList(w, "fails natively", r.NativeFailed)
	for _, d := range r.Different {
		text := "not run again"
		if d.Runs > 0 {
			text = fmt.Sprintf("again, alone: natively %d of %d failed, under trace-viz %d", d.NativeFailed, d.Runs, d.RecordedFailed)
		}
		fmt.Fprintf(w, "    failed only under trace-viz: %s (%s)\n", d.Test, text)
		for _, line := range d.Said[max(0, len(d.Said)-10):] {
			fmt.Fprintf(w, "        | %s\n", line)
		}
	}
	r.printList(w, "note", r.Notes)
	for _, f := range r.Findings {
		fmt.Fprintf(w, "    %s: %s, %s: %s (%s)\n", f.Severity, f.Kind, f.Verdict, f.Message, strings.Join(f.Sites, ", "))
	}
	r.printList(w, "FAILURE", r.Failures)
}

// mostLines is how many entries of a list are printed; -json has all.
const mostLines = 20

func (r *result) printList(w io.Writer, what string, list []string) {
	for i, text := range list {
		if i == mostLines {
			fmt.Fprintf(w, "    %s: and %d more\n", what, len(list)-i)
			return
		}
		fmt.Fprintf(w, "    %s: %s\n", what, text)
	}
}
