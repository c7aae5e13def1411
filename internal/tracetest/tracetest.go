// Package tracetest builds small execution traces from text, for tests. The traces are real ones, byte for byte in the
// runtime's format, so they go through the same reader as a recording.
//
// A trace is a list of lines; what follows a # is left out. A line that begins with a keyword describes the source or the
// recording:
//
//	site OP PLACE NAME [TYPE]         an injection point: site send main.go:35 jobs "chan int"
//	spawn PLACE NAME CALLEE           a go statement: spawn main.go:52 `produce "A"` main.produce
//	generation                        a new generation of the trace begins
//	gc begin | gc end                 the concurrent mark phase
//
// All other lines are what a goroutine does: its name, a verb, and words that depend on the verb. The goroutine main is
// there from the beginning and runs on proc 0.
//
//	main go worker main.worker main.go:52     spawns worker, which runs main.worker
//	worker start 1                            begins to run, on proc 1
//	worker block "chan receive"               blocks, with the runtime's reason
//	main wake worker                          makes worker able to run; "- wake worker" lets the runtime do it
//	worker stop | end | syscall | sysexit
//	worker log CATEGORY MESSAGE
//
// The verbs of hook records have the operands of the record: an object, which gets an address of its own, and what the
// verb needs. See hookVerbs. An object of the form name/2 is another object at the address of name.
//
//	main make jobs 3
//	main send jobs "job 1"
//	worker selectblock jobs:recv done:send
//	worker selected jobs 0 recv
//
// A sleep has the object nil and a duration in ns. A timer has a duration, what made it (once ticker func after tick) and its
// channel; a context its parent or nil, and the time until its deadline if it has one. done tells the channel of a context.
//
//	main context ctx nil 1000
//	worker done ctx ctx.Done
//	worker recvblock ctx.Done
//	main cancel ctx
//
// A word +N as the last one but for the place puts N ns between this line and the one before; without it, it is 10 ns. A
// word @PLACE, such as @main.go:35, gives the place in the source, and so the site when one is declared there.
package tracetest

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/trace-viz/trace-viz/internal/index"
	"github.com/trace-viz/trace-viz/tracer/rewrite"
)

// Index returns the index of a trace in text.
func Index(t testing.TB, text string) *index.Index {
	t.Helper()
	data, sites := Trace(t, text)
	ix, err := index.Read(bytes.NewReader(data), int64(len(data)), index.Options{Sites: sites})
	if err != nil {
		t.Fatalf("read the trace: %v", err)
	}
	return ix
}

// Trace returns the bytes of a trace in text, and its sites (nil if it declares none).
func Trace(t testing.TB, text string) ([]byte, *rewrite.Sites) {
	t.Helper()
	data, sites, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return data, sites
}

// Parse is Trace for callers without a test. Its errors name the line.
func Parse(text string) ([]byte, *rewrite.Sites, error) {
	w := newWriter()
	for i, line := range strings.Split(text, "\n") {
		words, err := split(line)
		if err == nil && len(words) > 0 {
			err = w.line(words)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("line %d: %s: %w", i+1, line, err)
		}
	}
	data := w.bytes()
	if len(w.sites.Sites)+len(w.sites.Spawns) == 0 {
		return data, nil, nil
	}
	return data, &w.sites, nil
}

// split cuts a line into words. Quoted ones are Go strings.
func split(line string) ([]string, error) {
	var words []string
	for {
		line = strings.TrimLeft(line, " \t\r")
		if line == "" || line[0] == '#' {
			return words, nil
		}
		if line[0] == '"' || line[0] == '`' {
			quoted, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, fmt.Errorf("a string that does not end")
			}
			word, _ := strconv.Unquote(quoted)
			words = append(words, word)
			line = line[len(quoted):]
			continue
		}
		end := strings.IndexAny(line, " \t\r")
		if end < 0 {
			end = len(line)
		}
		words = append(words, line[:end])
		line = line[end:]
	}
}

// place splits file:line.
func place(s string) (string, int, error) {
	file, num, ok := strings.Cut(s, ":")
	line, err := strconv.Atoi(num)
	if !ok || err != nil {
		return "", 0, fmt.Errorf("%q is no place, want file:line", s)
	}
	return file, line, nil
}
