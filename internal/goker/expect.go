package main

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/internal/findings"
)

//go:embed expected.tsv
var expectedTable string

// A cause is one line of expected.tsv, which says what its columns mean.
type cause struct {
	kernel, kind string
	objects      []thing
	sites        [][]string // alternatives of each
	words        string
}

// A thing is an object that a finding must name.
type thing struct {
	kind  string
	names []string
	made  []string // lines; none: the name counts
}

// tells are the kinds of findings that tell a cause.
var tells = map[string][]string{
	"double-lock": {"double-lock", "partial-deadlock", "deadlock"},
	"lost-unlock": {"goroutine-leak", "partial-deadlock", "deadlock"},
	"cycle":       {"partial-deadlock", "deadlock", "goroutine-leak"},
	"orphan":      {"goroutine-leak", "partial-deadlock", "deadlock"},
}

// readExpected reads the table, by kernel.
func readExpected(table string) (map[string][]cause, error) {
	all := map[string][]cause{}
	for i, line := range strings.Split(strings.TrimSpace(table), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		col := strings.Split(line, "\t")
		if len(col) != 5 || tells[col[1]] == nil {
			return nil, fmt.Errorf("expected.tsv:%d: want kernel, cause, objects, sites and words with tabs between them", i+1)
		}
		c := cause{kernel: col[0], kind: col[1], words: col[4]}
		for _, text := range strings.Fields(col[2]) {
			kind, rest, _ := strings.Cut(text, ":")
			names, made, _ := strings.Cut(rest, "@")
			t := thing{kind: kind, names: strings.Split(names, "|")}
			if made != "" {
				t.made = strings.Split(made, "|")
			}
			c.objects = append(c.objects, t)
		}
		for _, text := range strings.Fields(col[3]) {
			c.sites = append(c.sites, strings.Split(text, "|"))
		}
		all[c.kernel] = append(all[c.kernel], c)
	}
	return all, nil
}

// told finds the cause that a finding tells, nil if it tells none of them.
func told(causes []cause, f findings.Finding) *cause {
	for i := range causes {
		if causes[i].told(f) {
			return &causes[i]
		}
	}
	return nil
}

func (c *cause) told(f findings.Finding) bool {
	if !slices.Contains(tells[c.kind], f.Kind) {
		return false
	}
	var lines []string
	for _, s := range f.Sites {
		lines = append(lines, s[strings.LastIndex(s, ":")+1:])
	}
	for _, alternatives := range c.sites {
		if !slices.ContainsFunc(alternatives, func(line string) bool { return slices.Contains(lines, line) }) {
			return false
		}
	}
	return assign(c.objects, slices.Clone(f.Objects))
}

// assign finds a different object for each thing.
func assign(things []thing, objects []findings.Object) bool {
	if len(things) == 0 {
		return true
	}
	for i, o := range objects {
		if things[0].is(o) && assign(things[1:], slices.Delete(slices.Clone(objects), i, i+1)) {
			return true
		}
	}
	return false
}

// is tells whether an object is the thing. Contexts and timers may be told as their channels.
func (t thing) is(o findings.Object) bool {
	name := o.Name
	switch {
	case t.kind == o.Kind:
	case t.kind == "context" && o.Kind == "channel":
		name = strings.TrimSuffix(name, ".Done()")
	case t.kind == "timer" && o.Kind == "channel":
	default:
		return false
	}
	if len(t.made) > 0 {
		return slices.Contains(t.made, o.Made[strings.LastIndex(o.Made, ":")+1:])
	}
	last := name[strings.LastIndex(name, ".")+1:]
	return slices.Contains(t.names, last) || t.kind == "timer" && o.Kind == "timer"
}
