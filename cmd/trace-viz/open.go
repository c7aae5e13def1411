package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/trace-viz/trace-viz/internal/bundle"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/internal/report"
	"github.com/trace-viz/trace-viz/internal/server"
	"github.com/trace-viz/trace-viz/internal/store"
	"github.com/trace-viz/trace-viz/scenarios"
)

func openCommand() *cobra.Command {
	var f pageFlags
	cmd := &cobra.Command{
		Use:   "open FILE",
		Short: "Open a recording or a Go execution trace",
		Long: `open shows a recording (its folder, or the trace.out in it), a .tviz bundle that somebody exported, or any Go
execution trace, such as one from go test -trace or /debug/pprof/trace. What needs hooks is left out for a plain trace, and the page says so.`,
		Example: `  trace-viz open trace.out
  trace-viz open ~/.local/share/trace-viz/recordings/producer-consumer-never-closed-20260102-150405`,
		Args: wantArgs(1, "one file or folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			rec, err := find(args[0])
			if err != nil {
				return err
			}
			s := newStored(rec.Dir, rec)
			s.begin()
			select {
			case <-s.done:
			case <-time.After(openPatience):
			}
			if s.failed() != nil {
				return s.err
			}
			p, err := f.open(cmd.Context())
			if err != nil {
				return err
			}
			defer p.close()
			return p.follow(cmd.Context(), s)
		},
	}
	f.add(cmd.Flags())
	return cmd
}

// openPatience is how long the page waits for a trace to be read, so that what is no trace is said instead.
const openPatience = 50 * time.Millisecond

// openAny loads a recording by its folder or by a file in it, or a plain trace.
func openAny(path string) (*loaded, error) {
	rec, err := find(path)
	if err != nil {
		return nil, err
	}
	return loadTrace(rec)
}

// find opens a recording by its folder or by a file in it, a bundle, or a plain trace, and does not read the trace.
func find(path string) (*recording.Recording, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if st.IsDir() {
		return recording.Open(path)
	}
	if filepath.Ext(path) == bundle.Ext {
		unpacked, err := store.Import(path)
		if err != nil {
			return nil, err
		}
		return recording.Open(unpacked)
	}
	dir := filepath.Dir(path)
	if filepath.Base(path) == recording.TraceFile {
		if _, err := os.Stat(filepath.Join(dir, recording.MetaFile)); err == nil {
			return recording.Open(dir)
		}
	}
	rec := &recording.Recording{Dir: dir, Trace: path}
	rec.Meta = recording.Meta{Version: recording.Version, Program: filepath.Base(path), Args: []string{}, Pacing: "compressed"}
	return rec, nil
}

// show serves a finished recording until Ctrl+C.
func (p *page) show(ctx context.Context, l *loaded) error {
	p.feed = server.NewFeed(l.rec.Dir, server.View{Rec: l.rec, Index: l.index, Findings: l.findings})
	if err := p.announce(l.rec.Dir, p.feed); err != nil {
		return err
	}
	sayLoss(l)
	return p.wait(ctx)
}

// sayLoss says what is missing of a recording.
func sayLoss(l *loaded) {
	if q := l.index.Quality(); !q.Complete {
		fmt.Fprintf(os.Stderr, "trace-viz: %s\n", report.Loss(l.rec, l.index))
	}
}

// follow serves a recording until Ctrl+C, from when the first part of its trace was read.
func (p *page) follow(ctx context.Context, s *stored) error {
	if err := p.announce(s.dir, s); err != nil {
		return err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	go func() {
		<-s.done
		if s.err != nil {
			fail(s.err)
			return
		}
		sayLoss(s.loaded)
	}()
	if err := p.wait(ctx); err != nil {
		return err
	}
	return s.failed()
}

func reportCommand() *cobra.Command {
	var asJSON bool
	var failOn string
	cmd := &cobra.Command{
		Use:   "report REC",
		Short: "Findings and statistics of a recording in the terminal",
		Example: `  trace-viz report ~/.local/share/trace-viz/recordings/server-20260102-150405
  trace-viz report trace.out --json
  trace-viz report trace.out --fail-on warning    exit code 3 for CI`,
		Args: wantArgs(1, "one recording or trace"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if failOn != "" && failOn != "error" && failOn != "warning" {
				return usage("--fail-on=%s: want error or warning", failOn)
			}
			l, err := openAny(args[0])
			if err != nil {
				return err
			}
			if asJSON {
				err = writeJSON(l)
			} else {
				err = writeText(os.Stdout, l)
			}
			if err != nil {
				return err
			}
			return l.failOn(failOn)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.Flags().StringVar(&failOn, "fail-on", "", "exit with code 3 if there is a finding of this severity or a worse one: error or warning")
	return cmd
}

// exitFindings is the exit code of --fail-on.
const exitFindings = 3

func (l *loaded) failOn(severity string) error {
	if severity == "" {
		return nil
	}
	for _, f := range l.findings {
		if f.Severity == "error" || string(f.Severity) == severity {
			return &exitCode{code: exitFindings}
		}
	}
	return nil
}

func writeJSON(l *loaded) error { return printJSON(report.Build(l.rec, l.index, l.findings)) }

func writeText(w io.Writer, l *loaded) error {
	return report.Text(w, report.Build(l.rec, l.index, l.findings))
}

func printJSON(v any) error {
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// listing is the output of list --json.
type listing struct {
	Version    int              `json:"version"`
	Scenarios  []listedScenario `json:"scenarios"`
	Recordings []listedRun      `json:"recordings"`
}

type listedScenario struct {
	Name     string          `json:"name"`
	Aliases  []string        `json:"aliases"`
	Level    string          `json:"level"`
	Lesson   string          `json:"lesson"`
	Python   []string        `json:"python"` // what it stands for there
	Variants []listedVariant `json:"variants"`
}

type listedVariant struct {
	Name   string   `json:"name"`
	What   string   `json:"what"` // the bug, of the fixed program the one that is mended
	Fixed  bool     `json:"fixed"`
	Flags  []string `json:"flags"` // of run, that it uses by itself
	Expect []string `json:"expect"`
}

type listedRun struct {
	Path     string `json:"path"`
	Program  string `json:"program"`
	Time     string `json:"time"`
	Outcome  string `json:"outcome"`
	Findings int    `json:"findings"`
}

func listCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "Scenarios with their variants, and recordings on disk",
		Example: "  trace-viz list\n  trace-viz list --json",
		Args:    wantArgs(0, "none"),
		RunE: func(*cobra.Command, []string) error {
			l := list()
			if asJSON {
				return printJSON(l)
			}
			return l.print()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func list() listing {
	l := listing{Version: 1, Recordings: []listedRun{}}
	for _, s := range scenarios.All {
		entry := listedScenario{Name: s.Name, Aliases: append([]string{}, s.Aliases...), Level: s.Level, Lesson: s.Lesson, Python: append([]string{}, s.Python...)}
		for i := range s.Bugs {
			v, flags := scenarios.Variant{Scenario: s, Bug: &s.Bugs[i]}, []string{}
			if v.Bug.Raced() {
				flags = append(flags, "--race")
			}
			entry.Variants = append(entry.Variants,
				listedVariant{Name: v.Name(), What: v.Bug.What, Flags: flags, Expect: v.Bug.Expect},
				listedVariant{Name: v.Twin().Name(), What: v.Bug.What, Fixed: true, Flags: flags, Expect: []string{}})
		}
		l.Scenarios = append(l.Scenarios, entry)
	}
	for _, item := range store.List() {
		l.Recordings = append(l.Recordings, listedRun{
			Path: item.Path, Program: item.Meta.Program, Time: item.Time.Format(time.RFC3339), Outcome: item.Meta.Outcome,
			Findings: item.Meta.Findings,
		})
	}
	return l
}

func (l listing) print() error {
	w := tabwriter.NewWriter(os.Stdout, 2, 8, 2, ' ', 0)
	for _, s := range l.Scenarios {
		fmt.Fprintf(w, "%s (%s): %s\n", s.Name, s.Level, s.Lesson)
		if len(s.Python) > 0 {
			fmt.Fprintf(w, "  in Python: %s\n", strings.Join(s.Python, ", "))
		}
		for _, v := range s.Variants {
			expect, what := "no finding", ""
			if !v.Fixed {
				expect, what = strings.Join(v.Expect, ", "), v.What
			}
			fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %s\t%s\t%s", v.Name, expect, what), "\t"))
		}
	}
	if len(l.Recordings) > 0 {
		fmt.Fprintf(w, "\nrecordings in %s\n", store.Recordings())
	}
	for _, r := range l.Recordings {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", filepath.Base(r.Path), r.Program, r.Outcome)
	}
	return w.Flush()
}
