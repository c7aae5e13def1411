package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// documents are those whose paths must exist.
var documents = []string{"README.md", "ARCHITECTURE.md"}

var (
	codeSpan = regexp.MustCompile("`([^`\n]+)`")
	mdLink   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	// A path of ours begins with a folder of the root, or is a file of the root with a known ending.
	ourPath = regexp.MustCompile(`^(?:\./)?(?:(?:cmd|tracer|internal|ui|scenarios|docs|\.ci)(?:/[\w.*@-]+)*/?|[\w-]+\.(?:md|mod|sum))$`)
)

// goInternal begins the paths of packages of Go's own standard library.
const goInternal = "internal/runtime/"

// Every path that a document names must exist: documents rot silently otherwise.
func TestPathsInDocuments(t *testing.T) {
	for _, doc := range documents {
		text, err := os.ReadFile(filepath.Join(root, doc))
		if err != nil {
			t.Error(err)
			continue
		}
		paths := pathsIn(string(text))
		if len(paths) < 3 {
			t.Errorf("%s: found only %q: the rule would hold for nothing", doc, paths)
		}
		for _, p := range paths {
			if found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(p))); err != nil || len(found) == 0 {
				t.Errorf("%s: names %s, which does not exist", doc, p)
			}
		}
	}
}

// pathsIn are the paths that a document names: in code spans, word by word, and as targets of links.
func pathsIn(text string) []string {
	var list []string
	for _, m := range codeSpan.FindAllStringSubmatch(text, -1) {
		example := strings.HasPrefix(m[1], "trace-viz ") // its ./paths are those of a reader's module
		for word := range strings.FieldsSeq(m[1]) {
			word = strings.Trim(word, `,;:()"`)
			if ourPath.MatchString(word) && !strings.HasPrefix(word, goInternal) && !(example && strings.HasPrefix(word, "./")) {
				list = append(list, word)
			}
		}
	}
	for _, m := range mdLink.FindAllStringSubmatch(text, -1) {
		target, _, _ := strings.Cut(m[1], "#")
		if target != "" && !strings.Contains(target, ":") {
			list = append(list, target)
		}
	}
	return list
}

func TestPathsIn(t *testing.T) {
	text := "See `internal/index` and [the rules](ARCHITECTURE.md#rules), `go run ./cmd/trace-viz run x`, `tracer/hook/*.go`,\n" +
		"`trace.out`, `trace-viz run ./cmd/server`, `internal/runtime/atomic`, [site](https://example.com/a) and [below](#here)."
	want := "internal/index ./cmd/trace-viz tracer/hook/*.go ARCHITECTURE.md"
	if got := strings.Join(pathsIn(text), " "); got != want {
		t.Errorf("got %q, wanted %q", got, want)
	}
}
