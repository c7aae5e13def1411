package findings_test

import (
	"cmp"
	"fmt"
	"go/format"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/trace-viz/trace-viz/internal/findings"
	"github.com/trace-viz/trace-viz/internal/recording"
	"github.com/trace-viz/trace-viz/tracer"
)

// TestExplained runs the programs that explain the kinds: the wrong one has to be found to be that, and nothing in the right one.
// What the texts leave out is in testdata/explained.
func TestExplained(t *testing.T) {
	dir := explained(t)
	build := func(flags ...string) *tracer.Built {
		built, err := tracer.Build(t.Context(), tracer.BuildOptions{Dir: dir, Patterns: []string{"."}, Name: "explained", Flags: flags, Stderr: os.Stderr})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(built.Close)
		return built
	}
	plain := build()
	for _, a := range findings.Analyzers {
		built := plain
		if a.Name == "data-race" {
			if tracer.NoCompiler() != "" {
				continue // nothing can find it
			}
			built = build("-race")
		}
		t.Run(a.Name, func(t *testing.T) {
			steady(t, func() string {
				if got := shown(t, built, a.Name+"/wrong"); !slices.Contains(kinds(got), a.Name) {
					return fmt.Sprintf("the wrong program gives %v", got)
				}
				return ""
			})
			steady(t, func() string {
				if got := shown(t, built, a.Name+"/right"); len(got) > 0 {
					return fmt.Sprintf("the right program gives %+v", got)
				}
				return ""
			})
		})
	}
}

// shown gives the findings of one of the programs.
func shown(t *testing.T, built *tracer.Built, name string) []findings.Finding {
	t.Helper()
	rec, ix := record(t, built, name)
	if strings.HasSuffix(name, "/right") && (rec.Meta.Outcome != recording.Exit || rec.Meta.ExitCode != 0) {
		t.Errorf("%s: got outcome %s, exit code %d", name, rec.Meta.Outcome, rec.Meta.ExitCode)
	}
	return findings.RunRecording(rec, ix)
}

func kinds(list []findings.Finding) (kinds []string) {
	for _, f := range list {
		kinds = append(kinds, f.Kind)
	}
	return kinds
}

// explained writes a module with a package for each program, and a main that runs the one that its argument names.
func explained(t *testing.T) (dir string) {
	t.Helper()
	glue, err := txtar.ParseFile("testdata/explained/glue.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	modes := map[string]string{} // names of packages by arguments
	for _, a := range findings.Analyzers {
		wrong, right := strings.Index(a.Doc, "\nWrong: "), strings.Index(a.Doc, "\nRight: ")
		for which, text := range map[string]string{"wrong": a.Doc[wrong:right], "right": a.Doc[right:]} {
			name := a.Name + "/" + which
			modes[name] = strings.ReplaceAll(a.Name, "-", "") + which
			rest := cmp.Or(string(part(glue, name)), string(part(glue, a.Name)))
			put(t, filepath.Join(dir, modes[name], "doc.go"), pack(t, modes[name], declared(program(text))+rest))
		}
	}
	imports, entries := "", ""
	for _, name := range slices.Sorted(maps.Keys(modes)) {
		imports += fmt.Sprintf("%q\n", "explained/"+modes[name])
		entries += fmt.Sprintf("%q: %s.Demo,\n", name, modes[name])
	}
	put(t, filepath.Join(dir, "go.mod"), "module explained\n\ngo 1.26.0\n")
	put(t, filepath.Join(dir, "main.go"), "package main\n\nimport (\n\"os\"\n\n"+imports+")\n\nvar modes = map[string]func(){\n"+entries+
		"}\n\nfunc main() { modes[os.Args[1]]() }\n")
	return dir
}

// declared makes a program a list of declarations, none of which is called main.
func declared(code string) string {
	if code = strings.TrimSpace(code) + "\n"; !regexp.MustCompile(`^(func \w|func \(\w+ |type|var)`).MatchString(code) {
		code = "func doc() {\n" + code + "}\n"
	}
	return strings.Replace(code, "func main()", "func doc()", 1)
}

// pack makes declarations a file, with what they use imported.
func pack(t *testing.T, name, code string) string {
	t.Helper()
	var imports string
	for _, path := range []string{"context", "errors", "fmt", "log", "net/http", "net/http/httptest", "os", "runtime", "slices", "strings", "sync", "time"} {
		if regexp.MustCompile(`\b` + filepath.Base(path) + `\.[A-Z]`).MatchString(code) {
			imports += fmt.Sprintf("%q\n", path)
		}
	}
	src, err := format.Source([]byte("package " + name + "\n\nimport (\n" + imports + ")\n\n" + code))
	if err != nil {
		t.Fatalf("%s: %v in\n%s", name, err, code)
	}
	return string(src)
}

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
