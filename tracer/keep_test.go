package tracer

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/trace-viz/trace-viz/internal/recording"
)

// Kept output holds whole lines with the time of their first byte, and what is passed on is untouched.
func TestKeeper(t *testing.T) {
	dir := t.TempDir()
	k, err := newKeeper(filepath.Join(dir, recording.OutputFile))
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	stdout, stderr := k.stream("stdout", &out), k.stream("stderr", &errs)
	for _, part := range []string{"one\ntw", "o\n", "\n", "no end"} {
		stdout.Write([]byte(part))
	}
	stderr.Write([]byte("bad \x1b[31m\xff\n"))
	if err := k.close(0); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "one\ntwo\n\nno end" {
		t.Errorf("passed on %q", got)
	}
	rec := &recording.Recording{Dir: dir}
	lines, err := rec.Output()
	if err != nil {
		t.Fatal(err)
	}
	want := []recording.Line{
		{Stream: "stdout", Text: "one"}, {Stream: "stdout", Text: "two"}, {Stream: "stdout"},
		{Stream: "stderr", Text: "bad \x1b[31m\ufffd"}, {Stream: "stdout", Text: "no end"},
	}
	if len(lines) != len(want) {
		t.Fatalf("got %d lines, wanted %d: %v", len(lines), len(want), lines)
	}
	for i, w := range want {
		if lines[i].NS <= 0 {
			t.Errorf("line %d has no time", i)
		}
		if lines[i].NS = 0; lines[i] != w {
			t.Errorf("line %d: got %v, wanted %v", i, lines[i], w)
		}
	}
}
