package compare

import (
	"slices"
	"strconv"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/index"
)

func itoa(n int) string { return strconv.Itoa(n) }

// pairFindings sorts findings by where they are. Two are the same one if they are of one kind and are about objects of the
// same classes and goroutines of the same roles; or, of what is left, of one kind at the same line of the source.
func pairFindings(a, b *Side, src *sources, gs, os *pairing) FindingSets {
	s := FindingSets{OnlyA: []findings.Finding{}, OnlyB: []findings.Finding{}, Both: []findings.Finding{}}
	partner := make([]bool, len(b.Findings))
	inA := make([]bool, len(a.Findings))
	for _, key := range []func(side int, f *findings.Finding) string{
		func(side int, f *findings.Finding) string { return f.Kind + roles(side, f, gs, os) },
		func(side int, f *findings.Finding) string { return f.Kind + witness(side, f, src) },
	} {
		where := map[string][]int{}
		for i := range b.Findings {
			if k := key(1, &b.Findings[i]); !partner[i] {
				where[k] = append(where[k], i)
			}
		}
		for i := range a.Findings {
			k := key(0, &a.Findings[i])
			if list := where[k]; !inA[i] && len(list) > 0 {
				inA[i], partner[list[0]] = true, true
				where[k] = list[1:]
			}
		}
	}
	for i, f := range a.Findings {
		if inA[i] {
			s.Both = append(s.Both, f)
		} else {
			s.OnlyA = append(s.OnlyA, f)
		}
	}
	for i, f := range b.Findings {
		if !partner[i] {
			s.OnlyB = append(s.OnlyB, f)
		}
	}
	return s
}

// roles names the classes that take part in a finding.
func roles(side int, f *findings.Finding, gs, os *pairing) string {
	var list []int
	for _, g := range f.G {
		if g >= 0 {
			list = append(list, int(gs.class(side, int32(g))))
		}
	}
	for _, o := range f.O {
		if o >= 0 {
			list = append(list, -1-int(os.class(side, int32(o))))
		}
	}
	slices.Sort(list)
	key := ""
	for _, n := range slices.Compact(list) {
		key += " " + itoa(n)
	}
	return key
}

// witness is the place of a finding in B's source.
func witness(side int, f *findings.Finding, src *sources) string {
	if len(f.Sites) == 0 {
		return " nowhere"
	}
	var site index.Site
	for i := len(f.Sites[0]) - 1; i > 0; i-- {
		if f.Sites[0][i] == ':' {
			site.File = f.Sites[0][:i]
			site.Line, _ = strconv.Atoi(f.Sites[0][i+1:])
			break
		}
	}
	at, _ := src.ofB(site)
	if side == 0 {
		at, _ = src.ofA(site)
	}
	return " " + at.file + ":" + itoa(at.line)
}

// everyRun puts the findings of all runs together, each once: a bug that shows now and then must not be lost because the
// first run had none. Over several runs findings are the same one if they are of one kind at one line.
func everyRun(results []Result) FindingSets {
	var order []string
	found := map[string]*[2]*findings.Finding{}
	add := func(r *Result, side int, f *findings.Finding) *[2]*findings.Finding {
		src := r.src
		if src == nil {
			src = &sources{} // the result was not made here: lines are taken as unchanged
		}
		key := f.Kind + witness(side, f, src)
		if found[key] == nil {
			found[key] = &[2]*findings.Finding{}
			order = append(order, key)
		}
		if found[key][side] == nil {
			found[key][side] = f
		}
		return found[key]
	}
	for i := range results {
		r := &results[i]
		for j := range r.Findings.Both {
			f := &r.Findings.Both[j]
			add(r, 0, f)[1] = f
		}
		for j := range r.Findings.OnlyA {
			add(r, 0, &r.Findings.OnlyA[j])
		}
		for j := range r.Findings.OnlyB {
			add(r, 1, &r.Findings.OnlyB[j])
		}
	}
	s := FindingSets{OnlyA: []findings.Finding{}, OnlyB: []findings.Finding{}, Both: []findings.Finding{}}
	for _, key := range order {
		switch f := found[key]; {
		case f[1] == nil:
			s.OnlyA = append(s.OnlyA, *f[0])
		case f[0] == nil:
			s.OnlyB = append(s.OnlyB, *f[1])
		default:
			s.Both = append(s.Both, *f[0])
		}
	}
	return s
}
