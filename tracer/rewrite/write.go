package rewrite

import (
	"fmt"
	"go/ast"
	"go/types"
	"go/version"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// oldest is the language version from which on generic functions may be called, as the hooks are.
const oldest = "go1.18"

// A writer adds packages to a result.
type writer struct {
	*Result
	out    string
	loaded *loaded
	seen   map[string]bool // files that are done
}

// rewritePackage rewrites the files of p that were not rewritten as part of another variant of it.
func (w *writer) rewritePackage(p *listed) error {
	if w.allSeen(p) {
		return nil
	}
	s, problem, err := w.loaded.parse(p)
	if err != nil {
		return err
	}
	old := goVersion(p) != "" && version.Compare(goVersion(p), oldest) < 0
	switch {
	case problem != "" && usesC(s):
		w.warnf("%s gets no hooks: it uses cgo, and its types are not known: %s", p.path(), problem)
	case problem != "":
		w.Problem = problem
		return nil
	case old:
		w.warnf("%s gets no hooks: its go.mod says %s, and they need %s", p.path(), goVersion(p), oldest)
	default:
		return w.rewriteFiles(p, s)
	}
	for _, path := range p.files() {
		if !w.seen[path] {
			w.add(path, p)
		}
	}
	return nil
}

func (w *writer) rewriteFiles(p *listed, s *parsed) error {
	prefix := prefixFor(s.sources)
	hooked, plain := false, -1
	for i, path := range s.paths {
		if w.seen[path] {
			continue
		}
		index := w.add(path, p)
		if importsC(s.trees[i]) {
			w.warnf("%s gets no hooks: it uses cgo", w.Files[index].Rel)
			continue
		}
		if plain < 0 && !strings.HasSuffix(path, "_test.go") {
			plain = i
		}
		f := w.file(s, i, prefix, index)
		f.rewrite()
		if len(f.edits) == 0 {
			continue
		}
		hooked = true
		if err := w.write(path, f.bytes()); err != nil {
			return err
		}
	}
	if p.Name != "main" || hooked || plain < 0 {
		return nil
	}
	// The hook package starts the trace, so a program without operations needs it too.
	f := w.file(s, plain, prefix, 0)
	f.importHook("_ ")
	return w.write(s.paths[plain], f.bytes())
}

func (w *writer) allSeen(p *listed) bool {
	for _, path := range p.files() {
		if !w.seen[path] {
			return false
		}
	}
	return true
}

func (w *writer) warnf(format string, args ...any) {
	w.Warnings = append(w.Warnings, fmt.Sprintf(format, args...))
}

// add lists a file and returns its index.
func (w *writer) add(path string, p *listed) int {
	w.seen[path] = true
	rel, err := filepath.Rel(w.ModuleDir, path)
	if err != nil || !filepath.IsLocal(rel) {
		rel = filepath.Join(p.path(), filepath.Base(path))
	}
	rel = filepath.ToSlash(rel)
	w.Files = append(w.Files, TracedFile{Rel: rel, Abs: path})
	w.Sites.Files = append(w.Sites.Files, rel)
	return len(w.Files) - 1
}

func (w *writer) file(s *parsed, i int, prefix string, index int) *file {
	return &file{
		splicer: splicer{src: s.sources[i]}, tree: s.trees[i], pos: w.loaded.fset.File(s.trees[i].FileStart),
		pkg: s.pkg, info: s.info, prefix: prefix, sites: w.Sites, index: index,
		warn: func(line int, text string) { w.warnf("%s:%d: %s", w.Files[index].Rel, line, text) },
	}
}

// write stores a rewritten file. Its name says where it comes from, for the rare message of the compiler about it; the place of a
// file in the overlay alone decides how it is built.
func (w *writer) write(original string, text []byte) error {
	name := strconv.Itoa(len(w.Overlay)) + "_" + filepath.Base(original)
	path := filepath.Join(w.out, name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return err
	}
	w.Overlay[original] = path
	return nil
}

func usesC(s *parsed) bool {
	for _, tree := range s.trees {
		if importsC(tree) {
			return true
		}
	}
	return false
}

func importsC(tree *ast.File) bool {
	for _, spec := range tree.Imports {
		if spec.Path.Value == `"C"` {
			return true
		}
	}
	return false
}

var _ types.Importer = importer{}
