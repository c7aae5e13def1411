package tracetest

import (
	"bytes"
	"strings"
	"testing"
)

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"main fly":                              "unknown verb",
		"nobody end":                            "no goroutine",
		"main":                                  "want a goroutine and a verb",
		"main go w main.worker":                 "want GOROUTINE go",
		"main go w main.worker there":           "no place",
		"main go w f main.go:1\nw end":          "does not run",
		"main go w f main.go:1\nw start 0":      "runs another",
		"main wake main":                        "does not wait",
		"main make c":                           "want 1 words",
		"main make c x":                         "no number",
		"main send":                             "want an object",
		"main log \"a":                          "does not end",
		"site send main.go:1":                   "want site",
		"main block\nmain start 0\nmain add wg": "can't run",
	} {
		if _, _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error with %q", text, err, want)
		}
	}
}

func TestParseIsStable(t *testing.T) {
	const text = "main go a f main.go:1\nmain go b f main.go:2\na start 1\nb start 2\ngeneration\na end\nb end\nmain end"
	first, _, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if again, _, _ := Parse(text); !bytes.Equal(first, again) {
			t.Fatal("the same text gives different bytes")
		}
	}
}
