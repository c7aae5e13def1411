package tracer

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// Wakers that no trace shows: the function of a timer runs in no goroutine until it is due (in code with hooks the recording
// tells of it when it is set), and C code can call back at any time. A program that may have one is never called deadlocked for certain.

// timerFunc is the function of the standard library that starts the function of a timer. The linker leaves it out of a
// program in which nothing can call time.AfterFunc; the name is in each program that has it, stripped or not, because
// stack traces need it.
const timerFunc = "time.goFunc"

// cgoPackage is in the names of each program that is linked with C code.
const cgoPackage = "runtime/cgo."

// hiddenWaker returns what in the program could wake a goroutine without a trace of it, or "". The standard library's
// own timers are none: what they wake is a goroutine that waits for the network, for a channel that the library made, or
// sleeps, and all of these are known as such.
func (b *Built) hiddenWaker(ctx context.Context, o BuildOptions) (string, error) {
	timers, err := contains(b.Binary, timerFunc)
	if err != nil {
		return "", err
	}
	if cgo, err := contains(b.Binary, cgoPackage); err != nil || !cgo && !timers {
		return "", err
	}
	args := append([]string{"list", "-deps", "-f", `{{if not .Standard}}{{.Dir}}{{range .CgoFiles}}	C {{.}}{{end}}{{range .GoFiles}}	G {{.}}{{end}}{{end}}`}, o.Flags...)
	cmd := goCommand(ctx, o.Dir, b.dir, append(append(args, "--"), o.Patterns...)...)
	out, err := cmd.Output()
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(out)) {
		files := strings.Split(strings.TrimSpace(line), "\t")
		for _, file := range files[1:] {
			kind, name, _ := strings.Cut(file, " ")
			path := filepath.Join(files[0], name)
			if kind == "C" {
				return name + " calls C code", nil
			}
			if found, err := contains(path, afterFunc); timers && (found || err != nil) && !b.knows(path) {
				return name + " uses AfterFunc", nil
			}
		}
	}
	return "", nil
}

// afterFunc is what the functions are called that start a goroutine later, without a go statement.
const afterFunc = "AfterFunc"

// knows reports whether each mention of AfterFunc in a file has a hook: then the recording tells of it.
func (b *Built) knows(path string) bool {
	i := slices.IndexFunc(b.files, func(f rewrite.TracedFile) bool { return f.Abs == path })
	if i < 0 || b.Sites == nil || slices.ContainsFunc(b.Notes, func(note string) bool { return strings.HasPrefix(note, b.files[i].Rel) }) {
		return false // a note on a file tells that something in it has no hook
	}
	text, err := os.ReadFile(path)
	hooked := 0
	for _, s := range b.Sites.Sites {
		if s.Op == rewrite.OpAfterFunc && b.Sites.Files[s.File] == b.files[i].Rel {
			hooked++
		}
	}
	return err == nil && hooked == bytes.Count(text, []byte(afterFunc))
}

// contains reports whether a file has that text.
func contains(path, text string) (bool, error) {
	b, err := os.ReadFile(path)
	return bytes.Contains(b, []byte(text)), err
}
