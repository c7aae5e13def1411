package rewrite

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// An edit replaces src[from:to] by text. With from == to it only inserts.
type edit struct {
	from, to int
	text     string
	after    bool // the text ends a node that ends at from; else it begins what begins there
	depth    int  // of the node in the syntax tree
	move     *span
	tail     string // follows the moved text
}

// A span is a piece of the source, in byte offsets. A moved span is one that its edit's text quotes with its own edits.
type span struct{ from, to int }

// A splicer collects edits of one file.
type splicer struct {
	src   []byte
	edits []edit
}

// open inserts text before the node at depth that begins at offset at.
func (s *splicer) open(at, depth int, text string) {
	s.edits = append(s.edits, edit{from: at, to: at, depth: depth, text: text})
}

// close inserts text after the node at depth that ends at offset at.
func (s *splicer) close(at, depth int, text string) {
	s.edits = append(s.edits, edit{from: at, to: at, depth: depth, text: text, after: true})
}

// replace puts text in the place of src[from:to]. Line breaks that were there follow the text, so it must end where a line
// may break.
func (s *splicer) replace(from, to, depth int, text string) {
	s.edits = append(s.edits, edit{from: from, to: to, depth: depth, text: text + s.breaks(from, to)})
}

// breaks returns the line breaks in src[from:to].
func (s *splicer) breaks(from, to int) string {
	return strings.Repeat("\n", bytes.Count(s.src[from:to], []byte("\n")))
}

// quote inserts head, the source of m with its edits, and tail.
func (s *splicer) quote(at, depth int, head string, m span, tail string) {
	s.edits = append(s.edits, edit{from: at, to: at, depth: depth, text: head, move: &m, tail: tail})
}

// bytes returns the source with all edits done.
func (s *splicer) bytes() []byte {
	slices.SortStableFunc(s.edits, func(a, b edit) int {
		if c := cmp.Compare(a.from, b.from); c != 0 {
			return c
		}
		// What ends here comes first, inner nodes before outer ones; then what begins here, outer before inner.
		switch {
		case a.after && !b.after:
			return -1
		case !a.after && b.after:
			return 1
		case a.after:
			return cmp.Compare(b.depth, a.depth)
		}
		return cmp.Compare(a.depth, b.depth)
	})
	return s.render(nil, span{0, len(s.src)})
}

func (s *splicer) render(out []byte, in span) []byte {
	at := in.from
	for _, e := range s.edits {
		if e.from < at || e.from > in.to || e.to > in.to {
			continue // outside, or inside a piece that was replaced
		}
		if e.from == in.to && in.to != len(s.src) && !e.after {
			continue
		}
		out = append(out, s.src[at:e.from]...)
		out = append(out, e.text...)
		if e.move != nil {
			out = s.render(out, *e.move)
			out = append(out, e.tail...)
		}
		at = e.to
	}
	return append(out, s.src[at:in.to]...)
}
