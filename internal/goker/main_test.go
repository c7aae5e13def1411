package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/findings"
)

// Each kernel of the toolchain at hand becomes a program without the leak profile, line by line, and has a known cause.
func TestKernelsAreTransformed(t *testing.T) {
	root, err := goroot()
	if err != nil {
		t.Fatal(err)
	}
	list, err := names(root)
	if err != nil {
		t.Fatal(err)
	}
	expected, err := readExpected(expectedTable)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range list {
		if len(expected[name]) == 0 {
			t.Errorf("%s: expected.tsv does not say what is wrong in it", name)
		}
		k, err := makeKernel(root, name, dir)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		was, err := os.ReadFile(filepath.Join(root, kernels, name+".go"))
		if err != nil {
			t.Fatal(err)
		}
		is, err := os.ReadFile(filepath.Join(k.dir, name+".go"))
		if err != nil {
			t.Fatal(err)
		}
		if a, b := strings.Count(string(was), "\n"), strings.Count(string(is), "\n"); a != b {
			t.Errorf("%s: got %d lines, wanted %d as before", name, b, a)
		}
		if strings.Contains(string(is), "pprof.") || strings.Count(string(is), "kernelEnd()") != 1 {
			t.Errorf("%s: the leak profile is still in it, or nothing took its place", name)
		}
		if strings.Contains(string(is), "oneCopy(") != (k.copies > 1) {
			t.Errorf("%s: %d copies, and the loop does not fit", name, k.copies)
		}
	}
}

func TestCausesAreToldByKindObjectsAndLines(t *testing.T) {
	table, err := readExpected("k\tcycle\tmutex:mu channel:ch@5|6\t7 8|9\twords")
	if err != nil {
		t.Fatal(err)
	}
	lock, ch := findings.Object{Kind: "mutex", Name: "s.mu"}, findings.Object{Kind: "channel", Name: "c", Made: "k.go:6"}
	for _, c := range []struct {
		name    string
		finding findings.Finding
		want    bool
	}{
		{"all of it", findings.Finding{Kind: "goroutine-leak", Objects: []findings.Object{ch, lock}, Sites: []string{"k.go:9", "k.go:7"}}, true},
		{"another kind", findings.Finding{Kind: "lock-order", Objects: []findings.Object{ch, lock}, Sites: []string{"k.go:9", "k.go:7"}}, false},
		{"an object missing", findings.Finding{Kind: "goroutine-leak", Objects: []findings.Object{ch}, Sites: []string{"k.go:9", "k.go:7"}}, false},
		{"a line missing", findings.Finding{Kind: "goroutine-leak", Objects: []findings.Object{ch, lock}, Sites: []string{"k.go:9"}}, false},
		{"another channel", findings.Finding{Kind: "deadlock", Objects: []findings.Object{{Kind: "channel", Name: "ch", Made: "k.go:4"}, lock},
			Sites: []string{"k.go:9", "k.go:7"}}, false},
	} {
		if got := told(table["k"], c.finding) != nil; got != c.want {
			t.Errorf("%s: told is %v, wanted %v", c.name, got, c.want)
		}
	}
}
