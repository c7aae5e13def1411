package findings_test

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/findings"
)

// TestDocs holds that each kind is explained, with a wrong and a right program that are Go.
func TestDocs(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range findings.Analyzers {
		if seen[a.Name] || findings.Find(a.Name) != a || a.Summary == "" {
			t.Errorf("%q: twice, not found by its name, or without a summary", a.Name)
		}
		seen[a.Name] = true
		wrong, right := strings.Index(a.Doc, "\nWrong: "), strings.Index(a.Doc, "\nRight: ")
		if wrong < 0 || right < wrong {
			t.Errorf("%s: no wrong and then right program", a.Name)
			continue
		}
		for _, text := range []string{a.Doc[wrong:right], a.Doc[right:]} {
			if err := parse(program(text)); err != nil {
				t.Errorf("%s: %v in\n%s", a.Name, err, program(text))
			}
		}
		for i, line := range strings.Split(a.Doc, "\n") {
			if len(line) > 120 {
				t.Errorf("%s: line %d is longer than a terminal", a.Name, i+1)
			}
		}
	}
	if findings.Find("no-such-kind") != nil {
		t.Error("found a kind that is none")
	}
}

// program returns the indented lines of a text.
func program(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if code, ok := strings.CutPrefix(line, "    "); ok {
			b.WriteString(code)
		} else if strings.TrimSpace(line) == "" {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// parse reads declarations, or the statements of a function. An empty program is wrong.
func parse(code string) error {
	if strings.TrimSpace(code) == "" {
		code = "no code"
	}
	_, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+code, parser.AllErrors)
	if err != nil {
		if _, inside := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc f() {\n"+code+"\n}", 0); inside == nil {
			return nil
		}
	}
	return err
}
