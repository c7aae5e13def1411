package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// sums are what the scoreboard is about.
type sums struct {
	Kernels     int     `json:"kernels"`
	Failed      int     `json:"failed"`       // could not be measured
	NativeBlock int     `json:"native_block"` // kernels that were blocked in a native run
	NativeFound int     `json:"native_found"` // of these, found
	Found       int     `json:"found"`
	FirstRun    int     `json:"first_run"` // found in the first run
	MeanRun     float64 `json:"mean_run"`  // of the found ones
	Right       int     `json:"right"`     // found ones whose cause was told at once
	BlockedRuns int     `json:"blocked_runs"`
	Reported    int     `json:"reported"`
	RightRuns   int     `json:"right_runs"`
	Alarms      int     `json:"alarms"`
}

func total(rows []*row, o options) sums {
	var s sums
	at := 0
	for _, r := range rows {
		s.Kernels++
		if r.Error != "" {
			s.Failed++
		}
		if r.NativeBlocked > 0 || o.native == 0 {
			s.NativeBlock++
			if r.FoundAt > 0 {
				s.NativeFound++
			}
		}
		if r.FoundAt > 0 {
			s.Found++
			at += r.FoundAt
		}
		if r.FoundAt == 1 {
			s.FirstRun++
		}
		if r.FirstRight {
			s.Right++
		}
		s.BlockedRuns, s.Reported, s.RightRuns, s.Alarms = s.BlockedRuns+r.Blocked, s.Reported+r.Reported, s.RightRuns+r.Right, s.Alarms+r.Alarms
	}
	s.MeanRun = float64(at) / float64(max(s.Found, 1))
	return s
}

// What has to be reached (percent, and the mean run).
const (
	wantFound = 95
	wantRight = 90
	wantMean  = 2.0
)

// verdict is an error that says what was not reached.
func (s sums) verdict() error {
	var missed []string
	for what, ok := range map[string]bool{
		"every kernel measured":                                                  s.Failed == 0,
		"every blocked run reported in that run":                                 s.Reported == s.BlockedRuns,
		fmt.Sprintf("%d %% of the kernels that block natively found", wantFound): 100*s.NativeFound >= wantFound*s.NativeBlock,
		fmt.Sprintf("mean run at most %.1f", wantMean):                           s.MeanRun <= wantMean,
		fmt.Sprintf("%d %% of the causes right", wantRight):                      100*s.Right >= wantRight*s.Found,
	} {
		if !ok {
			missed = append(missed, what)
		}
	}
	slices.Sort(missed)
	if len(missed) > 0 {
		return errors.New("not reached: " + strings.Join(missed, "; "))
	}
	return nil
}

func (r *row) progress() string {
	if r.Error != "" {
		return r.Name + ": " + r.Error
	}
	return fmt.Sprintf("%s: native %d/%d, found at run %d (%s), right %d of %d reported of %d blocked, %d runs", r.Name, r.NativeBlocked, r.NativeRuns,
		r.FoundAt, cmp.Or(r.Kind, "-"), r.Right, r.Reported, r.Blocked, r.Runs)
}

func printTable(out io.Writer, rows []*row, s sums) {
	fmt.Fprintf(out, "%-16s %10s %6s %7s %-16s %-6s %10s  %s\n", "kernel", "native", "found", "at run", "kind", "cause", "reported", "in words")
	for _, r := range rows {
		found, right, at := "no", "-", "-"
		if r.FoundAt > 0 {
			found, right, at = "yes", "wrong", fmt.Sprint(r.FoundAt)
			if r.FirstRight {
				right = "right"
			}
		}
		fmt.Fprintf(out, "%-16s %5d/%4d %6s %7s %-16s %-6s %4d of %2d  %s\n", r.Name, r.NativeBlocked, r.NativeRuns, found, at, cmp.Or(r.Kind, "-"), right,
			r.Reported, r.Blocked, cmp.Or(r.Error, r.Message))
	}
	percent := func(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }
	fmt.Fprintf(out, "\nkernels                             %d, not measured %d\n", s.Kernels, s.Failed)
	fmt.Fprintf(out, "blocked runs reported in that run   %d of %d\n", s.Reported, s.BlockedRuns)
	fmt.Fprintf(out, "error findings in other runs        %d\n", s.Alarms)
	fmt.Fprintf(out, "found, of those that block natively %d of %d (%.1f %%)\n", s.NativeFound, s.NativeBlock, percent(s.NativeFound, s.NativeBlock))
	fmt.Fprintf(out, "found                               %d, in the first run %d, mean run %.2f\n", s.Found, s.FirstRun, s.MeanRun)
	fmt.Fprintf(out, "causes right                        %d of %d (%.1f %%); in all reported runs %d of %d (%.1f %%)\n", s.Right, s.Found, percent(s.Right, s.Found),
		s.RightRuns, s.Reported, percent(s.RightRuns, s.Reported))
}
