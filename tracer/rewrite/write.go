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

	"golang.org/x/tools/go/packages"
)

// oldest is the language version from which on generic functions may be called, as the hooks are.
const oldest = "go1.18"

// raise lets hooks into a package whose go.mod has an older language version: the package is compiled as of the oldest that will do,
// which changes the meaning of no program. A //go:build line in the rewritten file would need a line of its own, and for each
// package the go command heeds only the last -gcflags that match it, so flags of the user leave no way.
func (w *writer) raise(p *packages.Package) bool {
	if _, has := w.flag("gcflags"); has {
		return false
	}
	w.Flags = append(w.Flags, "-gcflags="+p.PkgPath+"=-lang="+oldest)
	return true
}

// A writer adds packages to a result.
type writer struct {
	*Result
	out    string
	loaded *loaded
	flags  []string        // of the build
	seen   map[string]bool // files that are done
	cached []*cached       // modules of the module cache
}

// rewritePackage rewrites the files of p that were not rewritten as part of another variant of it.
func (w *writer) rewritePackage(p *packages.Package) error {
	if w.allSeen(p) {
		return nil
	}
	s, problem, err := w.loaded.parse(p)
	if err != nil {
		return err
	}
	old := goVersion(p) != "" && version.Compare(goVersion(p), oldest) < 0
	switch {
	case problem != "" && w.loaded.source != nil:
		w.Problem = problem // compiled types may do
		return nil
	case problem != "" && usesC(s):
		w.warnf("%s gets no hooks: it uses cgo, and its types are not known: %s", p.PkgPath, problem)
	case problem != "" && dependency(p):
		w.warnf("%s gets no hooks: its types are not known: %s", p.PkgPath, problem)
	case problem != "":
		w.Problem = problem
		return nil
	case old && !w.raise(p):
		w.warnf("%s gets no hooks: its go.mod says %s, they need %s, and with -gcflags that can't be changed", p.PkgPath, goVersion(p), oldest)
	default:
		return w.rewriteFiles(p, s)
	}
	for _, path := range files(p) {
		if !w.seen[path] {
			w.add(path, p)
		}
	}
	return nil
}

func (w *writer) rewriteFiles(p *packages.Package, s *parsed) error {
	module, err := w.cachedModule(p)
	if err != nil {
		return err
	}
	prefix := prefixFor(s.sources)
	hooked, plain := false, -1
	for i, path := range s.paths {
		if w.seen[path] {
			continue
		}
		index := w.add(path, p)
		if w.loaded.embeds[path] {
			w.warnf("%s gets no hooks: the program embeds it, and would find them in it", w.rel(path))
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
		if err := w.place(module, path, f); err != nil {
			return err
		}
	}
	if p.Name != "main" || hooked {
		return nil
	}
	if plain < 0 {
		w.StartInEmbed = true
		return nil
	}
	return w.importInto(s, plain)
}

// importInto adds the import alone: the hook package starts the trace, so a program without operations needs it too.
func (w *writer) importInto(s *parsed, i int) error {
	f := w.file(s, i, "", 0)
	f.importHook("_ ")
	return w.write(s.paths[i], f.bytes())
}

// importOnly does so for a program whose package is skipped.
func (w *writer) importOnly(p *packages.Package) error {
	if w.allSeen(p) {
		return nil
	}
	s, _, err := w.loaded.parse(p)
	if err != nil {
		return err
	}
	for i, path := range s.paths {
		if !strings.HasSuffix(path, "_test.go") && !w.loaded.embeds[path] {
			return w.importInto(s, i)
		}
	}
	w.StartInEmbed = true
	return nil
}

// place writes a rewritten file to where the go command will look for it. Files of the module cache it finds by another name, and
// a directive gives the old one back; -trimpath does that by itself.
func (w *writer) place(module *cached, path string, f *file) error {
	if module == nil {
		return w.write(path, f.bytes())
	}
	at, err := module.at(path)
	if err != nil {
		return err
	}
	if _, trimmed := w.flag("trimpath"); !trimmed {
		line, col := f.place(f.tree.Package)
		f.open(f.at(f.tree.Package), 0, fmt.Sprintf("/*line %s:%d:%d*/", path, line, col))
	}
	module.hooked = true
	w.origin[at] = path
	return w.write(at, f.bytes())
}

func (w *writer) allSeen(p *packages.Package) bool {
	for _, path := range files(p) {
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
func (w *writer) add(path string, p *packages.Package) int {
	w.seen[path] = true
	rel, err := filepath.Rel(w.ModuleDir, path)
	if err != nil || !filepath.IsLocal(rel) {
		rel = filepath.Join(p.PkgPath, filepath.Base(path))
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
