package compare

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// TestName is the test that Repeat uses, as the results name it.
const TestName = "exact Wilcoxon-Mann-Whitney test, two-sided, familywise error 2.5 % (1.6 % wall and processor time, 0.9 % all others, each by Holm's method), changes of 1 % and more"

// Shares of the familywise error. The wall time is what a person asks first, and the processor time is what still tells when
// the machine has other work too; their own share keeps them decidable with 5 runs: the least p of five against five is
// 2/252, and half of 1.6 % is a little more. The sum is half of the usual 5 %: who compares twenty times and more shall see
// no false alarm in 19 of them, not in 19 of them on average.
const (
	alphaTimes  = 0.016
	alphaOthers = 0.009
	alphaBounds = 0.05 // of the bounds of one change, which are not corrected
)

// minEffect is the change, as a share of A, below which nothing is called significant, whatever its p: with many runs the
// test sees what a page boundary or the length of a path does to a program, which is nothing that anybody changed.
const minEffect = 0.01

// MaxRuns bounds the runs of one side: the exact distribution is computed, not looked up.
const MaxRuns = 50

// ErrRuns says that the metrics of some runs do not fit together.
var ErrRuns = errors.New("runs to compare do not have the same metrics")

// Repeat puts the results of several runs into the first one: medians, bounds of the change, significance. Each result is
// of one run of A and one of B. No distribution is assumed: the test looks at ranks alone, so one slow outlier does not
// hide or make a change, and it is exact for small samples and for ties.
//
// Runs that were made one after the other are not compared in pairs: of ten pairs one slow outlier is enough to hide a
// change of 20 % from the signed-rank test, and on a busy machine there is one (simulated: 14 of 20 found, 19 by this one).
//
// Bounds are those of the Hodges-Lehmann estimate, the median of all differences between a run of B and one of A. They
// are null with fewer than 4 runs, which can't bound anything with 95 % confidence.
func Repeat(results []Result) (Result, error) {
	if len(results) == 0 || len(results) > MaxRuns {
		return Result{}, fmt.Errorf("%d runs to compare, want 1 to %d", len(results), MaxRuns)
	}
	r := results[0]
	if len(results) == 1 {
		return r, nil
	}
	r.Runs, r.Test = len(results), TestName
	r.Metrics = slices.Clone(r.Metrics)
	r.Metrics = slices.DeleteFunc(r.Metrics, func(m Metric) bool { return len(samples(results, m.Name)[0]) < len(results) })
	if len(r.Metrics) == 0 {
		return r, ErrRuns
	}
	for i := range r.Metrics {
		m := &r.Metrics[i]
		s := samples(results, m.Name)
		p := rankTest(s[0], s[1])
		m.A, m.B, m.P = median(s[0]), median(s[1]), &p
		m.Low, m.High = bounds(s[0], s[1])
	}
	decide(r.Metrics)
	r.Findings = everyRun(results)
	return r, nil
}

// samples are the values of a metric in all runs that have it.
func samples(results []Result, name string) (s [2][]float64) {
	for i := range results {
		for j := range results[i].Metrics {
			if m := &results[i].Metrics[j]; m.Name == name {
				s[0], s[1] = append(s[0], m.A), append(s[1], m.B)
			}
		}
	}
	return s
}

// decide marks what is significant: the two times that sum up a run at their own level, all others at theirs, both by Holm's
// method. If both times are, their share goes to the others (the fallback procedure), which keeps the familywise error.
func decide(list []Metric) {
	var times, others []*Metric
	for i := range list {
		if m := &list[i]; m.Name == "wall" || m.Name == "cpu" {
			times = append(times, m)
		} else {
			others = append(others, m)
		}
	}
	share := alphaOthers
	if holm(times, alphaTimes) {
		share += alphaTimes
	}
	holm(others, share)
	for i := range list {
		if share, ok := list[i].change(); ok && math.Abs(share) < minEffect {
			list[i].Significant = false
		}
	}
}

// holm marks the significant ones of a family with this error, and tells whether all are.
func holm(family []*Metric, alpha float64) bool {
	slices.SortStableFunc(family, func(x, y *Metric) int { return cmp.Compare(*x.P, *y.P) })
	for i, m := range family {
		if *m.P > alpha/float64(len(family)-i) {
			return false
		}
		m.Significant = true
	}
	return true
}

// rankTest is the two-sided p-value of the Wilcoxon-Mann-Whitney test, exact: of all ways to deal the pooled ranks to the
// two groups, the share whose rank sum is at least as far from the mean. Ties get the mean of their ranks.
func rankTest(a, b []float64) float64 {
	n, total := len(a), len(a)+len(b)
	ranks := midranks(slices.Concat(a, b)) // doubled, so that they are whole
	sum, all := 0, 0
	for i, r := range ranks {
		all += r
		if i < n {
			sum += r
		}
	}
	// ways[k][s]: subsets of k ranks with sum s, as floats, which are exact enough for sums of positive numbers.
	ways := make([][]float64, n+1)
	for k := range ways {
		ways[k] = make([]float64, all+1)
	}
	ways[0][0] = 1
	for i, r := range ranks {
		for k := min(n, i+1); k > 0; k-- {
			for s := all; s >= r; s-- {
				ways[k][s] += ways[k-1][s-r]
			}
		}
	}
	// Distances from the mean all*n/total, times total, to stay whole.
	far, tail, sure := abs(sum*total-all*n), 0.0, 0.0
	for s, w := range ways[n] {
		sure += w
		if abs(s*total-all*n) >= far {
			tail += w
		}
	}
	return min(1, tail/sure)
}

func abs(n int) int { return max(n, -n) }

// midranks are twice the ranks of the values.
func midranks(v []float64) []int {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Compare(v[i], v[j])
	})
	ranks := make([]int, len(v))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && v[order[j]] == v[order[i]] {
			j++
		}
		for _, at := range order[i:j] {
			ranks[at] = i + j + 1 // twice the mean of i+1 … j
		}
		i = j
	}
	return ranks
}

// bounds are the ends of the interval that holds the shift from a to b with at least 95 % confidence: the k-th smallest and
// the k-th greatest difference, k from the exact distribution of the number of pairs in which b is the smaller.
func bounds(a, b []float64) (low, high *float64) {
	diffs := make([]float64, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			diffs = append(diffs, y-x)
		}
	}
	slices.Sort(diffs)
	ways := pairCounts(len(a), len(b))
	all, tail, k := 0.0, 0.0, 0
	for _, w := range ways {
		all += w
	}
	for k < len(ways) && tail+ways[k] <= alphaBounds/2*all {
		tail += ways[k]
		k++
	}
	if k == 0 || k > len(diffs)/2 {
		return nil, nil
	}
	return &diffs[k-1], &diffs[len(diffs)-k]
}

// pairCounts is the distribution of the Mann-Whitney U of n and m values without ties: ways to each count.
func pairCounts(n, m int) []float64 {
	ways := make([][]float64, n+1)
	for k := range ways {
		ways[k] = make([]float64, n*m+1)
	}
	ways[0][0] = 1
	// The i-th of all n+m values, if it is the k-th of the first group, stands above i-k values of the second.
	for i := 1; i <= n+m; i++ {
		for k := min(n, i); k > 0; k-- {
			if below := i - k; below <= m {
				for u := n * m; u >= below; u-- {
					ways[k][u] += ways[k-1][u-below]
				}
			}
		}
	}
	return ways[n]
}

func median(v []float64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	if n := len(v); n%2 == 1 {
		return v[n/2]
	} else if n > 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return math.NaN()
}
