package tracer

import (
	"bytes"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
)

// A raceTee passes the output of a program on, where the reports of the race detector stand in their place among all that
// the program prints, and copies them into a file. Tests are read that way: go test shows a report before the word on the
// test that it came in, and a log of its own (RunOptions.Race) would put it behind everything.
type raceTee struct {
	to  io.Writer
	log *os.File

	mu     sync.Mutex
	line   []byte // of which the end has not come yet
	report []byte // as far as it has come; nil outside of one
	failed error  // of writing the file; nothing is kept from then on
}

// The lines that a report of the race detector stands between, and the one that follows the first (of compiler-rt's
// tsan_report.cpp; for Go they have stayed the same since Go 1.1).
const (
	raceRule  = "==================\n"
	raceTitle = "WARNING: DATA RACE\n"
)

// mostLine bounds what is kept of a line: no line of a report is as long.
const mostLine = 64 << 10

// Write passes b on. It never fails because of the keeping.
func (t *raceTee) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, err := t.to.Write(b)
	for rest := b[:n]; len(rest) > 0; {
		end := bytes.IndexByte(rest, '\n') + 1
		if end == 0 {
			end = len(rest)
		}
		if t.line, rest = append(t.line, rest[:end]...), rest[end:]; t.line[len(t.line)-1] == '\n' || len(t.line) > mostLine {
			t.take(string(t.line))
			t.line = t.line[:0]
		}
	}
	return n, err
}

// take looks at one line.
func (t *raceTee) take(line string) {
	switch rule := line == raceRule; {
	case rule && len(t.report) <= len(raceRule): // two rules behind one another are none of a report
		t.report = []byte(raceRule)
	case t.report == nil:
	case len(t.report) == len(raceRule) && line != raceTitle:
		t.report = nil
	default:
		if t.report = append(t.report, line...); rule {
			t.keep()
		}
	}
}

func (t *raceTee) keep() {
	if t.failed == nil {
		_, t.failed = t.log.Write(t.report)
	}
	t.report = nil
}

// close returns the first error of writing the file. A report that has begun is kept as far as it came.
func (t *raceTee) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.report) > len(raceRule) {
		t.keep()
	}
	if err := t.log.Close(); t.failed == nil {
		t.failed = err
	}
	return t.failed
}

// teeRaces gives the program's output to a raceTee. Where both streams are one file they stay one, so that what is printed
// to them stays in its order; but with --keep-output, which tells them apart: reports are printed to stderr.
func (r *run) teeRaces() (stdout, stderr io.Writer, err error) {
	log, err := os.OpenFile(r.raceFile(), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, err
	}
	r.tee = &raceTee{to: r.Stderr, log: log}
	if !r.KeepOutput && sameFile(r.Stdout, r.Stderr) {
		return r.tee, r.tee, nil
	}
	return r.Stdout, r.tee, nil
}

func sameFile(a, b *os.File) bool {
	x, err := a.Stat()
	if err != nil {
		return false
	}
	y, err := b.Stat()
	return err == nil && os.SameFile(x, y)
}

// withRace reports whether tests with these build flags, and those in GOFLAGS, are built with the race detector. The last
// one counts, and a flag of the command line more than GOFLAGS.
func withRace(goflags string, build []string) bool {
	race := false
	for _, word := range slices.Concat(strings.Fields(goflags), build) {
		if f := parseTestFlag(strings.Trim(word, `"'`)); f.name == "race" {
			race = !f.hasValue || f.value == "true" || f.value == "1" || f.value == "t"
		}
	}
	return race
}
