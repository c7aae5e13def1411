package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// kernels is where GOROOT has them.
const kernels = "src/runtime/testdata/testgoroutineleakprofile/goker"

// A kernel is one bug as a program in a module of its own.
type kernel struct {
	name   string // file without .go
	arg    string // by which its main function knows it
	dir    string // of the module
	copies int    // how many copies of the bug it starts originally, at most one of which a run has
}

// helper is what takes the place of the leak profile. The kernel's main goroutine waits until the others have come to rest,
// so that what is blocked then stays so, and tells of them if it is asked to.
const helper = `package main

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"time"
)

// oneCopy gives the bounds of a loop that would start n copies of the bug and shall start one, the turn-th.
func oneCopy(n int) (from, to int) {
	turn, _ := strconv.Atoi(os.Getenv("GOKER_TURN"))
	return turn % n, turn%n + 1
}

// kernelEnd waits for rest, at most two seconds, and writes how goroutines are before and after a pause.
func kernelEnd() {
	time.Sleep(60 * time.Millisecond)
	var before, now []byte
	for range 100 {
		before = now
		buf := make([]byte, 1<<20)
		now = buf[:runtime.Stack(buf, true)]
		if before != nil && atRest(now) && bytes.Equal(before, now) {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if os.Getenv("GOKER_STATES") != "" {
		os.Stdout.Write(now)
	}
}

// atRest tells whether only this goroutine has something to do.
func atRest(stacks []byte) bool {
	for _, state := range []string{" [running", " [runnable", " [sleep", " [syscall"} {
		if n := bytes.Count(stacks, []byte(state)); n > 1 || n > 0 && state != " [running" {
			return false
		}
	}
	return true
}
`

// makeKernel makes the module of a kernel: its file with no line moved, the main file of the set, and the helper.
func makeKernel(goroot, name, dir string) (*kernel, error) {
	k := &kernel{name: name, dir: filepath.Join(dir, name), copies: 1}
	src, err := os.ReadFile(filepath.Join(goroot, kernels, name+".go"))
	if err != nil {
		return nil, err
	}
	main, err := os.ReadFile(filepath.Join(goroot, kernels, "main.go"))
	if err != nil {
		return nil, err
	}
	text, err := k.transform(src)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	files := map[string]string{"go.mod": "module goker\n\ngo 1.26.0\n", name + ".go": text, "main.go": string(main), "helper.go": helper}
	if err := os.MkdirAll(k.dir, 0o755); err != nil {
		return nil, err
	}
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(k.dir, file), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// An edit puts text in the place of some bytes.
type edit struct {
	from, to int
	text     string
}

// transform takes the leak profile out of a kernel and lets it start one copy of the bug. Lines stay where they are.
func (k *kernel) transform(src []byte) (string, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, k.name+".go", src, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	entry := registered(file)
	if entry == nil {
		return "", errors.New("it registers no function")
	}
	k.arg = entry.Name.Name
	var edits []edit
	put := func(n ast.Node, text string) {
		from, to := fset.Position(n.Pos()).Offset, fset.Position(n.End()).Offset
		edits = append(edits, edit{from, to, text + strings.Repeat("\n", strings.Count(string(src[from:to]), "\n")-strings.Count(text, "\n"))})
	}
	for _, s := range entry.Body.List {
		switch s := s.(type) {
		case *ast.AssignStmt: // prof := pprof.Lookup("goroutineleak")
			if text := string(src[s.Pos()-1 : s.End()-1]); strings.Contains(text, "pprof.Lookup") {
				put(s, "")
			}
		case *ast.DeferStmt: // defer func() { ...; prof.WriteTo(os.Stdout, 2) }()
			if text := string(src[s.Pos()-1 : s.End()-1]); strings.Contains(text, "prof.WriteTo") {
				put(s, "defer kernelEnd()")
			}
		case *ast.ForStmt:
			if text, ok := k.once(s, src); ok {
				head := string(src[s.Pos()-1 : s.Body.Pos()-1])
				edits = append(edits, edit{int(s.Pos()) - 1, int(s.Body.Pos()) - 1, text + strings.Repeat("\n", strings.Count(head, "\n"))})
			}
		}
	}
	return dropImports(apply(src, edits))
}

// once is the head of a loop over copies of the bug, changed so that it starts one.
func (k *kernel) once(s *ast.ForStmt, src []byte) (string, bool) {
	cond, ok := s.Cond.(*ast.BinaryExpr)
	if !ok {
		return "", false
	}
	limit, ok := cond.Y.(*ast.BasicLit)
	if !ok {
		return "", false
	}
	n, err := strconv.Atoi(limit.Value)
	if err != nil {
		return "", false
	}
	if cond.Op == token.LEQ {
		n++
	}
	k.copies = n
	i := string(src[cond.X.Pos()-1 : cond.X.End()-1])
	return fmt.Sprintf("for %s, gokerTo := oneCopy(%d); %s < gokerTo; %s++ ", i, n, i, i), true
}

// registered is the function that a kernel's init function registers.
func registered(file *ast.File) *ast.FuncDecl {
	var name string
	ast.Inspect(file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 2 {
			if fn, ok := call.Fun.(*ast.Ident); ok && fn.Name == "register" {
				if id, ok := call.Args[1].(*ast.Ident); ok {
					name = id.Name
				}
			}
		}
		return name == ""
	})
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == name && f.Recv == nil {
			return f
		}
	}
	return nil
}

func apply(src []byte, edits []edit) string {
	slices.SortFunc(edits, func(a, b edit) int { return b.from - a.from })
	text := string(src)
	for _, e := range edits {
		text = text[:e.from] + e.text + text[e.to:]
	}
	return text
}

// dropImports makes imports blank that nothing uses any more.
func dropImports(text string) (string, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", text, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	used := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok {
				used[id.Name] = true
			}
		}
		return true
	})
	var edits []edit
	for _, im := range file.Imports {
		path, err := strconv.Unquote(im.Path.Value)
		if err != nil {
			return "", err
		}
		if im.Name == nil && !used[path[strings.LastIndex(path, "/")+1:]] {
			at := fset.Position(im.Pos()).Offset
			edits = append(edits, edit{at, at, "_ "})
		}
	}
	return apply([]byte(text), edits), nil
}

// goroot is the root of the Go toolchain that the go command uses.
func goroot() (string, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOROOT: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// names lists the kernels.
func names(goroot string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(goroot, kernels, "*.go"))
	if err != nil {
		return nil, err
	}
	var list []string
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".go"); name != "main" {
			list = append(list, name)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no kernels in %s: Go 1.26 and later have them", filepath.Join(goroot, kernels))
	}
	slices.Sort(list)
	return list, nil
}
