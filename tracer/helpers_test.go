package tracer

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/internal/recording"
)

func buildProgram(t *testing.T, dir string) *Built {
	t.Helper()
	abs, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Build(context.Background(), BuildOptions{Dir: abs + "/" + dir, Patterns: []string{"."}, Name: "program", Stderr: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	if !b.Hooks() || len(b.Notes) > 0 {
		t.Fatalf("hooks %v, notes %q", b.Hooks(), b.Notes)
	}
	return b
}

// runProgram runs a program without input; its output is dropped.
func runProgram(t *testing.T, b *Built, o RunOptions) (recording.Meta, string) {
	t.Helper()
	o.Dir = t.TempDir()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	o.Stdin, o.Stdout, o.Stderr = null, null, null
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	m, err := Run(context.Background(), b, o)
	if err != nil {
		t.Fatal(err)
	}
	return m, o.Dir
}

func openIndex(t *testing.T, dir string) *index.Index {
	t.Helper()
	rec, err := recording.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	ix, err := index.Open(rec.TracePath(), index.Options{
		Sites: rec.Sites, MayBeEmpty: rec.Meta.Outcome != "" && !rec.Meta.Complete, // as the command opens it: a program may be killed within its first generation
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := index.Validate(ix); err != nil {
		t.Error(err)
	}
	return ix
}
