package arch

import (
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/trace-viz/trace-viz"

// layers are our packages from the top to the bottom, each with those of ours that it may import. Arrows point down: a
// package may name only packages further down in this table, which a test checks too. A package that is not here fails
// the test: whoever adds one says where it stands.
var layers = []struct {
	name    string
	imports []string
}{
	{"cmd/trace-viz", []string{"internal/judge", "internal/hunt", "tracer", "internal/server", "internal/compare", "internal/report", "internal/findings", "internal/index", "internal/store", "internal/target",
		"internal/bundle", "internal/export", "internal/recording", "internal/exercise", "scenarios", "ui"}},
	{"internal/judge", []string{"internal/hunt", "tracer", "internal/exercise", "internal/findings", "internal/index", "internal/recording", "tracer/rewrite", "scenarios"}},
	{"internal/hunt", []string{"tracer", "tracer/rewrite", "tracer/hook", "internal/findings", "internal/index", "internal/recording"}},
	{"tracer", []string{"internal/findings", "internal/index", "internal/recording", "tracer/rewrite", "tracer/hook"}},
	{"internal/server", []string{"internal/compare", "internal/bundle", "internal/export", "internal/report", "internal/findings", "internal/describe", "internal/flame", "internal/index", "internal/store",
		"internal/recording", "tracer/rewrite", "ui"}},
	{"internal/compare", []string{"internal/report", "internal/findings", "internal/describe", "internal/index", "internal/recording", "tracer/rewrite"}},
	{"internal/report", []string{"internal/findings", "internal/describe", "internal/index", "internal/recording"}},
	{"internal/exercise", []string{"internal/findings", "scenarios"}},
	{"internal/export", []string{"internal/findings", "internal/describe", "internal/index"}},
	{"internal/findings", []string{"internal/describe", "internal/index", "internal/recording", "tracer/rewrite"}},
	{"internal/tracetest", []string{"internal/index", "internal/recording", "tracer/rewrite", "tracer/hook"}},
	{"internal/describe", []string{"internal/index"}},
	{"internal/index", []string{"tracer/rewrite", "tracer/hook"}},
	{"internal/store", []string{"internal/bundle", "internal/recording"}},
	{"internal/bundle", []string{"internal/recording"}},
	{"internal/recording", []string{"tracer/rewrite"}},
	{"internal/target", []string{"scenarios"}},
	{"internal/flame", nil},
	{"tracer/rewrite", []string{"tracer/hook"}},
	{"tracer/hook", nil},
	{"scenarios", nil},
	{"ui", nil},
}

// tools are commands and helpers for work on the project: nothing of the product imports them, and they may use all of it.
var tools = []string{"internal/arch", "internal/bench", "internal/browsertest", "internal/browsertest/chrome", "internal/browsertest/headless", "internal/check", "internal/corpus", "internal/e2e", "internal/goker", "internal/modproxy", "internal/opcount", "internal/pack", "internal/rates", "internal/tracetest"}

// standalone packages use the standard library alone: what is linked into a target, what people read as an example, and
// the embedded files of the page.
var standalone = []string{"tracer/hook", "scenarios", "ui"}

func TestTablePointsDown(t *testing.T) {
	level := map[string]int{}
	for i, l := range layers {
		if _, twice := level[l.name]; twice {
			t.Errorf("%s is in the table twice", l.name)
		}
		level[l.name] = i
	}
	for i, l := range layers {
		for _, to := range l.imports {
			if at, ok := level[to]; !ok || at <= i {
				t.Errorf("the table lets %s import %s, which is not below it", l.name, to)
			}
		}
	}
}

func TestImports(t *testing.T) {
	allowed := map[string][]string{}
	for _, l := range layers {
		allowed[l.name] = l.imports
	}
	for _, im := range projectImports(t) {
		if slices.Contains(tools, im.from) {
			continue
		}
		list, known := allowed[im.from]
		if !known {
			t.Errorf("%s: package %s is not in the table of layers: say where it stands", im.file, im.from)
			continue
		}
		to, ours := strings.CutPrefix(im.path, module+"/")
		switch {
		case ours && !slices.Contains(list, to):
			t.Errorf("%s: %s may not import %s", im.file, im.from, to)
		case !ours && slices.Contains(standalone, im.from) && strings.Contains(firstElement(im.path), "."):
			t.Errorf("%s: %s may use the standard library alone, and imports %s", im.file, im.from, im.path)
		}
	}
}

// The page is served by net/http alone and charts are options: these packages would bring more than that into the product.
func TestBannedImports(t *testing.T) {
	banned := map[string]string{
		"net/http/pprof": "it serves on the default mux, past the guard",
		"expvar":         "it serves on the default mux, past the guard",
		"html/template":  "the page is made of text nodes, by its own scripts",
		"text/template":  "the page is made of text nodes, by its own scripts",
		"unsafe":         "",
	}
	for _, im := range projectImports(t) {
		why, bad := banned[im.path]
		if im.path == "unsafe" {
			bad, why = im.from != "tracer/hook" && im.from != "tracer", "only the hooks need it, and tracer for the clock that they use"
		}
		if bad {
			t.Errorf("%s: imports %s: %s", im.file, im.path, why)
		}
	}
}

// An imported is one import of a file that is no test.
type imported struct {
	file, from, path string // from is the importing package, from the root
}

// projectImports parses every Go file, whatever its build constraints: those of the hooks are compiled only in a target.
func projectImports(t *testing.T) []imported {
	t.Helper()
	var list []imported
	for _, f := range projectFiles(t) {
		if !strings.HasSuffix(f.path, ".go") || strings.HasSuffix(f.path, "_test.go") || fixture(f.path) {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.path, f.text, parser.ImportsOnly)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		from := packageOf(f.path)
		for _, spec := range tree.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Errorf("%s: %v", f.path, err)
				continue
			}
			list = append(list, imported{f.path, from, p})
		}
	}
	if len(list) < 50 {
		t.Fatalf("found only %d imports: the rules would hold for nothing", len(list))
	}
	return list
}

// packageOf is the package that a file belongs to in the table. Folders below the hooks are parts of the same overlay, and
// folders below the scenarios and the benchmark are programs of theirs.
func packageOf(name string) string {
	dir := path.Dir(name)
	for _, parent := range []string{"tracer/hook", "scenarios", "internal/bench"} {
		if strings.HasPrefix(dir, parent+"/") {
			return parent
		}
	}
	return dir
}

func firstElement(p string) string {
	first, _, _ := strings.Cut(p, "/")
	return first
}
