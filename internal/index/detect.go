package index

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ErrNotTrace is what errors for files wrap that are no Go execution trace.
var ErrNotTrace = errors.New("not a Go execution trace")

// Versions of the trace format, the minor number of the Go release that brought them.
const (
	firstSplit = 22 // from here on a trace is a list of generations
	firstEnds  = 26 // from here on a generation says where it ends
	newest     = 26
)

var knownVersions = map[int]bool{11: true, 19: true, 21: true, 22: true, 23: true, 25: true, 26: true}

const headerLen = 16

// parseHeader reads the version from the first bytes of a trace.
func parseHeader(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, fmt.Errorf("%w: the file is empty; want a Go execution trace (from trace-viz, runtime/trace, "+
			"go test -trace or /debug/pprof/trace)", ErrNotTrace)
	}
	if len(b) >= headerLen && string(b[:5]) == "go 1." && string(b[7:headerLen]) == " trace\x00\x00\x00" {
		v, err := strconv.Atoi(string(b[5:7]))
		if err == nil && knownVersions[v] {
			return v, nil
		}
		return 0, fmt.Errorf("the trace has format version go 1.%s, which is not supported: traces of Go 1.11 to 1.27 are"+
			" (format versions go 1.11 to go 1.%d)", printable(b[5:7]), newest)
	}
	return 0, fmt.Errorf("%w: it seems to be %s; want a Go execution trace (from trace-viz, runtime/trace, go test -trace "+
		"or /debug/pprof/trace)", ErrNotTrace, seems(b))
}

// printable keeps bytes of a file from a terminal.
func printable(b []byte) string { return strings.Trim(strconv.QuoteToASCII(string(b)), `"`) }

// magic are the first bytes of well-known files.
var magic = []struct{ prefix, name string }{
	{"\x7fELF", "an ELF program"},
	{"MZ", "a Windows program"},
	{"\xcf\xfa\xed\xfe", "a macOS program"},
	{"\xca\xfe\xba\xbe", "a macOS program"},
	{"PK\x03\x04", "a zip archive"},
	{"\x28\xb5\x2f\xfd", "zstd-compressed data"},
	{"BZh", "bzip2-compressed data"},
	{"\xfd7zXZ", "xz-compressed data"},
	{"\x89PNG", "a PNG picture"},
	{"%PDF", "a PDF document"},
	{"SQLite format 3", "an SQLite database"},
	{"!<arch>", "an archive of object files"},
	{"--- \n", "the text form of a profile"},
	{"mode: ", "a Go coverage profile"},
	{"goroutine ", "a goroutine dump in text"},
	{"#!", "a script"},
	{"\x1f\x8b", "gzip-compressed data (pprof profiles are; open those with go tool pprof)"},
}

// seems says what a file looks like that is no trace.
func seems(b []byte) string {
	if bytes.HasPrefix(b, []byte("go 1.")) || bytes.HasPrefix([]byte("go 1."), b) {
		return "a trace that was cut within its first 16 bytes"
	}
	for _, m := range magic {
		if bytes.HasPrefix(b, []byte(m.prefix)) {
			return m.name
		}
	}
	text := strings.TrimSpace(string(b[:min(len(b), 512)]))
	low := strings.ToLower(text)
	switch {
	case strings.HasPrefix(low, "<!doctype html") || strings.HasPrefix(low, "<html"):
		return "an HTML page"
	case strings.HasPrefix(low, "<?xml") || strings.HasPrefix(low, "<"):
		return "an XML document"
	case strings.HasPrefix(text, "{") || strings.HasPrefix(text, "["):
		return "JSON"
	case strings.HasPrefix(text, "package ") || strings.HasPrefix(text, "//"):
		return "Go source"
	case text == "":
		return "blank"
	case b[0] == 0x0a && len(b) > 1 && !utf8.ValidString(text):
		return "an uncompressed pprof profile or another protocol buffer"
	case isText(text):
		return "text"
	}
	return "binary data of an unknown kind"
}

func isText(s string) bool {
	// The text may be cut within a character.
	for i := 0; i < utf8.UTFMax && !utf8.ValidString(s) && s != ""; i++ {
		s = s[:len(s)-1]
	}
	return s != "" && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\x1b'
	})
}
