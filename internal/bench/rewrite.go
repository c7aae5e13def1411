package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// many is how many operations the module has that is rewritten when none is given.
const many = 10_000

// perPackage is how many of them are in one package of it.
const perPackage = 500

// rewriting measures time and memory of rewriting a module with its tests, with an empty build cache and with what that run left
// in it. Memory is that of the process that rewrites; the go command's processes, of which the compiler needs the most, are
// measured beside it.
func (b *bench) rewriting() error {
	dir := b.module
	if dir == "" {
		var err error
		if dir, err = b.makeModule(); err != nil {
			return err
		}
	}
	var coldNS, warmNS, peak, children []float64
	var last sample
	for i := range b.rounds {
		cache := filepath.Join(b.dir, fmt.Sprintf("cache%d", i))
		for _, times := range []*[]float64{&coldNS, &warmNS} {
			s, err := b.self("rewrite", dir, "GOCACHE="+cache)
			if err != nil {
				return err
			}
			last = s
			*times = append(*times, float64(last.NS))
			peak, children = append(peak, float64(last.PeakKB)), append(children, float64(last.ChildKB))
		}
		if err := os.RemoveAll(cache); err != nil {
			return err
		}
	}
	head(fmt.Sprintf("Rewriting: %d sites in %d files, with tests (goals for 10,000 sites: 60 s cold, 1000 MB)", last.Events, last.Files))
	row("empty build cache", seconds(median(coldNS)), "the go command compiles all that the module imports")
	row("full build cache", seconds(median(warmNS)), "")
	row("peak memory of the rewriting process", fmt.Sprintf("%.0f MB", median(peak)*1024/1e6), "VmHWM")
	row("peak memory of one process of the go command", fmt.Sprintf("%.0f MB", median(children)*1024/1e6), "mostly the compiler's")
	return nil
}

// rewriteModule rewrites all packages of the module in dir, as for its tests.
func rewriteModule(dir string) (sites, files int, err error) {
	out, err := os.MkdirTemp("", "traceviz-bench-rewrite-")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(out)
	r, err := rewrite.Rewrite(context.Background(), rewrite.Options{Dir: dir, Patterns: []string{"./..."}, Tests: true, OutDir: out})
	if err != nil {
		return 0, 0, err
	}
	if r.Problem != "" {
		return 0, 0, errors.New(r.Problem)
	}
	return len(r.Sites.Sites), len(r.Files), nil
}

// makeModule writes a module of that many operations, each package with a test of its own and an import of net/http, as services
// have it.
func (b *bench) makeModule() (string, error) {
	dir := filepath.Join(b.dir, "module")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/many\n\ngo 1.26\n"), 0o600); err != nil {
		return "", err
	}
	for p := range many / perPackage {
		pkg := filepath.Join(dir, "p"+strconv.Itoa(p))
		if err := os.Mkdir(pkg, 0o700); err != nil {
			return "", err
		}
		for name, text := range map[string]string{"p.go": packageText(p, perPackage*4/5), "p_test.go": testText(p, perPackage/5)} {
			if err := os.WriteFile(filepath.Join(pkg, name), []byte(text), 0o600); err != nil {
				return "", err
			}
		}
	}
	return dir, nil
}

// opsPerFunc is how many operations pipeText writes.
const opsPerFunc = 10

func packageText(p, ops int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "// Package p%d is made for a measurement.\npackage p%d\n\nimport (\n\t\"net/http\"\n\t\"sync\"\n)\n\n// Handler is not called.\nvar Handler http.Handler\n", p, p)
	for i := range ops / opsPerFunc {
		pipeText(&s, "Pipe", i)
	}
	return s.String()
}

func testText(p, ops int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "package p%d\n\nimport (\n\t\"sync\"\n\t\"testing\"\n)\n\nfunc TestPipe(t *testing.T) { pipe0(3) }\n", p)
	for i := range ops / opsPerFunc {
		pipeText(&s, "pipe", i)
	}
	return s.String()
}

// pipeText writes a function with ten operations: make, add, lock, send, unlock, close, done, range, wait, and a make.
func pipeText(s *strings.Builder, name string, i int) {
	fmt.Fprintf(s, `
// %[1]s%[2]d sums what goes through a channel.
func %[1]s%[2]d(n int) (sum int) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	c, ready := make(chan int), make(chan bool, 1)
	wg.Add(1)
	go func() {
		defer wg.Done()
		for i := range n {
			mu.Lock()
			c <- i
			mu.Unlock()
		}
		close(c)
	}()
	for v := range c {
		sum += v
	}
	wg.Wait()
	_ = ready
	return sum
}
`, name, i)
}
