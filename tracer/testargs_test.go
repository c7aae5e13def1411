package tracer

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// What is a package and what belongs to the tests is as go test decides it.
func TestParseTestArgs(t *testing.T) {
	for _, test := range []struct{ args, dir, patterns, build, all string }{
		{"", "", "", "", ""},
		{"./...", "", "./...", "", "./..."},
		{"-v -run X . ./b", "", ". ./b", "", "-v -run X . ./b"},
		{". -run X -race", "", ".", "-race", ". -run X -race"},
		{"-tags a,b -mod=mod -count 2 .", "", ".", "-tags=a,b -mod=mod", "-tags a,b -mod=mod -count 2 ."},
		{"--race -test.v .", "", ".", "-race", "--race -test.v ."},
		{"-C dir -v", "dir", "", "", "-v"},
		{"a -v b", "", "a", "", "a -v b"},                                   // a second group of words is the tests'
		{"-custom a", "", "", "", "-custom a"},                              // a may be the value of -custom
		{"-custom a -race b", "", "", "-race", "-custom a -race b"},         // flags go on behind it
		{"-custom=1 a -race b", "", "", "", "-custom=1 a -race b"},          // a can't be a value
		{"a -args -race b", "", "a", "", "a -args -race b"},                 // the tests'
		{"a -- -race b", "", "a", "", "a -- -race b"},                       // the tests'
		{"-cover=false -vet=off a", "", "a", "", "-cover=false -vet=off a"}, // off is no trouble
	} {
		a, err := ParseTestArgs(strings.Fields(test.args))
		if err != nil {
			t.Errorf("%s: %v", test.args, err)
			continue
		}
		for _, f := range []struct {
			name string
			got  []string
			want string
		}{{"folder", strings.Fields(a.Dir), test.dir}, {"packages", a.Patterns, test.patterns}, {"build flags", a.Build, test.build}, {"all", a.All, test.all}} {
			if !slices.Equal(f.got, strings.Fields(f.want)) {
				t.Errorf("%s: %s: got %q, wanted %q", test.args, f.name, f.got, f.want)
			}
		}
	}
}

func TestParseTestArgsRefuses(t *testing.T) {
	for _, args := range []string{"-cover", "-coverprofile=x", "-covermode set", "-coverpkg ./...", ". -cover", "-exec env", "-overlay x",
		"-vet=all", "-c", "-v -C dir", "-test.coverprofile=x"} {
		if a, err := ParseTestArgs(strings.Fields(args)); !errors.Is(err, ErrTestFlag) {
			t.Errorf("%s: got %+v, %v, wanted an error", args, a, err)
		}
	}
	if _, err := ParseTestArgs([]string{"-run", "-cover"}); err != nil {
		t.Errorf("-run -cover: got %v, wanted that -cover is the value of -run", err)
	}
	for goflags, bad := range map[string]bool{"": false, "-mod=mod -race": false, "-cover": true, "'-overlay=a b'": true, "-cover=false": false} {
		if err := refusedInGOFLAGS(goflags, ErrTestFlag); (err != nil) != bad {
			t.Errorf("GOFLAGS=%s: got %v", goflags, err)
		}
	}
}

// The go command takes a command apart at spaces, knows both quotes, and no escape.
func TestQuoteWords(t *testing.T) {
	got, err := quoteWords([]string{"/a/b", "c d", "it's", ""})
	if want := `/a/b 'c d' "it's" ''`; err != nil || got != want {
		t.Errorf("got %s, %v, wanted %s", got, err, want)
	}
	if got, err := quoteWords([]string{`a'"`}); err == nil {
		t.Errorf("got %s, wanted an error", got)
	}
}
