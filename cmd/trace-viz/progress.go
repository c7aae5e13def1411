package main

import (
	"fmt"
	"os"

	"golang.org/x/term"
)

// progress is one line at the terminal that tells what goes on. On a pipe it says nothing.
type progress struct {
	to    *os.File
	quiet bool
	shown bool
}

func newProgress(to *os.File) *progress {
	return &progress{to: to, quiet: !term.IsTerminal(int(to.Fd())) || os.Getenv("TERM") == "dumb"}
}

// say replaces the line.
func (p *progress) say(format string, args ...any) {
	if p.quiet {
		return
	}
	fmt.Fprintf(p.to, "\r\x1b[Ktrace-viz: "+format, args...)
	p.shown = true
}

// done removes the line.
func (p *progress) done() {
	if p.shown {
		fmt.Fprint(p.to, "\r\x1b[K")
		p.shown = false
	}
}
