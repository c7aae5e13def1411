package hunt

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/tracer"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// TestTurnedAround has a real program do again what it did, in the other order. So the hooks choose their disturbances by seeds as this
// package thinks that they do. The second goroutine comes late by more than a run that is not disturbed at this place could bear.
func TestTurnedAround(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module turned\n\ngo 1.26.0\n", "main.go": `package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var order []string
	wg.Go(func() {
		mu.Lock()
		order = append(order, "early")
		mu.Unlock()
	})
	wg.Go(func() {
		time.Sleep(4 * time.Millisecond)
		mu.Lock()
		order = append(order, "late")
		mu.Unlock()
	})
	wg.Wait()
	fmt.Println(order)
}
`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	built, err := tracer.Build(t.Context(), tracer.BuildOptions{Dir: dir, Patterns: []string{"."}, Name: "turned", Stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(built.Close)
	first := runOnce(t, built, 0, "[early late]")
	for _, w := range first.wants {
		if s := built.Sites.Sites[w.site-1]; s.Op == rewrite.OpLock && s.Line == 14 {
			runOnce(t, built, aim(w, first.sites, 1, 2), "[late early]")
			return
		}
	}
	t.Fatalf("the run taught %+v, and nothing about the first lock", first.wants)
}

// runOnce runs the program and wants that it prints something. A busy machine may bring about another order, so it has three tries.
func runOnce(t *testing.T, built *tracer.Built, seed uint64, want string) (shown Shown) {
	t.Helper()
	var got []string
	for range 3 {
		out, err := os.Create(filepath.Join(t.TempDir(), "out"))
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		shown, err = Once(t.Context(), built, Disturb(tracer.RunOptions{Dir: t.TempDir(), Stdout: out, Stderr: os.Stderr}, seed))
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(out.Name())
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, strings.TrimSpace(string(text))); got[len(got)-1] == want {
			return shown
		}
	}
	t.Fatalf("seed %d: got %q, wanted %s", seed, got, want)
	return shown
}
