package rewrite_test

import (
	"fmt"
	"strings"
	"testing"
)

// oddFiles are sources that editors and version control would change: a byte order mark, carriage returns, one line of 100 KB, and
// operations nested deeply.
func oddFiles() map[string]string {
	var long strings.Builder
	for i := range 4000 {
		fmt.Fprintf(&long, "c <- %d; n += <-c; ", i)
	}
	return map[string]string{
		"bom.go": "\ufeffpackage main\n\nimport \"fmt\"\n\nfunc bom() { c := make(chan int, 1); c <- 1; fmt.Println(\"bom\", <-c) }\n",
		"crlf.go": strings.ReplaceAll("package main\n\nimport \"fmt\"\n\nfunc crlf() {\n\tc := make(chan string, 1)\n\tc <- `a\nb`\n\tfmt.Printf(\"crlf %q\\n\", <-c)\n"+
			"\tselect {\n\tcase c <- \"x\":\n\t\tfmt.Println(\"sent\")\n\tdefault:\n\t}\n}\n", "\n", "\r\n"),
		"long.go": "package main\n\nimport \"fmt\"\n\nfunc long() { c := make(chan int, 1); n := 0; " + long.String() + "fmt.Println(\"long\", n) }\n",
		"deep.go": "package main\n\nfunc deep(c chan int) int { return " + strings.Repeat("(", 200) + "<-c" + strings.Repeat(")", 200) + " }\n\n" +
			"func deepf(c chan int) { " + strings.Repeat("func() { ", 120) + "c <- 1" + strings.Repeat(" }()", 120) + " }\n",
	}
}

// TestOdd runs a program that is written as nobody should: it prints and ends as the native one does, with its panics on the same lines.
func TestOdd(t *testing.T) {
	for _, mode := range modes[:2] {
		t.Run(mode.name, func(t *testing.T) {
			dir := copyModule(t, "odd")
			writeFiles(t, dir, oddFiles())
			b := build(t, dir, mode.flags...)
			for _, w := range b.result.Warnings {
				t.Errorf("warning: %s", w)
			}
			native := run(t, b.native, "")
			if native.code != 2 || !strings.Contains(native.stdout, "long 7998000\n") {
				t.Fatalf("native: got %+v", native)
			}
			for how, got := range map[string]ran{"hooked": run(t, b.hooked, ""), "traced": run(t, b.hooked, t.TempDir())} {
				lines := func(r ran) string { return strings.Join(place.FindAllString(r.stderr, -1), " ") }
				if got.stdout != native.stdout || got.code != native.code || lines(got) != lines(native) {
					t.Errorf("%s: got\n%+v\nwant\n%+v", how, got, native)
				}
			}
			checkCount(t, b)
		})
	}
}
