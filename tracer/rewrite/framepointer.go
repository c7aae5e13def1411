package rewrite

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Assembly has to keep the frame pointer. What does not goes unnoticed until somebody follows the frame pointers, as the execution
// tracer does at each event: there it reads memory that is none, and the program dies. Such a program is traced with the other
// unwinder, which is slower.

var (
	asmFunction = regexp.MustCompile(`^\s*TEXT\b.*\$(-?\w+)`)
	asmSaves    = regexp.MustCompile(`\b(PUSHQ\s+BP\b|MOVQ\s+BP\s*,)`)
	asmWrites   = regexp.MustCompile(`^\s*([A-Z]\w*)\s+(?:.*,\s*)?BP\s*$`)
)

// asmReads are the instructions whose last operand is not written to.
var asmReads = []string{"CMPQ", "CMPL", "CMPW", "CMPB", "TESTQ", "TESTL", "TESTW", "TESTB", "PUSHQ", "JMP", "CALL", "BTQ", "BTL"}

// losesFramePointer reports whether a function in assembly for amd64 writes to the frame pointer and has not saved it. The assembler
// saves it in functions with a frame. Macros are looked at where they are defined, as a part of the function before.
func losesFramePointer(src []byte) bool {
	inside := false // of a function that has to save it by itself
	for line := range bytes.Lines(src) {
		text, _, _ := strings.Cut(string(line), "//")
		if m := asmFunction.FindStringSubmatch(text); m != nil {
			inside = m[1] == "0"
			continue
		}
		for statement := range strings.SplitSeq(text, ";") {
			statement = strings.TrimRight(statement, " \t\r\n\\")
			m := asmWrites.FindStringSubmatch(statement)
			switch {
			case asmSaves.MatchString(statement):
				inside = false
			case inside && m != nil && !slices.Contains(asmReads, m[1]):
				return true
			}
		}
	}
	return false
}

// framePointer returns the first file outside of the standard library whose assembly loses the frame pointer, "" if there is none. On
// other processors than amd64 nothing is looked for.
func (l *loaded) framePointer(roots []*packages.Package) (found string) {
	if l.env.GOARCH != "amd64" {
		return ""
	}
	packages.Visit(roots, nil, func(p *packages.Package) {
		if found != "" || within(l.env.GOROOT, p.Dir) {
			return
		}
		for _, path := range p.OtherFiles {
			if filepath.Ext(path) != ".s" {
				continue
			}
			if src, err := os.ReadFile(path); err == nil && losesFramePointer(src) {
				found = p.PkgPath + "/" + filepath.Base(path)
			}
		}
	})
	return found
}
