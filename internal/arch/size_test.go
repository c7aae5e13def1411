package arch

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Limits in lines. Reviewers ask for a reason from 400 and 50 on; these are the ends.
const (
	maxFile     = 800
	maxFunction = 80
)

func TestFileSize(t *testing.T) {
	for _, f := range projectFiles(t) {
		if !isSource(f.path) {
			continue
		}
		if n := bytes.Count(f.text, []byte("\n")); n > maxFile {
			t.Errorf("%s: %d lines, more than %d: split it", f.path, n, maxFile)
		}
	}
}

func TestFunctionSize(t *testing.T) {
	seen := 0
	for _, f := range projectFiles(t) {
		if !isSource(f.path) || !strings.HasSuffix(f.path, ".go") && !strings.HasSuffix(f.path, ".js") {
			continue
		}
		for _, fn := range functionsOf(t, f) {
			seen++
			if fn.lines > maxFunction {
				t.Errorf("%s:%d: %s has %d lines, more than %d: split it", f.path, fn.line, fn.name, fn.lines, maxFunction)
			}
		}
	}
	if seen < 100 {
		t.Errorf("found only %d functions: the rule would hold for nothing", seen)
	}
}

func isSource(name string) bool {
	if fixture(name) || foreign(name) {
		return false
	}
	for _, ext := range []string{".go", ".js", ".css", ".html"} {
		if strings.HasSuffix(name, ext) {
			return true
		}
	}
	return false
}

// A function is one declared function. Literals of Go count as lines of the function around them; named functions inside a
// JavaScript function, which our factories use as methods, count for themselves.
type function struct {
	name        string
	line, lines int
}

func functionsOf(t *testing.T, f file) []function {
	if strings.HasSuffix(f.path, ".js") {
		return functionsOfJS(string(f.text))
	}
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, f.path, f.text, parser.SkipObjectResolution)
	if err != nil {
		t.Errorf("%v", err)
		return nil
	}
	var list []function
	for _, d := range tree.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			from, to := fset.PositionFor(fn.Pos(), false).Line, fset.PositionFor(fn.End(), false).Line
			list = append(list, function{fn.Name.Name, from, to - from + 1})
		}
	}
	return list
}

// Functions and methods of our JavaScript begin on a line that ends with a brace and end on the first line that has their
// own indentation and a closing brace: the form is regular, so no parser is needed.
var (
	jsFunction = regexp.MustCompile(`^(\s*)(?:export\s+)?(?:default\s+)?(?:async\s+)?function\s*\*?\s*(\w*)\s*\(.*\{$`)
	jsArrow    = regexp.MustCompile(`^(\s*)(?:export\s+)?const\s+(\w+)\s*=\s*(?:async\s*)?(?:\([^)]*\)|\w+)\s*=>\s*\{$`)
	jsMethod   = regexp.MustCompile(`^(\s+)(?:static\s+)?(?:async\s+)?(?:get\s+|set\s+)?\*?(#?\w+)\s*\([^;=]*\)\s*\{$`)
	jsKeyword  = regexp.MustCompile(`^(if|for|while|switch|catch|with)$`)
)

func functionsOfJS(text string) []function {
	lines := strings.Split(text, "\n")
	var list []function
	for i, line := range lines {
		for _, form := range []*regexp.Regexp{jsFunction, jsArrow, jsMethod} {
			m := form.FindStringSubmatch(line)
			if m == nil || jsKeyword.MatchString(m[2]) {
				continue
			}
			for j := i + 1; j < len(lines); j++ {
				if strings.HasPrefix(lines[j], m[1]+"}") {
					list = append(list, function{m[2], i + 1, j - i + 1})
					break
				}
			}
			break
		}
	}
	return withoutNested(list)
}

// withoutNested takes from each function the lines of those directly inside it. The list is in the order of first lines.
func withoutNested(list []function) []function {
	own := slices.Clone(list)
	for i, inner := range list {
		for j := i - 1; j >= 0; j-- {
			if outer := list[j]; inner.line < outer.line+outer.lines {
				own[j].lines -= inner.lines
				break
			}
		}
	}
	return own
}

func TestFunctionsOfJS(t *testing.T) {
	text := `export function one(a) {
  if (a) {
    return 1;
  }
  return 2;
}
class C {
  #hidden(x) {
    for (;;) {
    }
    const inner = () => {
    };
  }
  static async two() {
  }
}
export const three = (a, b) => {
  one(a);
};
`
	want := []function{{"one", 1, 6}, {"#hidden", 8, 4}, {"inner", 11, 2}, {"two", 14, 2}, {"three", 17, 3}}
	got := functionsOfJS(text)
	if len(got) != len(want) {
		t.Fatalf("got %v, wanted %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %v, wanted %v", got[i], want[i])
		}
	}
}
