package compare

import (
	"fmt"
)

// DefaultThreshold is the change, in percent, from which a significant one counts as worse.
const DefaultThreshold = 10

// Worse lists why B is worse than A, for a gate that ends with an error; nothing means that it is not. The lines are safe for
// a terminal. These count:
//
//   - an outcome that is not "exit" with code 0 where A's was, or another exit code than A's failing one;
//   - a finding with severity error or warning that only B has;
//   - more goroutines left behind, in the median of the runs;
//   - a metric that is significantly worse, and by more than threshold percent. With one run nothing is significant, so no
//     measured time counts.
func (r *Result) Worse(threshold float64) []string {
	var why []string
	add := func(format string, args ...any) { why = append(why, harmless(fmt.Sprintf(format, args...))) }
	failsA, failsB := r.A.ExitCode != 0, r.B.ExitCode != 0
	if m := r.metric("outcome"); m != nil {
		failsA, failsB = m.A != 0, m.B != 0 // the median of the runs
	}
	if failsB && !failsA {
		add("outcome: A ends with %s, B with %s, exit code %d", r.A.Outcome, r.B.Outcome, r.B.ExitCode)
	}
	for _, f := range r.Findings.OnlyB {
		if f.Severity == "error" || f.Severity == "warning" {
			add("finding only in B: %s (%s): %s", f.Kind, f.Verdict, f.Message)
		}
	}
	if m := r.metric("goroutines.left"); m != nil && m.B > m.A {
		add("goroutines left behind: %g in A, %g in B", m.A, m.B)
	}
	for i := range r.Metrics {
		m := &r.Metrics[i]
		if m.Name == "outcome" || m.Name == "goroutines.left" || !m.Significant {
			continue
		}
		share, ok := m.change()
		if !ok && m.B > 0 {
			share = 1 // from nothing to something
		}
		if m.Worse == "up" && share*100 > threshold || m.Worse == "down" && share*100 < -threshold {
			add("%s: %s in A, %s in B", m.Label, m.text(m.A), m.text(m.B))
		}
	}
	return why
}

func (r *Result) metric(name string) *Metric {
	for i := range r.Metrics {
		if r.Metrics[i].Name == name {
			return &r.Metrics[i]
		}
	}
	return nil
}
