package compare

import (
	"path"
	"strings"
)

// An edit is a line of the source that only one side has.
type edit struct {
	file string
	line int
	sign byte // '-': of A, '+': of B
	text string
}

// Bounds on what is kept of the edits: the text shows no more, and sources may be large.
const (
	maxEdits = 12
	fewEdits = 30
)

// edits are the lines in which the sources differ, as far as both are known: the first of them, and how many there are. Lines
// of comments and empty ones change nothing that a program does.
func edits(a, b Side) (list []edit, total int) {
	add := func(file string, line int, sign byte, text string) {
		text = strings.TrimRight(text, " \t\r")
		if bare := strings.TrimSpace(text); bare == "" || strings.HasPrefix(bare, "//") {
			return
		}
		if total++; len(list) < maxEdits {
			list = append(list, edit{file, line, sign, text})
		}
	}
	for _, f := range Sources(a, b) {
		for _, row := range f.Rows {
			if row.Kind == RowSame {
				continue
			}
			if row.A > 0 {
				add(path.Clean(f.A), row.A, '-', row.TextA)
			}
			if row.B > 0 {
				add(path.Clean(f.B), row.B, '+', row.TextB)
			}
		}
	}
	return list, total
}

// edits writes what was changed in the sources: with the findings the answer to what a fix did.
func (t *text) edits(r *Result) {
	if r.edited == 0 {
		return
	}
	t.line("")
	t.line("source: %d lines are different", r.edited)
	if r.edited > fewEdits {
		return // the first lines of a rewrite, or of another program, explain nothing
	}
	width := 0
	for _, e := range r.edits {
		width = max(width, len(e.file)+1+len(itoa(e.line)))
	}
	for _, e := range r.edits {
		at := e.file + ":" + itoa(e.line)
		t.line("  %c %s%s  %s", e.sign, at, strings.Repeat(" ", width-len(at)), strings.ReplaceAll(e.text, "\t", "    "))
	}
	if more := r.edited - len(r.edits); more > 0 {
		t.line("  … and %d more", more)
	}
}
