package compare

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/trace-viz/trace-viz/internal/describe"
	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/report"
)

// mostRows bounds each list of the text.
const mostRows = 20

// Text writes a result for people: what changed as a table and in words. Names from the programs can't do anything to a
// terminal.
func Text(w io.Writer, r Result) error {
	buf := bufio.NewWriter(w)
	t := &text{w: buf}
	for i, side := range []*report.Report{&r.A, &r.B} {
		end := "how it ended is not recorded"
		if side.Outcome != "" {
			end = fmt.Sprintf("%s, exit code %d", side.Outcome, side.ExitCode)
		}
		t.line("%c  %s: %s", "AB"[i], side.Program, end)
	}
	for _, n := range r.Notes {
		t.line("note: %s", n)
	}
	t.edits(&r)
	t.found(&r)
	t.divergences(&r)
	t.metrics(&r)
	t.pairs(&r)
	return buf.Flush()
}

type text struct{ w io.Writer }

// line writes a line with all that it is given to fill in made harmless.
func (t *text) line(format string, args ...any) {
	fmt.Fprintln(t.w, harmless(fmt.Sprintf(format, args...)))
}

// harmless writes out what a terminal would obey or not show.
func harmless(s string) string {
	var b strings.Builder
	for _, c := range s {
		if unicode.IsGraphic(c) {
			b.WriteRune(c)
		} else {
			fmt.Fprintf(&b, `\u%04x`, c)
		}
	}
	return b.String()
}

func (t *text) found(r *Result) {
	t.line("")
	for _, set := range []struct {
		where string
		list  []findings.Finding
	}{{"only in A", r.Findings.OnlyA}, {"only in B", r.Findings.OnlyB}, {"in both", r.Findings.Both}} {
		for _, f := range set.list {
			how := string(f.Verdict)
			if other := verdicts(r.B.Findings, f.Kind); set.where == "in both" && !strings.Contains(other, how) {
				how += " in A, " + other + " in B"
			}
			t.line("finding %s: %s (%s): %s", set.where, f.Kind, how, f.Message)
		}
	}
	if len(r.Findings.OnlyA)+len(r.Findings.OnlyB)+len(r.Findings.Both) == 0 {
		t.line("no findings in A or B")
	}
}

// verdicts are those of the findings of one kind, as one text.
func verdicts(list []findings.Finding, kind string) string {
	var all []string
	for _, f := range list {
		if f.Kind == kind && !slices.Contains(all, string(f.Verdict)) {
			all = append(all, string(f.Verdict))
		}
	}
	return strings.Join(all, " or ")
}

func (t *text) divergences(r *Result) {
	t.line("")
	if r.Divergence == nil {
		t.line("no divergence: paired goroutines do the same things, and the lines of only one source aside, as often")
		return
	}
	n := len(r.Divergences) + r.More
	for i, d := range r.Divergences[:min(3, len(r.Divergences))] {
		t.line("divergence %d of %d, at %s in A and %s in B: %s", i+1, n, at(d.ANS, d.ASite), at(d.BNS, d.BSite), d.What)
	}
}

func at(ns int64, site string) string {
	if site == "" {
		return describe.Duration(ns)
	}
	return describe.Duration(ns) + " (" + site + ")"
}

// metrics writes the table of what changed. Rows of nothing on both sides are left out.
func (t *text) metrics(r *Result) {
	t.line("")
	w := tabwriter.NewWriter(t.w, 2, 8, 2, ' ', 0)
	head := "\tA\tB\tB - A"
	if r.Runs > 1 {
		head += "\t95 % of changes\t"
	}
	fmt.Fprintln(w, head)
	for i := range r.Metrics {
		m := &r.Metrics[i]
		if m.A == 0 && m.B == 0 {
			continue
		}
		row := fmt.Sprintf("%s\t%s\t%s\t%s", harmless(m.Label), m.text(m.A), m.text(m.B), m.changeText())
		if r.Runs > 1 {
			row += "\t" + m.boundsText() + "\t" + map[bool]string{true: "significant", false: "within the noise"}[m.Significant]
		}
		fmt.Fprintln(w, row)
	}
	w.Flush()
	if r.Runs > 1 {
		t.line("medians of %d runs of each; %s", r.Runs, r.Test)
	} else {
		t.line("one run of each: how much of a difference is noise is not known; --runs 10 tells")
	}
}

func (m *Metric) text(v float64) string {
	switch m.Unit {
	case "ns":
		return describe.Duration(int64(v))
	case "ratio":
		return fmt.Sprintf("%.0f %%", 100*v)
	case "per second":
		return fmt.Sprintf("%.1f/s", v)
	case "elements":
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%g", v)
}

func (m *Metric) changeText() string {
	if m.A == m.B {
		return "="
	}
	if share, ok := m.change(); ok && m.Unit != "count" && m.Unit != "exit code" && m.Unit != "ratio" {
		return fmt.Sprintf("%+.0f %%", 100*share)
	}
	if m.Unit == "ratio" {
		return fmt.Sprintf("%+.0f points", 100*(m.B-m.A))
	}
	if m.B > m.A {
		return "+" + m.text(m.B-m.A)
	}
	return "-" + m.text(m.A-m.B)
}

func (m *Metric) boundsText() string {
	if m.Low == nil || m.High == nil {
		return "not known"
	}
	return m.text(*m.Low) + " to " + m.text(*m.High)
}

func (t *text) pairs(r *Result) {
	t.line("")
	t.line("%d of %d goroutines of A and %d of B are paired, confidence %.2f", r.Pairing.Paired, r.Pairing.A, r.Pairing.B, r.Pairing.Confidence)
	n := 0
	say := func(format string, args ...any) {
		if n++; n <= mostRows {
			t.line("  "+format, args...)
		}
	}
	for _, g := range r.OnlyA {
		say("only in A: %s %s", g.Name, g.Spawn)
	}
	for _, g := range r.OnlyB {
		say("only in B: %s %s", g.Name, g.Spawn)
	}
	for _, p := range r.Pairs {
		if p.Renamed {
			say("renamed: %s is %s in B", p.A.Name, p.B.Name)
		}
	}
	for _, o := range r.Objects {
		switch {
		case o.B == nil:
			say("only in A: %s %s %s", o.Kind, o.A.Name, o.A.Made)
		case o.A == nil:
			say("only in B: %s %s %s", o.Kind, o.B.Name, o.B.Made)
		case o.Renamed:
			say("renamed: %s %s is %s in B", o.Kind, o.A.Name, o.B.Name)
		}
	}
	if n > mostRows {
		t.line("  … and %d more", n-mostRows)
	}
}
