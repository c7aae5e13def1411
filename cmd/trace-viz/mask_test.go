package main

import (
	"os"
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// masks are what differs from run to run of the same tests: times, ids of goroutines, addresses of memory and of code.
var masks = []struct {
	what *regexp.Regexp
	by   string
}{
	{regexp.MustCompile(`\d+\.\d+s\b`), "TIMEs"},
	{regexp.MustCompile(`"(Time|Elapsed)":("[^"]*"|[\d.]+)`), `"$1":TIME`},
	{regexp.MustCompile(`goroutine \d+`), "goroutine ID"},
	{regexp.MustCompile(`0x[0-9a-f]+\??`), "ADDR"},
	{regexp.MustCompile(`\([^()\n]*ADDR[^()\n]*\)`), "(ARGS)"}, // how many are known depends on how code was optimised
	{regexp.MustCompile(`\s+[\d.]+ ns/op`), " TIME ns/op"},
	{regexp.MustCompile(`(Benchmark\S+)\s+\d+`), "$1 N"},
}

// cmdMask is "mask FILE TO": replaces what differs from run to run. FILE may be stdout or stderr.
func cmdMask(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mask file to")
	}
	text := ts.ReadFile(args[0])
	for _, m := range masks {
		text = m.what.ReplaceAllString(text, m.by)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// cmdReadPort is "readport NAME FILE": puts the text of a file, a port number, in the environment.
func cmdReadPort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: readport name file")
	}
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile(args[1])))
}
